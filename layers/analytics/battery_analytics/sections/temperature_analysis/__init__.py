"""Temperature: its statistics over all points, and its correlation with capacity where one can be computed."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from battery_analytics.analysis.statistics import known_values
from battery_analytics.cell import FloatArray
from battery_analytics.fields import Field
from battery_analytics.sections.analysed_cell import AnalysedCell
from battery_analytics.sections.declaration import Plot, Section

CONSTANT_WITHIN_C = 0.5
SAME_WITHIN_C = 1e-9  # a mean over equal values has a rounding error
SAME_SHARE = 1e-9
FEWEST_CYCLES_TO_CORRELATE = 5


@dataclass(frozen=True, slots=True)
class TemperatureRange:
    """Extremes over all points."""

    min: Annotated[float | None, Field("Lowest temperature.", "°C")]
    max: Annotated[float | None, Field("Highest temperature.", "°C")]


@dataclass(frozen=True, slots=True)
class TemperatureStats:
    """Statistics over all points."""

    mean: Annotated[float | None, Field("Mean.", "°C")]
    median: Annotated[float | None, Field("Median.", "°C")]
    std_dev: Annotated[float | None, Field("Population standard deviation.", "°C")]
    p10: Annotated[float | None, Field("10th percentile.", "°C")]
    p90: Annotated[float | None, Field("90th percentile.", "°C")]


@dataclass(frozen=True, slots=True)
class TemperatureAnalysis:
    """The measured temperature and its correlation with capacity."""

    has_temperature_data: Annotated[bool, Field("True only for measured values.")]
    average_temperature: Annotated[float | None, Field("Mean over all points.", "°C")]
    temperature_range: Annotated[TemperatureRange, Field("Extremes over all points.")]
    temperature_stats: Annotated[TemperatureStats, Field("Statistics over all points.")]
    correlation_with_capacity: Annotated[
        float | None,
        Field(
            "Pearson's r between a cycle's mean temperature and its discharge capacity; null where it cannot be computed."
        ),
    ]
    no_correlation_reason: Annotated[str | None, Field("Why `correlation_with_capacity` is null.")]


def temperature_analysis(analysed: AnalysedCell) -> TemperatureAnalysis:
    by_cycle = analysed.cell.summary is not None
    measured = known_values(analysed.table.mean_temperature_C if by_cycle else analysed.cell.cycling.temperature_C)
    if not measured.size:
        return TemperatureAnalysis(
            has_temperature_data=False,
            average_temperature=None,
            temperature_range=TemperatureRange(None, None),
            temperature_stats=TemperatureStats(None, None, None, None, None),
            correlation_with_capacity=None,
            no_correlation_reason="The file holds no temperature.",
        )
    extremes, stats = temperature_statistics(measured)
    correlation, reason = capacity_correlation(analysed.table.mean_temperature_C, analysed.table.whole_discharge_Ah)
    return TemperatureAnalysis(
        has_temperature_data=True,
        average_temperature=stats.mean,
        temperature_range=extremes,
        temperature_stats=stats,
        correlation_with_capacity=correlation,
        no_correlation_reason=reason,
    )


def temperature_statistics(measured_C: FloatArray) -> tuple[TemperatureRange, TemperatureStats]:
    """Statistics of at least one measured value; those of a constant are exact, without a rounding error."""
    low, high = float(measured_C.min()), float(measured_C.max())
    extremes = TemperatureRange(min=low, max=high)
    if low == high:
        return extremes, TemperatureStats(mean=low, median=low, std_dev=0.0, p10=low, p90=low)
    p10, median, p90 = np.percentile(measured_C, (10, 50, 90)).tolist()
    return extremes, TemperatureStats(
        mean=float(measured_C.mean()), median=median, std_dev=float(measured_C.std()), p10=p10, p90=p90
    )


def capacity_correlation(temperature_C: FloatArray, capacity_Ah: FloatArray) -> tuple[float | None, str | None]:
    """Pearson's r of cycles' mean temperatures and whole discharges, both of shape (n_cycles,), or the reason for none."""
    known = np.isfinite(temperature_C) & np.isfinite(capacity_Ah)
    temperature, capacity = temperature_C[known], capacity_Ah[known]
    if temperature.size < FEWEST_CYCLES_TO_CORRELATE:
        return None, f"A correlation needs {FEWEST_CYCLES_TO_CORRELATE} cycles with temperature and capacity."
    spread = float(np.ptp(temperature))
    if spread < CONSTANT_WITHIN_C:
        what = f"varies by only {spread:.2g} °C between cycles" if spread > SAME_WITHIN_C else "is constant"
        return (
            None,
            f"The temperature {what} ({temperature.mean():.3g} °C). No correlation with capacity can be computed.",
        )
    if np.ptp(capacity) <= SAME_SHARE * np.max(np.abs(capacity)):
        return None, "The capacity is the same in every cycle. No correlation can be computed."
    return float(np.corrcoef(temperature, capacity)[0, 1]), None


def _plot(analysed: AnalysedCell, temperature: TemperatureAnalysis) -> bytes:
    from battery_analytics.sections.temperature_analysis.plot import (  # noqa: PLC0415  # imports matplotlib
        temperature_vs_capacity_plot,
    )

    return temperature_vs_capacity_plot(temperature, analysed.table, title=analysed.cell.cell_id)


TEMPERATURE_ANALYSIS = Section(
    "temperature_analysis",
    TemperatureAnalysis,
    temperature_analysis,
    plots=(
        Plot(
            "temperature_vs_capacity_plot",
            "Capacity and temperature",
            "Discharge capacity over the cycle's mean temperature.",
            _plot,
            standard=True,
        ),
    ),
)
