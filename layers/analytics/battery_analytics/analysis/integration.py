"""Capacity without a counter: the current integrated over time."""

import numpy as np

from battery_analytics.analysis.clock import SECONDS_PER_HOUR, Clock
from battery_analytics.analysis.points import PointsByCycle
from battery_analytics.cell import BoolArray, FloatArray

SAMPLE = 50_000
REGULAR_SHARE = 0.05
MOSTLY = 0.8


def integrated(points: PointsByCycle, current_A: FloatArray, clock: Clock | None) -> tuple[FloatArray, FloatArray]:
    """Capacity in Ah since the cycle began at each of the points, and each cycle's total; NaN without a clock.

    `points` are those with one direction of current. The integral uses trapezoids. A cycler that records the end of each
    step records the rest's too, so the first value of a current counts over the whole interval before. One that records
    at regular times only switches somewhere between two points, so half of the interval counts at either end.
    These intervals are no longer than the next one, because rests have few points.
    """
    if clock is None:
        return np.full(points.index.size, np.nan), np.full(points.counts.size, np.nan)
    current = np.abs(current_A[points.index])
    interval = clock.interval_s[points.index]
    after = _interval_after_s(clock, points)
    sets_in = np.flatnonzero(~points.follows)
    usual = _usual_interval_s(interval[points.follows])
    between = not _ends_are_recorded(points, interval)
    interval[sets_in] = np.minimum(interval[sets_in], np.fmax(after[sets_in], usual))
    gained = current * interval
    gained[1:] += current[:-1] * interval[1:]
    gained *= 0.5 / SECONDS_PER_HOUR
    gained[sets_in] = (0.5 if between else 1.0) * current[sets_in] * interval[sets_in] / SECONDS_PER_HOUR
    gained[np.isnan(gained)] = 0.0
    running = np.cumsum(gained)
    before = (running - gained)[points.starts]
    total = points.sums(gained)
    if between:
        total = total + points.sums(_after_the_end_Ah(points, current, interval, after))
    return running - np.repeat(before, points.counts[points.counts > 0]), total


def _interval_after_s(clock: Clock, points: PointsByCycle) -> FloatArray:
    """The time from each point to the next of any kind, NaN after the last of all."""
    following = points.index + 1
    inside = following < clock.interval_s.size
    return np.where(inside, clock.interval_s[np.minimum(following, clock.interval_s.size - 1)], np.nan)


def _is_last(points: PointsByCycle) -> BoolArray:
    """Whether a point is the last of its stretch of current."""
    last = np.ones(points.index.size, dtype=bool)
    last[:-1] = ~points.follows[1:]
    return last


def _after_the_end_Ah(
    points: PointsByCycle, current: FloatArray, interval: FloatArray, after: FloatArray
) -> FloatArray:
    """Half of the interval in which each stretch ends, at its last current."""
    ends = _is_last(points)
    lasted = np.minimum(np.nan_to_num(after[ends]), np.nan_to_num(interval[ends]))
    gained = np.zeros(points.index.size)
    gained[ends] = 0.5 * current[ends] * lasted / SECONDS_PER_HOUR
    return gained


def _ends_are_recorded(points: PointsByCycle, interval_s: FloatArray) -> bool:
    """Whether steps end with a point of their own: the last interval of a stretch differs from the one before it."""
    last = np.flatnonzero(_is_last(points))
    last = last[last >= 2]
    last = last[points.follows[last] & points.follows[last - 1]][:SAMPLE]
    if not last.size:
        return True
    with np.errstate(invalid="ignore"):
        regular = np.abs(interval_s[last] - interval_s[last - 1]) <= REGULAR_SHARE * interval_s[last - 1]
    return bool(np.mean(regular) < MOSTLY)


def _usual_interval_s(interval_s: FloatArray) -> float:
    sample = interval_s[:: max(1, interval_s.size // SAMPLE)]
    sample = sample[sample > 0]
    return float(np.median(sample)) if sample.size else np.inf
