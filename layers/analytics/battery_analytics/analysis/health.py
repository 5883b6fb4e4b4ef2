"""Battery health: retention as a score, a word for it, and what else points to degradation."""

import math
from dataclasses import dataclass

import numpy as np

from battery_analytics.analysis.capacity_fade import CapacityFade
from battery_analytics.analysis.cycle_figures import CycleFigures
from battery_analytics.cell import Cell, FloatArray

STATUS_FROM_PERCENT: tuple[tuple[float, str], ...] = ((95, "Excellent"), (90, "Good"), (80, "Fair"), (70, "Poor"))
VOLTAGE_TOLERANCE_V = 0.010
LOW_EFFICIENCY_PERCENT = 99.0
RESISTANCE_GROWTH = 1.25
SIGNIFICANT_FADE_PERCENT = 20.0
FEWEST_CYCLES_FOR_TREND = 30
ACCELERATION = 2.0
MATERIAL_FADE_PERCENT = 2.0
DISTINCT_ERRORS = 4.0
GROUPS = 24
FEWEST_GROUPS_A_HALF = 5


@dataclass(frozen=True, slots=True)
class BatteryHealth:
    """`score` is the retention clipped to 0..100; unknown where the retention is."""

    score: float | None
    status: str
    retention_percent: float | None
    indicators: tuple[str, ...]


def battery_health(cell: Cell, figures: CycleFigures, fade: CapacityFade) -> BatteryHealth:
    """The cell's state by its retention, and each sign of degradation in one line with its figure."""
    retention = fade.retention_percent
    score = None if retention is None else min(max(retention, 0.0), 100.0)
    indicators = (
        _capacity_loss(figures),
        _low_efficiency(fade),
        _resistance_growth(figures),
        _accelerating_fade(figures),
        _overvoltage(cell, figures),
        _undervoltage(cell, figures),
    )
    return BatteryHealth(score, status_of(score), retention, tuple(line for line in indicators if line is not None))


def status_of(score: float | None) -> str:
    """The word for a health score in percent."""
    if score is None:
        return "Unknown"
    return next((status for limit, status in STATUS_FROM_PERCENT if score >= limit), "Critical")


def _capacity_loss(figures: CycleFigures) -> str | None:
    """Judge whole discharges only: one that was cut short is no sign of degradation."""
    whole = figures.whole_discharge_Ah
    known = whole[whole > 0]
    lost = 100.0 * (1 - known[-1] / known[0]) if known.size else 0.0
    if lost <= SIGNIFICANT_FADE_PERCENT:
        return None
    until = " up to the last whole discharge" if figures.discharge_incomplete[-1] else ""
    return f"Significant capacity fade: {lost:.1f} % of the first discharge capacity is lost{until}"


def _low_efficiency(fade: CapacityFade) -> str | None:
    known = fade.coulombic_efficiency_percent[np.isfinite(fade.coulombic_efficiency_percent)]
    median = float(np.median(known)) if known.size else 100.0
    if median >= LOW_EFFICIENCY_PERCENT:
        return None
    return f"Low coulombic efficiency: {median:.2f} % in the median cycle"


def _resistance_growth(figures: CycleFigures) -> str | None:
    early, late = _ends(figures.resistance_ohm)
    if early is None or late is None or late < RESISTANCE_GROWTH * early:
        return None
    return f"Resistance growth: {1e3 * early:.3g} mΩ at the start, {1e3 * late:.3g} mΩ at the end"


def _accelerating_fade(figures: CycleFigures) -> str | None:
    """Compare the slopes of the two halves of the fade since the capacity was largest.

    The slopes run through medians of as many groups of cycles. They count as different where they are so by several
    standard errors, and the second half loses enough to matter.
    """
    whole = figures.whole_discharge_Ah
    known = np.flatnonzero(whole > 0)
    if known.size < FEWEST_CYCLES_FOR_TREND:
        return None
    groups = np.array_split(known, GROUPS)
    cycle = np.array([figures.cycle_number[group].mean() for group in groups])
    capacity = np.array([np.median(whole[group]) for group in groups])
    cycle, percent = cycle[capacity.argmax() :], 100.0 * capacity[capacity.argmax() :] / whole[known[0]]
    half = cycle.size // 2
    if half < FEWEST_GROUPS_A_HALF:
        return None
    early, early_error = _slope(cycle[:half], percent[:half])
    late, late_error = _slope(cycle[half:], percent[half:])
    lost = -late * (cycle[-1] - cycle[half])
    distinct = early - late > DISTINCT_ERRORS * math.hypot(early_error, late_error)
    if not (late < ACCELERATION * min(early, 0.0) and distinct and lost >= MATERIAL_FADE_PERCENT):
        return None
    return (
        f"Accelerating fade: {-late:.2g} % of the first discharge capacity per cycle in the second half of the fade, "
        f"{max(-early, 0.0):.2g} % in the first"
    )


def _slope(x: FloatArray, y: FloatArray) -> tuple[float, float]:
    """The least-squares slope and its standard error; both inputs of shape (n,), n at least 3."""
    centred = x - x.mean()
    spread = float(np.sum(centred**2))
    slope = float(np.sum(centred * y)) / spread
    residual = y - y.mean() - slope * centred
    return slope, math.sqrt(float(np.sum(residual**2)) / (x.size - 2) / spread)


def _overvoltage(cell: Cell, figures: CycleFigures) -> str | None:
    limit = cell.number("max_voltage_limit_in_V")
    highest = float(figures.max_voltage_V.max())
    if limit is None or highest <= limit + VOLTAGE_TOLERANCE_V:
        return None
    return f"Voltage above its limit: {highest:.3f} V, limit {limit:.3f} V"


def _undervoltage(cell: Cell, figures: CycleFigures) -> str | None:
    limit = cell.number("min_voltage_limit_in_V")
    lowest = float(figures.min_voltage_V.min())
    if limit is None or lowest >= limit - VOLTAGE_TOLERANCE_V:
        return None
    return f"Voltage below its limit: {lowest:.3f} V, limit {limit:.3f} V"


def _ends(values: FloatArray) -> tuple[float | None, float | None]:
    """The medians of the first and the last tenth of the known values, None where there are too few to compare."""
    known = values[np.isfinite(values)]
    if known.size < FEWEST_CYCLES_FOR_TREND:
        return None, None
    tenth = max(3, known.size // 10)
    return float(np.median(known[:tenth])), float(np.median(known[-tenth:]))
