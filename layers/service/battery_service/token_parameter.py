"""The store of tokens as SSM keeps it, remembered for a minute."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from battery_service.tokens import TokenStore, store_of

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
        self._store: TokenStore | None = None
        self._read_at = 0.0

    def store(self) -> TokenStore:
        """The store, at most a minute old. Raises what the client does where it cannot be read: an old one is not used."""
        now = self._now()
        # A clock that was set back makes it old, too.
        if self._store is None or not 0 <= now - self._read_at < REMEMBERED_S:
            self._store = None
            answer = self._client.get_parameter(Name=self._name, WithDecryption=True)
            self._store, self._read_at = store_of(answer["Parameter"]["Value"]), now
            self._on_read(self._store)
        return self._store
