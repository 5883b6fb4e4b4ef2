"""Differential voltage analysis: dV/dQ on a uniform capacity grid, after smoothing."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from battery_analytics.analysis.voltage_curves import Branch, VoltageCurve
from battery_analytics.cell import FloatArray

MOST_GRID_POINTS = 400
FEWEST_POINTS = 12
WINDOW_SHARE = 0.06
SHORTEST_WINDOW = 7
POLYNOMIAL_ORDER = 3


@dataclass(frozen=True, slots=True)
class DifferentialCurve:
    """dV/dQ of one cycle's discharge over its capacity; both of shape (n_grid,)."""

    cycle_number: int
    capacity_Ah: FloatArray
    dV_dQ_V_per_Ah: FloatArray


def differential_curves(curves: Iterable[VoltageCurve]) -> tuple[DifferentialCurve, ...]:
    """dV/dQ of every discharge that has enough points for it."""
    differential: list[DifferentialCurve] = []
    for curve in curves:
        result = None if curve.discharge is None else differential_voltage(curve.discharge)
        if result is not None:
            differential.append(DifferentialCurve(curve.cycle_number, *result))
    return tuple(differential)


def differential_voltage(branch: Branch) -> tuple[FloatArray, FloatArray] | None:
    """Capacity in Ah and dV/dQ in V/Ah, both of shape (n_grid,); None for fewer than `FEWEST_POINTS` points.

    The voltage is interpolated onto a uniform capacity grid no finer than its own points, then differentiated by a
    Savitzky-Golay filter of order 3 over 6 % of the capacity; the half windows at the ends are left out. Points at which
    the capacity does not advance are averaged first, so that noise and a voltage that goes back and forth have no effect.

    Sources: Dubarry & Anseán, Front. Energy Res. 10, 1023555 (2022); Savitzky & Golay, Anal. Chem. 36, 1627 (1964).
    """
    capacity, voltage = _advancing(branch)
    if capacity.size < FEWEST_POINTS:
        return None
    n_grid = min(MOST_GRID_POINTS, capacity.size)
    grid = np.linspace(capacity[0], capacity[-1], n_grid)
    half = max(SHORTEST_WINDOW, round(WINDOW_SHARE * n_grid)) // 2
    slope = np.convolve(np.interp(grid, capacity, voltage), _slope_filter(half), mode="valid")
    return grid[half : n_grid - half], slope / (grid[1] - grid[0])


def differential_noise(branch: Branch) -> float:
    """The noise of dV/dQ in V/Ah, a standard deviation, from the second differences of the voltage."""
    capacity, voltage = _advancing(branch)
    n_grid = min(MOST_GRID_POINTS, capacity.size)
    grid = np.linspace(capacity[0], capacity[-1], n_grid)
    half = max(SHORTEST_WINDOW, round(WINDOW_SHARE * n_grid)) // 2
    second = np.diff(np.interp(grid, capacity, voltage), 2)
    noise_V = 1.4826 * float(np.median(np.abs(second - np.median(second)))) / 6**0.5
    return noise_V * float(np.linalg.norm(_slope_filter(half))) / float(grid[1] - grid[0])


def _advancing(branch: Branch) -> tuple[FloatArray, FloatArray]:
    """Strictly increasing capacity, with the mean voltage of the points that share one."""
    reached = np.maximum.accumulate(branch.capacity_Ah)
    step = np.flatnonzero(np.diff(reached, prepend=-np.inf) > 0)
    counts = np.diff(step, append=reached.size)
    return reached[step], np.add.reduceat(branch.voltage_V, step) / counts


def _slope_filter(half: int) -> FloatArray:
    """Weights whose convolution gives the slope at the middle of the least-squares cubic over 2·half + 1 points."""
    place = np.arange(-half, half + 1, dtype=np.float64)
    powers = place[:, np.newaxis] ** np.arange(POLYNOMIAL_ORDER + 1)
    slope: FloatArray = np.linalg.pinv(powers)[1][::-1]
    return slope
