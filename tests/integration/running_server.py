"""A local server on a free port, in a thread of the test, around any handler."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from battery_service.limits import Limits as ServiceLimits

from local.application import GatewayApplication, GatewayCors, Limits
from local.lambda_function import Handler, LocalFunction
from local.server import LocalServer, bound_socket

SMALL_LIMITS = Limits(
    ServiceLimits(name="local", max_upload_bytes=3_000_000, max_answer_bytes=None),
    body_idle_seconds=1.0,
    large_at_once=2,
)


@dataclass(frozen=True, slots=True)
class RunningServer:
    port: int
    server: LocalServer
    application: GatewayApplication

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def connect(self) -> "RawConnection":
        return RawConnection(socket.create_connection(("127.0.0.1", self.port), timeout=60))


@dataclass(slots=True)
class RawConnection:
    """A connection whose every byte the test decides."""

    socket: socket.socket
    _seen: bytes = field(default=b"")

    def __enter__(self) -> "RawConnection":
        return self

    def __exit__(self, *_error: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def head(self) -> bytes:
        """Up to and with the empty line that ends the next answer's head."""
        while b"\r\n\r\n" not in self._seen:
            self._receive()
        head, _, self._seen = self._seen.partition(b"\r\n\r\n")
        return head + b"\r\n\r\n"

    def answer(self) -> tuple[bytes, bytes]:
        """The next answer's head, and its body by the head's length."""
        head = self.head()
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        length = int(lengths[0].partition(b":")[2]) if lengths else 0
        while len(self._seen) < length:
            self._receive()
        body, self._seen = self._seen[:length], self._seen[length:]
        return head, body

    def rest(self) -> bytes:
        """All that still comes before the server closes."""
        while piece := self.socket.recv(65536):
            self._seen += piece
        return self._seen

    def _receive(self) -> None:
        piece = self.socket.recv(65536)
        if not piece:
            raise ConnectionError(f"the server closed after {self._seen!r}")
        self._seen += piece


class _ForAnyPage(GatewayCors):
    """The gateway with the template's default of CORS: any page may call it."""

    def __init__(self, application: GatewayApplication) -> None:
        super().__init__(application, allow_origins=("*",), allow_methods=("GET", "POST", "DELETE", "OPTIONS"))
        self.close = application.close


@contextmanager
def serving(handler: Handler, limits: Limits = SMALL_LIMITS, *, grace_seconds: int = 5) -> Iterator[RunningServer]:
    listener = bound_socket("127.0.0.1", 0)
    port: int = listener.getsockname()[1]
    ready = threading.Event()
    application = GatewayApplication(LocalFunction("tested", lambda: handler), limits=limits)
    server = LocalServer(_ForAnyPage(application), listener, grace_seconds=grace_seconds, on_ready=ready.set)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert ready.wait(10)
        yield RunningServer(port, server, application)
    finally:
        server.stop()
        thread.join(20)
        assert not thread.is_alive()
