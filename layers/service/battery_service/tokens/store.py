"""Tokens: a caller shows one, we keep its hash, and nobody can make the one of the other.

A token has 256 bits of chance in it, so one round of SHA-256 hides it: there is nothing to guess that a slow hash would
slow down.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

# Marks a token for whoever, or whatever, looks for secrets where none should be.
PREFIX = "bat_"
_CALLER = re.compile("[a-z0-9][a-z0-9-]{0,31}")
_HASH = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class TokenStore:
    """Callers with the SHA-256 of their tokens, and the numbers, from 1, of the lines that mean nothing."""

    entries: tuple[tuple[str, str], ...]
    malformed_lines: tuple[int, ...] = ()


def new_token() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def is_caller(name: str) -> bool:
    return _CALLER.fullmatch(name) is not None


def line_of(caller: str, token: str) -> str:
    """What the store keeps of a token."""
    return f"{caller} {hash_of(token)}"


def hash_of(token: str) -> str:
    # What a request carries may be no text that UTF-8 knows; it has a hash all the same, and no caller.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def store_of(text: str) -> TokenStore:
    """The store of its text: a caller and a hash on each line; what follows a # is for people.

    A caller has several lines while its token is changed. A line that means nothing locks nobody else out.
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
    """Whose token it is; None for nobody's. Takes as long whichever line it is on, and if it is on none."""
    digest, found = hash_of(token), None
    for caller, known in store.entries:
        if hmac.compare_digest(digest, known):
            found = caller
    return found


def bearer_token(authorization: str) -> str | None:
    """The token in an Authorization header; None where it holds something else."""
    scheme, _, token = authorization.strip().partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None
