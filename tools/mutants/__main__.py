"""`python -m tools.mutants`: how many of the faults the tests notice, by package, and which they miss."""

import argparse
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from tools.mutants.edits import Mutant, mutants_of
from tools.mutants.reach import LIBRARY, Reached, recorded
from tools.mutants.trial import PROFILE, Recording, Trial, finished, started

PACKAGES = ("sections", "analysis", "formats")
# Where a line lies in a picture is no figure of the report.
DRAWINGS = frozenset({"plot.py", "differential_plot.py", "end_of_life.py"})
TESTS = Path("tests/unit")
# No figures: pictures, lists of names and words, and examples that other tests cover.
LEFT_OUT = frozenset({"test_plots.py", "test_library_exports.py", "test_plain_words.py", "test_benchmarks.py"})


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.mutants", description=__doc__)
    parser.add_argument(
        "--seconds", type=float, default=520, help="from the start on, after how many no more trial begins"
    )
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

    reached = _reached(options.at_once)
    if reached is None:
        return 1
    tried: Counter[str] = Counter()
    missed: list[Mutant] = []
    for trial, passed in _tried(_trials(mutants, reached, end), options.at_once):
        tried[_package(trial.mutant)] += 1
        if passed:
            missed.append(trial.mutant)
    for mutant in sorted(missed, key=lambda mutant: (str(mutant.path), mutant.line)):
        unseen = "" if reached.tests(mutant) else "  (no test comes here)"
        print(f"missed  {mutant.path.relative_to(LIBRARY)}:{mutant.line}  {mutant.change}{unseen}")
    missed_in = Counter(map(_package, missed))
    for package in PACKAGES:
        print(f"{package}: {tried[package] - missed_in[package]} of {tried[package]} faults noticed")
    total = tried.total()
    print(f"all: {total - len(missed)} of {total} faults noticed, drawn from {len(mutants)}", flush=True)
    return 0


def _reached(at_once: int) -> Reached | None:
    """Which tests reach what, from a run without any fault; None, with the files named, where that fails."""
    with tempfile.TemporaryDirectory() as folder:
        recordings = [Recording(file, Path(folder) / f"{place}.json") for place, file in enumerate(_test_files())]
        failing = [recording.tests for recording, passed in _tried(iter(recordings), at_once) if not passed]
        if failing:
            print(f"Tests fail without any fault: repair {', '.join(map(str, failing))} first.")
            return None
        return Reached(recorded(Path(folder).iterdir()))


def _test_files() -> list[Path]:
    """The unit tests that reach the library, by their imports."""
    return [
        path
        for path in sorted(TESTS.rglob("test_*.py"))
        if path.name not in LEFT_OUT and "battery_analytics" in path.read_text(encoding="utf-8")
    ]


def _preload() -> None:
    """What every trial imports and simulates, so that each begins in a moment; nothing of the library itself."""
    import hypothesis  # noqa: PLC0415
    import matplotlib.backends.backend_agg  # noqa: F401, PLC0415
    import numpy  # noqa: F401, PLC0415
    import orjson  # noqa: F401, PLC0415
    import pandas  # noqa: F401, PLC0415

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


def _trials(mutants: Iterable[Mutant], reached: Reached, end: float) -> Iterator[Trial]:
    for mutant in mutants:
        if time.monotonic() >= end:
            return
        yield Trial(mutant, reached.tests(mutant))


def _tried[T: Trial | Recording](trials: Iterator[T], at_once: int) -> Iterator[tuple[T, bool]]:
    """Each trial with whether its tests passed, in the order in which they end."""
    running: dict[int, T] = {}
    while True:
        while len(running) < at_once and (trial := next(trials, None)):
            running[started(trial)] = trial
        if not running:
            return
        process, passed = finished(set(running))
        yield running.pop(process), passed


def _package(mutant: Mutant) -> str:
    return mutant.path.relative_to(LIBRARY).parts[0]


if __name__ == "__main__":
    sys.exit(main())
