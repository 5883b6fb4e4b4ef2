"""The settings of uploads, jobs and results: where and how long they are kept, from environment variables."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from battery_service import __version__
from battery_service.callers.quotas import Quotas
from battery_service.limits import UPLOADS, UploadLimits
from battery_service.settings import flag, not_negative, positive

SECONDS_OF_AN_HOUR = 3600


@dataclass(frozen=True, slots=True)
class JobSettings:
    """Times are in seconds; `cache` lets equal files with equal options share a report while that is kept.

    `jobs_at_once` is how many jobs of one caller are sent to the workers; 0 is no limit.
    """

    uploads_bucket: str
    results_bucket: str
    table: str
    queue_url: str
    retention_s: int = 24 * SECONDS_OF_AN_HOUR
    cache: bool = False
    retry_delay_s: int = 10
    post_expires_s: int = 15 * 60
    # Short, because a link can be followed any number of times while it is valid, and each time costs money.
    link_expires_s: int = 15
    quotas: Quotas = field(default_factory=Quotas)
    jobs_at_once: int = 0
    limits: UploadLimits = UPLOADS
    version: str = __version__

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "JobSettings":
        """Settings from `UPLOADS_BUCKET`, `RESULTS_BUCKET`, `JOBS_TABLE`, `JOBS_QUEUE_URL` and, optional,
        `RESULT_RETENTION_HOURS`, `RESULT_CACHE`, `RETRY_DELAY_SECONDS`, `JOBS_AT_ONCE` and those of the quotas.

        Raises ValueError, naming the variable, where one is missing or has an invalid value.
        """
        return cls(
            uploads_bucket=_required("UPLOADS_BUCKET", environment),
            results_bucket=_required("RESULTS_BUCKET", environment),
            table=_required("JOBS_TABLE", environment),
            queue_url=_required("JOBS_QUEUE_URL", environment),
            retention_s=SECONDS_OF_AN_HOUR
            * positive("RESULT_RETENTION_HOURS", environment.get("RESULT_RETENTION_HOURS", "24")),
            cache=flag("RESULT_CACHE", environment.get("RESULT_CACHE", "")),
            retry_delay_s=positive("RETRY_DELAY_SECONDS", environment.get("RETRY_DELAY_SECONDS", "10")),
            quotas=Quotas.from_environment(environment),
            jobs_at_once=not_negative("JOBS_AT_ONCE", environment.get("JOBS_AT_ONCE", "0")),
        )


def _required(variable: str, environment: Mapping[str, str]) -> str:
    value = environment.get(variable, "")
    if not value:
        raise ValueError(f"{variable} is not set; uploads and jobs need it")
    return value
