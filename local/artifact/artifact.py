"""The running artifact: its functions, by their names in the template."""

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from local.artifact import runtime_client
from local.artifact.function import Function
from local.artifact.instance import Instance, Log
from local.artifact.sandbox import Bare, Bubblewrap, Sandbox, why_not_bubblewrap
from local.template import DeclaredFunction, Template

AT_ONCE: Final = 2


class Artifact:
    """Functions that start when they are called, and end with `close`.

    `services` has the endpoint and key of AWS; without it a function reaches no AWS service.
    """

    def __init__(
        self, template: Template, *, log: Log, services: Mapping[str, str] | None = None, at_once: int = AT_ONCE
    ) -> None:
        self.described = template.functions
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

    def _starter(self, function: DeclaredFunction) -> Callable[[], Instance]:
        return lambda: Instance(function, self.sandbox, self._services, self._log)


def sandbox_with(runtime: Path, log: Log) -> Sandbox:
    """bubblewrap where this machine allows it, else bare processes. This creates the folder of the runtime client."""
    client = runtime_client.installed_into(runtime)
    refused = why_not_bubblewrap()
    if refused is None:
        return Bubblewrap(client)
    log("runner", f"No bubblewrap: {refused}. Functions run without a sandbox.")
    return Bare(client)
