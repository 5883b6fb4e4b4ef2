"""Temperature: its statistics over all points, and what it has to do with capacity, where that can be said."""

from dataclasses import dataclass

from battery_analytics.cell import FloatArray


@dataclass(frozen=True, slots=True)
class TemperatureAnalysis:
    """Statistics over all measured points in °C; `cycle_mean_C` has shape (n_cycles,), NaN where not measured.

    `correlation` is Pearson's r between a cycle's mean temperature and its discharge capacity; it is None, with
    `no_correlation_reason`, where the temperature does not vary enough to say.
    """

    measured: bool
    mean_C: float | None
    median_C: float | None
    min_C: float | None
    max_C: float | None
    std_dev_C: float | None
    p10_C: float | None
    p90_C: float | None
    cycle_mean_C: FloatArray
    correlation: float | None
    no_correlation_reason: str | None
