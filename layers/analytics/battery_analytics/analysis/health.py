"""Battery health: retention as a score, a word for it, and what else points to degradation."""

from dataclasses import dataclass

import numpy as np

from battery_analytics.analysis.capacity_fade import CapacityFade
from battery_analytics.analysis.cycle_figures import CycleFigures
from battery_analytics.cell import Cell, FloatArray

STATUS_FROM_PERCENT: tuple[tuple[float, str], ...] = ((95, "Excellent"), (90, "Good"), (80, "Fair"), (70, "Poor"))
VOLTAGE_TOLERANCE_V = 0.010
LOW_EFFICIENCY_PERCENT = 99.0
RESISTANCE_GROWTH = 1.25
ACCELERATION = 2.0
FEWEST_CYCLES_FOR_TREND = 30


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
        _capacity_loss(fade),
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


def _capacity_loss(fade: CapacityFade) -> str | None:
    if fade.fade_percent is None or fade.fade_percent <= 20.0:
        return None
    return f"Significant capacity fade: {fade.fade_percent:.1f} % of the first discharge capacity is lost"


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
    whole = np.where(figures.discharge_incomplete, np.nan, figures.discharge_capacity_Ah)
    known = np.flatnonzero(np.isfinite(whole))
    if known.size < FEWEST_CYCLES_FOR_TREND:
        return None
    half = known.size // 2
    early, late = (
        float(np.polyfit(figures.cycle_number[part], whole[part], 1)[0]) for part in (known[:half], known[half:])
    )
    if not late < ACCELERATION * early < 0:
        return None
    return f"Accelerating fade: {late / early:.1f} times faster in the second half of the cycles than in the first"


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
