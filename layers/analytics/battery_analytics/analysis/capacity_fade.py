"""Capacity fade: what each cycle charged and discharged, how efficiently, and how much of it is lost."""

from dataclasses import dataclass

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
