"""The table of simulated cells with known life: error, coverage and abstention by shape and by share of fade used up."""

import numpy as np
from battery_analytics.projection.project import cycle_life_projection

from tools.training.simulated import FADE_USED, SHAPES, THRESHOLD, parts_of_lives

CELLS_PER_SHAPE = 40
SEED = 2_026


def synthetic_table() -> str:
    """Median relative error, coverage of the 90 % interval, and abstentions; with another seed than the widening."""
    rows: dict[tuple[str, float], list[tuple[float, float]]] = {
        (shape, used): [] for shape in SHAPES for used in FADE_USED
    }
    for part in parts_of_lives(CELLS_PER_SHAPE, SEED):
        found = cycle_life_projection(
            part.cycle_number.astype(np.int64), part.capacity, eol_threshold=THRESHOLD, reference_Ah=None
        )
        error = covered = np.nan
        if found.eol_cycle is not None:
            error = abs(found.eol_cycle / part.life - 1.0)
            ends = found.interval
            covered = float(ends is None or ends.low <= part.life <= (np.inf if ends.high is None else ends.high))
        rows[part.shape, part.fade_used].append((error, covered))
    lines = ["simulated cells: median error / coverage / abstained, by share of fade used up"]
    lines.append("".ljust(16) + "".join(f"{100 * used:.0f} %".rjust(22) for used in FADE_USED))
    for shape in (*SHAPES, "all"):
        cells = [
            [row for name in (SHAPES if shape == "all" else (shape,)) for row in rows[name, used]] for used in FADE_USED
        ]
        lines.append(shape.ljust(16) + "".join(_cell(np.array(part)).rjust(22) for part in cells))
    return "\n".join(lines)


def _cell(rows: np.ndarray) -> str:
    projected = np.isfinite(rows[:, 0])
    abstained = f"{100 * (1 - projected.mean()):.0f} %"
    return (
        f"{np.median(rows[projected, 0]):.3f} / {rows[projected, 1].mean():.2f} / {abstained}"
        if projected.any()
        else f"- / - / {abstained}"
    )
