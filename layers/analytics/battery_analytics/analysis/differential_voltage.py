"""Differential voltage analysis: dV/dQ on a uniform capacity grid, after smoothing."""

from dataclasses import dataclass

from battery_analytics.cell import FloatArray


@dataclass(frozen=True, slots=True)
class DifferentialCurve:
    """dV/dQ of one cycle's discharge over its capacity; both of shape (n_grid,)."""

    cycle_number: int
    capacity_Ah: FloatArray
    dV_dQ_V_per_Ah: FloatArray
