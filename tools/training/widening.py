"""Learns the error of the trajectory models beyond the spread of their resampling, from lives that are known to their end."""

import json
import math
from pathlib import Path

import numpy as np
from battery_analytics.projection.trajectory_projection import LEAST_FADE_USED, Widening, trajectory_projection

from tools.training.simulated import FADE_USED, SHAPES, THRESHOLD, PartOfALife, parts_of_lives

CELLS_PER_SHAPE = 60
SEED = 11
LEVEL = 0.90
# Median relative errors of such an ensemble on 197 real cells of six collections, by share of fade used up. About nine
# cells in ten stay within three medians, so an interval allows for at least that.
MEDIAN_ERROR_ON_REAL_CELLS = {0.25: 0.39, 0.50: 0.19, 0.75: 0.06}
MEDIANS = 3.0
NOT_WIDENED = Widening(np.array([0.0]), np.array([0.0]))


def learn_widening() -> dict[str, list[float]]:
    """The widening of the remaining life, as a natural logarithm, by share of fade used up.

    The shape of a fade is not known beforehand, so this is the widening that the worst shape needs.
    """
    beyond: dict[tuple[float, str], list[float]] = {(used, shape): [] for used in FADE_USED for shape in SHAPES}
    for part in parts_of_lives(CELLS_PER_SHAPE, SEED):
        missing = _beyond(part)
        if missing is not None:
            beyond[part.fade_used, part.shape].append(missing)
    real = {used: math.log1p(MEDIANS * error) for used, error in MEDIAN_ERROR_ON_REAL_CELLS.items()}
    learned = [
        max(real.get(used, 0.0), *(_conformal(beyond[used, shape]) for shape in SHAPES if beyond[used, shape]))
        for used in FADE_USED
    ]
    learned = np.maximum.accumulate(learned[::-1])[::-1].tolist()
    # Below the first learned share the error grows further, with the logarithm of the fade that is not yet used up.
    earliest = learned[0] + math.log(FADE_USED[0] / LEAST_FADE_USED)
    return {
        "fade_used": [LEAST_FADE_USED, *FADE_USED],
        "log_factor": [round(value, 4) for value in (earliest, *learned)],
    }


def _conformal(beyond: list[float]) -> float:
    place = min(math.ceil((len(beyond) + 1) * LEVEL), len(beyond))
    return sorted(beyond)[place - 1]


def _beyond(part: PartOfALife) -> float | None:
    """How far the true remaining life lies outside the interval without widening, as a logarithm; None if it abstains."""
    end = THRESHOLD * float(part.capacity[0])
    found = trajectory_projection(
        part.cycle_number, part.capacity, eol_capacity_Ah=end, level=LEVEL, widening=NOT_WIDENED
    )
    interval = found.projection.interval
    if interval is None:
        return None
    last = float(part.cycle_number[-1])
    true, low = math.log(max(part.life - last, 0.5)), math.log(max(interval.low - last, 1e-3))
    high = math.inf if interval.high is None else math.log(max(interval.high - last, 1e-3))
    return max(low - true, true - high, 0.0)


def write_widening(folder: Path) -> None:
    (folder / "trajectory.json").write_text(json.dumps(learn_widening(), indent=1) + "\n")
