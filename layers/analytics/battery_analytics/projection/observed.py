"""The end of life that was observed: where the capacity passed the threshold for good."""

import numpy as np

from battery_analytics.cell import FloatArray

CYCLES_BELOW_TO_COUNT = 3


def observed_crossing(x: FloatArray, y: FloatArray, eol_capacity: float) -> float | None:
    """Where the capacity passed the threshold for good, between the cycles around it; None where it has not.

    The first of `CYCLES_BELOW_TO_COUNT` cycles in a row at or below the threshold counts, as one may be an outlier, if
    most of the cycles from there on are so too. A cell that begins below has reached it in its first cycle.
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
