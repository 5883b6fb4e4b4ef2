"""CORS headers, where API Gateway does not add them: in the local server, `sam local` and tests.

Powertools' CORSConfig is not used: its preflight allows the methods of all routes at every path, known or not.
"""

from collections.abc import Iterable

from battery_service.settings import Settings

ALLOWED_REQUEST_HEADERS = ("Accept", "Authorization", "Content-Type", "Idempotency-Key", "X-Request-Id")
EXPOSED_HEADERS = ("Location", "Retry-After", "X-Request-Id")
PREFLIGHT_MAX_AGE_S = 600


def cors_headers(origin: str, settings: Settings) -> dict[str, str]:
    """The headers of an ordinary answer; none without an origin, or for one that is not allowed."""
    allowed = _allowed_origin(origin, settings)
    if allowed is None:
        return {}
    return {"Access-Control-Allow-Origin": allowed, "Access-Control-Expose-Headers": ", ".join(EXPOSED_HEADERS)}


def preflight_headers(methods: Iterable[str]) -> dict[str, str]:
    """The further headers of a preflight's answer, for a path that takes these methods."""
    return {
        "Access-Control-Allow-Methods": ", ".join(methods),
        "Access-Control-Allow-Headers": ", ".join(ALLOWED_REQUEST_HEADERS),
        "Access-Control-Max-Age": str(PREFLIGHT_MAX_AGE_S),
    }


def _allowed_origin(origin: str, settings: Settings) -> str | None:
    if not origin:
        return None
    if "*" in settings.allowed_origins:
        return "*"
    return origin if origin in settings.allowed_origins else None
