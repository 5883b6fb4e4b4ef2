"""The kind of each group of comparable cycles: formation, ageing, check-up, rate step, pulse or other."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from battery_analytics.cell import FloatArray, IntArray
from battery_analytics.protocol.comparable import RATE_TOLERANCE, UNGROUPED
from battery_analytics.protocol.discharges import Discharges

type Kind = Literal["formation", "ageing", "check_up", "rate_step", "pulse", "other"]

MOST_FORMATION_CYCLES = 10
LONGEST_RATE_STEP = 20
FEWEST_RATES = 3
AGEING_SHARE = 0.6
DEEPER = 1.05
PARTIAL_DEPTH = 0.85
WINDOW_TOLERANCE_V = 0.050


@dataclass(frozen=True, slots=True)
class Group:
    """A group of comparable cycles: their indices in order, what they have in common, and their kind.

    `charge_current_A`, `upper_V` and `temperature_C` are NaN where unknown. `partial` says that other cycles of the test go
    deeper between wider voltages.
    """

    members: IntArray
    kind: Kind
    discharge_current_A: float
    charge_current_A: float
    end_V: float
    upper_V: float
    temperature_C: float
    capacity_Ah: float
    pulsed: bool
    partial: bool = False


@dataclass(frozen=True, slots=True)
class _Run:
    """Cycles of one group that follow each other."""

    group: int
    length: int


def groups_of(group: IntArray, discharges: Discharges) -> list[Group]:
    """The groups with their kinds, in the order of their first cycles."""
    numbers = range(int(group.max(initial=-1)) + 1)
    groups = [_described(np.flatnonzero(group == number), discharges) for number in numbers]
    if not groups:
        return []
    runs = _runs(group)
    steps = _rate_steps(runs, groups)
    largest = max(numbers, key=lambda number: groups[number].members.size)
    share = groups[largest].members.size / sum(one.members.size for one in groups)
    if largest in steps and share < AGEING_SHARE:
        kinds: list[Kind] = ["rate_step" if number in steps else "other" for number in numbers]
    else:
        formation = _formation(groups, largest, steps)
        kinds = [
            "ageing"
            if number == largest
            else "formation"
            if number in formation
            else _kind_beside_ageing(
                groups[number],
                groups[largest],
                recurs=sum(run.group == number for run in runs) > 1,
                in_steps=number in steps,
            )
            for number in numbers
        ]
    return [
        replace(one, kind=kind, partial=any(_goes_deeper(other, one) for other in groups))
        for one, kind in zip(groups, kinds, strict=True)
    ]


def _kind_beside_ageing(one: Group, ageing: Group, *, recurs: bool, in_steps: bool) -> Kind:
    is_check = _slower(one, ageing) or one.capacity_Ah > DEEPER * ageing.capacity_Ah
    if is_check and recurs:
        return "check_up"
    if one.pulsed and not ageing.pulsed:
        return "pulse"
    if in_steps:
        return "rate_step"
    at_an_end = one.members[0] < ageing.members[0] or one.members[-1] > ageing.members[-1]
    return "check_up" if is_check and at_an_end else "other"


def _described(members: IntArray, discharges: Discharges) -> Group:
    return Group(
        members=members,
        kind="other",
        discharge_current_A=_median(discharges.current_A[members]),
        charge_current_A=_median(discharges.charge_current_A[members]),
        end_V=_median(discharges.end_V[members]),
        upper_V=_median(discharges.upper_V[members]),
        temperature_C=_median(discharges.temperature_C[members]),
        capacity_Ah=_median(discharges.net_Ah[members]),
        pulsed=bool(discharges.pulsed[members].any()),
    )


def _runs(group: IntArray) -> list[_Run]:
    known = group[group != UNGROUPED]
    first = np.flatnonzero(np.diff(known, prepend=-2))
    lengths = np.diff(first, append=known.size)
    return [_Run(number, length) for number, length in zip(known[first].tolist(), lengths.tolist(), strict=True)]


def _rate_steps(runs: list[_Run], groups: list[Group]) -> set[int]:
    """The groups of all sequences of short runs with three or more discharge rates."""
    found: set[int] = set()
    sequence: list[int] = []
    for run in [*runs, _Run(-1, LONGEST_RATE_STEP + 1)]:
        if run.length <= LONGEST_RATE_STEP:
            sequence.append(run.group)
            continue
        if _different_rates([groups[number].discharge_current_A for number in set(sequence)]) >= FEWEST_RATES:
            found |= set(sequence)
        sequence = []
    return found


def _different_rates(currents_A: list[float]) -> int:
    known = sorted(current for current in currents_A if np.isfinite(current))
    count, last = 0, 0.0
    for current in known:
        if current > (1 + RATE_TOLERANCE) * last:
            count, last = count + 1, current
    return count


def _formation(groups: list[Group], largest: int, steps: set[int]) -> list[int]:
    """The slower groups that lie wholly before the largest group, if they are no more than a formation has.

    Rate steps of which one is faster than the ageing cycles are no formation.
    """
    ageing = groups[largest]
    before = [number for number, one in enumerate(groups) if one.members[-1] < ageing.members[0] and number != largest]
    slower = [number for number in before if _slower(groups[number], ageing)]
    if any(number in steps for number in before if number not in slower):
        slower = [number for number in slower if number not in steps]
    return slower if sum(groups[number].members.size for number in slower) <= MOST_FORMATION_CYCLES else []


def _slower(one: Group, other: Group) -> bool:
    limit = 1 / (1 + RATE_TOLERANCE)
    slower_discharge = one.discharge_current_A < limit * other.discharge_current_A
    faster_discharge = other.discharge_current_A < limit * one.discharge_current_A
    return slower_discharge or (not faster_discharge and one.charge_current_A < limit * other.charge_current_A)


def _goes_deeper(one: Group, other: Group) -> bool:
    """Whether one has wider voltages than the other and so much more capacity that the other's are partial cycles."""
    wider = one.end_V < other.end_V - WINDOW_TOLERANCE_V or one.upper_V > other.upper_V + WINDOW_TOLERANCE_V
    return wider and other.capacity_Ah < PARTIAL_DEPTH * one.capacity_Ah


def _median(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else float("nan")
