"""One mutant tried: the tests of its module, run in a process that finds the faulty module in place of the right one."""

import importlib.abc
import importlib.machinery
import importlib.util
import math
import os
import signal
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, ModuleType

import pytest

from tools.mutants.edits import Mutant
from tools.mutants.reach import Recorder, module_of

PROFILE = "mutants"
# The parent has imported Hypothesis before pytest could rewrite its assertions.
QUIET = ("-x", "-q", "-n", "0", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")
# A fault may make tests slower; what takes so many times as long as without it hangs.
TIMES_AS_LONG = 5.0
SHORTEST_LIMIT_S = 20.0


@dataclass(frozen=True, slots=True)
class Recording:
    """A test file run without any fault, and where its reach is written."""

    tests: Path
    reach: Path


@dataclass(frozen=True, slots=True)
class Trial:
    """A fault, and the tests that should notice it with the seconds that they take without it, in their order."""

    mutant: Mutant
    tests: dict[str, float]


class Chosen:
    """A plugin of pytest that runs these tests alone, in this order."""

    def __init__(self, tests: Iterable[str]) -> None:
        self._order = {test: place for place, test in enumerate(tests)}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted(
            (item for item in items if item.nodeid in self._order), key=lambda item: self._order[item.nodeid]
        )


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


def started(trial: Trial | Recording) -> int:
    """Fork a process that runs the tests; its exit code is 0 where they pass. Returns its process id."""
    process = os.fork()
    if process:
        return process
    os.setsid()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    passed = _recorded(trial) if isinstance(trial, Recording) else not trial.tests or _passed(trial)
    os._exit(0 if passed else 1)


def _recorded(recording: Recording) -> bool:
    options = [*QUIET, "-m", "not slow", str(recording.tests)]
    ended = pytest.main(options, plugins=[Recorder(recording.reach)])
    return ended in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}


def _passed(trial: Trial) -> bool:
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(math.ceil(max(SHORTEST_LIMIT_S, TIMES_AS_LONG * sum(trial.tests.values()))))
    sys.meta_path.insert(0, FaultyModule(trial.mutant))
    files = dict.fromkeys(test.partition("::")[0] for test in trial.tests)
    return pytest.main([*QUIET, *files], plugins=[Chosen(trial.tests)]) == pytest.ExitCode.OK


def finished(processes: set[int]) -> tuple[int, bool]:
    """Wait for one of the processes. Its id, and whether its tests passed: neither failed, nor died, nor took too long."""
    while True:
        for process in processes:
            done, status = os.waitpid(process, os.WNOHANG)
            if done:
                return process, status == 0
        time.sleep(0.02)
