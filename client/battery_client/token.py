"""The caller's token, which is sent to the API and to no other server."""

import re
from dataclasses import dataclass, field

from requests import PreparedRequest
from requests.auth import AuthBase

from battery_client.errors import ClientError

VARIABLE = "BATTERY_API_TOKEN"
_CHARACTERS = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class BearerToken(AuthBase):
    """As requests' `auth`, because a .netrc entry for the host would replace a plain header.

    Requests removes it when a redirect leads to another host, such as the storage.
    """

    token: str = field(repr=False)

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


def bearer_token(text: str) -> BearerToken | None:
    """The token that a user gave, None for an empty text. Raises ClientError for an impossible one, without quoting it."""
    token = text.strip()
    if not token:
        return None
    if not _CHARACTERS.fullmatch(token):
        raise ClientError(
            f"The token (--token, {VARIABLE}) has characters that no token has; was only the token copied, and all of it?"
        )
    return BearerToken(token)
