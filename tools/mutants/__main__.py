"""`python -m tools.mutants`: how many of the faults the tests notice, by package, and which they miss."""

import argparse
import random
import sys
import time
from collections import Counter
from pathlib import Path

from tools.mutants.edits import Mutant, mutants_of
from tools.mutants.trial import finished, started

LIBRARY = Path("layers/analytics/battery_analytics")
PACKAGES = ("sections", "analysis", "formats")
# Where a line lies in a picture is no figure of the report.
DRAWINGS = frozenset({"plot.py", "differential_plot.py", "end_of_life.py"})
TESTS = Path("tests/unit")
# Whatever else a module's own tests are, these follow its figures into the report.
ALWAYS = (TESTS / "sections" / "test_paths.py", TESTS / "test_report.py")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.mutants", description=__doc__)
    parser.add_argument("--seconds", type=float, default=570, help="how long it may take")
    parser.add_argument("--seed", type=int, default=1, help="which faults are drawn")
    parser.add_argument("--at-once", type=int, default=2, help="processes")
    parser.add_argument("--only", default="", help="modules whose path holds this")
    options = parser.parse_args()
    mutants = [
        mutant
        for package in PACKAGES
        for path in sorted((LIBRARY / package).rglob("*.py"))
        if options.only in str(path) and path.name not in DRAWINGS
        for mutant in mutants_of(path)
    ]
    random.Random(options.seed).shuffle(mutants)  # noqa: S311  # a sample, no secret
    _preload()
    sound = [
        Mutant(path, 0, "no fault", path.read_text(encoding="utf-8")) for path in {mutant.path for mutant in mutants}
    ]
    _, failing, _ = _try(sound, float("inf"), options.at_once)
    if failing:
        print(f"Tests fail without any fault, in {', '.join(failing)}: repair them first.")
        return 1
    tried, noticed, missed = _try(mutants, options.seconds, options.at_once)
    for mutant in sorted(missed, key=lambda mutant: (str(mutant.path), mutant.line)):
        print(f"missed  {mutant.path.relative_to(LIBRARY)}:{mutant.line}  {mutant.change}")
    for package in PACKAGES:
        print(f"{package}: {noticed[package]} of {tried[package]} faults noticed")
    total = tried.total()
    print(f"all: {noticed.total()} of {total} faults noticed, of {len(mutants)} there are", flush=True)
    return 0


def _preload() -> None:
    """What every trial imports, so that each begins in a moment."""
    import hypothesis  # noqa: F401, PLC0415
    import matplotlib.backends.backend_agg  # noqa: F401, PLC0415
    import numpy  # noqa: F401, PLC0415
    import orjson  # noqa: F401, PLC0415
    import pandas  # noqa: F401, PLC0415
    import pytest  # noqa: F401, PLC0415


def _try(mutants: list[Mutant], seconds: float, at_once: int) -> tuple[Counter[str], Counter[str], list[Mutant]]:
    tried: Counter[str] = Counter()
    noticed: Counter[str] = Counter()
    missed: list[Mutant] = []
    running: dict[int, Mutant] = {}
    end = time.monotonic() + seconds
    waiting = iter(mutants)
    while True:
        while len(running) < at_once and time.monotonic() < end and (mutant := next(waiting, None)):
            module = _module(mutant.path)
            running[started(module, mutant, _tests(module))] = mutant
        if not running:
            return tried, noticed, missed
        process, seen = finished(set(running))
        mutant = running.pop(process)
        package = mutant.path.relative_to(LIBRARY).parts[0]
        tried[package] += 1
        noticed[package] += seen
        if not seen:
            missed.append(mutant)


def _module(path: Path) -> str:
    return ".".join(path.relative_to(LIBRARY.parent).with_suffix("").parts).removesuffix(".__init__")


def _tests(module: str) -> list[Path]:
    """The tests that name the module, then those that see every figure."""
    named = [path for path in sorted(TESTS.rglob("test_*.py")) if f"{module} import" in path.read_text()]
    return [*named, *(path for path in ALWAYS if path not in named)]


if __name__ == "__main__":
    sys.exit(main())
