"""What a test did, cycle by cycle, and which of its cycles are set against each other: the headline group."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from battery_analytics.analysis.cycle_table import CycleTable
from battery_analytics.analysis.throughput import Throughput
from battery_analytics.cell import BoolArray, CyclingData, FloatArray, IntArray
from battery_analytics.protocol.comparable import FEWEST_CYCLES, UNGROUPED, comparable_groups
from battery_analytics.protocol.discharges import Discharges, main_discharges
from battery_analytics.protocol.half_cycles import half_cycles
from battery_analytics.protocol.kinds import Group, Kind, groups_of

type Shape = Literal["whole", "partial", "incomplete", "charge_only", "discharge_only", "rest"]
Compare = Literal["auto", "ageing", "check_ups", "all"]


@dataclass(frozen=True, slots=True)
class Headline:
    """The cycles whose capacities are set against each other: their indices, and in one sentence why these."""

    members: IntArray
    basis: str
    group: Group | None = None


@dataclass(frozen=True, slots=True)
class Protocol:
    """What a test did.

    `kind`, `shape`, `group` and `compared_Ah` have one value per cycle: the role of the cycle, how far it went, the index of
    its group in `groups` (-1 without one), and the capacity that a comparison uses, NaN without one. `headline` are the
    cycles that are compared. `is_rate_test` says that the test steps through rates and ages nothing.
    """

    kind: tuple[Kind, ...]
    shape: tuple[Shape, ...]
    group: IntArray
    compared_Ah: FloatArray
    groups: tuple[Group, ...]
    headline: Headline
    is_rate_test: bool
    discharges: Discharges

    @property
    def headline_Ah(self) -> FloatArray:
        """The capacity of the compared cycles, shape (n_cycles,), NaN for all others."""
        capacity = np.full(self.compared_Ah.size, np.nan)
        capacity[self.headline.members] = self.compared_Ah[self.headline.members]
        return capacity

    @property
    def check_ups(self) -> Group | None:
        """The check-ups with most cycles, None where there are fewer than three."""
        found = [one for one in self.groups if one.kind == "check_up" and one.members.size >= FEWEST_CYCLES]
        return max(found, key=lambda one: one.members.size, default=None)


def protocol_of(cycling: CyclingData, flow: Throughput, table: CycleTable, compare: Compare = "auto") -> Protocol:
    """What the test of a cell did; `compare` overrides which cycles are compared."""
    discharges = main_discharges(cycling, flow, table, half_cycles(cycling, flow))
    group, early = comparable_groups(discharges)
    groups = tuple(groups_of(group, discharges))
    is_rate_test = bool(groups) and not any(one.kind == "ageing" for one in groups)
    numbers = table.cycle_number
    return Protocol(
        kind=_kinds(group, groups, early, discharges),
        shape=_shapes(group, groups, flow),
        group=group,
        compared_Ah=np.where(group != UNGROUPED, discharges.net_Ah, np.nan)
        if compare != "all"
        else np.where(discharges.known, discharges.net_Ah, np.nan),
        groups=groups,
        headline=_headline(groups, discharges.known, numbers, compare, is_rate_test=is_rate_test),
        is_rate_test=is_rate_test,
        discharges=discharges,
    )


def _kinds(group: IntArray, groups: tuple[Group, ...], early: BoolArray, discharges: Discharges) -> tuple[Kind, ...]:
    """The kind of each cycle: of its group; of an early stop, that of the cycles around it; of a charge, its discharge's."""
    kinds: list[Kind | None] = [groups[number].kind if number != UNGROUPED else None for number in group.tolist()]
    ageing = any(one.kind == "ageing" for one in groups)
    for cycle in np.flatnonzero(early).tolist():
        kinds[cycle] = "ageing" if ageing else "other"
    for cycle, charge in enumerate(discharges.charge_cycle.tolist()):
        if charge >= 0 and kinds[charge] is None:
            kinds[charge] = kinds[cycle]
    return tuple(kind or "other" for kind in kinds)


def _shapes(group: IntArray, groups: tuple[Group, ...], flow: Throughput) -> tuple[Shape, ...]:
    charged, discharged = flow.charge.points.counts > 0, flow.discharge.points.counts > 0
    shapes: list[Shape] = []
    for cycle, number in enumerate(group.tolist()):
        if not discharged[cycle]:
            shapes.append("charge_only" if charged[cycle] else "rest")
        elif number == UNGROUPED:
            shapes.append("incomplete")
        elif groups[number].partial:
            shapes.append("partial")
        else:
            shapes.append("whole" if charged[cycle] else "discharge_only")
    return tuple(shapes)


def _headline(
    groups: tuple[Group, ...], known: BoolArray, numbers: IntArray, compare: Compare, *, is_rate_test: bool
) -> Headline:
    ageing = next((one for one in groups if one.kind == "ageing"), None)
    check_ups = max((one for one in groups if one.kind == "check_up"), key=lambda one: one.members.size, default=None)
    n_known = int(np.count_nonzero(known))
    fewest = FEWEST_CYCLES if n_known > 2 else 2
    if compare == "all":
        return _all(known, numbers)
    if compare == "check_ups":
        return _asked(check_ups, "check-ups", numbers)
    if compare == "ageing":
        return _asked(ageing, "ageing cycles", numbers)
    if n_known < 2:
        return _nothing("Fewer than two cycles have a known discharge capacity.")
    if is_rate_test:
        return _nothing("The test steps through several rates. It has no ageing cycles to compare.")
    if ageing is not None and ageing.members.size >= fewest and not ageing.partial:
        return _of(ageing, "the ageing cycles", numbers)
    if check_ups is not None and check_ups.members.size > 1:
        why = (
            "The ageing cycles are partial"
            if ageing is not None and ageing.partial
            else "There are too few ageing cycles"
        )
        return _of(check_ups, "the check-ups", numbers, f" {why}, so the check-ups were compared.")
    if ageing is not None and ageing.partial:
        return _nothing("The ageing cycles are partial, and there are no check-ups to compare.")
    return _nothing("Fewer than three discharges are alike in rate, charge, voltages and temperature.")


def _nothing(reason: str) -> Headline:
    return Headline(np.empty(0, dtype=np.int64), reason)


def _asked(group: Group | None, name: str, numbers: IntArray) -> Headline:
    if group is None or group.members.size < 2:
        return _nothing(f"The test has fewer than two {name} that can be compared, as was asked for.")
    return _of(group, f"the {name}", numbers, " That was asked for.")


def _of(group: Group, name: str, numbers: IntArray, why: str = "") -> Headline:
    first, last = int(numbers[group.members[0]]), int(numbers[group.members[-1]])
    others = f"{name} with the same rate, charge, voltages and temperature"
    if not np.isfinite(group.discharge_current_A):
        others = f"{name}, of whose rate and voltages the file shows nothing"
    return Headline(
        group.members,
        f"Cycles {first} and {last} are the first and the last of {group.members.size} comparable cycles: {others}.{why}",
        group,
    )


def _all(known: BoolArray, numbers: IntArray) -> Headline:
    members = np.flatnonzero(known)
    if members.size < 2:
        return _nothing("Fewer than two cycles have a known discharge capacity.")
    first, last = int(numbers[members[0]]), int(numbers[members[-1]])
    return Headline(members, f"Cycles {first} and {last} are the first and the last known. All cycles were asked for.")
