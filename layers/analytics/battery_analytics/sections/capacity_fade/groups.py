"""The groups of comparable cycles with their fade, and the fade and projection of the check-ups."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from battery_analytics.analysis.capacity_fade import Fade, fade_between_ends
from battery_analytics.fields import Field, finite
from battery_analytics.projection.result import Interval
from battery_analytics.protocol.kinds import Group, Kind
from battery_analytics.protocol.names import group_names
from battery_analytics.sections.analysed_cell import AnalysedCell


@dataclass(frozen=True, slots=True)
class ComparableCycles:
    """A group of cycles with the same discharge rate, charge, voltages and temperature."""

    name: Annotated[str, Field("Its name in `cycle_table.group`.")]
    kind: Annotated[Kind, Field("The role of its cycles in the test.")]
    cycles: Annotated[int, Field("How many cycles it has.")]
    first_cycle: Annotated[int, Field("The number of its first cycle.")]
    last_cycle: Annotated[int, Field("The number of its last cycle.")]
    discharge_rate_C: Annotated[
        float | None, Field("Discharge current over the nominal, or else the largest, capacity.", "1/h")
    ]
    charge_rate_C: Annotated[float | None, Field("The current with which a charge begins, likewise.", "1/h")]
    depth: Annotated[float | None, Field("Its median capacity over that of the deepest group.")]
    temperature_C: Annotated[float | None, Field("Measured, or else the test's.", "°C")]
    first_capacity_Ah: Annotated[float | None, Field("The capacity of its first cycle.", "Ah")]
    last_capacity_Ah: Annotated[float | None, Field("The capacity of its last cycle.", "Ah")]
    fade_percentage: Annotated[float | None, Field("The fade between the two; null for one cycle.", "%")]
    fade_rate_per_cycle: Annotated[
        float | None, Field("The fade over the difference of the cycle numbers.", "% per cycle")
    ]
    headline: Annotated[bool, Field("Whether fade, health, knee and projection use this group.")]


@dataclass(frozen=True, slots=True)
class CheckUps:
    """The fade of the check-ups, beside that of the compared cycles."""

    cycles: Annotated[int, Field("How many check-ups there are.")]
    reference_cycle: Annotated[int, Field("The first of them.")]
    last_compared_cycle: Annotated[int, Field("The last of them.")]
    fade_percentage: Annotated[float | None, Field("The fade between the two.", "%")]
    fade_rate_per_cycle: Annotated[
        float | None, Field("The fade over the difference of the cycle numbers.", "% per cycle")
    ]
    retention_percentage: Annotated[float | None, Field("100 − fade.", "%")]
    projected_eol_cycle: Annotated[float | None, Field("The end of life by the check-ups alone.")]
    interval: Annotated[Interval | None, Field("Cycles between which that is expected.")]
    abstention_reason: Annotated[str | None, Field("Why there is no projection.")]


def comparable_cycles(analysed: AnalysedCell) -> list[ComparableCycles]:
    """All groups in the order of their first cycles."""
    groups = analysed.protocol.groups
    deepest = max((one.capacity_Ah for one in groups), default=np.nan)
    rated_Ah = analysed.cell.nominal_capacity_Ah or deepest
    return [
        _reported(analysed, one, name, deepest, rated_Ah) for one, name in zip(groups, group_names(groups), strict=True)
    ]


def _reported(analysed: AnalysedCell, one: Group, name: str, deepest_Ah: float, rated_Ah: float) -> ComparableCycles:
    numbers, capacity = analysed.table.cycle_number[one.members], analysed.protocol.compared_Ah[one.members]
    fade = _fade(analysed, one)
    temperature = one.temperature_C if np.isfinite(one.temperature_C) else analysed.test_temperature_C
    return ComparableCycles(
        name=name,
        kind=one.kind,
        cycles=one.members.size,
        first_cycle=int(numbers[0]),
        last_cycle=int(numbers[-1]),
        discharge_rate_C=finite(one.discharge_current_A / rated_Ah),
        charge_rate_C=finite(one.charge_current_A / rated_Ah),
        depth=finite(one.capacity_Ah / deepest_Ah),
        temperature_C=finite(temperature),
        first_capacity_Ah=finite(float(capacity[0])),
        last_capacity_Ah=finite(float(capacity[-1])),
        fade_percentage=fade.fade_percent,
        fade_rate_per_cycle=fade.rate_percent_per_cycle,
        headline=one is analysed.protocol.headline.group,
    )


def check_ups(analysed: AnalysedCell) -> CheckUps | None:
    """The fade of the check-ups, None where there are fewer than three."""
    group = analysed.protocol.check_ups
    if group is None:
        return None
    capacity = np.full(analysed.table.cycle_number.size, np.nan)
    capacity[group.members] = analysed.protocol.compared_Ah[group.members]
    fade, projection = _fade(analysed, group), analysed.projected(capacity)
    return CheckUps(
        cycles=group.members.size,
        reference_cycle=int(analysed.table.cycle_number[group.members[0]]),
        last_compared_cycle=int(analysed.table.cycle_number[group.members[-1]]),
        fade_percentage=fade.fade_percent,
        fade_rate_per_cycle=fade.rate_percent_per_cycle,
        retention_percentage=fade.retention_percent,
        projected_eol_cycle=finite(projection.eol_cycle),
        interval=projection.interval,
        abstention_reason=projection.abstention_reason,
    )


def _fade(analysed: AnalysedCell, group: Group) -> Fade:
    if group.members.size < 2:
        return Fade(None, None)
    return fade_between_ends(analysed.table.cycle_number[group.members], analysed.protocol.compared_Ah[group.members])
