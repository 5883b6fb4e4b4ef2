"""Full cells of known degradation: discharges simulated from half-cell curves, with noise and an overpotential."""

from dataclasses import dataclass

import numpy as np
from battery_analytics.cell import CyclingData
from battery_analytics.degradation.fit import Pair, voltage_of
from battery_analytics.degradation.half_cells import NEGATIVE, POSITIVE

from tests.steps import FloatArray

LIMITS_V = {
    "NMC811": (4.2, 2.7),
    "NMC532": (4.2, 2.8),
    "NCA": (4.2, 2.7),
    "LFP": (3.6, 2.5),
    "LCO": (4.2, 3.0),
    "LMO": (4.2, 3.2),
}


def pair_of(negative: str, positive: str) -> Pair:
    return Pair(
        next(one for one in NEGATIVE if one.name == negative), next(one for one in POSITIVE if one.name == positive)
    )


@dataclass(frozen=True, slots=True)
class DegradedCell:
    """A cell whose electrodes hold `negative_Ah` and `positive_Ah`, balanced so that it is full at the upper limit with x.

    It loses the shares `losses` of (negative material, positive material, lithium) evenly over its curves.
    """

    pair: Pair
    negative_Ah: float = 1.25
    positive_Ah: float = 1.3
    full_x: float = 0.82
    losses: tuple[float, float, float] = (0.06, 0.10, 0.12)
    rate_C: float = 0.05
    noise_V: float = 1e-3

    @property
    def limits_V(self) -> tuple[float, float]:
        return LIMITS_V[self.pair.positive.name]

    @property
    def lithium_Ah(self) -> float:
        upper_V, _ = self.limits_V
        y = np.linspace(self.pair.positive.lowest, 0.99, 20_001)
        grid, negative_V, _ = self.pair.negative.table
        positive_V = np.interp(y, *self.pair.positive.table[:2])
        full_y = y[np.flatnonzero(positive_V <= upper_V + np.interp(self.full_x, grid, negative_V))[0]]
        return float(self.negative_Ah * self.full_x + self.positive_Ah * full_y)

    def lost(self, n_curves: int) -> FloatArray:
        """The true losses of each curve, shape (n_curves, 3)."""
        found: FloatArray = np.linspace(0, 1, n_curves)[:, np.newaxis] * np.array(self.losses)
        return found

    def discharges(self, n_curves: int, seed: int = 0) -> list[tuple[FloatArray, FloatArray]]:
        """Charge drawn and voltage of whole discharges between the limits, 1,500 points each."""
        noise = np.random.default_rng(seed)
        return [
            self._discharge(lost, place / max(n_curves - 1, 1), noise) for place, lost in enumerate(self.lost(n_curves))
        ]

    def _discharge(self, lost: FloatArray, age: float, noise: np.random.Generator) -> tuple[FloatArray, FloatArray]:
        upper_V, lower_V = self.limits_V
        negative_Ah = self.negative_Ah * (1 - lost[0])
        values = np.log([negative_Ah, self.positive_Ah * (1 - lost[1]), self.lithium_Ah * (1 - lost[2])])
        overpotential_V = 0.1 * self.rate_C * (1 + age)
        x = np.linspace(0, 1, 20_001)
        voltage = voltage_of(self.pair, np.append(values, [0.0, 0.0]), x) - overpotential_V
        full = x[np.flatnonzero(voltage >= upper_V - overpotential_V)[0]]
        empty = x[np.flatnonzero(voltage <= lower_V)[-1]]
        drawn_Ah = np.linspace(0, negative_Ah * (full - empty), 1_500)
        return drawn_Ah, np.interp(full - drawn_Ah / negative_Ah, x, voltage) + noise.normal(0, self.noise_V, 1_500)

    def cycling(self, n_cycles: int) -> CyclingData:
        """Slow cycles: each is charged along its own discharge curve, then discharged."""
        columns: dict[str, list[FloatArray]] = {
            name: [] for name in ("voltage", "current", "discharge", "charge", "time")
        }
        for drawn_Ah, volts in self.discharges(n_cycles):
            current_A = self.rate_C * self.discharges(1)[0][0][-1]
            hours = drawn_Ah / current_A
            columns["voltage"] += [volts[::-1], volts]
            columns["current"] += [np.full(drawn_Ah.size, current_A), np.full(drawn_Ah.size, -current_A)]
            columns["charge"] += [drawn_Ah, np.full(drawn_Ah.size, drawn_Ah[-1])]
            columns["discharge"] += [np.zeros(drawn_Ah.size), drawn_Ah]
            begins_s = float(columns["time"][-1][-1]) if columns["time"] else 0.0
            columns["time"] += [begins_s + 3600 * hours, begins_s + 3600 * (hours[-1] + hours)]
        n_points = 2 * 1_500
        return CyclingData(
            np.arange(1, n_cycles + 1),
            np.arange(0, n_points * n_cycles + 1, n_points),
            voltage_V=np.concatenate(columns["voltage"]),
            current_A=np.concatenate(columns["current"]),
            charge_capacity_Ah=np.concatenate(columns["charge"]),
            discharge_capacity_Ah=np.concatenate(columns["discharge"]),
            time_s=np.concatenate(columns["time"]),
        )
