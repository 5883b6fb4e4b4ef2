"""The temperature of a cell that is heated by its own losses and cooled by the chamber around it."""

from dataclasses import dataclass

import numpy as np

from sample_cells.arrays import FloatArray


@dataclass(frozen=True, slots=True)
class LumpedThermal:
    """One temperature for the whole cell: heat_capacity · dT/dt = heat − cooling · (T − chamber).

    Bernardi, Pawlikowski, Newman, J. Electrochem. Soc. 132, 5 (1985), without the reversible heat.
    """

    heat_capacity_J_per_K: float = 1000.0
    cooling_W_per_K: float = 0.6

    @property
    def time_constant_s(self) -> float:
        return self.heat_capacity_J_per_K / self.cooling_W_per_K

    def excess_K(self, time_s: FloatArray, heat_W: FloatArray, initial_excess_K: float) -> FloatArray:
        """Temperature above the chamber's at the end of each interval, shape (n_points,).

        `time_s` is the end of each interval, counted from the start of the first; `heat_W` is constant within an
        interval. Exact for such a heat.
        """
        elapsed = time_s / self.time_constant_s
        weights = np.diff(np.exp(elapsed), prepend=1.0)
        return np.exp(-elapsed) * (initial_excess_K + np.cumsum(heat_W / self.cooling_W_per_K * weights))
