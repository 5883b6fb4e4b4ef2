"""The id of a caller in keys and messages."""

import hashlib


def caller_id(caller: str) -> str:
    """The caller as 32 hex digits: the subject of a JSON web token may be too long for a key, or hold any character."""
    return hashlib.sha256(caller.encode("utf-8", "surrogatepass")).hexdigest()[:32]
