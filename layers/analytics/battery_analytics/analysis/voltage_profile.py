"""Voltage profile: voltage over capacity of chosen cycles, charge and discharge apart."""

from dataclasses import dataclass

from battery_analytics.cell import FloatArray


@dataclass(frozen=True, slots=True)
class Branch:
    """Voltage over the capacity passed since the branch began; both of shape (n_points,)."""

    capacity_Ah: FloatArray
    voltage_V: FloatArray


@dataclass(frozen=True, slots=True)
class VoltageCurve:
    """One cycle's branches; None where the cycle has no such current."""

    cycle_number: int
    charge: Branch | None
    discharge: Branch | None


@dataclass(frozen=True, slots=True)
class VoltageProfile:
    """The chosen cycles' curves, and the voltage's extremes and mean over all points of those cycles."""

    curves: tuple[VoltageCurve, ...]
    min_voltage_V: float | None
    max_voltage_V: float | None
    mean_voltage_V: float | None
