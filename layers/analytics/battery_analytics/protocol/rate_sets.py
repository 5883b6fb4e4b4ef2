"""Discharges at several rates at equal age: the steps of a rate test, and check-ups beside the ageing cycles around them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from battery_analytics.cell import FloatArray, IntArray
from battery_analytics.protocol.comparable import RATE_TOLERANCE, TEMPERATURE_TOLERANCE_K, UNGROUPED
from battery_analytics.protocol.kinds import Group
from battery_analytics.protocol.protocol import Protocol

type AgeBasis = Literal["measured", "interpolated", "nearest"]

END_TOLERANCE_V = 0.1
FEWEST_RATES = 2
FARTHEST_CYCLES = 5


@dataclass(frozen=True, slots=True)
class RatedCapacity:
    """The discharge at one rate: its set current in A, that of the charge before it (NaN where unknown), its capacity and
    energy, and the cycles they come from. `basis` says whether it was measured there, interpolated between the ageing
    cycles on both sides, or taken from the nearest of them."""

    current_A: float
    charge_A: float
    capacity_Ah: float
    energy_Wh: float
    basis: AgeBasis
    first_cycle: int
    last_cycle: int
    cycles: int


@dataclass(frozen=True, slots=True)
class RateSet:
    """Discharges at two or more rates at equal age, the slowest first.

    `age_cycle` is the mean number of the cycles that were run at these rates, `change` how much the capacity of a rate that
    was run again changed between its first and its last run, as a share; NaN where none was.
    """

    age_cycle: float
    rates: tuple[RatedCapacity, ...]
    change: float


def rate_sets(protocol: Protocol, numbers: IntArray, energy_per_Ah: FloatArray) -> list[RateSet]:
    """The sets in the order of the file. `numbers` and `energy_per_Ah`, mean voltages in V, have shape (n_cycles,).

    Only discharges between the same voltages at the same temperature as the slowest one of a set are in it.
    """
    ageing = next((one for one in protocol.groups if one.kind == "ageing" and not one.partial), None)
    sets = [_set_of(block, protocol, numbers, energy_per_Ah, ageing) for block in _blocks(protocol)]
    return [one for one in sets if len(one.rates) >= FEWEST_RATES]


def _blocks(protocol: Protocol) -> Iterator[IntArray]:
    """The indices of check-ups and rate steps that follow each other, with nothing but unlike cycles between them."""
    groups = protocol.groups
    chosen = np.array([one.kind in ("check_up", "rate_step") and not one.partial for one in groups], dtype=bool)
    ages = np.array([one.kind == "ageing" for one in groups], dtype=bool)
    group = protocol.group
    if not groups:
        return
    ageing = (group != UNGROUPED) & ages[np.maximum(group, 0)]
    members = np.flatnonzero((group != UNGROUPED) & chosen[np.maximum(group, 0)])
    if not members.size:
        return
    breaks = np.cumsum(ageing)[members]
    yield from np.split(members, 1 + np.flatnonzero(np.diff(breaks)))


def _set_of(
    block: IntArray, protocol: Protocol, numbers: IntArray, energy_per_Ah: FloatArray, ageing: Group | None
) -> RateSet:
    age = float(numbers[block].mean())
    found: list[tuple[Group, RatedCapacity]] = []
    change = np.nan
    for place in np.unique(protocol.group[block]).tolist():
        group = protocol.groups[place]
        own = block[protocol.group[block] == place]
        capacity, own_change = _at_age(numbers[own].astype(np.float64), protocol.compared_Ah[own], age)
        change = own_change if np.isfinite(own_change) else change
        voltage = float(np.mean(energy_per_Ah[own]))
        found.append((group, _rated(group, capacity, voltage, "measured", numbers[own])))
    if ageing is not None:
        beside = _beside(ageing, protocol.compared_Ah, energy_per_Ah, numbers, age)
        found += [] if beside is None else [(ageing, beside)]
    return RateSet(age, _of_like_conditions(found), change)


def _rated(group: Group, capacity_Ah: float, voltage_V: float, basis: AgeBasis, numbers: IntArray) -> RatedCapacity:
    return RatedCapacity(
        current_A=group.discharge_current_A,
        charge_A=group.charge_current_A,
        capacity_Ah=capacity_Ah,
        energy_Wh=capacity_Ah * voltage_V,
        basis=basis,
        first_cycle=int(numbers[0]),
        last_cycle=int(numbers[-1]),
        cycles=numbers.size,
    )


def _at_age(number: FloatArray, capacity_Ah: FloatArray, age: float) -> tuple[float, float]:
    """The capacity of one rate at an age, and its change where the rate was run again after others, else NaN.

    Of a rate that was run once it is the median of its cycles; of one that was run again, what lies on the line between the
    medians of its first and its last run.
    """
    breaks = 1 + np.flatnonzero(np.diff(number) > 1)
    runs = np.split(np.arange(number.size), breaks)
    first, last = float(np.median(capacity_Ah[runs[0]])), float(np.median(capacity_Ah[runs[-1]]))
    if len(runs) == 1:
        return first, float("nan")
    ends = float(number[runs[0]].mean()), float(number[runs[-1]].mean())
    return float(np.interp(age, ends, (first, last))), last / first - 1.0


def _beside(
    ageing: Group, compared_Ah: FloatArray, energy_per_Ah: FloatArray, numbers: IntArray, age: float
) -> RatedCapacity | None:
    """The capacity of the ageing cycles at an age, None where none of them is near."""
    own = numbers[ageing.members].astype(np.float64)
    capacity, voltage = compared_Ah[ageing.members], energy_per_Ah[ageing.members]
    after = int(np.searchsorted(own, age))
    if 0 < after < own.size:
        pair = slice(after - 1, after + 1)
        between = float(np.interp(age, own[pair], capacity[pair])), float(np.interp(age, own[pair], voltage[pair]))
        return _rated(ageing, *between, "interpolated", numbers[ageing.members][pair])
    near = min(after, own.size - 1)
    if abs(own[near] - age) > FARTHEST_CYCLES:
        return None
    return _rated(
        ageing, float(capacity[near]), float(voltage[near]), "nearest", numbers[ageing.members][near : near + 1]
    )


def _of_like_conditions(found: list[tuple[Group, RatedCapacity]]) -> tuple[RatedCapacity, ...]:
    """Those with a known rate, the slowest first, one per rate, between its voltages and at its temperature."""
    known = sorted(
        (one for one in found if np.isfinite(one[0].discharge_current_A) and one[1].capacity_Ah > 0),
        key=lambda one: one[0].discharge_current_A,
    )
    kept: list[RatedCapacity] = []
    for group, rated in known:
        slowest = known[0][0]
        if abs(group.end_V - slowest.end_V) > END_TOLERANCE_V:
            continue
        if abs(group.temperature_C - slowest.temperature_C) > TEMPERATURE_TOLERANCE_K:
            continue
        if kept and rated.current_A <= (1 + RATE_TOLERANCE) * kept[-1].current_A:
            # The same rate after another charge: what was measured there stands before what was interpolated.
            if kept[-1].basis != "measured" and rated.basis == "measured":
                kept[-1] = rated
            continue
        kept.append(rated)
    return tuple(kept)


def thinned(sets: list[RateSet], most: int) -> list[RateSet]:
    """So many sets, evenly spread, that they have at most `most` rates; the first and the last among them."""
    rows = sum(len(one.rates) for one in sets)
    if rows <= most:
        return sets
    largest = max(len(one.rates) for one in sets)
    places = np.linspace(0, len(sets) - 1, max(most // largest, 1)).round().astype(np.int64)
    return [sets[place] for place in places.tolist()]
