"""What every projection of cycle life answers with, whichever method made it."""

from dataclasses import dataclass
from typing import Literal

from battery_analytics.cell import FloatArray


@dataclass(frozen=True, slots=True)
class Interval:
    """Cycles between which the end of life is expected at this level; `high` is None where nothing bounds it."""

    low: float
    high: float | None
    level: float
    basis: Literal["calibrated", "indicative"]


@dataclass(frozen=True, slots=True)
class Trend:
    """The fitted capacity to draw: over `cycle_number`, with its band; all of shape (n,)."""

    cycle_number: FloatArray
    capacity_Ah: FloatArray
    low_Ah: FloatArray
    high_Ah: FloatArray


@dataclass(frozen=True, slots=True)
class ModelProjection:
    """One model's end of life as a cycle number with its interval, or why it has none."""

    name: str
    eol_cycle: float | None = None
    interval: Interval | None = None
    confidence: float | None = None
    abstention: str | None = None


@dataclass(frozen=True, slots=True)
class CycleLifeProjection:
    """When the discharge capacity reaches `eol_capacity_Ah`, as a cycle number, or why that cannot be said.

    `fade_rate_Ah_per_cycle` is negative when the cell fades. `confidence` is the calibrated probability that the true
    end of life lies within 15 % of `eol_cycle`; None where nothing was calibrated. `abstention` is the reason for a
    missing `eol_cycle`, and None where there is one. `method` says whose word `eol_cycle` is; `models` are all that
    were asked. What remains counts from the last cycle, and in equivalent full cycles of the nominal capacity.
    """

    method: Literal["observed", "population", "trajectory", "linear", "none"]
    fade_rate_Ah_per_cycle: float | None
    r_squared: float | None
    initial_capacity_Ah: float | None
    eol_capacity_Ah: float | None
    eol_threshold: float
    eol_cycle: float | None
    interval: Interval | None
    confidence: float | None
    abstention: str | None
    trend: Trend | None
    models: tuple[ModelProjection, ...] = ()
    remaining_cycles: float | None = None
    remaining_equivalent_full_cycles: float | None = None
