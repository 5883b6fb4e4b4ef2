"""The state of charge at any point, by the charge counted since the cell was last full or empty."""

from dataclasses import dataclass

import numpy as np

from battery_analytics.analysis.throughput import Branches, Throughput
from battery_analytics.cell import BoolArray, Cell, FloatArray, IntArray
from battery_analytics.protocol.comparable import UPPER_TOLERANCE_V
from battery_analytics.protocol.kinds import WINDOW_TOLERANCE_V
from battery_analytics.protocol.protocol import Protocol

LEAST_SWING_V = 0.3
LEAST_HOURS = 1 / 15
LEAST_OF_NOMINAL = 0.5
FULL_SHARE = 0.85
LOWEST_PERCENT, HIGHEST_PERCENT = -5.0, 105.0
UNKNOWN_CAPACITY = "The file holds no whole discharge, so no state of charge is known."


@dataclass(frozen=True, slots=True)
class StateOfCharge:
    """What is needed for the state of charge of a point.

    `full_Ah` has shape (n_cycles,): the capacity between full and empty at each cycle, NaN where no cycle shows it.
    `place` are the points at which the cell is full or empty, in order, `held_Ah` the charge counted up to each, and
    `is_full` which of the two it is.
    """

    full_Ah: FloatArray
    place: IntArray
    held_Ah: FloatArray
    is_full: BoolArray

    def percent(self, points: IntArray, cycle: IntArray, held_Ah: FloatArray) -> FloatArray:
        """The state of charge at points of these cycles, before which `held_Ah` was counted; all of shape (n,).

        100 % is the highest voltage at which charges end, 0 % the lowest at which discharges do. It counts from the last
        time that the cell was full or empty, or back from the next one. NaN where it is never either.
        """
        if not self.place.size:
            return np.full(points.size, np.nan)
        last = np.maximum(np.searchsorted(self.place, points, side="right") - 1, 0)
        share = (held_Ah - self.held_Ah[last]) / self.full_Ah[cycle] + self.is_full[last]
        percent = 100.0 * share
        return np.where((percent >= LOWEST_PERCENT) & (percent <= HIGHEST_PERCENT), percent, np.nan)


def held_Ah(flow: Throughput, points: IntArray, cycle: IntArray) -> FloatArray:
    """The charge put in less the charge drawn, from the file's beginning up to and with these points; shape (n,)."""
    return _counted(flow.charge, points, cycle) - _counted(flow.discharge, points, cycle)


def state_of_charge(cell: Cell, flow: Throughput, protocol: Protocol) -> StateOfCharge:
    """The points at which discharges start from full and end at empty, and the capacity between them."""
    found = protocol.discharges
    hours = found.net_Ah / found.current_A
    highest_V = float(np.max(found.upper_V[np.isfinite(found.upper_V)], initial=-np.inf))
    lowest_V = float(np.min(found.end_V[found.known & (hours >= LEAST_HOURS)], initial=np.inf))
    top_V = float(cell.cycling.voltage_V.max(initial=-np.inf))
    long = found.known & (hours >= LEAST_HOURS) & (top_V - found.end_V >= LEAST_SWING_V)
    empty = np.flatnonzero(long & (found.end_V <= lowest_V + WINDOW_TOLERANCE_V))
    full = np.flatnonzero(long & (found.upper_V >= highest_V - UPPER_TOLERANCE_V) & (found.start > 0))
    capacity = _full_Ah(cell, protocol, empty)
    if not np.isfinite(capacity).any():
        none = np.empty(0, dtype=np.int64)
        return StateOfCharge(capacity, none, np.empty(0), np.empty(0, dtype=bool))
    place = np.append(found.start[full] - 1, found.stop[empty] - 1)
    is_full = np.append(np.ones(full.size, dtype=bool), np.zeros(empty.size, dtype=bool))
    order = np.argsort(place, kind="stable")
    place = place[order]
    cycle = np.searchsorted(cell.cycling.offsets, place, side="right") - 1
    return StateOfCharge(capacity, place, held_Ah(flow, place, cycle), is_full[order])


def _full_Ah(cell: Cell, protocol: Protocol, empty: IntArray) -> FloatArray:
    """The capacity of whole discharges, interpolated between the deepest ones; shape (n_cycles,)."""
    n_cycles = protocol.discharges.net_Ah.size
    nominal_Ah = cell.nominal_capacity_Ah
    measured = protocol.discharges.net_Ah[empty]
    deepest = float(measured.max(initial=0.0))
    if deepest <= 0 or (nominal_Ah is not None and deepest < LEAST_OF_NOMINAL * nominal_Ah):
        return np.full(n_cycles, np.nan)
    # A discharge that did not begin full is no capacity; fade within a file is slower than that.
    slowest = empty[measured >= FULL_SHARE * _running_maximum(measured)]
    return np.interp(np.arange(n_cycles), slowest, protocol.discharges.net_Ah[slowest])


def _running_maximum(values: FloatArray) -> FloatArray:
    """The largest of each value and those after it, of which a faded cell still has nearly as much; shape (n,)."""
    later: FloatArray = np.maximum.accumulate(values[::-1])[::-1]
    return later


def _counted(branch: Branches, points: IntArray, cycle: IntArray) -> FloatArray:
    before = np.append(0.0, np.cumsum(np.nan_to_num(branch.total_Ah)))[cycle]
    if not branch.points.index.size:
        return before
    last = np.searchsorted(branch.points.index, points, side="right") - 1
    within = last >= branch.points.bounds[cycle]
    return before + np.where(within, np.nan_to_num(branch.capacity_Ah)[np.maximum(last, 0)], 0.0)
