"""Half cycles: the charges and discharges of a test in their order, whatever its cycle numbers say.

A half cycle is a run of one direction within a cycle. Rests do not end it, nor does a small current in the opposite
direction, as in regeneration or pulses: a direction changes only where the charge moves back by `TURN_SHARE` of what the
cycle moves.
"""

from dataclasses import dataclass

import numpy as np

from battery_analytics.analysis.throughput import Branches, Throughput
from battery_analytics.budget import check_time
from battery_analytics.cell import BoolArray, CyclingData, FloatArray, IntArray

TURN_SHARE = 0.10


@dataclass(frozen=True, slots=True)
class HalfCycles:
    """All half cycles in the order of the file, as columns of shape (n,).

    The points of a half cycle are `start:stop`; `cycle` is the index of its cycle. `net_Ah` is the charge that it moves
    in its own direction less what flowed back, NaN where that is unknown. `stretches` counts its runs of current without
    a rest or a return between them.
    """

    charging: BoolArray
    cycle: IntArray
    start: IntArray
    stop: IntArray
    net_Ah: FloatArray
    stretches: IntArray


def half_cycles(cycling: CyclingData, flow: Throughput) -> HalfCycles:
    """The half cycles of a cell."""
    runs = _runs(cycling, flow)
    first_of_cycle = np.flatnonzero(np.diff(runs.cycle, prepend=-1))
    n_runs = np.diff(first_of_cycle, append=runs.cycle.size)
    several = np.flatnonzero(n_runs > 2)
    if not several.size:
        return runs
    kept = np.ones(runs.cycle.size, dtype=bool)
    charging, start, stop = runs.charging.copy(), runs.start.copy(), runs.stop.copy()
    net, stretches = runs.net_Ah.copy(), runs.stretches.copy()
    for place in several.tolist():
        check_time()
        first, count = int(first_of_cycle[place]), int(n_runs[place])
        within = slice(first, first + count)
        merged = _turns(runs.charging[within], np.nan_to_num(runs.net_Ah[within]))
        kept[first + len(merged) : first + count] = False
        for offset, (begin, turn, end, net_Ah) in enumerate(merged):
            own = slice(first + begin, first + turn + 1)
            same_direction = runs.charging[own] == runs.charging[first + turn]
            charging[first + offset] = runs.charging[first + turn]
            start[first + offset], stop[first + offset] = runs.start[first + begin], runs.stop[first + end]
            net[first + offset], stretches[first + offset] = net_Ah, runs.stretches[own][same_direction].sum()
    return HalfCycles(charging[kept], runs.cycle[kept], start[kept], stop[kept], net[kept], stretches[kept])


def _runs(cycling: CyclingData, flow: Throughput) -> HalfCycles:
    """The runs of one direction in each cycle, rests left out."""
    charging = flow.charge.active
    index = np.flatnonzero(charging | flow.discharge.active)
    if not index.size:
        none = np.empty(0, dtype=np.int64)
        return HalfCycles(np.empty(0, dtype=bool), none, none, none, np.empty(0), none)
    direction = charging[index]
    new_cycle = np.zeros(index.size, dtype=bool)
    at = np.searchsorted(index, cycling.offsets[:-1])
    new_cycle[at[at < index.size]] = True
    new = new_cycle.copy()
    new[1:] |= direction[1:] != direction[:-1]
    first = np.flatnonzero(new)
    after_rest = ~new
    after_rest[1:] &= index[1:] != index[:-1] + 1
    start, stop = index[first], index[np.append(first[1:], index.size) - 1] + 1
    cycle = np.searchsorted(cycling.offsets, start, side="right") - 1
    is_charge = direction[first]
    net = np.where(
        is_charge, _passed_Ah(flow.charge, start, stop, cycle), _passed_Ah(flow.discharge, start, stop, cycle)
    )
    return HalfCycles(is_charge, cycle, start, stop, net, 1 + np.add.reduceat(after_rest, first, dtype=np.int64))


def _passed_Ah(branch: Branches, start: IntArray, stop: IntArray, cycle: IntArray) -> FloatArray:
    """The charge of a branch between these points; a cycle's only run moves the whole of its total."""
    points, capacity = branch.points, branch.capacity_Ah
    if not points.index.size:
        return np.zeros(start.size)
    first, after = np.searchsorted(points.index, start), np.searchsorted(points.index, stop)
    begins, ends = points.bounds[cycle], points.bounds[cycle + 1]
    before = np.where(first > begins, capacity[np.maximum(first - 1, 0)], 0.0)
    passed = np.where(after > first, capacity[np.maximum(after - 1, 0)] - before, 0.0)
    return np.where((first == begins) & (after == ends), branch.total_Ah[cycle], passed)


def _turns(charging: BoolArray, net_Ah: FloatArray) -> list[tuple[int, int, int, float]]:
    """The half cycles of one cycle as (first run, run at whose end it turns, last run, net charge)."""
    held = np.cumsum(np.where(charging, net_Ah, -net_Ah))
    levels = np.append(0.0, held)
    turn_Ah = TURN_SHARE * float(levels.max() - levels.min())
    found: list[tuple[int, int, int, float]] = []
    begin, base = 0, 0.0
    up = bool(charging[0])
    extreme, extreme_at, known = base, -1, False
    for place, level in enumerate(held.tolist()):
        if not known and abs(level - base) >= turn_Ah:
            up, known, extreme, extreme_at = level > base, True, level, place
        elif not known or (level >= extreme if up else level <= extreme):
            extreme, extreme_at = level, place
        elif abs(level - extreme) >= turn_Ah:
            found.append((begin, extreme_at, extreme_at, abs(extreme - base)))
            begin, base, up = extreme_at + 1, extreme, not up
            extreme, extreme_at = level, place
    found.append((begin, max(extreme_at, begin), charging.size - 1, abs(extreme - base)))
    return found
