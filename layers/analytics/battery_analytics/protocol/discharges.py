"""The discharge of each cycle that stands for its capacity, described by how it was run."""

from dataclasses import dataclass

import numpy as np

from battery_analytics.analysis.cycle_table import CycleTable
from battery_analytics.analysis.throughput import Throughput
from battery_analytics.budget import check_time
from battery_analytics.cell import BoolArray, CyclingData, FloatArray, IntArray
from battery_analytics.protocol.half_cycles import HalfCycles

CONSTANT_SHARE = 0.01
FEWEST_PULSES = 4
END_POINTS = 3
FIRST_POINTS = 4
LEVEL_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Discharges:
    """The main discharge of each cycle, as columns of shape (n_cycles,); NaN where it is not known or there is none.

    `net_Ah` is what it drew less what was put back within it. `current_A` is the set current: the one at which most of
    its charge flowed. `end_V` is the voltage at which it ends, `last_fall_V` its fall over the last interval.
    `charge_current_A` is the constant current with which the charge before it began, `upper_V` the voltage at which that ended.
    `pulsed` says that it consists of many stretches, `ends_file` that nothing follows it, `charge_seen` that the file shows
    the charge before it; `charge_cycle` is the index of the cycle with that charge, -1 where there is none.
    """

    net_Ah: FloatArray
    current_A: FloatArray
    end_V: FloatArray
    last_fall_V: FloatArray
    charge_current_A: FloatArray
    upper_V: FloatArray
    temperature_C: FloatArray
    pulsed: BoolArray
    ends_file: BoolArray
    charge_seen: BoolArray
    charge_cycle: IntArray
    start: IntArray
    stop: IntArray

    @property
    def known(self) -> BoolArray:
        """Which cycles have a discharge of known capacity."""
        return np.isfinite(self.net_Ah) & (self.net_Ah > 0)


def main_discharges(cycling: CyclingData, flow: Throughput, table: CycleTable, halves: HalfCycles) -> Discharges:
    """The largest discharge of each cycle."""
    n_cycles = cycling.n_cycles
    chosen = _largest_of_each_cycle(halves)
    cycle = halves.cycle[chosen]

    def column(values: FloatArray) -> FloatArray:
        spread = np.full(n_cycles, np.nan)
        spread[cycle] = values
        return spread

    def flags(values: BoolArray) -> BoolArray:
        spread = np.zeros(n_cycles, dtype=bool)
        spread[cycle] = values
        return spread

    def places(values: IntArray) -> IntArray:
        spread = np.full(n_cycles, -1, dtype=np.int64)
        spread[cycle] = values
        return spread

    start, stop = halves.start[chosen], halves.stop[chosen]
    end_V, fall_V = _ends(cycling.voltage_V, flow.discharge.points.index, start, stop, np.minimum)
    before = np.maximum(chosen - 1, 0)
    number, index = cycling.cycle_number, halves.cycle
    seen = (chosen > 0) & halves.charging[before] & (number[cycle] - number[index[before]] <= 1)
    charge_A = _first_level_A(cycling.current_A, flow.charge.points.index, halves.start[before], halves.stop[before])
    upper_V, _ = _ends(
        cycling.voltage_V, flow.charge.points.index, halves.start[before], halves.stop[before], np.maximum
    )
    single = np.bincount(halves.cycle[~halves.charging], minlength=n_cycles)[cycle] == 1
    untouched = single & (halves.net_Ah[chosen] >= flow.discharge.total_Ah[cycle])
    net_Ah = column(np.where(untouched, flow.discharge.total_Ah[cycle], halves.net_Ah[chosen]))
    return Discharges(
        net_Ah=table.whole_discharge_Ah if flow.discharge.believed else net_Ah,
        current_A=column(_set_current_A(cycling, flow, start, stop)),
        end_V=column(end_V),
        last_fall_V=column(fall_V),
        charge_current_A=column(np.where(seen, charge_A, np.nan)),
        upper_V=column(np.where(seen, upper_V, np.nan)),
        temperature_C=table.mean_temperature_C,
        pulsed=flags(halves.stretches[chosen] >= FEWEST_PULSES),
        ends_file=flags(stop >= cycling.n_points),
        charge_seen=flags(seen),
        charge_cycle=places(np.where(seen, index[before], -1)),
        start=places(start),
        stop=places(stop),
    )


def _largest_of_each_cycle(halves: HalfCycles) -> IntArray:
    """The half cycle with the largest discharge of each cycle that has one; of equal ones the first."""
    place = np.flatnonzero(~halves.charging)
    order = place[np.lexsort((place, -np.nan_to_num(halves.net_Ah[place]), halves.cycle[place]))]
    first = np.diff(halves.cycle[order], prepend=-1) > 0
    largest: IntArray = order[first]
    return largest


def _ends(
    voltage_V: FloatArray, index: IntArray, start: IntArray, stop: IntArray, extreme: np.ufunc
) -> tuple[FloatArray, FloatArray]:
    """The extreme of the last few voltages with current between these points, and the change over the last interval."""
    if not index.size:
        return np.full(start.size, np.nan), np.zeros(start.size)
    first, last = np.searchsorted(index, start), np.searchsorted(index, stop) - 1
    some = last >= first
    places = np.maximum(last[:, np.newaxis] - np.arange(END_POINTS), np.minimum(first, index.size - 1)[:, np.newaxis])
    ends = voltage_V[index[np.maximum(places, 0)]]
    value = extreme.reduce(ends, axis=1)
    return np.where(some, value, np.nan), np.where(some, np.abs(ends[:, 0] - ends[:, 1]), 0.0)


def _first_level_A(current_A: FloatArray, index: IntArray, start: IntArray, stop: IntArray) -> FloatArray:
    """The median of the first few currents after the very first, which may be a ramp; NaN where these are no level."""
    if not index.size:
        return np.full(start.size, np.nan)
    first, last = np.searchsorted(index, start), np.searchsorted(index, stop) - 1
    some = last >= first
    places = np.minimum(first[:, np.newaxis] + 1 + np.arange(FIRST_POINTS), last[:, np.newaxis])
    first_few = np.abs(current_A[index[np.clip(places, 0, index.size - 1)]])
    level = np.median(first_few, axis=1)
    near = np.count_nonzero(np.abs(first_few - level[:, np.newaxis]) <= LEVEL_SHARE * level[:, np.newaxis], axis=1)
    is_level = some & (last - first >= FIRST_POINTS) & (near >= FIRST_POINTS - 1)
    return np.where(is_level & (level > 0), level, np.nan)


def _set_current_A(cycling: CyclingData, flow: Throughput, start: IntArray, stop: IntArray) -> FloatArray:
    """The current at which half of a discharge's charge had flowed at lower currents, and half at higher ones."""
    points = flow.discharge.points
    first, after = np.searchsorted(points.index, start), np.searchsorted(points.index, stop)
    set_A = np.full(start.size, np.nan)
    current = np.abs(cycling.current_A[points.index])
    total, squares = np.append(0.0, np.cumsum(current)), np.append(0.0, np.cumsum(current * current))
    count = np.maximum(after - first, 1)
    mean = (total[after] - total[first]) / count
    with np.errstate(invalid="ignore"):
        variance = (squares[after] - squares[first]) / count - mean * mean
        constant = variance <= (CONSTANT_SHARE * mean) ** 2
    set_A[constant] = mean[constant]
    for place in np.flatnonzero(~constant & (after > first)).tolist():
        check_time()
        part = slice(int(first[place]), int(after[place]))
        order = np.argsort(current[part])
        sorted_A = current[part][order]
        moved = _moved(flow.discharge.capacity_Ah[part])[order] if part.stop - part.start > 1 else sorted_A
        weight = np.cumsum(moved if moved.sum() > 0 else sorted_A)
        set_A[place] = sorted_A[min(int(np.searchsorted(weight, weight[-1] / 2)), sorted_A.size - 1)]
    return np.where(set_A > 0, set_A, np.nan)


def _moved(capacity_Ah: FloatArray) -> FloatArray:
    return np.maximum(np.nan_to_num(np.diff(capacity_Ah, prepend=capacity_Ah[:1])), 0.0)
