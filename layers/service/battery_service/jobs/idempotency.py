"""The idempotency key of an announcement: the same request twice, because its answer was lost, announces one upload.

Powertools' idempotency was tried for it. It keeps the whole answer in the table, 29 kB for 30 files, gives it again when its
forms may have expired, and answers a request that runs at the same time with an error. Here the key leads to the upload's
id, and its forms are signed again. To start an upload needs no key, because it has one job.
"""

import re

from battery_service.errors import ApiError
from battery_service.http.request import Request

IDEMPOTENCY_KEY = "Idempotency-Key"
KEY_PATTERN = "^[A-Za-z0-9_-]{16,128}$"


def idempotency_key(request: Request) -> str:
    """The request's Idempotency-Key, empty where it has none. Raises ApiError `invalid_option`."""
    key = request.headers.get(IDEMPOTENCY_KEY.lower())
    if key is None:
        return ""
    if not re.fullmatch(KEY_PATTERN, key):
        raise ApiError(
            "invalid_option",
            f"The {IDEMPOTENCY_KEY} has 16 to 128 letters, digits, hyphens or underscores, as a UUID does.",
            {"option": IDEMPOTENCY_KEY, "allowed": KEY_PATTERN},
        )
    return key
