"""The plot of capacity over temperature: do warm cycles have more capacity?"""

import numpy as np

from battery_analytics.analysis.cycle_table import CycleTable
from battery_analytics.cell import FloatArray
from battery_analytics.plots.cycle_colors import cycle_colors, cycle_key
from battery_analytics.plots.panel import Panel
from battery_analytics.plots.scale import Limits, full_limits, padded, robust_limits
from battery_analytics.plots.sheet import BLUE, LEFT_PX, RIGHT_PX, Mark, Sheet
from battery_analytics.plots.units import AMPERE_HOURS, unit_for
from battery_analytics.sections.temperature_analysis import TemperatureAnalysis

_HEIGHT_PX = 640
_LEAST_SPAN_C = 2.0
_COLOR_GROUPS = 24


def temperature_vs_capacity_plot(temperature: TemperatureAnalysis, table: CycleTable, *, title: str) -> bytes:
    """PNG of 1000 × 640 pixels. Where no correlation can be computed, it says why."""
    known = np.isfinite(table.mean_temperature_C) & np.isfinite(table.discharge_capacity_Ah)
    mean_C, capacity_Ah = table.mean_temperature_C[known], table.discharge_capacity_Ah[known]
    sheet = Sheet(_HEIGHT_PX, title, [_verdict(temperature, int(known.sum()))])
    panel = Panel(
        sheet,
        left=LEFT_PX,
        right=RIGHT_PX,
        bottom=74,
        top=_HEIGHT_PX - 124,
        x_limits=_temperature_limits(mean_C),
        y_limits=robust_limits(capacity_Ah),
    )
    unit = unit_for(AMPERE_HOURS, capacity_Ah)
    panel.axes("Mean temperature of the cycle (°C)", "Discharge capacity", y_unit=unit)
    if not known.any():
        panel.sentence("No cycle has both a temperature and a discharge capacity.")
        return sheet.png()
    numbers = table.cycle_number[known]
    # A line of markers has one colour, so neighbouring cycles share one; that is much faster than single points.
    groups = np.array_split(np.argsort(numbers, kind="stable"), min(_COLOR_GROUPS, numbers.size))
    for group, color in zip(groups, cycle_colors([int(numbers[group[0]]) for group in groups]), strict=True):
        panel.series(mean_C[group], capacity_Ah[group], Mark(color, marker="o", size_px=9))
    panel.edge_markers(mean_C, capacity_Ah, BLUE)
    panel.outside_remark([capacity_Ah], unit)
    cycle_key(sheet, panel.top + 20, numbers.tolist())
    return sheet.png()


def _verdict(temperature: TemperatureAnalysis, n_cycles: int) -> str:
    if temperature.correlation_with_capacity is None:
        return temperature.no_correlation_reason or "No correlation can be computed."
    correlation = f"{temperature.correlation_with_capacity:.2f}".replace("-", "−")
    return f"Pearson's r = {correlation} over {n_cycles:,} cycles, ageing included"


def _temperature_limits(mean_C: FloatArray) -> Limits | None:
    """Limits at least 2 °C apart, so that a sensor's last digit does not look like a range of temperatures."""
    limits = full_limits(mean_C)
    if limits is None:
        return None
    low, high = limits
    missing = max(0.0, _LEAST_SPAN_C - (high - low)) / 2
    return padded(low - missing, high + missing, pad=0.0)
