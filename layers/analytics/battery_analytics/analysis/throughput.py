"""Charge throughput: a source's cumulative capacity columns made continuous, or the current integrated where there is none.

Cyclers restart their counters at each step, each cycle or never, and some write into the charge counter while they
discharge. What a counter gains while its own current flows is what the cell was charged or discharged; the rest is not.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from battery_analytics.cell import BoolArray, CyclingData, FloatArray, IntArray

SECONDS_PER_DAY = 86_400.0
SECONDS_PER_HOUR = 3_600.0
REST_CURRENT_SHARE = 1 / 500
CURRENT_SAMPLE = 50_000

type Basis = Literal["counter", "integrated"]


@dataclass(frozen=True, slots=True)
class Clock:
    """The time that each point stands for, and how the source's clock runs.

    `interval_s` has shape (n_points,): seconds since the point before, NaN where that is unknown (the first point, a
    restart, a step backwards). `midnights` counts the wraps of a time of day, `backwards` holds the indices of points
    that are earlier than the point before without a reason.
    """

    interval_s: FloatArray
    midnights: int
    backwards: IntArray


@dataclass(frozen=True, slots=True)
class Branches:
    """What flowed one way: the points at which it did, and the capacity since the cycle began.

    `active` and `capacity_Ah` have shape (n_points,), the latter meaningful only where `active`; `total_Ah` has shape
    (n_cycles,), NaN for a cycle in which nothing flowed this way. `restarts` counts the counter's restarts within cycles,
    `idle_changes` the points at which it moved without its current.
    """

    active: BoolArray
    capacity_Ah: FloatArray
    total_Ah: FloatArray
    basis: Basis
    restarts: int
    idle_changes: int
    across_cycles: bool


@dataclass(frozen=True, slots=True)
class Throughput:
    """A cell's charge and discharge, point by point and cycle by cycle."""

    clock: Clock | None
    charge: Branches
    discharge: Branches
    rest_current_A: float


def throughput(cycling: CyclingData) -> Throughput:
    """Charge and discharge of every cycle, from the source's counters where it has them."""
    clock = None if cycling.time_s is None else clock_of(cycling.time_s, cycling.offsets)
    limit = rest_current(cycling.current_A)
    charging, discharging = cycling.current_A > limit, cycling.current_A < -limit
    return Throughput(
        clock=clock,
        charge=_branches(cycling, cycling.charge_capacity_Ah, charging, clock),
        discharge=_branches(cycling, cycling.discharge_capacity_Ah, discharging, clock),
        rest_current_A=limit,
    )


def rest_current(current_A: FloatArray) -> float:
    """The current below which a cell rests: a share of the 95th percentile of what flows."""
    sample = np.abs(current_A[:: max(1, current_A.size // CURRENT_SAMPLE)])
    flowing = sample[sample > 0]
    return REST_CURRENT_SHARE * float(np.percentile(flowing, 95)) if flowing.size else 0.0


def clock_of(time_s: FloatArray, offsets: IntArray) -> Clock:
    """Intervals between points, with a time of day unwrapped over midnight.

    A clock that restarts with each cycle has no interval there; one that jumps back within a cycle by half a day or more
    and never passes 86,400 s is a time of day.
    """
    interval = np.diff(time_s, prepend=np.nan)
    backwards = np.flatnonzero(interval < 0)
    starts = np.zeros(time_s.size, dtype=bool)
    starts[offsets[:-1]] = True
    midnights = 0
    if backwards.size and np.nanmax(time_s) <= SECONDS_PER_DAY:
        half_day = backwards[interval[backwards] < -SECONDS_PER_DAY / 2]
        if half_day.size and not _restarts_with_cycles(time_s, offsets):
            interval[half_day] += SECONDS_PER_DAY
            midnights = int(half_day.size)
            backwards = np.flatnonzero(interval < 0)
    interval[backwards] = np.nan
    return Clock(interval, midnights, backwards[~starts[backwards]])


def _restarts_with_cycles(time_s: FloatArray, offsets: IntArray) -> bool:
    """Whether most cycles begin near zero, as they do on a clock that each cycle sets anew."""
    if offsets.size < 3:
        return False
    first, last = time_s[offsets[1:-1]], time_s[offsets[1:-1] - 1]
    with np.errstate(invalid="ignore"):
        return bool(np.mean(first < 0.01 * last) > 0.5)


def _branches(cycling: CyclingData, counter: FloatArray | None, active: BoolArray, clock: Clock | None) -> Branches:
    usable = None if counter is None else _usable_counter(counter, active)
    if usable is None:
        return _integrated(cycling, active, clock)
    return _counted(cycling, usable, active, clock)


def _usable_counter(counter: FloatArray, active: BoolArray) -> FloatArray | None:
    """The counter as positive Ah without gaps; None where it holds too little to count with."""
    measured = np.isfinite(counter)
    if not measured.all():
        if measured.mean() < 0.5:
            return None
        index = np.arange(counter.size)
        counter = np.interp(index, index[measured], counter[measured])
    lowest, highest = counter.min(), counter.max()
    if -lowest > highest:
        counter, lowest, highest = -counter, -highest, -lowest
    return counter if highest > lowest or not active.any() else None


def _counted(cycling: CyclingData, counter: FloatArray, active: BoolArray, clock: Clock | None) -> Branches:
    """Stretches of current, each with what the counter gained in it since the point before or since its restart."""
    cycle_starts = cycling.offsets[:-1]
    gain = np.diff(counter, prepend=counter[0])
    across_cycles = _runs_across_cycles(counter, cycle_starts)
    restart = _restarts(counter, gain, cycling, clock)
    idle_changes = int(np.count_nonzero((gain > 0) & ~active))
    if not across_cycles:
        restart[cycle_starts] = True
    begins = active.copy()
    begins[1:] &= ~active[:-1]
    begins[cycle_starts] = active[cycle_starts]
    begins |= active & restart
    first = np.flatnonzero(begins)
    if first.size == 0:
        return Branches(active, np.zeros_like(counter), _no_totals(cycling), "counter", 0, idle_changes, across_cycles)
    base = np.where(restart[first], 0.0, counter[np.maximum(first - 1, 0)])
    last = first + np.add.reduceat(active, first, dtype=np.int64) - 1
    gained = np.maximum(counter[last] - base, 0.0)
    cycle = np.searchsorted(cycling.offsets, first, side="right") - 1
    shift = base - _sum_before_within(cycle, gained)
    capacity = np.zeros_like(counter)
    capacity[first[0] :] = counter[first[0] :] - np.repeat(shift, np.diff(first, append=counter.size))
    restarts = int(np.count_nonzero(restart[first])) - np.unique(cycle).size * (not across_cycles)
    return Branches(
        active, capacity, _totals(cycling, cycle, gained), "counter", max(restarts, 0), idle_changes, across_cycles
    )


def _restarts(counter: FloatArray, gain: FloatArray, cycling: CyclingData, clock: Clock | None) -> BoolArray:
    """Where the counter began again: it fell to no more than half of what it was, but for what flowed since.

    A smaller fall is noise of the counter. The allowance for what flowed since the point before tells a restart after
    a step of a minute from noise, as a counter that restarts is read first after a whole interval.
    """
    restart = np.zeros(counter.size, dtype=bool)
    dropped = np.flatnonzero(gain < 0)
    flowed = np.zeros(dropped.size)
    if clock is not None:
        flowed = np.nan_to_num(np.abs(cycling.current_A[dropped]) * clock.interval_s[dropped] / SECONDS_PER_HOUR)
    restart[dropped[counter[dropped] <= counter[dropped - 1] / 2 + flowed]] = True
    return restart


def _runs_across_cycles(counter: FloatArray, cycle_starts: IntArray) -> bool:
    """Whether the counter goes on from cycle to cycle, as it does where it is set to zero once a test."""
    before, after = counter[cycle_starts[1:] - 1], counter[cycle_starts[1:]]
    telling = before > 0.01 * counter.max()
    return bool(telling.any() and np.mean(after[telling] >= 0.99 * before[telling]) > 0.5)


def _sum_before_within(cycle: IntArray, gained: FloatArray) -> FloatArray:
    """For each stretch the sum of the stretches before it in its cycle; both of shape (n_stretches,)."""
    before = np.cumsum(gained) - gained
    is_first = np.diff(cycle, prepend=-1) > 0
    return before - before[np.maximum.accumulate(np.where(is_first, np.arange(cycle.size), 0))]


def _no_totals(cycling: CyclingData) -> FloatArray:
    return np.full(cycling.n_cycles, np.nan)


def _totals(cycling: CyclingData, cycle: IntArray, gained: FloatArray) -> FloatArray:
    totals = np.bincount(cycle, weights=gained, minlength=cycling.n_cycles)
    totals[np.bincount(cycle, minlength=cycling.n_cycles) == 0] = np.nan
    return totals


def _integrated(cycling: CyclingData, active: BoolArray, clock: Clock | None) -> Branches:
    """The current over time: its mean over an interval in which it flowed at both ends, else its value at the end."""
    current = np.abs(cycling.current_A) * active
    gained = np.zeros_like(current)
    if clock is not None:
        flowed_before = np.zeros_like(active)
        flowed_before[1:] = active[:-1]
        flowed_before[cycling.offsets[:-1]] = False
        mean = current.copy()
        mean[1:] = np.where(flowed_before[1:], (current[1:] + current[:-1]) / 2, current[1:])
        gained = np.nan_to_num(mean * clock.interval_s) / SECONDS_PER_HOUR
        gained[~active] = 0.0
    running = np.cumsum(gained)
    starts = cycling.offsets[:-1]
    capacity = running - np.repeat(running[starts] - gained[starts], np.diff(cycling.offsets))
    totals = np.add.reduceat(gained, starts)
    totals[~np.logical_or.reduceat(active, starts)] = np.nan
    return Branches(active, capacity, totals, "integrated", 0, 0, across_cycles=False)
