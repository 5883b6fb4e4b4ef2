"""Charge throughput: the charge in each direction, from a source's cumulative capacity columns or else from its current.

Cyclers restart their counters at each step, at each cycle or never, and some also count the discharge in the charge
counter. So only the rise of a counter while its own current flows counts.
"""

from dataclasses import dataclass, replace

import numpy as np

from battery_analytics.analysis.clock import Clock, clock_of
from battery_analytics.analysis.counter import Counted, counted
from battery_analytics.analysis.counter_gaps import whole_counter
from battery_analytics.analysis.integration import integrated
from battery_analytics.analysis.points import PointsByCycle
from battery_analytics.cell import BoolArray, CyclingData, FloatArray

REST_CURRENT_SHARE = 1 / 500
CURRENT_SAMPLE = 50_000
NOISE_SHARE = 1 / 100
STEPS_OF_NOISE = 2.5
WHOLE_STEP = 1e-3
TRACE_SHARE = 1e-3
SAME_SIGN_SHARE = 0.99
FEWEST_MEASURED_SHARE = 0.5
REPEATS_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class Branches:
    """The charges, or the discharges, of all cycles: their points, and the capacity since the cycle began.

    `active` has shape (n_points,), `capacity_Ah` that of `points`, `total_Ah` and `integrated` (n_cycles,). Capacities
    are NaN where they are unknown, totals also where nothing flowed. `integrated` marks the cycles whose capacity comes
    from current and time. `counter` describes the source's counter, None where there is no usable one. `believed`
    says that the totals are those of a counter that moves although no current has its direction.
    """

    active: BoolArray
    points: PointsByCycle
    capacity_Ah: FloatArray
    total_Ah: FloatArray
    integrated: BoolArray
    counter: Counted | None
    believed: bool = False

    @property
    def capacity_at_every_point_Ah(self) -> FloatArray:
        """`capacity_Ah` with shape (n_points,), zero where nothing flowed in this direction."""
        capacity = np.zeros(self.active.size)
        capacity[self.points.index] = self.capacity_Ah
        return capacity


@dataclass(frozen=True, slots=True)
class Throughput:
    """A cell's charge and discharge, point by point and cycle by cycle."""

    clock: Clock | None
    charge: Branches
    discharge: Branches


def throughput(cycling: CyclingData) -> Throughput:
    """Charge and discharge of every cycle, from the source's counters where it has them."""
    cycling = _of_one_counter(cycling)
    clock = None if cycling.time_s is None else clock_of(cycling.time_s, cycling.offsets)
    limit = rest_current(cycling.current_A)
    charging, discharging = cycling.current_A > limit, cycling.current_A < -limit
    return Throughput(
        clock=clock,
        charge=_branches(cycling, cycling.charge_capacity_Ah, charging, discharging, clock),
        discharge=_branches(cycling, cycling.discharge_capacity_Ah, discharging, charging, clock),
    )


def _of_one_counter(cycling: CyclingData) -> CyclingData:
    """The data with a source's one capacity column as the counter of each direction, where it has no others."""
    column = cycling.step_capacity_Ah
    if column is None or cycling.charge_capacity_Ah is not None or cycling.discharge_capacity_Ah is not None:
        return cycling
    if _has_sign_of(cycling.current_A, column):
        column = np.abs(column)
    return replace(cycling, charge_capacity_Ah=column, discharge_capacity_Ah=column)


def _has_sign_of(current_A: FloatArray, column: FloatArray) -> bool:
    """Whether a step's capacity is written with the sign of its current, so that it falls below zero in a discharge."""
    flowing = (np.abs(current_A) > rest_current(current_A)) & np.isfinite(column) & (column != 0)
    if not (column[flowing] < 0).any():
        return False
    return bool(np.mean(np.sign(column[flowing]) == np.sign(current_A[flowing])) > SAME_SIGN_SHARE)


def rest_current(current_A: FloatArray) -> float:
    """The current up to which a cell rests: a share of the 95th percentile of all currents, or a few of its smallest steps.

    A coarse instrument shows its smallest step at rest now and then. Currents of C/100 and more are none of that.
    """
    sample = np.abs(current_A[:: max(1, current_A.size // CURRENT_SAMPLE)])
    flowing = sample[sample > 0]
    if not flowing.size:
        return 0.0
    usual = float(np.percentile(flowing, 95))
    limit = REST_CURRENT_SHARE * usual
    small = flowing[flowing < NOISE_SHARE * usual]
    if small.size:
        step = float(small.min())
        in_steps = small / step
        if step > limit / STEPS_OF_NOISE and np.abs(in_steps - np.round(in_steps)).max() < WHOLE_STEP:
            return min(STEPS_OF_NOISE * step, NOISE_SHARE * usual)
    return limit


def _branches(
    cycling: CyclingData, column: FloatArray | None, active: BoolArray, opposite: BoolArray, clock: Clock | None
) -> Branches:
    points = PointsByCycle.of(active, cycling.offsets)
    if not points.index.size and column is not None and (opposite.any() or not cycling.current_A.any()):
        return Branches(active, points, np.empty(0), _moved_Ah(column, cycling), points.counts > 0, None, believed=True)
    counter = None if column is None or not points.index.size else whole_counter(column, active, cycling, clock)
    found = None if counter is None else counted(counter, points, opposite, cycling, clock)
    if found is None:
        capacity, total = integrated(points, cycling.current_A, clock)
        return _without_traces(Branches(active, points, capacity, total, points.counts > 0, None), cycling)
    capacity, total = found.capacity_Ah, found.total_Ah
    uncounted = (points.counts > 0) & ~((total > 0) & (_measured_share(column, points) >= FEWEST_MEASURED_SHARE))
    if uncounted.any():
        other_capacity, other_total = integrated(points, cycling.current_A, clock)
        total = np.where(uncounted, other_total, total)
        capacity = np.where(np.repeat(uncounted, points.counts), other_capacity, capacity)
    return _without_traces(Branches(active, points, capacity, total, uncounted, found), cycling)


def _moved_Ah(column: FloatArray, cycling: CyclingData) -> FloatArray:
    """How far a counter moves in each cycle, rising or falling, NaN where it stands still; shape (n_cycles,).

    A counter that only repeats the other one while that counts tells nothing of its own.
    """
    moved = _range(column, cycling)
    other = cycling.charge_capacity_Ah if column is cycling.discharge_capacity_Ah else cycling.discharge_capacity_Ah
    if other is None or other is column:
        return np.full(moved.size, np.nan) if other is column else moved
    known = np.isfinite(column) & np.isfinite(other)
    repeats = np.allclose(
        column[known], other[known], rtol=REPEATS_SHARE, atol=REPEATS_SHARE * np.nanmax(np.abs(other))
    )
    return np.full(moved.size, np.nan) if repeats else moved


def _range(column: FloatArray, cycling: CyclingData) -> FloatArray:
    known = np.isfinite(column)
    starts = cycling.offsets[:-1]
    highest = np.maximum.reduceat(np.where(known, column, -np.inf), starts)
    lowest = np.minimum.reduceat(np.where(known, column, np.inf), starts)
    with np.errstate(invalid="ignore"):
        moved = highest - lowest
    return np.where(np.isfinite(moved) & (moved > 0), moved, np.nan)


def _measured_share(column: FloatArray | None, points: PointsByCycle) -> FloatArray:
    if column is None or np.isfinite(column).all():
        return np.ones(points.counts.size)
    return points.means(np.isfinite(column[points.index]).astype(np.float64))


def _without_traces(branches: Branches, cycling: CyclingData) -> Branches:
    """Leave out cycles in which hardly any charge flowed in this direction: it is the noise of their rests."""
    total = branches.total_Ah
    if not (total > 0).any():
        return branches
    traces = total < TRACE_SHARE * np.nanmax(total)
    if not traces.any():
        return branches
    kept = ~np.repeat(traces, branches.points.counts)
    active = np.zeros_like(branches.active)
    active[branches.points.index[kept]] = True
    return Branches(
        active,
        PointsByCycle.of(active, cycling.offsets),
        branches.capacity_Ah[kept],
        np.where(traces, np.nan, total),
        branches.integrated & ~traces,
        branches.counter,
    )
