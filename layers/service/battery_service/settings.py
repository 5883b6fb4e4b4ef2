"""A deployment's settings, read from its environment variables once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from battery_service import __version__
from battery_service.limits import CLOUD, LOCAL, Limits

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"", "0", "false", "no", "off"})


@dataclass(frozen=True, slots=True)
class Settings:
    """`allowed_origins` are exact origins, or `*` alone; `preload` imports the science before the first request.

    `needs_token` is what the contract says of callers; the check itself is API Gateway's.
    """

    limits: Limits = CLOUD
    allowed_origins: frozenset[str] = frozenset({"*"})
    stage: str = "dev"
    version: str = __version__
    preload: bool = False
    needs_token: bool = True

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Settings from `LIMITS`, `MAX_UPLOAD_BYTES`, `ALLOWED_ORIGINS`, `STAGE`, `PRELOAD` and `NEEDS_TOKEN`, all
        optional.

        Raises ValueError, which names the variable, for an invalid value: a deployment must not start half configured.
        """
        limits = _limits(environment.get("LIMITS", "cloud"))
        if size := environment.get("MAX_UPLOAD_BYTES"):
            limits = replace(limits, max_upload_bytes=positive("MAX_UPLOAD_BYTES", size))
        origins = frozenset(filter(None, map(str.strip, environment.get("ALLOWED_ORIGINS", "*").split(","))))
        return cls(
            limits=limits,
            allowed_origins=origins,
            stage=environment.get("STAGE", "dev"),
            preload=flag("PRELOAD", environment.get("PRELOAD", "")),
            needs_token=flag("NEEDS_TOKEN", environment.get("NEEDS_TOKEN", "true")),
        )


def _limits(name: str) -> Limits:
    for limits in (CLOUD, LOCAL):
        if limits.name == name:
            return limits
    raise ValueError(f"LIMITS is {name!r}; it is 'cloud' or 'local'")


def positive(variable: str, value: str) -> int:
    if not value.isascii() or not value.isdigit() or int(value) == 0:
        raise ValueError(f"{variable} is {value!r}; it is a whole number above 0")
    return int(value)


def not_negative(variable: str, value: str) -> int:
    if not value.isascii() or not value.isdigit():
        raise ValueError(f"{variable} is {value!r}; it is a whole number")
    return int(value)


def flag(variable: str, value: str) -> bool:
    lowered = value.strip().lower()
    if lowered not in TRUE | FALSE:
        raise ValueError(f"{variable} is {value!r}; it is 'true' or 'false'")
    return lowered in TRUE
