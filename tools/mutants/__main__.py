"""`python -m tools.mutants`: how many of the faults the tests notice, by package, and which they miss."""

import argparse
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from tools.mutants.edits import Mutant, mutants_of
from tools.mutants.nearest_tests import LIBRARY, importers_of_all, module_of, nearest_tests
from tools.mutants.trial import PROFILE, Trial, finished, started

PACKAGES = ("sections", "analysis", "formats")
# Where a line lies in a picture is no figure of the report.
DRAWINGS = frozenset({"plot.py", "differential_plot.py", "end_of_life.py"})
# A faulty module may make its tests slower; what takes this much longer than the sound one hangs.
PATIENCE = 5.0
SHORTEST_LIMIT_S = 20.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.mutants", description=__doc__)
    parser.add_argument("--seconds", type=float, default=540, help="when to stop, from the start on")
    parser.add_argument("--seed", type=int, default=1, help="which faults are drawn")
    parser.add_argument("--at-once", type=int, default=2, help="processes")
    parser.add_argument("--only", default="", help="modules whose path holds this")
    options = parser.parse_args()
    end = time.monotonic() + options.seconds
    mutants = [
        mutant
        for package in PACKAGES
        for path in sorted((LIBRARY / package).rglob("*.py"))
        if options.only in str(path) and path.name not in DRAWINGS
        for mutant in mutants_of(path)
    ]
    random.Random(options.seed).shuffle(mutants)  # noqa: S311  # a sample, no secret
    _preload()
    importers = importers_of_all()
    tests = {path: nearest_tests(module_of(path), importers) for path in {mutant.path for mutant in mutants}}

    sound_s = {}
    files = sorted({file for chosen in tests.values() for file in chosen})
    for trial, passed, seconds in _tried((Trial((file,), float("inf")) for file in files), options.at_once):
        sound_s[trial.tests[0]] = seconds
        if not passed:
            print(f"{trial.tests[0]} fails without any fault: mend it first.")
            return 1

    tried: Counter[str] = Counter()
    missed: list[Mutant] = []
    for trial, passed, _ in _tried(_trials(mutants, tests, sound_s, end), options.at_once):
        if trial.mutant is not None:
            tried[_package(trial.mutant)] += 1
            missed += [trial.mutant] if passed else []
    for mutant in sorted(missed, key=lambda mutant: (str(mutant.path), mutant.line)):
        print(f"missed  {mutant.path.relative_to(LIBRARY)}:{mutant.line}  {mutant.change}")
    missed_in = Counter(map(_package, missed))
    for package in PACKAGES:
        print(f"{package}: {tried[package] - missed_in[package]} of {tried[package]} faults noticed")
    total = tried.total()
    print(f"all: {total - len(missed)} of {total} faults noticed, drawn from {len(mutants)}", flush=True)
    return 0


def _preload() -> None:
    """What every trial imports and simulates, so that each begins in a moment; nothing of the library itself."""
    import hypothesis  # noqa: PLC0415
    import matplotlib.backends.backend_agg  # noqa: F401, PLC0415
    import numpy  # noqa: F401, PLC0415
    import orjson  # noqa: F401, PLC0415
    import pandas  # noqa: F401, PLC0415
    import pytest  # noqa: F401, PLC0415

    from sample_cells import SAMPLES  # noqa: PLC0415
    from tests.named_cells import named_cell  # noqa: PLC0415

    for name in SAMPLES:
        named_cell(name)
    # One failing example is enough, and none is kept: it would be tried again where there is no fault.
    phases = [hypothesis.Phase.explicit, hypothesis.Phase.generate]
    checks = list(hypothesis.HealthCheck)
    hypothesis.settings.register_profile(
        PROFILE, deadline=None, max_examples=30, phases=phases, suppress_health_check=checks, database=None
    )
    os.environ["HYPOTHESIS_PROFILE"] = PROFILE


def _trials(
    mutants: Iterable[Mutant], tests: dict[Path, list[Path]], sound_s: dict[Path, float], end: float
) -> Iterator[Trial]:
    for mutant in mutants:
        if time.monotonic() >= end:
            return
        chosen = tests[mutant.path]
        limit_s = max(SHORTEST_LIMIT_S, PATIENCE * sum(sound_s[file] for file in chosen))
        yield Trial(tuple(chosen), limit_s, mutant)


def _tried(trials: Iterator[Trial], at_once: int) -> Iterator[tuple[Trial, bool, float]]:
    """Each trial with whether its tests passed and how many seconds they took, in the order in which they end."""
    running: dict[int, tuple[Trial, float]] = {}
    while True:
        while len(running) < at_once and (trial := next(trials, None)):
            running[started(trial)] = trial, time.monotonic()
        if not running:
            return
        process, passed = finished(set(running))
        trial, began = running.pop(process)
        yield trial, passed, time.monotonic() - began


def _package(mutant: Mutant) -> str:
    return mutant.path.relative_to(LIBRARY).parts[0]


if __name__ == "__main__":
    sys.exit(main())
