"""Lambda's Runtime API for one instance of a function: the runtime client gets events from it and posts answers to it.

Hand-written: AWS's own emulator, aws-lambda-rie, is a Go program outside PyPI that starts the runtime client by itself, so no
sandbox fits around that. On http.server, because it blocks as the client does; an event loop for each instance gives nothing.
Source: AWS Lambda Developer Guide, "Using the Lambda runtime API for custom runtimes"; `restore` is SnapStart's part of it.
"""

import json
import re
import sys
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from typing import Final

ROOT: Final = "/2018-06-01/runtime"
# The largest answer: 6 MiB by Lambda's quotas, and 100 bytes that they do not mention.
PAYLOAD_BYTES: Final = 6 * 1024 * 1024 + 100
_ANSWER: Final = re.compile(rf"{ROOT}/invocation/([^/]+)/(response|error)")


class FunctionError(Exception):
    """A function answered with an error, or did not answer; `type` is Lambda's name of the error."""

    def __init__(self, error_type: str, message: str) -> None:
        super().__init__(f"{error_type}: {message}")
        self.type = error_type
        self.message = message


@dataclass(frozen=True, slots=True)
class Invocation:
    """One event for the function. `deadline_ms` is in milliseconds of the epoch."""

    request_id: str
    event: bytes
    deadline_ms: int
    function_arn: str


class RuntimeApi:
    """Listens from the start. One invocation runs at a time, as in Lambda."""

    def __init__(self) -> None:
        self._ready: Future[None] = Future()
        self._work: SimpleQueue[Invocation | None] = SimpleQueue()
        self._answer: tuple[str, Future[bytes]] | None = None
        self._ended_by: FunctionError | None = None
        self._lock = threading.Lock()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        host, port = self._server.server_address[:2]
        return f"{host!s}:{port}"

    @property
    def ready(self) -> Future[None]:
        """Is done when the function can get an invocation; a FunctionError where it never can."""
        with self._lock:
            return self._ready

    @property
    def is_answer_due(self) -> bool:
        """Whether an invocation was submitted that is not answered yet."""
        with self._lock:
            return self._answer is not None

    def submit(self, invocation: Invocation) -> Future[bytes]:
        """The function's answer, as JSON, or its FunctionError."""
        answer: Future[bytes] = Future()
        with self._lock:
            if self._ended_by is not None:
                answer.set_exception(self._ended_by)
                return answer
            self._answer = (invocation.request_id, answer)
            self._ready = Future()
        self._work.put(invocation)
        return answer

    def fail(self, error: FunctionError) -> None:
        """The instance has ended: every invocation that is not answered fails with this."""
        self.ready_with(error)
        with self._lock:
            self._ended_by = error
            pending, self._answer = self._answer, None
        if pending is not None:
            pending[1].set_exception(error)

    def close(self) -> None:
        self._work.put(None)
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def next_invocation(self) -> Invocation | None:
        self.ready_with(None)
        return self._work.get()

    def answered(self, request_id: str, outcome: bytes | FunctionError) -> None:
        with self._lock:
            if self._answer is None or self._answer[0] != request_id:
                return  # of an invocation that has timed out
            answer, self._answer = self._answer[1], None
        if isinstance(outcome, FunctionError):
            answer.set_exception(outcome)
        else:
            answer.set_result(outcome)

    def ready_with(self, error: FunctionError | None) -> None:
        """The function can be given an invocation or, with an error, never will."""
        with self._lock:
            if self._ready.done():
                return
            if error is None:
                self._ready.set_result(None)
            else:
                self._ready.set_exception(error)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # When the instance ends, a client may still be waiting for its next event.
    block_on_close = False

    def __init__(self, api: RuntimeApi) -> None:
        self.api = api
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore broken connections: a client that was killed leaves one, and its instance knows of it."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # the request is not used


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Nagle's algorithm adds 40 ms to every invocation.
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        if self.path == f"{ROOT}/restore/next":
            # The client has done all that goes into a snapshot. None is taken: it goes on at once.
            self.server.api.ready_with(None)
            self._respond(200)
        elif self.path == f"{ROOT}/invocation/next":
            self._hand_over(self.server.api.next_invocation())
        else:
            self._respond(404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        api = self.server.api
        if found := _ANSWER.fullmatch(self.path):
            if len(body) > PAYLOAD_BYTES:
                error = FunctionError(
                    "Function.ResponseSizeTooLarge",
                    f"Response payload size exceeded maximum allowed payload size ({PAYLOAD_BYTES} bytes).",
                )
                api.answered(found[1], error)
                self._respond(413, {"errorType": "RequestEntityTooLarge", "errorMessage": error.message})
                return
            api.answered(found[1], body if found[2] == "response" else _error(body))
            self._respond(202, {"status": "OK"})
        elif self.path in (f"{ROOT}/init/error", f"{ROOT}/restore/error"):
            api.ready_with(_error(body))
            self._respond(202, {"status": "OK"})
        else:
            self._respond(404)

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing; the function has a log of its own."""

    def _hand_over(self, invocation: Invocation | None) -> None:
        if invocation is None:
            self.close_connection = True
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(invocation.event)))
        self.send_header("Lambda-Runtime-Aws-Request-Id", invocation.request_id)
        self.send_header("Lambda-Runtime-Deadline-Ms", str(invocation.deadline_ms))
        self.send_header("Lambda-Runtime-Invoked-Function-Arn", invocation.function_arn)
        self.end_headers()
        self.wfile.write(invocation.event)

    def _respond(self, status: int, content: object = None) -> None:
        body = b"" if content is None else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _error(body: bytes) -> FunctionError:
    """The exception of a handler, as the runtime client reports it."""
    try:
        said = json.loads(body)
        return FunctionError(str(said["errorType"]), str(said["errorMessage"]))
    except (ValueError, KeyError, TypeError):
        return FunctionError("Runtime.Unknown", body[:1000].decode(errors="replace"))
