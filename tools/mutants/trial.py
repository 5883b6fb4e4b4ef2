"""One mutant tried: the tests of its module, run in a process that finds the faulty module in place of the right one."""

import importlib.abc
import importlib.machinery
import importlib.util
import math
import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, ModuleType

from tools.mutants.edits import Mutant
from tools.mutants.nearest_tests import module_of

PROFILE = "mutants"
# The parent has imported Hypothesis before pytest could rewrite its assertions.
QUIET = ("-x", "-q", "-n", "0", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")


@dataclass(frozen=True, slots=True)
class Trial:
    """Test files, how long they may take, and the fault that they should notice, if there is one."""

    tests: tuple[Path, ...]
    limit_s: float
    mutant: Mutant | None = None


class FaultyModule(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Gives the mutant's source for its module, and leaves all other modules to Python."""

    def __init__(self, mutant: Mutant) -> None:
        self._name, self._mutant = module_of(mutant.path), mutant

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._name:
            return None
        file = self._mutant.path
        folder = [str(file.parent)] if file.name == "__init__.py" else None
        return importlib.util.spec_from_file_location(
            fullname, file.resolve(), loader=self, submodule_search_locations=folder
        )

    def is_package(self, fullname: str) -> bool:
        return self._mutant.path.name == "__init__.py"

    def get_source(self, fullname: str) -> str:
        return self._mutant.source

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._mutant.source, str(self._mutant.path), "exec")


def started(trial: Trial) -> int:
    """Fork a process that runs the tests; its exit code is pytest's. Returns its process id."""
    process = os.fork()
    if process:
        return process
    os.setsid()
    silence = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(silence, stream)
    if math.isfinite(trial.limit_s):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(math.ceil(trial.limit_s))
    if trial.mutant is not None:
        sys.meta_path.insert(0, FaultyModule(trial.mutant))
    import pytest  # noqa: PLC0415  # loaded by the parent already

    code = pytest.main([*QUIET, "-m", "not slow", *map(str, trial.tests)])
    os._exit(int(code))


def finished(processes: set[int]) -> tuple[int, bool]:
    """Wait for one of the processes. Its id, and whether its tests passed: neither failed, nor died, nor took too long."""
    while True:
        for process in processes:
            done, status = os.waitpid(process, os.WNOHANG)
            if done:
                return process, status == 0
        time.sleep(0.02)
