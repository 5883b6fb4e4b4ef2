"""The store of tokens as SSM keeps it, remembered for a minute."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from battery_service.tokens.store import TokenStore, store_of

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

# A token that was taken away opens for as long, and for API Gateway's own memory after it.
REMEMBERED_S = 60.0


class TokenParameter:
    """The parameter of this name. `on_read` is told of each store that was read.

    The clock is the wall's: a monotonic one may stand still while Lambda keeps a process frozen.
    """

    def __init__(
        self,
        client: "SSMClient",
        name: str,
        *,
        on_read: Callable[[TokenStore], None] = lambda _: None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._client, self._name, self._on_read, self._now = client, name, on_read, now
        # One value, so that threads see a store and its time together.
        self._remembered: tuple[TokenStore, float] | None = None

    def store(self) -> TokenStore:
        """The store, at most a minute old. Raises what the client does where it cannot be read: an old one is not used."""
        now, remembered = self._now(), self._remembered
        # A clock that was set back makes it old, too.
        if remembered is None or not 0 <= now - remembered[1] < REMEMBERED_S:
            answer = self._client.get_parameter(Name=self._name, WithDecryption=True)
            remembered = self._remembered = store_of(answer["Parameter"]["Value"]), now
            self._on_read(remembered[0])
        return remembered[0]
