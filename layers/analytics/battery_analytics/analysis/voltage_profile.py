"""Voltage profile: voltage over capacity of chosen cycles, charge and discharge apart."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from battery_analytics.analysis.throughput import Branches, Throughput
from battery_analytics.cell import CyclingData, FloatArray


@dataclass(frozen=True, slots=True)
class Branch:
    """Voltage over the capacity passed since the branch began; both of shape (n_points,)."""

    capacity_Ah: FloatArray
    voltage_V: FloatArray


@dataclass(frozen=True, slots=True)
class VoltageCurve:
    """One cycle's branches; None where the cycle has no such current, or its capacity is unknown."""

    cycle_number: int
    charge: Branch | None
    discharge: Branch | None


@dataclass(frozen=True, slots=True)
class VoltageProfile:
    """The chosen cycles' curves, and the voltage's extremes and mean over all points of those cycles."""

    curves: tuple[VoltageCurve, ...]
    min_voltage_V: float
    max_voltage_V: float
    mean_voltage_V: float


def default_cycles(n_cycles: int) -> list[int]:
    """The indices of the first, the middle (n // 2) and the last cycle, each once."""
    return sorted({0, n_cycles // 2, n_cycles - 1})


def voltage_curves(cycling: CyclingData, flow: Throughput, cycle_indices: Sequence[int]) -> tuple[VoltageCurve, ...]:
    """The curves of the cycles at these indices."""
    return tuple(
        VoltageCurve(
            int(cycling.cycle_number[index]),
            _branch(cycling, flow.charge, index),
            _branch(cycling, flow.discharge, index),
        )
        for index in cycle_indices
    )


def voltage_profile(cycling: CyclingData, flow: Throughput, cycle_indices: Sequence[int]) -> VoltageProfile:
    """Curves of the chosen cycles, and statistics over all of their points, rests included."""
    voltage = np.concatenate([cycling.voltage_V[cycling.points(index)] for index in cycle_indices])
    return VoltageProfile(
        voltage_curves(cycling, flow, cycle_indices),
        min_voltage_V=float(voltage.min()),
        max_voltage_V=float(voltage.max()),
        mean_voltage_V=float(voltage.mean()),
    )


def _branch(cycling: CyclingData, flowed: Branches, cycle_index: int) -> Branch | None:
    places = flowed.points.places(cycle_index)
    capacity = flowed.capacity_Ah[places]
    if not np.isfinite(capacity).any():
        return None
    return Branch(capacity, cycling.voltage_V[flowed.points.index[places]])
