"""Medians of two actions measured in turn, so that a change of the machine's speed affects both alike."""

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measurement:
    """Median seconds of an action and of its floor, and the median milliseconds of the action's stages."""

    seconds: float
    floor_seconds: float
    stages_ms: Mapping[str, float]

    @property
    def ratio(self) -> float:
        return self.seconds / self.floor_seconds


def measure(action: Callable[[], Mapping[str, float]], floor: Callable[[], object], *, runs: int) -> Measurement:
    """Runs both once to warm up, then in turn. The action returns the milliseconds of its stages.

    The time to free a result counts for both; the time to collect earlier garbage does not.
    """
    floor()
    action()
    seconds: list[float] = []
    floor_seconds: list[float] = []
    stages_ms: list[Mapping[str, float]] = []
    for _ in range(runs):
        floor_seconds.append(_seconds(floor))
        seconds.append(_seconds(lambda: stages_ms.append(action())))
    return Measurement(
        seconds=statistics.median(seconds),
        floor_seconds=statistics.median(floor_seconds),
        stages_ms={
            stage: statistics.median(run[stage] for run in stages_ms if stage in run) for stage in stages_ms[-1]
        },
    )


def _seconds(action: Callable[[], object]) -> float:
    gc.collect()
    start = time.perf_counter()
    action()
    return time.perf_counter() - start
