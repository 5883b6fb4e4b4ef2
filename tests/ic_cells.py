"""Cells whose dQ/dV is a sum of known peaks over a flat base, run at constant current with a noisy voltage."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from battery_analytics.cell import CyclingData

from tests.steps import FloatArray

type Shape = Literal["gauss", "logistic"]

BASE_AH_PER_V = 0.6
LOWEST_V, HIGHEST_V = 3.0, 4.2


@dataclass(frozen=True, slots=True)
class KnownPeak:
    """A peak's voltage, the charge in it, and its width at half of its height."""

    voltage_V: float
    area_Ah: float
    width_V: float

    def density(self, voltage_V: FloatArray, shape: Shape) -> FloatArray:
        u = (voltage_V - self.voltage_V) / self.width_V
        if shape == "gauss":
            unit: FloatArray = np.sqrt(4 * np.log(2) / np.pi) * np.exp(-4 * np.log(2) * u**2)
        else:
            k = 2 * np.arccosh(np.sqrt(2))
            unit = k / 2 / np.cosh(k * u) ** 2
        return self.area_Ah / self.width_V * unit


def charge_of(peaks: Sequence[KnownPeak], shape: Shape = "gauss") -> tuple[FloatArray, FloatArray]:
    """Voltages, and the charge held at each, both of shape (20001,)."""
    voltage_V = np.linspace(LOWEST_V, HIGHEST_V, 20_001)
    density = np.full(voltage_V.size, BASE_AH_PER_V)
    for peak in peaks:
        density += peak.density(voltage_V, shape)
    steps = (density[1:] + density[:-1]) / 2 * np.diff(voltage_V)
    return voltage_V, np.concatenate([[0.0], np.cumsum(steps)])


def discharges(
    peaks_of: Callable[[int], Sequence[KnownPeak]],
    n_cycles: int,
    *,
    noise_V: float = 0.0,
    n_points: int = 1_000,
    hours: float = 20.0,
    shape: Shape = "gauss",
    resolution_V: float = 0.0,
) -> CyclingData:
    """Whole discharges in so many hours; `peaks_of` gives the peaks of each cycle, which are numbered from 1."""
    noise = np.random.default_rng(4)
    voltages, charges, currents = [], [], []
    for cycle in range(1, n_cycles + 1):
        voltage_V, held_Ah = charge_of(peaks_of(cycle), shape)
        drawn_Ah = np.linspace(0.0, held_Ah[-1], n_points)
        measured = np.interp(held_Ah[-1] - drawn_Ah, held_Ah, voltage_V) + noise.normal(0, noise_V, n_points)
        voltages.append(np.round(measured / resolution_V) * resolution_V if resolution_V else measured)
        charges.append(drawn_Ah)
        currents.append(np.full(n_points, -held_Ah[-1] / hours))
    n_all = n_cycles * n_points
    return CyclingData(
        np.arange(1, n_cycles + 1),
        np.arange(0, n_all + 1, n_points),
        voltage_V=np.concatenate(voltages),
        current_A=np.concatenate(currents),
        discharge_capacity_Ah=np.concatenate(charges),
        time_s=np.arange(n_all) * hours * 3600 / n_points,
    )
