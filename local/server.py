"""The HTTP/1.1 server around the local gateway: its socket, its limits on clients' time and number, its end."""

import asyncio
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Final, Protocol
from uuid import uuid4

import uvicorn
from battery_service.errors import error_body
from h11 import IDLE, Data, EndOfMessage
from h11 import Response as Head
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from local.gateway import json_response

CONNECTIONS_AT_ONCE: Final = 128
HEAD_BYTES: Final = 64 * 1024
HEAD_SECONDS: Final = 20.0
KEEP_ALIVE_SECONDS: Final = 15
GRACE_SECONDS: Final = 20


class Application(Protocol):
    """An ASGI application that can be closed."""

    def close(self) -> None: ...

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None: ...


class LimitedProtocol(H11Protocol):
    """uvicorn's protocol with a time limit for a request's head, which uvicorn lacks.

    Where uvicorn answers in plain text, for malformed requests and too many connections, this answers in JSON.
    """

    head_seconds = HEAD_SECONDS
    connections_at_once = CONNECTIONS_AT_ONCE
    _head_deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn narrows it too
        super().connection_made(transport)
        if len(self.connections) > self.connections_at_once:
            self.app = _crowded
        self._watch_head()

    def send_400_response(self, msg: str) -> None:
        refusal = _refusal(400, "malformed_multipart", f"The server cannot read this as HTTP: {msg}")
        headers = [*refusal.raw_headers, (b"connection", b"close")]
        for event in (Head(status_code=400, headers=headers), Data(data=bytes(refusal.body)), EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_watching()
        super().connection_lost(exc)

    def _watch_head(self) -> None:
        if self.conn.their_state is not IDLE:
            self._stop_watching()
        elif self._head_deadline is None:
            self._head_deadline = self.loop.call_later(self.head_seconds, self.transport.close)

    def _stop_watching(self) -> None:
        if self._head_deadline is not None:
            self._head_deadline.cancel()
            self._head_deadline = None


class LocalServer(uvicorn.Server):
    """Serves an application on a bound socket until `stop`, then finishes what runs within the grace time.

    Signals are left to the caller: uvicorn's own handlers raise the signal again after the end.
    """

    def __init__(
        self,
        application: Application,
        listener: socket.socket,
        *,
        grace_seconds: int = GRACE_SECONDS,
        on_ready: Callable[[], None] = lambda: None,
    ) -> None:
        config = uvicorn.Config(
            application,
            http=LimitedProtocol,
            ws="none",
            lifespan="off",
            loop="asyncio",
            interface="asgi3",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            h11_max_incomplete_event_size=HEAD_BYTES,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=grace_seconds,
        )
        super().__init__(config)
        self._application = application
        self._listener = listener
        self._on_ready = on_ready

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().serve(sockets or [self._listener])
        finally:
            self._application.close()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_ready()

    def stop(self) -> None:
        """End once the running requests have ended; called twice, at once. Safe in a signal handler and from any thread."""
        self.force_exit = self.should_exit
        self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    @contextmanager
    def stopped_by_signals(self) -> Iterator[None]:
        """Within this context Ctrl-C and SIGTERM call `stop`. Only for the main thread."""

        def stop(_number: int, _frame: FrameType | None) -> None:
            self.stop()

        before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


async def _crowded(scope: Scope, receive: Receive, send: Send) -> None:
    message = f"{CONNECTIONS_AT_ONCE} clients are connected, which is the limit of this server. Try again in a moment."
    refusal = _refusal(503, "internal", message, {"retry-after": "2", "connection": "close"})
    await refusal(scope, receive, send)


def _refusal(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> Response:
    return json_response(status, error_body(code, message, {}, str(uuid4())), headers)


def bound_socket(host: str, port: int) -> socket.socket:
    """A socket that is bound to the port; port 0 takes a free one. Raises OSError where it cannot be bound."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        if sys.platform != "win32":  # on Windows the option would allow two servers on one port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(CONNECTIONS_AT_ONCE)
    except OSError:
        listener.close()
        raise
    return listener
