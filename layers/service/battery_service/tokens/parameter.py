"""The token store in an SSM parameter, cached for a minute."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from battery_service.tokens.store import TokenStore, store_of

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

# A revoked token is accepted for up to this time, and then for as long as API Gateway caches the answer.
CACHED_S = 60.0


class TokenParameter:
    """The parameter of this name. `on_read` is called with each store that was read.

    `now` is the wall clock's: a monotonic clock may stand still while Lambda freezes the process.
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
        self._cached: tuple[TokenStore, float] | None = None

    def store(self) -> TokenStore:
        """The store, at most a minute old. Raises the client's exception where it cannot be read; an older one is not used."""
        now, cached = self._now(), self._cached
        # A clock that was set back ends the cache as well.
        if cached is None or not 0 <= now - cached[1] < CACHED_S:
            answer = self._client.get_parameter(Name=self._name, WithDecryption=True)
            cached = self._cached = store_of(answer["Parameter"]["Value"]), now
            self._on_read(cached[0])
        return cached[0]
