"""Battery health: the health score, the health status, and signs of degradation."""

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from battery_analytics.analysis.cycle_table import CycleTable
from battery_analytics.cell import Cell, FloatArray
from battery_analytics.fields import Field
from battery_analytics.plots.units import OHMS, unit_for
from battery_analytics.quality.recording import VOLTAGE_TOLERANCE_V
from battery_analytics.sections.analysed_cell import AnalysedCell
from battery_analytics.sections.declaration import Section

STATUS_FROM_PERCENT: tuple[tuple[float, str], ...] = ((95, "Excellent"), (90, "Good"), (80, "Fair"), (70, "Poor"))
MOST_RETENTION_PERCENT = 105.0
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
    """The cell's health as a score and a status, with signs of degradation."""

    health_score: Annotated[
        float | None, Field("Capacity retention clipped to 0..100; null where it is unknown or above 105.", "%")
    ]
    health_status: Annotated[
        str, Field("≥95 Excellent, ≥90 Good, ≥80 Fair, ≥70 Poor, else Critical; Unknown without a score.")
    ]
    capacity_retention: Annotated[float | None, Field("As `capacity_fade.capacity_retention_percentage`.", "%")]
    degradation_indicators: Annotated[list[str], Field("Signs of degradation, one sentence each, with its value.")]


def battery_health(analysed: AnalysedCell) -> BatteryHealth:
    retention = analysed.fade.retention_percent
    score = None if retention is None or retention > MOST_RETENTION_PERCENT else min(max(retention, 0.0), 100.0)
    return BatteryHealth(
        health_score=score,
        health_status=status_of(score),
        capacity_retention=retention,
        degradation_indicators=degradation_indicators(analysed.cell, analysed.table, analysed.compared_Ah),
    )


def degradation_indicators(cell: Cell, table: CycleTable, compared_Ah: FloatArray) -> list[str]:
    """One line with its value per sign of degradation. `compared_Ah` has shape (n_cycles,), NaN for cycles that are not
    compared."""
    indicators = (
        _capacity_loss(compared_Ah),
        _low_efficiency(table),
        _resistance_growth(np.where(np.isfinite(compared_Ah), table.resistance_ohm, np.nan)),
        _accelerating_fade(table, compared_Ah),
        _overvoltage(cell, table),
        _undervoltage(cell, table),
    )
    return [line for line in indicators if line is not None]


def status_of(score: float | None) -> str:
    """The health status of a health score in percent."""
    if score is None:
        return "Unknown"
    return next((status for limit, status in STATUS_FROM_PERCENT if score >= limit), "Critical")


def _capacity_loss(compared_Ah: FloatArray) -> str | None:
    known = compared_Ah[compared_Ah > 0]
    lost = 100.0 * (1 - known[-1] / known[0]) if known.size else 0.0
    if lost <= SIGNIFICANT_FADE_PERCENT:
        return None
    return f"Significant capacity fade: {lost:.1f} % of the first compared discharge capacity is lost"


def _low_efficiency(table: CycleTable) -> str | None:
    known = table.coulombic_efficiency_percent[np.isfinite(table.coulombic_efficiency_percent)]
    median = float(np.median(known)) if known.size else 100.0
    if median >= LOW_EFFICIENCY_PERCENT:
        return None
    return f"Low coulombic efficiency: {median:.2f} % in the median cycle"


def _resistance_growth(resistance_ohm: FloatArray) -> str | None:
    early, late = _ends(resistance_ohm)
    if early is None or late is None or late < RESISTANCE_GROWTH * early:
        return None
    unit = unit_for(OHMS, late)
    return f"Resistance growth: {unit.text(early, 3)} at the start, {unit.text(late, 3)} at the end"


def _accelerating_fade(table: CycleTable, compared_Ah: FloatArray) -> str | None:
    """Compare the slopes of the two halves of the fade since the capacity was largest.

    The slopes are fitted to medians of groups of cycles. They count as different where they differ by several standard
    errors, and the second half loses enough to matter.
    """
    known = np.flatnonzero(compared_Ah > 0)
    if known.size < FEWEST_CYCLES_FOR_TREND:
        return None
    groups = np.array_split(known, GROUPS)
    cycle = np.array([table.cycle_number[group].mean() for group in groups])
    capacity = np.array([np.median(compared_Ah[group]) for group in groups])
    cycle, percent = cycle[capacity.argmax() :], 100.0 * capacity[capacity.argmax() :] / compared_Ah[known[0]]
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


def _overvoltage(cell: Cell, table: CycleTable) -> str | None:
    limit = cell.number("max_voltage_limit_in_V")
    highest = float(table.max_voltage_V.max())
    if limit is None or highest <= limit + VOLTAGE_TOLERANCE_V:
        return None
    return f"Voltage above its limit: {highest:.3f} V, limit {limit:.3f} V"


def _undervoltage(cell: Cell, table: CycleTable) -> str | None:
    limit = cell.number("min_voltage_limit_in_V")
    lowest = float(table.min_voltage_V.min())
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


BATTERY_HEALTH = Section("battery_health", BatteryHealth, battery_health)
