"""Receives the body of a request with limits of memory and time.

Hand-written around Starlette's `Request.stream`, which has no limit of size or time. Starlette's form parser refuses
neither a truncated body nor one of too many bytes.
"""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from starlette.requests import Request

IN_MEMORY_BYTES: Final = 1024 * 1024


class BodyTooLargeError(Exception):
    """The body has more bytes than the limit; `received_bytes` came until that was found."""

    def __init__(self, received_bytes: int) -> None:
        super().__init__(received_bytes)
        self.received_bytes = received_bytes


class BodyStalledError(Exception):
    """No byte of the body came for too long, or the whole took too long."""


class Body:
    """A whole request body. A worker thread calls `read` once, when it handles the request."""

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
async def received(
    request: Request, *, max_bytes: int, idle_seconds: float, total_seconds: float
) -> AsyncIterator[Body]:
    """Wait for the whole body, and close it at the end; a body larger than a megabyte is on disk.

    Raises BodyTooLargeError as soon as `max_bytes` is passed, BodyStalledError where a piece or the whole takes too long,
    and Starlette's ClientDisconnect.
    """
    ends_at = time.monotonic() + total_seconds
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as spool:
        size_bytes = 0
        async for chunk in chunks(request, idle_seconds):
            if time.monotonic() > ends_at:
                raise BodyStalledError
            size_bytes += len(chunk)
            if size_bytes > max_bytes:
                raise BodyTooLargeError(size_bytes)
            spool.write(chunk)
        yield Body(spool, size_bytes)


async def chunks(request: Request, idle_seconds: float) -> AsyncIterator[bytes]:
    """The body in pieces. Raises BodyStalledError where no piece comes in time, and Starlette's ClientDisconnect."""
    stream = aiter(request.stream())
    while True:
        try:
            async with asyncio.timeout(idle_seconds):
                chunk = await anext(stream)
        except StopAsyncIteration:
            return
        except TimeoutError as error:
            raise BodyStalledError from error
        yield chunk
