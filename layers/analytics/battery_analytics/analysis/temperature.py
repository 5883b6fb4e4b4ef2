"""Temperature: its statistics over all points, and what it has to do with capacity, where that can be said."""

from dataclasses import dataclass

import numpy as np

from battery_analytics.analysis.cycle_figures import CycleFigures
from battery_analytics.cell import CyclingData, FloatArray

CONSTANT_WITHIN_C = 0.5
SAME_WITHIN_C = 1e-9  # a mean over equal values differs by a rounding
SAME_SHARE = 1e-9
FEWEST_CYCLES_TO_CORRELATE = 5


@dataclass(frozen=True, slots=True)
class TemperatureAnalysis:
    """Statistics over all measured points in °C; `cycle_mean_C` has shape (n_cycles,), NaN where not measured.

    `correlation` is Pearson's r between a cycle's mean temperature and its whole discharge capacity; it is None, with
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


def temperature_analysis(cycling: CyclingData, figures: CycleFigures) -> TemperatureAnalysis:
    """Statistics of the measured temperature, and its correlation with capacity where it varies enough to say."""
    measured = np.empty(0) if cycling.temperature_C is None else cycling.temperature_C
    finite = np.isfinite(measured)
    measured = measured if finite.all() else measured[finite]
    if measured.size == 0:
        return TemperatureAnalysis(
            False, *(None,) * 7, figures.mean_temperature_C, None, "The file holds no temperature."
        )
    low, high = float(measured.min()), float(measured.max())
    p10, median, p90 = (low,) * 3 if low == high else np.percentile(measured, (10, 50, 90)).tolist()
    correlation, reason = _correlation(figures.mean_temperature_C, figures.whole_discharge_Ah)
    return TemperatureAnalysis(
        measured=True,
        mean_C=low if low == high else float(measured.mean()),
        median_C=median,
        min_C=low,
        max_C=high,
        std_dev_C=0.0 if low == high else float(measured.std()),
        p10_C=p10,
        p90_C=p90,
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
        what = f"varies by only {spread:.2g} °C between cycles" if spread > SAME_WITHIN_C else "is constant"
        return (
            None,
            f"The temperature {what} ({temperature.mean():.3g} °C): no correlation with capacity can be computed.",
        )
    if np.ptp(capacity) <= SAME_SHARE * np.max(np.abs(capacity)):
        return None, "The capacity is the same in every cycle: no correlation can be computed."
    return float(np.corrcoef(temperature, capacity)[0, 1]), None
