"""The result of a projection, of whatever method."""

from dataclasses import dataclass
from typing import Annotated, Literal

from battery_analytics.cell import FloatArray
from battery_analytics.fields import Field


@dataclass(frozen=True, slots=True)
class Interval:
    """Cycles between which the end of life is expected."""

    low: Annotated[float, Field("Cycle number.")]
    high: Annotated[float | None, Field("Cycle number; null where there is no upper end.")]
    level: Annotated[float, Field("The interval's level, 0..1.")]
    basis: Annotated[
        Literal["calibrated", "indicative"],
        Field("`calibrated` on cells that the model has not seen, or `indicative`."),
    ]


@dataclass(frozen=True, slots=True)
class Trend:
    """The fitted capacity to draw: over `cycle_number`, with its band; all of shape (n,)."""

    cycle_number: FloatArray
    capacity_Ah: FloatArray
    low_Ah: FloatArray
    high_Ah: FloatArray


@dataclass(frozen=True, slots=True)
class ModelProjection:
    """One model's projection."""

    name: Annotated[
        str,
        Field("`population`, `trajectory` (the mean of the curves after it), a curve, `straight_line` or `observed`."),
    ]
    eol_cycle: Annotated[float | None, Field("Cycle number at the end of life.")] = None
    interval: Annotated[Interval | None, Field("Cycles between which the end of life is expected.")] = None
    confidence: Annotated[float | None, Field("As the projection's.")] = None
    abstention_reason: Annotated[str | None, Field("Why it gives no projection.")] = None


@dataclass(frozen=True, slots=True)
class Projection:
    """The cycle at which the discharge capacity reaches `eol_capacity_Ah`, or the reason why there is no projection.

    `fade_rate_Ah_per_cycle` is negative when the cell fades. `confidence` is the calibrated probability that the true
    end of life lies within 15 % of `eol_cycle`; None where nothing was calibrated. `abstention_reason` says why there is no
    `eol_cycle`, and is None where there is one. `method` names the model that gave it, `models` are all that were asked.
    What remains counts from the last cycle, and in equivalent full cycles of the nominal capacity.
    """

    method: Literal["observed", "population", "trajectory", "none"]
    fade_rate_Ah_per_cycle: float | None
    r_squared: float | None
    initial_capacity_Ah: float | None
    eol_capacity_Ah: float | None
    eol_threshold: float
    eol_cycle: float | None
    interval: Interval | None
    confidence: float | None
    abstention_reason: str | None
    trend: Trend | None
    models: tuple[ModelProjection, ...] = ()
    remaining_cycles: float | None = None
    remaining_equivalent_full_cycles: float | None = None
