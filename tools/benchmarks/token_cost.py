"""What one token can cost per hour at most, with and without quotas: `python -m tools.benchmarks.token_cost`.

It is arithmetic on the template's parameters and on prices, for a caller who wants to cost as much as possible. How fast
the caller's line is, and how often it posts one form again, are assumptions, because nothing in AWS limits either.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from battery_service.jobs.settings import JobSettings

from local.template import Template
from tools.benchmarks.prices import (
    API_REQUEST,
    COMPUTE_GB_S,
    INVOCATION,
    LOG_BYTES,
    LOG_GB,
    OUT_GB,
    S3_PUT,
    TABLE_WRITE,
)

HOUR_S: Final = 3600
# 10 Gbit/s, as a large machine in a data centre has it.
LINE_GB_S: Final = 1.25
POSTS_PER_S: Final = 1000
# A light function's run, refused or not.
LIGHT_GB_S: Final = 0.5 * 0.02


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a token can do, and what that costs per hour in dollars."""

    what: str
    without_quotas: float
    with_quotas: float


def items() -> list[Item]:
    template = Template.read()
    given: Mapping[str, Any] = {name: template.parameter(name) for name in _PARAMETERS}
    upload_GB = given["UploadMemoryMB"] / 1024
    worker_GB = given["WorkerMemoryMB"] / 1024
    upload_s = template.functions["UploadFunction"].timeout_s
    uploads = given["UploadsPerSecond"] * HOUR_S
    requests = given["RequestsPerSecond"] * HOUR_S
    # What runs when the last second is used was accepted before.
    analysis_s = given["CallerAnalysisSecondsPerHour"] + given["UploadConcurrency"] * upload_s
    link_s = given["CallerLinksPerHour"] * JobSettings("", "", "", "").link_expires_s
    each = API_REQUEST + LOG_BYTES / 1e9 * LOG_GB + INVOCATION
    answer_GB = 4.4e-3  # the largest gzipped answer
    return [
        Item(
            "direct uploads that run until their time is over",
            uploads * (upload_s * upload_GB * COMPUTE_GB_S + each),
            analysis_s * upload_GB * COMPUTE_GB_S + uploads * each,
        ),
        Item(
            "jobs, as many as run at once",
            given["WorkersAtMost"] * HOUR_S * worker_GB * COMPUTE_GB_S,
            given["CallerJobsAtOnce"] * HOUR_S * worker_GB * COMPUTE_GB_S,
        ),
        Item(
            "other requests, most of them refused",
            requests * (LIGHT_GB_S * COMPUTE_GB_S + each),
            requests * (LIGHT_GB_S * COMPUTE_GB_S + each + TABLE_WRITE),
        ),
        Item(
            "results in answers",
            requests * answer_GB * OUT_GB,
            given["CallerMegabytesPerHour"] / 1000 * OUT_GB,
        ),
        Item(
            "one link to a result, followed as often as a line of 10 Gbit/s can",
            HOUR_S * LINE_GB_S * OUT_GB,
            min(link_s, HOUR_S) * LINE_GB_S * OUT_GB,
        ),
        Item(
            "one form, posted again 1,000 times per second",
            POSTS_PER_S * HOUR_S * S3_PUT,
            POSTS_PER_S * HOUR_S * S3_PUT,
        ),
    ]


_PARAMETERS: Final = (
    "UploadMemoryMB",
    "WorkerMemoryMB",
    "UploadsPerSecond",
    "RequestsPerSecond",
    "UploadConcurrency",
    "WorkersAtMost",
    "CallerAnalysisSecondsPerHour",
    "CallerJobsAtOnce",
    "CallerLinksPerHour",
    "CallerMegabytesPerHour",
)


def main() -> None:
    for item in items():
        print(f"| {item.what} | {item.without_quotas:.2f} | {item.with_quotas:.2f} |")


if __name__ == "__main__":
    main()
