"""The token that says to the API who calls, and to nobody else."""

import re
from dataclasses import dataclass, field

from requests import PreparedRequest
from requests.auth import AuthBase

from battery_client.errors import ClientError

VARIABLE = "BATTERY_API_TOKEN"
_CHARACTERS = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class BearerToken(AuthBase):
    """As requests' `auth`: a plain header would give way to what a .netrc says of the host.

    Requests takes it off when a request is led on to another host, as the storage is.
    """

    token: str = field(repr=False)

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


def bearer_token(text: str) -> BearerToken | None:
    """The token that a user gave, None for none. Raises ClientError, which does not quote it, where it can't be one."""
    token = text.strip()
    if not token:
        return None
    if not _CHARACTERS.fullmatch(token):
        raise ClientError(
            f"The token (--token, {VARIABLE}) has characters that no token has; was it copied as a whole, alone?"
        )
    return BearerToken(token)
