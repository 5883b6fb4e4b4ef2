"""What one caller may use, from environment variables, and the error for a caller who has used it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from battery_service.errors import ApiError
from battery_service.settings import not_negative

MEGABYTE = 10**6


@dataclass(frozen=True, slots=True)
class Quotas:
    """The most for one caller; 0 is no limit.

    `bytes_per_hour` counts files and results, `links_per_hour` links to results that are too large for an answer,
    `open_jobs` uploads and jobs that have not ended.
    """

    requests_per_minute: int = 0
    bytes_per_hour: int = 0
    analysis_seconds_per_hour: int = 0
    links_per_hour: int = 0
    open_jobs: int = 0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Quotas":
        """Quotas from `REQUESTS_PER_MINUTE`, `MEGABYTES_PER_HOUR`, `ANALYSIS_SECONDS_PER_HOUR`, `LINKS_PER_HOUR` and
        `OPEN_JOBS`, all optional. Raises ValueError, which names the variable, for an invalid value.
        """

        def given(variable: str) -> int:
            return not_negative(variable, environment.get(variable, "0"))

        return cls(
            requests_per_minute=given("REQUESTS_PER_MINUTE"),
            bytes_per_hour=given("MEGABYTES_PER_HOUR") * MEGABYTE,
            analysis_seconds_per_hour=given("ANALYSIS_SECONDS_PER_HOUR"),
            links_per_hour=given("LINKS_PER_HOUR"),
            open_jobs=given("OPEN_JOBS"),
        )

    @property
    def are_counted(self) -> bool:
        """Whether any limit needs a count by the hour or minute."""
        return any(getattr(self, field.name) for field in fields(self) if field.name != "open_jobs")


_SPENT: Mapping[str, str] = {
    "requests_per_minute": "requests per minute",
    "bytes_per_hour": "bytes of files and results per hour",
    "analysis_seconds_per_hour": "seconds of analysis per hour",
    "links_per_hour": "links to large results per hour",
}


def quota_exceeded(quota: str, limit: int, wait_s: int) -> ApiError:
    """The error where a caller has used a quota; `wait_s` is when there is something left again, or may be."""
    if quota == "open_jobs":
        message = f"You have {limit:,} open uploads and jobs, which is the limit: wait until one ends, or delete one."
    else:
        message = f"You have used your {limit:,} {_SPENT[quota]}: try again in {wait_s} seconds."
    return ApiError(
        "quota_exceeded",
        message,
        {"quota": quota, "limit": limit, "retry_after_s": wait_s},
        headers={"Retry-After": str(wait_s)},
    )
