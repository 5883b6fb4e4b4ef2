"""The observed end of life: where the capacity fell below the threshold and stayed there."""

import numpy as np

from battery_analytics.cell import FloatArray

CYCLES_BELOW_TO_COUNT = 3


def observed_crossing(x: FloatArray, y: FloatArray, eol_capacity: float) -> float | None:
    """The cycle, interpolated, at which the capacity fell below the threshold to stay; None where it has not.

    One cycle may be an outlier. So `CYCLES_BELOW_TO_COUNT` cycles in a row must be at or below the threshold, and most
    of the cycles after them; the first of them counts. A cell that begins below has reached it in its first cycle.
    """
    below = y <= eol_capacity
    if below.size < CYCLES_BELOW_TO_COUNT:
        return None
    in_a_row = np.convolve(below, np.ones(CYCLES_BELOW_TO_COUNT), mode="valid") == CYCLES_BELOW_TO_COUNT
    share_below = np.cumsum(below[::-1])[::-1] / np.arange(below.size, 0, -1)
    for_good = np.flatnonzero(in_a_row & (share_below[: in_a_row.size] > 0.5))
    if not for_good.size:
        return None
    first = int(for_good[0])
    if first == 0:
        return float(x[0])
    fall = y[first - 1] - y[first]
    return float(x[first - 1] + (x[first] - x[first - 1]) * (y[first - 1] - eol_capacity) / fall)
