"""Makes a source's capacity counter continuous, wherever it restarts."""

from dataclasses import dataclass

import numpy as np

from battery_analytics.analysis.clock import SECONDS_PER_HOUR, Clock
from battery_analytics.analysis.counter_gaps import WholeCounter
from battery_analytics.analysis.points import PointsByCycle
from battery_analytics.cell import BoolArray, CyclingData, FloatArray, IntArray

TELLING_SHARE = 0.01
SAME_SHARE = 0.01
COUNTS_OPPOSITE_SHARE = 0.05
LATE_READING_FACTOR = 1.5
GOES_ON_FACTOR = 10.0
SAMPLE = 50_000


@dataclass(frozen=True, slots=True)
class Counted:
    """The capacity by a counter at the points at which its current flows, and how the counter behaves.

    `capacity_Ah` has the shape of the points, `total_Ah` (n_cycles,). `restarts` counts the stretches of current before
    which the counter restarted within a cycle; `runs_on` says that it continues from cycle to cycle, `counts_opposite`
    that it also rises with the opposite current. `filled` are the points whose reading was missing or damaged.
    """

    capacity_Ah: FloatArray
    total_Ah: FloatArray
    restarts: int
    runs_on: bool
    counts_opposite: bool
    filled: IntArray


def counted(
    whole: WholeCounter, points: PointsByCycle, opposite: BoolArray, cycling: CyclingData, clock: Clock | None
) -> Counted:
    """Stretches of current, each with the rise of the counter since the point before it or since its restart.

    `points` are those of the counter's own current, of which there is at least one; `opposite` has shape (n_points,).
    """
    index = points.index
    counter = _rising(whole.value_Ah, points)
    value, before = counter[index], counter[np.maximum(index - 1, 0)]
    restart = _restarts(value, before, index, cycling, clock)
    runs_on = _cycle_starts(restart, counter, points, cycling.offsets)
    first = np.flatnonzero(~points.follows | restart)
    last = np.append(first[1:], index.size) - 1
    restart[first] |= _hidden_restarts(value[first], before[first], index[first], cycling, clock)
    base = np.where(restart[first], 0.0, before[first])
    if index[0] == 0 and index.size > 1:
        # The file begins while current flows: what its counter already shows flowed before.
        gain = max(value[1] - value[0], 0.0)
        if runs_on:
            base[0] = max(value[0] - gain, 0.0)
        elif value[0] > GOES_ON_FACTOR * max(gain, float(_flowed_Ah(index[1:2], cycling, clock)[0])):
            base[0] = value[0]
    end = value[last] + _read_late(counter, index[last], opposite, cycling, clock)
    gained = np.maximum(end - base, 0.0)
    cycle = np.searchsorted(points.bounds, first, side="right") - 1
    shift = base - _sum_before_within(cycle, gained)
    total = np.bincount(cycle, weights=gained, minlength=points.counts.size)
    total[points.counts == 0] = np.nan
    restarted = (np.diff(cycle) == 0) & (base[1:] <= value[last[:-1]] / 2)
    return Counted(
        capacity_Ah=value - np.repeat(shift, np.diff(first, append=index.size)),
        total_Ah=total,
        restarts=int(np.count_nonzero(restarted)),
        runs_on=runs_on,
        counts_opposite=_rises_with(opposite, counter) > COUNTS_OPPOSITE_SHARE * float(gained.sum()),
        filled=whole.filled,
    )


def _rising(counter: FloatArray, points: PointsByCycle) -> FloatArray:
    """The counter, negated if it falls with its own current, and shifted if it goes below zero."""
    index = points.index[points.follows]
    index = index[:: 1 + index.size // SAMPLE]
    gain = counter[index] - counter[index - 1]
    if np.count_nonzero(gain < 0) > np.count_nonzero(gain > 0) or (not gain.any() and -counter.min() > counter.max()):
        counter = -counter
    lowest, highest = float(counter.min()), float(counter.max())
    return counter - lowest if -lowest > TELLING_SHARE * (highest - lowest) else counter


def _restarts(
    value: FloatArray, before: FloatArray, index: IntArray, cycling: CyclingData, clock: Clock | None
) -> BoolArray:
    """Where the counter restarted: it fell to at most half of its value, plus the charge that flowed since.

    A smaller fall is noise. The charge since the point before counts because a restarted counter is first read after a
    whole interval; without it, a restart after a step of a minute would look like noise.
    """
    restart = np.zeros(index.size, dtype=bool)
    fallen = np.flatnonzero(value < before)
    flowed = _flowed_Ah(index[fallen], cycling, clock)
    restart[fallen[value[fallen] <= before[fallen] / 2 + flowed]] = True
    return restart


def _cycle_starts(restart: BoolArray, counter: FloatArray, points: PointsByCycle, offsets: IntArray) -> bool:
    """Mark the cycles that begin with this current and a restart. Returns whether the counter continues over most cycles.

    A counter that was well above zero at the end of a cycle and has the same value in the next has continued.
    """
    before, after = counter[offsets[1:-1] - 1], counter[offsets[1:-1]]
    same = after >= (1 - SAME_SHARE) * before
    telling = before > TELLING_SHARE * float(counter.max())
    runs_on = bool(telling.any() and np.mean(same[telling]) > 0.5)
    goes_on = np.append(False, same & (telling | runs_on))
    filled = points.counts > 0
    at_start = points.index[points.starts] == offsets[:-1][filled]
    restart[points.starts[at_start & ~goes_on[filled]]] = True
    return runs_on


def _hidden_restarts(
    value: FloatArray, before: FloatArray, index: IntArray, cycling: CyclingData, clock: Clock | None
) -> BoolArray:
    """Where current starts, and the counter is higher than before but equals the charge that has flowed since.

    Short pulses of rising current hide their restarts in this way.
    """
    flowed = _flowed_Ah(index, cycling, clock)
    return (value - before < 0.8 * flowed) & (np.abs(value - flowed) < 0.1 * flowed)


def _read_late(
    counter: FloatArray, last: IntArray, opposite: BoolArray, cycling: CyclingData, clock: Clock | None
) -> FloatArray:
    """The rise that the counter shows only at the rest after a stretch, because the current ended between two points.

    It counts up to the charge that the current can have passed in that time; without a clock it does not count.
    """
    late = np.zeros(last.size)
    if clock is None:
        return late
    rested = np.minimum(last + 1, counter.size - 1)
    gain = counter[rested] - counter[last]
    place = np.flatnonzero((gain > 0) & ~opposite[rested] & ~cycling.begin_cycles(rested))
    passed = np.abs(cycling.current_A[last[place]]) * clock.interval_s[rested[place]] / SECONDS_PER_HOUR
    with np.errstate(invalid="ignore"):
        late[place] = np.where(gain[place] <= LATE_READING_FACTOR * passed, gain[place], 0.0)
    return late


def _flowed_Ah(index: IntArray, cycling: CyclingData, clock: Clock | None) -> FloatArray:
    """The charge that the current passed since the points before these, 0 where that is unknown."""
    if clock is None:
        return np.zeros(index.size)
    return np.nan_to_num(np.abs(cycling.current_A[index]) * clock.interval_s[index] / SECONDS_PER_HOUR)


def _rises_with(current: BoolArray, counter: FloatArray) -> float:
    """The total rise of the counter in Ah at the points with this current, from some of them where there are many."""
    index = np.flatnonzero(current[1:]) + 1
    every = 1 + index.size // SAMPLE
    index = index[::every]
    gain = counter[index] - counter[index - 1]
    return every * float(gain.sum(where=gain > 0))


def _sum_before_within(cycle: IntArray, gained: FloatArray) -> FloatArray:
    """The sum over the stretches before each stretch in its cycle; both of shape (n_stretches,)."""
    before = np.cumsum(gained) - gained
    is_first = np.diff(cycle, prepend=-1) > 0
    return before - before[np.maximum.accumulate(np.where(is_first, np.arange(cycle.size), 0))]
