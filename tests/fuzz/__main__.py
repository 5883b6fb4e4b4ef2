"""Fuzz the readers: `python -m tests.fuzz --minutes 60`, shared among all targets or those that are named.

Each target draws inputs until its time is over. An input that does what none may do is made smaller, kept as files under
`fuzz-findings`, and told; the exit status is then 1. A finding that is mended becomes a test in `tests/corpus`.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context

from tests.fuzz.run import run_in_process
from tests.fuzz.targets import TARGETS


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=2.0, help="of all targets together (2)")
    parser.add_argument("--target", action="append", choices=[target.name for target in TARGETS], help="all by default")
    parser.add_argument("--seed", type=int, default=None, help="the first round's seed; by default the time")
    parser.add_argument("--processes", type=int, default=2, help="targets at the same time (2)")
    options = parser.parse_args(arguments)
    names = options.target or [target.name for target in TARGETS]
    seconds = 60 * options.minutes * min(options.processes, len(names)) / len(names)
    first_seed = int(time.time()) if options.seed is None else options.seed
    print(f"{len(names)} targets of {seconds:.0f} s each, seed {first_seed}.", flush=True)
    found = False
    with ProcessPoolExecutor(options.processes, get_context("spawn"), max_tasks_per_child=1) as pool:
        runs = [pool.submit(run_in_process, name, seconds, first_seed) for name in names]
        for run in as_completed(runs):
            outcome = run.result()
            print(f"{outcome.target:<10}{outcome.n_inputs:>9,} inputs, {len(outcome.findings)} findings", flush=True)
            print("".join(outcome.findings), end="", flush=True)
            found = found or bool(outcome.findings)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
