"""One instance of a function: the runtime client's process, the Runtime API that it polls, and its log."""

import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Final

from local.artifact.ending import end
from local.artifact.lambda_environment import function_arn, lambda_environment
from local.artifact.runtime_api import FunctionError, Invocation, RuntimeApi
from local.artifact.sandbox import Sandbox
from local.template import DeclaredFunction

# The time that Lambda gives a handler's imports. After that it starts them again, within the time of the invocation. Before
# a snapshot there is more time.
INIT_SECONDS: Final = 10.0
SNAPSHOT_INIT_SECONDS: Final = 130.0
type Log = Callable[[str, str], None]


class Instance:
    """Starts at once; `log(function's name, line)` is called with each line that the function prints."""

    def __init__(self, function: DeclaredFunction, sandbox: Sandbox, services: Mapping[str, str], log: Log) -> None:
        self._function = function
        self._log = log
        self._api = RuntimeApi()
        paths = sandbox.paths(function)
        environment = lambda_environment(function, paths, runtime_api=self._api.address, services=services)
        self._started: Future[subprocess.Popen[str]] = Future()
        command = sandbox.command(function, environment, ("-m", "awslambdaric", function.handler))
        self._life = threading.Thread(target=self._live, args=(command,), name=function.name, daemon=True)
        self._life.start()

    @property
    def process(self) -> subprocess.Popen[str]:
        """The outermost process, with which all others of the instance end."""
        return self._started.result()

    @property
    def is_at_work(self) -> bool:
        return self._api.is_answer_due

    @property
    def is_alive(self) -> bool:
        """Whether it accepts another event, after it has had time to finish the last one."""
        try:
            self.wait_until_ready()
        except FunctionError:
            return False
        return self.process.poll() is None

    def wait_until_ready(self) -> None:
        """Wait until the handler is loaded and has finished its last event. Raises FunctionError."""
        function = self._function
        seconds = SNAPSHOT_INIT_SECONDS if function.has_snapshot else INIT_SECONDS + function.timeout_s
        self._in_time(self._api.ready, seconds, f"Init timed out after {seconds:.2f} seconds")

    def invoke(self, event: bytes, request_id: str) -> bytes:
        """The handler's answer to an event, both as JSON.

        Raises FunctionError where the handler raised, where the instance ended, or where it was killed after its timeout.
        """
        self.wait_until_ready()
        seconds = self._function.timeout_s
        invocation = Invocation(
            request_id=request_id,
            event=event,
            deadline_ms=round(1000 * (time.time() + seconds)),
            function_arn=function_arn(self._function),
        )
        return self._in_time(self._api.submit(invocation), seconds, f"Task timed out after {seconds:.2f} seconds")

    def kill(self) -> None:
        """End the instance now. Safe to call twice."""
        if self._started.exception() is None:
            end(self.process)
        self._life.join()
        self._api.close()

    def _in_time[Answer](self, future: Future[Answer], seconds: float, otherwise: str) -> Answer:
        try:
            return future.result(seconds)
        except TimeoutError as error:
            self.kill()
            raise FunctionError("Sandbox.Timedout", otherwise) from error

    def _live(self, command: list[str]) -> None:
        """Run the process from start to end in one thread, because bubblewrap ends with the thread that started it."""
        try:
            process = subprocess.Popen(  # noqa: S603  # the command is the sandbox's and the template's
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,  # Ctrl-C is for the runner, which ends its instances after their calls
            )
        except OSError as error:
            self._started.set_exception(error)
            self._api.fail(FunctionError("Sandbox.NotStarted", f"The sandbox could not be started: {error}"))
            return
        self._started.set_result(process)
        assert process.stdout is not None  # noqa: S101  # a pipe, as above
        with process.stdout as said:
            for line in said:
                self._log(self._function.name, line.rstrip("\n"))
        self._api.fail(_exited(process.wait()))


def _exited(status: int) -> FunctionError:
    """Lambda's message about the end of a runtime: its exit status, or the signal that ended it."""
    signal = -status if status < 0 else status - 128 if status > 128 else 0
    how = "signal: killed" if signal == 9 else f"signal: {signal}" if signal else f"exit status {status}"
    return FunctionError("Runtime.ExitError", f"Runtime exited with error: {how}")
