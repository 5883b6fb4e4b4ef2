"""Numbers the cycles of a table that has no cycle column, from the directions of its current."""

from collections.abc import Mapping

import numpy as np

from battery_analytics.cell import FloatArray, IntArray
from battery_analytics.formats.quantities import Quantity

REST_SHARE = 1 / 200
WHOLE_SHARE = 0.05
LONGEST_GAP_FACTOR = 50.0


def cycle_numbers_of(columns: Mapping[Quantity, FloatArray]) -> FloatArray | None:
    """The number of each row's cycle from 1, shape (n,); None where the current has one direction only.

    A cycle begins where the current turns to the direction of the first charge or discharge. A stretch that moves less than
    `WHOLE_SHARE` of the most in its direction, such as a pulse, turns nothing.
    """
    current = columns.get("current_A")
    if current is None or current.size < 2:
        return None
    way = _way(current, columns.get("state"))
    starts = np.flatnonzero(np.diff(way, prepend=np.nan) != 0)
    way_of = way[starts]
    moved = np.add.reduceat(_moved(current, columns.get("time_s")), starts)
    whole = np.zeros(starts.size, dtype=bool)
    for direction in (-1.0, 1.0):
        of_it = way_of == direction
        if not of_it.any():
            return None
        whole |= of_it & (moved >= WHOLE_SHARE * moved[of_it].max())
    turns = _turns(starts[whole], way_of[whole])
    return 1.0 + np.searchsorted(turns[1:], np.arange(current.size), side="right").astype(np.float64)


def _way(current: FloatArray, state: FloatArray | None) -> FloatArray:
    """1 for each row that charges, -1 for one that discharges, 0 for a rest: by the state, else by the current's sign."""
    known = current[np.isfinite(current)]
    limit = REST_SHARE * float(np.percentile(np.abs(known), 95)) if known.size else 0.0
    sign = np.where(np.abs(np.nan_to_num(current)) > limit, np.sign(np.nan_to_num(current)), 0.0)
    if state is None or not (np.any(state == 1) and np.any(state == -1)):
        return sign
    return np.where(sign != 0, np.where(np.isfinite(state), state, sign), 0.0)


def _moved(current: FloatArray, time_s: FloatArray | None) -> FloatArray:
    """What each row moves, in any unit: its current by the time since the row before, or its current alone."""
    amount = np.abs(np.nan_to_num(current))
    if time_s is None:
        return amount
    with np.errstate(invalid="ignore", over="ignore"):
        interval = np.diff(time_s, prepend=time_s[0])
    interval = np.where(np.isfinite(interval) & (interval > 0), interval, 0.0)
    usual = float(np.median(interval[interval > 0])) if (interval > 0).any() else 1.0
    return amount * np.minimum(interval, LONGEST_GAP_FACTOR * usual)


def _turns(starts: IntArray, way: FloatArray) -> IntArray:
    """The rows at which whole stretches turn to the direction of the first."""
    first = way[0]
    begins = (way == first) & (np.concatenate(([-first], way[:-1])) != first)
    turns: IntArray = starts[begins]
    return turns
