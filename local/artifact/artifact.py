"""The built artifact, running: its functions by their names in the template."""

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from local.artifact import runtime_client
from local.artifact.built_template import BUILT, BuiltFunction, built_functions
from local.artifact.function import Function
from local.artifact.instance import Instance, Log
from local.artifact.sandbox import Bare, Bubblewrap, Sandbox, why_not_bubblewrap

AT_ONCE: Final = 2


class Artifact:
    """Functions that start when they are called, and end with this. A context manager.

    `services` says where AWS is; without it a function reaches none.
    """

    def __init__(
        self,
        folder: Path = BUILT,
        *,
        log: Log,
        services: Mapping[str, str] | None = None,
        parameters: Mapping[str, object] | None = None,
        resources: Mapping[str, str] | None = None,
        at_once: int = AT_ONCE,
    ) -> None:
        self.described = built_functions(folder, parameters=parameters, resources=resources)
        self._services = services or {}
        self._log = log
        self._scratch = tempfile.TemporaryDirectory(prefix="artifact-")
        self.sandbox = sandbox_with(Path(self._scratch.name) / "runtime", log)
        self.functions = {
            name: Function(self._starter(function), at_once=at_once) for name, function in self.described.items()
        }

    def start(self, name: str) -> Instance:
        """An instance of a function that belongs to the caller."""
        return self._starter(self.described[name])()

    def close(self) -> None:
        for function in self.functions.values():
            function.close()
        self._scratch.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _starter(self, function: BuiltFunction) -> Callable[[], Instance]:
        return lambda: Instance(function, self.sandbox, self._services, self._log)


def sandbox_with(runtime: Path, log: Log) -> Sandbox:
    """The tightest sandbox that this machine allows, with a runtime client made in a folder that is not there yet."""
    client = runtime_client.installed_into(runtime)
    refused = why_not_bubblewrap()
    if refused is None:
        return Bubblewrap(client)
    log("runner", f"Not in a sandbox as tight as Lambda's: {refused}. Functions run as bare processes.")
    return Bare(client)
