"""Statistics over all cycles and points, and the cycle-life projection."""

from dataclasses import dataclass
from typing import Annotated, Literal

from battery_analytics.analysis.statistics import Statistics, statistics_of
from battery_analytics.fields import Field, finite
from battery_analytics.projection.result import Interval, ModelProjection, Projection
from battery_analytics.sections.analysed_cell import AnalysedCell
from battery_analytics.sections.declaration import Section


@dataclass(frozen=True, slots=True)
class ChargeDischargeStats:
    """Over all cycles."""

    charge_capacity: Annotated[Statistics, Field("Charge put in per cycle.", "Ah")]
    discharge_capacity: Annotated[Statistics, Field("Charge drawn per cycle.", "Ah")]


@dataclass(frozen=True, slots=True)
class CycleLifeProjection:
    """The cycle at which the discharge capacity reaches the threshold times its reference, or why none is projected."""

    fade_rate: Annotated[float | None, Field("Negative when the cell fades.", "Ah per cycle")]
    projected_eol_cycle: Annotated[float | None, Field("Cycle number at the end of life; null when abstained.")]
    confidence: Annotated[
        float | None,
        Field(
            "Calibrated probability (0..1) that the true end of life lies within 15 % of `projected_eol_cycle`; null "
            "where nothing was calibrated. Not R²."
        ),
    ]
    method: Annotated[
        Literal["observed", "population", "trajectory", "none"],
        Field(
            "The model that gave the projection. `observed`: the cell reached its end of life; `population`: the lives of "
            "similar cells; `trajectory`: the cell's own fade so far; `none`: no projection."
        ),
    ]
    interval: Annotated[Interval | None, Field("Cycles between which the end of life is expected.")]
    abstained: Annotated[bool, Field("Whether there is no projection.")]
    abstention_reason: Annotated[str | None, Field("Why not.")]
    r_squared: Annotated[
        float | None, Field("Share of the capacity's variance that the straight line explains. It is not a confidence.")
    ]
    initial_capacity: Annotated[float | None, Field("Reference capacity.", "Ah")]
    eol_capacity: Annotated[float | None, Field("Capacity at the end of life.", "Ah")]
    eol_threshold: Annotated[float, Field("End of life as a share of the reference capacity.")]
    remaining_cycles: Annotated[
        float | None, Field("Cycles from the last one to the end of life; 0 once it is reached.")
    ]
    remaining_equivalent_full_cycles: Annotated[
        float | None, Field("The remaining cycles as discharged charge over the nominal capacity.")
    ]
    models: Annotated[list[ModelProjection], Field("The projections of all models, with the chosen one among them.")]


@dataclass(frozen=True, slots=True)
class StatisticalMetrics:
    """Statistics over all cycles (capacities) or all points (current, voltage)."""

    charge_discharge_stats: Annotated[ChargeDischargeStats, Field("Over all cycles.", "Ah")]
    current_stats: Annotated[Statistics, Field("Over all points.", "A")]
    voltage_stats: Annotated[Statistics, Field("Over all points.", "V")]
    cycle_life_projection: Annotated[CycleLifeProjection, Field("When the cell reaches its end of life.")]


def statistical_metrics(analysed: AnalysedCell) -> StatisticalMetrics:
    cycling, table = analysed.cell.cycling, analysed.table
    return StatisticalMetrics(
        charge_discharge_stats=ChargeDischargeStats(
            charge_capacity=statistics_of(table.charge_capacity_Ah),
            discharge_capacity=statistics_of(table.discharge_capacity_Ah),
        ),
        current_stats=statistics_of(cycling.current_A),
        voltage_stats=statistics_of(cycling.voltage_V),
        cycle_life_projection=reported(analysed.projection),
    )


def reported(projection: Projection) -> CycleLifeProjection:
    """A projection under the field names of the report."""
    return CycleLifeProjection(
        fade_rate=finite(projection.fade_rate_Ah_per_cycle),
        projected_eol_cycle=finite(projection.eol_cycle),
        confidence=finite(projection.confidence),
        method=projection.method,
        interval=projection.interval,
        abstained=projection.abstention_reason is not None,
        abstention_reason=projection.abstention_reason,
        r_squared=finite(projection.r_squared),
        initial_capacity=finite(projection.initial_capacity_Ah),
        eol_capacity=finite(projection.eol_capacity_Ah),
        eol_threshold=projection.eol_threshold,
        remaining_cycles=finite(projection.remaining_cycles),
        remaining_equivalent_full_cycles=finite(projection.remaining_equivalent_full_cycles),
        models=list(projection.models),
    )


STATISTICAL_METRICS = Section("statistical_metrics", StatisticalMetrics, statistical_metrics)
