"""Receives the body of a request with limits of memory and time.

Hand-written around Starlette's `Request.stream`, which has no limit of size or time. Starlette's form parser refuses
neither a truncated body nor one of too many bytes.
"""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from typing import IO, Final

from starlette.requests import Request

LARGE_BYTES: Final = 1024 * 1024
SHORT_BYTES: Final = 16 * 1024


class BodyTooLargeError(Exception):
    """The body has more bytes than the limit; `received_bytes` came until that was found."""

    def __init__(self, received_bytes: int) -> None:
        super().__init__(received_bytes)
        self.received_bytes = received_bytes


class BodyStalledError(Exception):
    """No byte of the body came for too long, or the whole took too long."""


class Body:
    """A whole request body. A worker thread calls `read` once, when it handles the request."""

    def __init__(self, in_memory_bytes: int) -> None:
        self._in_memory_bytes = in_memory_bytes
        self._chunks: list[bytes | bytearray] = []
        self._file: IO[bytes] | None = None
        self.size_bytes = 0

    @property
    def is_large(self) -> bool:
        return self.size_bytes > LARGE_BYTES

    def append(self, chunk: bytes) -> None:
        self.size_bytes += len(chunk)
        if self._chunks and len(self._chunks[-1]) < SHORT_BYTES:
            self._chunks[-1] += chunk  # so that a body of single bytes is not an object for each
        else:
            self._chunks.append(chunk if len(chunk) >= SHORT_BYTES else bytearray(chunk))
        if self._file is None and self.size_bytes > self._in_memory_bytes:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115  # `close` closes it
        if self._file is not None:
            self._file.writelines(self._chunks)
            self._chunks.clear()

    def read(self) -> list[bytes]:
        """The body in pieces, as it came, or whole where it is on disk."""
        if self._file is None:
            chunks, self._chunks = self._chunks, []
            return list(map(bytes, chunks))
        with self._file as file:
            file.seek(0)
            return [file.read()]

    def close(self) -> None:
        self._chunks.clear()
        if self._file is not None:
            self._file.close()


@asynccontextmanager
async def received(
    request: Request, *, max_bytes: int, in_memory_bytes: int, idle_seconds: float, total_seconds: float
) -> AsyncIterator[Body]:
    """Wait for the whole body, and close it at the end; a body larger than `in_memory_bytes` is on disk.

    Raises BodyTooLargeError as soon as `max_bytes` is passed, BodyStalledError where a piece or the whole takes too long,
    and Starlette's ClientDisconnect.
    """
    ends_at = time.monotonic() + total_seconds
    with closing(Body(in_memory_bytes)) as body:
        async for chunk in chunks(request, idle_seconds):
            if time.monotonic() > ends_at:
                raise BodyStalledError
            body.append(chunk)
            if body.size_bytes > max_bytes:
                raise BodyTooLargeError(body.size_bytes)
        yield body


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
        if chunk:
            yield chunk
