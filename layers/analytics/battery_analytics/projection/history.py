"""What a projection reads of one cell: its cycles as plain arrays, its metadata, and the temperature of its test."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from battery_analytics.cell import BoolArray, FloatArray, IntArray, Json


@dataclass(frozen=True, slots=True)
class History:
    """A cell's cycles: per-cycle arrays of shape (n_cycles,), NaN where unknown; point arrays of shape (n_points,).

    `discharge_capacity_Ah` is NaN for a discharge that stopped early. The points of cycle i are
    `offsets[i]:offsets[i + 1]`; `discharged_Ah` is the capacity since the discharge began, where `discharging`.
    `temperature_C` is the test's, NaN where unknown.
    """

    metadata: Mapping[str, Json]
    nominal_capacity_Ah: float | None
    temperature_C: float
    cycle_number: IntArray
    discharge_capacity_Ah: FloatArray
    energy_efficiency_percent: FloatArray
    resistance_ohm: FloatArray
    offsets: IntArray
    voltage_V: FloatArray
    current_A: FloatArray
    discharging: BoolArray
    discharged_Ah: FloatArray

    @property
    def known(self) -> IntArray:
        """The indices of the cycles with a known discharge capacity."""
        return np.flatnonzero(np.isfinite(self.discharge_capacity_Ah) & (self.discharge_capacity_Ah > 0))

    def discharge_curve(self, cycle_index: int) -> tuple[FloatArray, FloatArray]:
        """Voltage in V, falling, and the capacity in Ah discharged until then; both of shape (n,), n may be 0."""
        points = slice(int(self.offsets[cycle_index]), int(self.offsets[cycle_index + 1]))
        active = self.discharging[points]
        return np.minimum.accumulate(self.voltage_V[points][active]), self.discharged_Ah[points][active]


def chamber_temperature_C(cell_id: str, mean_temperature_C: FloatArray) -> float:
    """The first cycle's mean temperature in °C, else the XX of an id that reads CALB_XX_…, else NaN."""
    measured = float(mean_temperature_C[0]) if mean_temperature_C.size else np.nan
    if np.isfinite(measured):
        return measured
    parts = cell_id.split("_")
    try:
        return float(parts[1]) if parts[0].upper() == "CALB" and len(parts) > 2 else np.nan
    except ValueError:
        return np.nan
