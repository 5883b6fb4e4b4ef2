"""Capacity fade: what each cycle charged and discharged, how efficiently, and how much of it is lost."""

from dataclasses import dataclass

import numpy as np

from battery_analytics.analysis.cycle_figures import CycleFigures
from battery_analytics.cell import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class CapacityFade:
    """Per-cycle arrays of shape (n_cycles,), NaN where a figure is unknown; percentages of the first known discharge."""

    cycle_number: IntArray
    charge_capacity_Ah: FloatArray
    discharge_capacity_Ah: FloatArray
    coulombic_efficiency_percent: FloatArray
    fade_percent: float | None
    fade_rate_percent_per_cycle: float | None
    retention_percent: float | None


def capacity_fade(figures: CycleFigures) -> CapacityFade:
    """Fade between the first and the last known discharge, in percent of the first.

    The rate divides by the difference of their cycle numbers; it is unknown for a single cycle. A gain is a negative
    fade.
    """
    discharge = figures.discharge_capacity_Ah
    known = np.flatnonzero(np.isfinite(discharge) & (discharge > 0))
    fade = rate = None
    if known.size:
        first, last = known[0], known[-1]
        fade = float(100.0 * (discharge[first] - discharge[last]) / discharge[first])
        cycles_between = int(figures.cycle_number[last] - figures.cycle_number[first])
        rate = fade / cycles_between if cycles_between else None
    return CapacityFade(
        cycle_number=figures.cycle_number,
        charge_capacity_Ah=figures.charge_capacity_Ah,
        discharge_capacity_Ah=discharge,
        coulombic_efficiency_percent=figures.coulombic_efficiency_percent,
        fade_percent=fade,
        fade_rate_percent_per_cycle=rate,
        retention_percent=None if fade is None else 100.0 - fade,
    )
