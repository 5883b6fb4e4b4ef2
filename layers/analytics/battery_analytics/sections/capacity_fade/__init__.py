"""Capacity fade: the capacities and the coulombic efficiency of each cycle, the fade, and the knee."""

from dataclasses import dataclass
from typing import Annotated

from battery_analytics.fields import Field, Numbers, WholeNumbers
from battery_analytics.projection.knee import Knee
from battery_analytics.sections.analysed_cell import AnalysedCell
from battery_analytics.sections.capacity_fade.groups import CheckUps, ComparableCycles, check_ups, comparable_cycles
from battery_analytics.sections.declaration import Plot, Section


@dataclass(frozen=True, slots=True)
class CapacityFade:
    """The capacities of each cycle, and how much capacity is lost; arrays have one value per cycle."""

    cycle_numbers: Annotated[WholeNumbers, Field("The source's cycle numbers.")]
    charge_capacities: Annotated[
        Numbers, Field("Charge put in while charging, continuous where the source's column restarts.", "Ah")
    ]
    discharge_capacities: Annotated[
        Numbers, Field("Charge drawn while discharging, continuous where the source's column restarts.", "Ah")
    ]
    coulombic_efficiencies: Annotated[
        Numbers,
        Field("Discharge capacity over the charge capacity that preceded it (Smith 2010); null where unknown.", "%"),
    ]
    capacity_fade_percentage: Annotated[
        float | None, Field("100·(first − last)/first of the compared discharge capacities.", "%")
    ]
    capacity_fade_rate_per_cycle: Annotated[
        float | None, Field("The fade over (last − first compared cycle number).", "% per cycle")
    ]
    capacity_retention_percentage: Annotated[float | None, Field("100 − fade.", "%")]
    retention_of_nominal_percentage: Annotated[
        float | None, Field("The last compared capacity over the nominal one; null where that is unknown.", "%")
    ]
    reference_cycle: Annotated[int | None, Field("The first compared cycle.")]
    last_compared_cycle: Annotated[int | None, Field("The last compared cycle.")]
    basis: Annotated[str, Field("Which cycles were compared and why, or why none were.")]
    groups: Annotated[
        list[ComparableCycles], Field("The groups of comparable cycles, in the order of their first cycles.")
    ]
    check_ups: Annotated[CheckUps | None, Field("The fade of the check-ups; null where there are fewer than three.")]
    knee: Annotated[
        Knee | None,
        Field("The cycle at which the fade becomes steeper (Bacon-Watts); null where the data do not show a knee."),
    ]


def capacity_fade(analysed: AnalysedCell) -> CapacityFade:
    table, fade, found = analysed.table, analysed.fade, analysed.knee
    headline = analysed.protocol.headline
    ends = table.cycle_number[headline.members[[0, -1]]].tolist() if headline.members.size else [None, None]
    last_Ah = float(analysed.compared_Ah[headline.members[-1]]) if headline.members.size else None
    nominal_Ah = analysed.cell.nominal_capacity_Ah
    return CapacityFade(
        cycle_numbers=table.cycle_number,
        charge_capacities=table.charge_capacity_Ah,
        discharge_capacities=table.discharge_capacity_Ah,
        coulombic_efficiencies=table.coulombic_efficiency_percent,
        capacity_fade_percentage=fade.fade_percent,
        capacity_fade_rate_per_cycle=fade.rate_percent_per_cycle,
        capacity_retention_percentage=fade.retention_percent,
        retention_of_nominal_percentage=100 * last_Ah / nominal_Ah if last_Ah and nominal_Ah else None,
        reference_cycle=ends[0],
        last_compared_cycle=ends[1],
        basis=headline.basis,
        groups=comparable_cycles(analysed),
        check_ups=check_ups(analysed),
        knee=None if found is None else found.knee,
    )


def _plot(analysed: AnalysedCell, _: CapacityFade) -> bytes:
    from battery_analytics.sections.capacity_fade.plot import capacity_plot  # noqa: PLC0415  # imports matplotlib

    return capacity_plot(analysed.table, analysed.fade, analysed.projection, analysed.knee, title=analysed.cell.cell_id)


CAPACITY_FADE = Section(
    "capacity_fade",
    CapacityFade,
    capacity_fade,
    plots=(
        Plot(
            "capacity_plot", "Capacity over cycles", "Charge and discharge capacity over cycles.", _plot, standard=True
        ),
    ),
)
