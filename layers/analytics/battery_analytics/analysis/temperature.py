"""Temperature: its statistics over all points, and what it has to do with capacity, where that can be said."""

from dataclasses import dataclass

import numpy as np

from battery_analytics.analysis.cycle_figures import CycleFigures
from battery_analytics.cell import CyclingData, FloatArray


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


CONSTANT_WITHIN_C = 0.5
FEWEST_CYCLES_TO_CORRELATE = 5


def temperature_analysis(cycling: CyclingData, figures: CycleFigures) -> TemperatureAnalysis:
    """Statistics of the measured temperature, and its correlation with capacity where it varies enough to say."""
    measured = np.empty(0) if cycling.temperature_C is None else cycling.temperature_C
    measured = measured[np.isfinite(measured)]
    if measured.size == 0:
        return TemperatureAnalysis(
            False, *(None,) * 7, figures.mean_temperature_C, None, "The file holds no temperature."
        )
    p10, p90 = np.percentile(measured, (10, 90))
    correlation, reason = _correlation(figures.mean_temperature_C, figures.discharge_capacity_Ah)
    return TemperatureAnalysis(
        measured=True,
        mean_C=float(measured.mean()),
        median_C=float(np.median(measured)),
        min_C=float(measured.min()),
        max_C=float(measured.max()),
        std_dev_C=float(measured.std()),
        p10_C=float(p10),
        p90_C=float(p90),
        cycle_mean_C=figures.mean_temperature_C,
        correlation=correlation,
        no_correlation_reason=reason,
    )


def _correlation(temperature_C: FloatArray, capacity_Ah: FloatArray) -> tuple[float | None, str | None]:
    known = np.isfinite(temperature_C) & np.isfinite(capacity_Ah)
    temperature, capacity = temperature_C[known], capacity_Ah[known]
    if temperature.size < FEWEST_CYCLES_TO_CORRELATE:
        return None, f"A correlation needs {FEWEST_CYCLES_TO_CORRELATE} cycles with temperature and capacity."
    spread = float(np.ptp(temperature))
    if spread < CONSTANT_WITHIN_C:
        what = "is constant" if spread == 0 else f"varies by only {spread:.2g} °C between cycles"
        return (
            None,
            f"The temperature {what} ({temperature.mean():.3g} °C): no correlation with capacity can be computed.",
        )
    if np.ptp(capacity) == 0:
        return None, "The capacity is the same in every cycle: no correlation can be computed."
    return float(np.corrcoef(temperature, capacity)[0, 1]), None
