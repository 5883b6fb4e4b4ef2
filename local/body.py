"""The body of a request, received in bounded memory: large ones go to an unnamed temporary file."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from typing import Any, Final

from local.asgi import Receive

IN_MEMORY_BYTES: Final = 1024 * 1024


class BodyTooLargeError(Exception):
    """More bytes than the limit allows; how many came until that was seen."""

    def __init__(self, received_bytes: int) -> None:
        super().__init__(received_bytes)
        self.received_bytes = received_bytes


class BodyStalledError(Exception):
    """Nothing came for too long."""


class ClientGoneError(Exception):
    """The connection ended before the body did; there is nobody to answer."""


class Body:
    """A whole request body. `read` takes it out, once; a worker thread does that when its turn comes."""

    def __init__(self, spool: tempfile.SpooledTemporaryFile[bytes], size_bytes: int) -> None:
        self._spool = spool
        self.size_bytes = size_bytes

    @property
    def is_large(self) -> bool:
        return self.size_bytes > IN_MEMORY_BYTES

    def read(self) -> bytes:
        with self._spool as spool:
            spool.seek(0)
            return spool.read()


@asynccontextmanager
async def received(receive: Receive, *, max_bytes: int, idle_seconds: float) -> AsyncIterator[Body]:
    """Wait for the whole body, and let go of it at the end.

    Raises BodyTooLargeError as soon as `max_bytes` is passed, BodyStalledError and ClientGoneError.
    """
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as spool:
        size_bytes = 0
        more = True
        while more:
            message = await next_message(receive, idle_seconds)
            if message["type"] == "http.disconnect":
                raise ClientGoneError
            chunk: bytes = message.get("body", b"")
            size_bytes += len(chunk)
            if size_bytes > max_bytes:
                raise BodyTooLargeError(size_bytes)
            spool.write(chunk)
            more = message.get("more_body", False)
        yield Body(spool, size_bytes)


async def next_message(receive: Receive, idle_seconds: float) -> MutableMapping[str, Any]:
    """The next of ASGI's messages. Raises BodyStalledError where none comes in time."""
    try:
        async with asyncio.timeout(idle_seconds):
            return await receive()
    except TimeoutError as error:
        raise BodyStalledError from error
