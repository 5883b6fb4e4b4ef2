"""One mutant tried: the tests of its module, run in a process that finds the faulty module in place of the right one."""

import importlib.abc
import importlib.machinery
import importlib.util
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import CodeType, ModuleType

from tools.mutants.edits import Mutant

SECONDS_PER_MUTANT = 60.0


class FaultyModule(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Gives the mutant's source for its module, and leaves all other modules to Python."""

    def __init__(self, name: str, mutant: Mutant) -> None:
        self._name, self._mutant = name, mutant

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._name:
            return None
        package = self._mutant.path.name == "__init__.py"
        spec = importlib.util.spec_from_loader(fullname, self, origin=str(self._mutant.path), is_package=package)
        if spec is not None and package:
            spec.submodule_search_locations = [str(self._mutant.path.parent)]
        return spec

    def is_package(self, fullname: str) -> bool:
        return self._mutant.path.name == "__init__.py"

    def get_source(self, fullname: str) -> str:
        return self._mutant.source

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._mutant.source, str(self._mutant.path), "exec")


def started(module: str, mutant: Mutant, tests: Sequence[Path]) -> int:
    """Fork a process that runs the tests against the mutant; its exit code is pytest's. Returns its process id."""
    process = os.fork()
    if process:
        return process
    os.setsid()
    devnull = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(devnull, stream)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(int(SECONDS_PER_MUTANT))
    sys.meta_path.insert(0, FaultyModule(module, mutant))
    import pytest  # noqa: PLC0415  # loaded by the parent already

    code = pytest.main(["-x", "-q", "-n", "0", "-p", "no:cacheprovider", "-m", "not slow", *map(str, tests)])
    os._exit(int(code))


def finished(processes: set[int]) -> tuple[int, bool]:
    """Wait for one of the processes. Its id, and whether its tests noticed the fault: they failed, died or took too long."""
    while True:
        for process in processes:
            done, status = os.waitpid(process, os.WNOHANG)
            if done:
                return process, status != 0
        time.sleep(0.02)
