"""Fills the gaps of a source's capacity counter, and replaces single damaged readings, within the step of each."""

from dataclasses import dataclass

import numpy as np

from battery_analytics.analysis.clock import SECONDS_PER_HOUR, Clock
from battery_analytics.cell import BoolArray, CyclingData, FloatArray, IntArray

FEWEST_MEASURED_SHARE = 0.5
IMPOSSIBLE_FACTOR = 10.0
RESTART_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class WholeCounter:
    """A counter of shape (n_points,) with a value at every point, and the points at which that was filled in."""

    value_Ah: FloatArray
    filled: IntArray


def whole_counter(
    column: FloatArray, active: BoolArray, cycling: CyclingData, clock: Clock | None
) -> WholeCounter | None:
    """The column in Ah without gaps and damaged values; None where it has too few values, or all are equal.

    A gap is interpolated between its neighbours where these are of one cycle and the counter did not restart between
    them. Otherwise it continues the values of its own step: `active` has the points of the counter's current.
    """
    missing = ~np.isfinite(column)
    if missing.any() and missing.mean() > 1 - FEWEST_MEASURED_SHARE:
        return None
    damaged = _damaged(column, cycling, clock)
    missing[damaged] = True
    filled = np.flatnonzero(missing)
    if filled.size:
        column = column.copy()
        column[filled] = _filled(column, missing, filled, active, cycling)
    return WholeCounter(column, filled) if column.min() < column.max() else None


def _filled(
    column: FloatArray, missing: BoolArray, places: IntArray, active: BoolArray, cycling: CyclingData
) -> FloatArray:
    measured = np.flatnonzero(~missing)
    after = np.searchsorted(measured, places)
    before = measured[np.maximum(after - 1, 0)]
    following = measured[np.minimum(after, measured.size - 1)]
    has_before, has_following = after > 0, after < measured.size
    cycle = np.searchsorted(cycling.offsets, places, side="right")
    same_before = has_before & (np.searchsorted(cycling.offsets, before, side="right") == cycle)
    same_following = has_following & (np.searchsorted(cycling.offsets, following, side="right") == cycle)
    low, high = column[before], column[following]
    # A counter that falls to half of its value has restarted; one that counts downwards falls by less.
    goes_on = np.abs(high) >= RESTART_SHARE * np.abs(low)
    share = (places - before) / np.maximum(following - before, 1)
    between = low + (high - low) * share
    in_following_step = same_following & (active[following] == active[places])
    second = measured[np.minimum(after + 1, measured.size - 1)]
    rate = np.where(second > following, (column[second] - high) / np.maximum(second - following, 1), 0.0)
    before_high = np.where(in_following_step & (rate > 0) & (high >= 0), high - rate * (following - places), high)
    before_high = np.where(high >= 0, np.maximum(before_high, 0.0), before_high)
    nearest = np.where(in_following_step | ~same_before, np.where(has_following, before_high, low), low)
    return np.where(same_before & same_following & goes_on, between, nearest)


def _damaged(column: FloatArray, cycling: CyclingData, clock: Clock | None) -> IntArray:
    """Single readings that jump away and back, by far more than the current can have moved."""
    none = np.empty(0, dtype=np.int64)
    if clock is None or column.size < 3:
        return none
    with np.errstate(invalid="ignore", over="ignore"):
        change = np.diff(column)
        back_and_forth = np.flatnonzero(change[:-1] * change[1:] < 0) + 1
        if not back_and_forth.size:
            return none
        net = column[back_and_forth + 1] - column[back_and_forth - 1]
        away = np.minimum(np.abs(change[back_and_forth - 1]), np.abs(change[back_and_forth]))
        flowed = (
            np.abs(cycling.current_A[back_and_forth]) * clock.interval_s[back_and_forth]
            + np.abs(cycling.current_A[back_and_forth + 1]) * clock.interval_s[back_and_forth + 1]
        ) / SECONDS_PER_HOUR
        is_damaged = (away > IMPOSSIBLE_FACTOR * flowed) & (away > IMPOSSIBLE_FACTOR * np.abs(net)) & (flowed > 0)
    inside = ~cycling.begin_cycles(back_and_forth) & ~cycling.begin_cycles(back_and_forth + 1)
    damaged: IntArray = back_and_forth[is_damaged & inside]
    return damaged
