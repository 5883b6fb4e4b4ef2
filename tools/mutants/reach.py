"""Which tests enter which functions of the library, and how long each takes: what may notice a fault in one of them."""

import ast
import json
import sys
import time
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

from tools.mutants.edits import Mutant

LIBRARY = Path("layers/analytics/battery_analytics")
# The fastest tests come first; what these do not notice, slower ones of the same function seldom do.
MOST_SECONDS = 15.0
_TOOL = 4  # one that Python leaves to whoever wants it


@dataclass(frozen=True, slots=True)
class Reach:
    """How long a test takes, and which functions of the library it enters, each as its file and its qualified name."""

    seconds: float
    functions: frozenset[tuple[str, str]]


class Recorder:
    """A plugin of pytest that writes the reach of each test into a file."""

    def __init__(self, file: Path) -> None:
        self._file, self._root = file, str(Path.cwd()) + "/"
        self._entered: set[tuple[str, str]] = set()
        self._reached: dict[str, tuple[float, list[tuple[str, str]]]] = {}

    def pytest_sessionstart(self) -> None:
        monitoring = sys.monitoring
        monitoring.use_tool_id(_TOOL, "mutants")
        monitoring.register_callback(_TOOL, monitoring.events.PY_START, self._enter)
        monitoring.set_events(_TOOL, monitoring.events.PY_START)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        self._entered.clear()
        sys.monitoring.restart_events()
        began = time.monotonic()
        done = yield
        self._reached[item.nodeid] = time.monotonic() - began, sorted(self._entered)
        return done

    def pytest_sessionfinish(self) -> None:
        self._file.write_text(json.dumps(self._reached))

    def _enter(self, code: CodeType, _offset: int) -> object:
        file = code.co_filename.removeprefix(self._root)
        if file.startswith(str(LIBRARY)):
            self._entered.add((file, code.co_qualname.partition(".<locals>")[0]))
        return sys.monitoring.DISABLE


def recorded(files: Iterable[Path]) -> dict[str, Reach]:
    """What recorders have written, by the tests' ids."""
    return {
        test: Reach(seconds, frozenset((path, name) for path, name in functions))
        for file in files
        for test, (seconds, functions) in json.loads(file.read_text()).items()
    }


class Reached:
    """Chooses the tests of a mutant."""

    def __init__(self, reach: Mapping[str, Reach]) -> None:
        self._reach = reach
        self._by_function: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._by_file: dict[str, set[str]] = defaultdict(set)
        for test, reached in reach.items():
            for path, name in reached.functions:
                self._by_function[path, name].add(test)
                self._by_file[path].add(test)
        self._importers = _importers()

    def tests(self, mutant: Mutant) -> dict[str, float]:
        """The tests that enter the mutant's function with their seconds, the fastest first, of some `MOST_SECONDS` in all.

        Outside of functions: those that enter any function of the module, or of modules that import it where it has none.
        """
        path = str(mutant.path)
        tests = self._by_function[path, mutant.function] if mutant.function else self._by_file[path]
        if not mutant.function and not tests:
            tests = set().union(*(self._by_file[importer] for importer in self._importers[path]))
        chosen: dict[str, float] = {}
        for test in sorted(tests, key=lambda test: self._reach[test].seconds):
            if sum(chosen.values()) > MOST_SECONDS:
                break
            chosen[test] = self._reach[test].seconds
        return chosen


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(LIBRARY.parent).with_suffix("").parts).removesuffix(".__init__")


def _importers() -> dict[str, set[str]]:
    paths = {module_of(path): str(path) for path in LIBRARY.rglob("*.py")}
    importers: dict[str, set[str]] = defaultdict(set)
    for path in paths.values():
        for imported in _imported(Path(path)):
            if imported in paths:
                importers[paths[imported]].add(path)
    return importers


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
