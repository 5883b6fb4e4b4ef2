"""Voltage curves: voltage over capacity of chosen cycles, separate for charge and discharge."""

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


def voltage_curves(cycling: CyclingData, flow: Throughput, cycle_indices: Sequence[int]) -> tuple[VoltageCurve, ...]:
    """The curves of the cycles at these indices."""
    return tuple(
        VoltageCurve(
            int(cycling.cycle_number[index]),
            branch_of(cycling, flow.charge, index),
            branch_of(cycling, flow.discharge, index),
        )
        for index in cycle_indices
    )


def branch_of(cycling: CyclingData, flowed: Branches, cycle_index: int) -> Branch | None:
    """The charge, or the discharge, of the cycle at this index; None where it has none, or its capacity is unknown."""
    places = flowed.points.places(cycle_index)
    capacity = flowed.capacity_Ah[places]
    if not np.isfinite(capacity).any():
        return None
    return Branch(capacity, cycling.voltage_V[flowed.points.index[places]])
