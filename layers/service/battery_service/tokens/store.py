"""Tokens and the store of their hashes.

A token holds 256 random bits, so one round of SHA-256 protects it: no guess is likely enough for a slow hash to matter.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

# Lets secret scanners recognise a token.
PREFIX = "bat_"
_CALLER = re.compile("[a-z0-9][a-z0-9-]{0,31}")
_HASH = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class TokenStore:
    """Callers with the SHA-256 of their tokens, and the numbers, from 1, of malformed lines."""

    entries: tuple[tuple[str, str], ...]
    malformed_lines: tuple[int, ...] = ()


def new_token() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def is_caller(name: str) -> bool:
    return _CALLER.fullmatch(name) is not None


def line_of(caller: str, token: str) -> str:
    """The store's line for a token."""
    return f"{caller} {hash_of(token)}"


def hash_of(token: str) -> str:
    # A request's token may hold lone surrogates, which UTF-8 refuses; it is hashed all the same, and matches no caller.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def store_of(text: str) -> TokenStore:
    """The store that a text holds: a caller and a hash on each line, and comments after a #.

    A caller has several lines while its token is changed. A malformed line does not affect the others.
    """
    entries, malformed = [], []
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        match line.partition("#")[0].split():
            case []:
                pass
            case [caller, digest] if is_caller(caller) and _HASH.fullmatch(digest.lower()):
                entries.append((caller, digest.lower()))
            case _:
                malformed.append(number)
    return TokenStore(tuple(entries), tuple(malformed))


def caller_of(token: str, store: TokenStore) -> str | None:
    """The token's caller, None for an unknown token. The time does not depend on where, or whether, it is found."""
    digest, found = hash_of(token), None
    for caller, known in store.entries:
        if hmac.compare_digest(digest, known):
            found = caller
    return found


def bearer_token(authorization: str) -> str | None:
    """The token in an Authorization header; None where it holds something else."""
    scheme, _, token = authorization.strip().partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None
