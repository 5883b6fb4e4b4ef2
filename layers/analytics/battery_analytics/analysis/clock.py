"""The clock of a test: the time between points, and what is odd in the source's times."""

from dataclasses import dataclass

import numpy as np

from battery_analytics.cell import BoolArray, FloatArray, IntArray

SECONDS_PER_DAY = 86_400.0
SECONDS_PER_HOUR = 3_600.0
LONGEST_PAUSE_OVER_MIDNIGHT_S = SECONDS_PER_DAY / 8
SHORTLY_BEFORE_MIDNIGHT_S = 1_800.0


@dataclass(frozen=True, slots=True)
class Clock:
    """The interval before each point, and what is odd in the source's times.

    `interval_s` has shape (n_points,): seconds since the point before, NaN where that is unknown (the first point, a
    restart, a step backwards). `midnights` counts the wraps of a time of day, `backwards` holds the indices of points
    that are earlier than the point before for no known reason, `unknown` counts the points without a time.
    """

    interval_s: FloatArray
    midnights: int
    backwards: IntArray
    unknown: int


def clock_of(time_s: FloatArray, offsets: IntArray) -> Clock | None:
    """Intervals between points, with a time of day made continuous over midnight; None for a clock that never advances.

    Where the clock restarts with each cycle, a cycle's first interval counts from zero. A clock that never passes
    86,400 s and jumps back by nearly a day is a time of day. Any other jump back is a restart if it is between cycles,
    and an error within one. Where only one point is too early, or has no time, it takes the time of the point before;
    the next known time counts for both.
    """
    known = np.isfinite(time_s)
    unknown = int(time_s.size - np.count_nonzero(known))
    if unknown:
        time_s = _held(time_s, known, offsets)
    starts = offsets[:-1]
    dips = _dips(time_s)
    if dips.size:
        time_s = time_s.copy()
        time_s[dips] = time_s[dips - 1]
    interval = np.empty_like(time_s)
    interval[0] = np.nan
    np.subtract(time_s[1:], time_s[:-1], out=interval[1:])
    backwards = np.flatnonzero(interval < 0)
    midnights = 0
    if _restarts_with_cycles(time_s, offsets):
        interval[starts] = np.where(time_s[starts] >= 0, time_s[starts], np.nan)
    elif backwards.size and np.nanmax(time_s) <= SECONDS_PER_DAY:
        over_midnight = backwards[interval[backwards] + SECONDS_PER_DAY <= LONGEST_PAUSE_OVER_MIDNIGHT_S]
        interval[over_midnight] += SECONDS_PER_DAY
        midnights = over_midnight.size
    backwards = backwards[interval[backwards] < 0]
    interval[backwards] = np.nan
    if not (interval > 0).any():
        return None
    backwards = np.union1d(np.setdiff1d(backwards, starts, assume_unique=True), dips)
    return Clock(interval, midnights, backwards, unknown)


def _dips(time_s: FloatArray) -> IntArray:
    """The single points that are earlier than the point before, and after which the clock goes on from there."""
    with np.errstate(invalid="ignore"):
        return np.flatnonzero((time_s[1:-1] < time_s[:-2]) & (time_s[2:] >= time_s[:-2])) + 1


def _held(time_s: FloatArray, known: BoolArray, offsets: IntArray) -> FloatArray:
    """The time; where it is unknown, that of the last known point of the same cycle."""
    place = np.arange(time_s.size)
    last_known = np.maximum.accumulate(np.where(known, place, -1))
    cycle_start = np.repeat(offsets[:-1], np.diff(offsets))
    return np.where(last_known >= cycle_start, time_s[last_known], np.nan)


def _restarts_with_cycles(time_s: FloatArray, offsets: IntArray) -> bool:
    """Whether most cycles begin near zero because the clock restarts with each cycle, and not just after midnight."""
    if offsets.size < 3:
        return False
    first, last = time_s[offsets[1:-1]], time_s[offsets[1:-1] - 1]
    at_midnight = np.abs(SECONDS_PER_DAY - last) < SHORTLY_BEFORE_MIDNIGHT_S
    return bool(np.mean((first < 0.01 * last) & ~at_midnight) > 0.5)
