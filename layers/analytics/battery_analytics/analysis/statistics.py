"""Statistics over all points (current, voltage) and over all cycles (capacities)."""

from dataclasses import dataclass

import numpy as np

from battery_analytics.analysis.cycle_figures import CycleFigures
from battery_analytics.cell import CyclingData, FloatArray


@dataclass(frozen=True, slots=True)
class Summary:
    """Mean, median, extremes and population standard deviation of the known values; all None where there is none."""

    mean: float | None
    median: float | None
    min: float | None
    max: float | None
    std_dev: float | None


@dataclass(frozen=True, slots=True)
class StatisticalMetrics:
    """Summaries in Ah, A and V."""

    charge_capacity_Ah: Summary
    discharge_capacity_Ah: Summary
    current_A: Summary
    voltage_V: Summary


def statistical_metrics(cycling: CyclingData, figures: CycleFigures) -> StatisticalMetrics:
    """Summaries of the capacities of all cycles, and of the current and voltage of all points."""
    return StatisticalMetrics(
        charge_capacity_Ah=summary(figures.charge_capacity_Ah),
        discharge_capacity_Ah=summary(figures.discharge_capacity_Ah),
        current_A=summary(cycling.current_A),
        voltage_V=summary(cycling.voltage_V),
    )


def summary(values: FloatArray) -> Summary:
    """The summary of the values that are known, which are those that are not NaN."""
    finite = np.isfinite(values)
    known = values if finite.all() else values[finite]
    if known.size == 0:
        return Summary(None, None, None, None, None)
    return Summary(
        mean=float(known.mean()),
        median=float(np.median(known)),
        min=float(known.min()),
        max=float(known.max()),
        std_dev=float(known.std()),
    )
