"""Fits the discharge of a full cell as the difference of two half-cell curves: the capacities of both electrodes, and the
lithium between them.

The voltage after the charge Q is U_p(y + Q / C_p) - U_n(x - Q / C_n) - eta - zeta Q / Q_end, where y = (n_Li - C_n x) / C_p:
six values, the capacities of the negative and the positive electrode and the lithium, all in Ah, the negative's stoichiometry
x when the discharge begins, the overpotential then, and its rise until the end. So a loss of each kind is one of the values.

Source: Birkl et al., J. Power Sources 341, 373 (2017).
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from battery_analytics.cell import FloatArray
from battery_analytics.degradation.half_cells import HalfCell

N_BINS = 96
NOISE_V, STEEP_SHARE = 1e-3, 0.0005
OVERPOTENTIAL_V, OVERPOTENTIAL_V_PER_C = 0.010, 0.100
DEEPENING_V, DEEPENING_V_PER_C = 0.001, 0.100
N_VALUES = 6
NEGATIVE_AH, POSITIVE_AH, LITHIUM_AH, FULL_X, OVERPOTENTIAL, DEEPENING = range(N_VALUES)
FIT_STEPS, PROFILE_STEPS, PROFILE_TURNS = 20, 4, 3
LARGEST_STEP = np.array([0.08, 0.08, 0.08, 0.04, 0.02, 0.02])
LEVEL_90 = 2.706
MOST_ALIKE = 0.98

type Batch = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pair:
    """The half-cell curves of a cell's electrodes."""

    negative: HalfCell
    positive: HalfCell


@dataclass(frozen=True, slots=True)
class Curves:
    """Discharges as means in bins of even length along the curve: charge, voltage and weight, shape (n_curves, N_BINS)."""

    charge_Ah: Batch
    voltage_V: Batch
    weight: Batch
    rate_C: float

    def of(self, rows: npt.NDArray[np.int64]) -> "Curves":
        return replace(self, charge_Ah=self.charge_Ah[rows], voltage_V=self.voltage_V[rows], weight=self.weight[rows])


@dataclass(frozen=True, slots=True)
class Fit:
    """Values of each curve, (n_curves, 6), the first three as logarithms; their cost, and the weighted residual in V."""

    values: Batch
    cost: FloatArray
    rms_V: FloatArray
    residual: Batch


def binned(discharges: list[tuple[FloatArray, FloatArray]], rate_C: float) -> Curves:
    """The discharges, charge drawn and voltage, as curves of equally many bins."""
    charges, voltages, weights = [], [], []
    for charge, voltage in discharges:
        falling = np.minimum.accumulate(voltage)
        along = charge / charge[-1] + (falling[0] - falling) / max(falling[0] - falling[-1], 1e-6)
        place = np.minimum((along / along[-1] * N_BINS).astype(np.int64), N_BINS - 1)
        count = np.bincount(place, minlength=N_BINS)
        filled = count > 0
        center = (np.flatnonzero(filled) + 0.5) / N_BINS
        means = [np.bincount(place, values, minlength=N_BINS)[filled] / count[filled] for values in (charge, voltage)]
        grid = (np.arange(N_BINS) + 0.5) / N_BINS
        mean_Ah, mean_V = (np.interp(grid, center, mean) for mean in means)
        slope = np.gradient(mean_V, mean_Ah / mean_Ah[-1])
        charges.append(mean_Ah)
        voltages.append(mean_V)
        weights.append(1 / (NOISE_V**2 + (STEEP_SHARE * slope) ** 2))
    return Curves(np.array(charges), np.array(voltages), np.array(weights), rate_C)


def starts_of(curves: Curves) -> Batch:
    """Values to begin with for the first curve, (n_starts, 6): several shares of each electrode that the cell uses."""
    total = float(curves.charge_Ah[0, -1])
    found = [
        [
            np.log(total * negative),
            np.log(total * positive),
            np.log(total * (negative * full + positive * left)),
            full,
            0.0,
            0.0,
        ]
        for negative in (1.1, 1.3)
        for positive in (1.1, 1.35, 1.6)
        for full in (0.8, 0.92)
        for left in (0.03, 0.25)
    ]
    return np.array(found)


def fitted(curves: Curves, pair: Pair, start: Batch, *, steps: int = FIT_STEPS, fixed: Batch | None = None) -> Fit:
    """Fit each curve from its start by damped Gauss-Newton steps; values where `fixed` is 1 stay as they are."""
    values = start.copy()
    free = np.ones_like(values) if fixed is None else 1 - fixed
    damping = np.full((values.shape[0], 1), 1e-2)
    residual = _residual(curves, pair, values)
    cost = _cost(curves, residual, values)
    prior = _prior(curves)
    for _ in range(steps):
        slopes = _slopes(curves, pair, values) * free[..., np.newaxis]
        weighted = slopes * curves.weight[:, np.newaxis]
        normal = np.matmul(weighted, slopes.transpose(0, 2, 1))
        pull = np.matmul(weighted, residual[..., np.newaxis])[..., 0] - prior * values * free
        held = damping * np.einsum("bii->bi", normal) + prior + (1 - free) + 1e-9
        step = np.linalg.solve(normal + held[:, np.newaxis] * np.eye(N_VALUES), pull[..., np.newaxis])[..., 0]
        tried = values + np.clip(step * free, -LARGEST_STEP, LARGEST_STEP)
        tried_residual = _residual(curves, pair, tried)
        tried_cost = _cost(curves, tried_residual, tried)
        better = tried_cost < cost
        values = np.where(better[:, np.newaxis], tried, values)
        residual = np.where(better[:, np.newaxis], tried_residual, residual)
        cost = np.where(better, tried_cost, cost)
        damping = np.clip(damping * np.where(better, 0.3, 6.0)[:, np.newaxis], 1e-8, 1e8)
    rms = np.sqrt((curves.weight * residual**2).sum(axis=1) / curves.weight.sum(axis=1))
    return Fit(values, cost, rms, residual)


def half_widths(curves: Curves, pair: Pair, fit: Fit) -> Batch:
    """How far each of the first three values may go, with all others fitted again, within 90 %; (n_curves, 3), both ways' mean.

    The profile of the likelihood, for noise of the size of the residuals; neighbouring residuals that are alike count as one.
    """
    n_curves = fit.values.shape[0]
    allowed = LEVEL_90 * _variance(curves, fit)
    widths = np.full((n_curves, 3, 2), 0.01)
    for _ in range(PROFILE_TURNS):
        moved = np.repeat(fit.values, 6, axis=0).reshape(n_curves, 3, 2, N_VALUES)
        for value in range(3):
            moved[:, value, :, value] += widths[:, value] * np.array([-1, 1])
        fixed = np.tile(np.eye(N_VALUES)[:3, np.newaxis], (n_curves, 1, 2, 1)).reshape(-1, N_VALUES)
        rows = np.repeat(np.arange(n_curves), 6)
        found = fitted(curves.of(rows), pair, moved.reshape(-1, N_VALUES), steps=PROFILE_STEPS, fixed=fixed)
        rise = np.maximum(found.cost.reshape(n_curves, 3, 2) - fit.cost[:, np.newaxis, np.newaxis], 1e-12)
        widths *= np.clip(np.sqrt(allowed[:, np.newaxis, np.newaxis] / rise), 0.2, 5.0)
        widths = np.clip(widths, 1e-5, 1.0)
    found_widths: Batch = widths.mean(axis=2)
    return found_widths


def voltage_of(pair: Pair, values: FloatArray, x: FloatArray) -> FloatArray:
    """The open-circuit voltage at stoichiometries x of the negative electrode, for the values of one curve."""
    negative, positive, lithium = np.exp(values[:3])
    y = (lithium - negative * x) / positive
    return _at(pair.positive, y, 1) - _at(pair.negative, x, 1)


def _variance(curves: Curves, fit: Fit) -> FloatArray:
    """The variance of a weighted residual, raised by how alike neighbours are."""
    scaled = np.sqrt(curves.weight) * fit.residual
    total = (scaled**2).sum(axis=1)
    alike = (scaled[:, 1:] * scaled[:, :-1]).sum(axis=1) / np.maximum(total, 1e-300)
    alike = np.clip(alike, 0.0, MOST_ALIKE)
    return np.maximum(total / (N_BINS - N_VALUES), 0.05) * (1 + alike) / (1 - alike)


def _residual(curves: Curves, pair: Pair, values: Batch) -> Batch:
    x, y = _stoichiometries(curves, values)
    lost_V = values[:, OVERPOTENTIAL, np.newaxis] + values[:, DEEPENING, np.newaxis] * _depth(curves)
    return curves.voltage_V - (_at(pair.positive, y, 1) - _at(pair.negative, x, 1) - lost_V)


def _slopes(curves: Curves, pair: Pair, values: Batch) -> Batch:
    x, y = _stoichiometries(curves, values)
    negative, positive, lithium = (np.exp(values[:, place, np.newaxis]) for place in range(3))
    full = values[:, FULL_X, np.newaxis]
    by_y, by_x = _at(pair.positive, y, 2), -_at(pair.negative, x, 2)
    return np.stack(
        [
            by_y * (-negative * full / positive) + by_x * (curves.charge_Ah / negative),
            by_y * (-y),
            by_y * (lithium / positive),
            by_y * (-negative / positive) + by_x,
            np.full_like(x, -1.0),
            -_depth(curves),
        ],
        axis=1,
    )


def _stoichiometries(curves: Curves, values: Batch) -> tuple[Batch, Batch]:
    negative, positive, lithium = (np.exp(values[:, place, np.newaxis]) for place in range(3))
    full = values[:, FULL_X, np.newaxis]
    return full - curves.charge_Ah / negative, (lithium - negative * full + curves.charge_Ah) / positive


def _at(half_cell: HalfCell, stoichiometry: Batch, column: int) -> Batch:
    grid, *columns = half_cell.table
    place = np.clip((stoichiometry - grid[0]) / (grid[1] - grid[0]), 0, grid.size - 1.001)
    below = place.astype(np.int64)
    table = columns[column - 1]
    found: Batch = table[below] + (place - below) * (table[below + 1] - table[below])
    return found


def _cost(curves: Curves, residual: Batch, values: Batch) -> FloatArray:
    total: FloatArray = (curves.weight * residual**2).sum(axis=1) + (_prior(curves) * values**2).sum(axis=1)
    return total


def _prior(curves: Curves) -> FloatArray:
    """How strongly each value is held at zero, shape (6,): the overpotential and its rise alone."""
    found = np.zeros(N_VALUES)
    found[OVERPOTENTIAL] = 1 / (OVERPOTENTIAL_V + OVERPOTENTIAL_V_PER_C * curves.rate_C) ** 2
    found[DEEPENING] = 1 / (DEEPENING_V + DEEPENING_V_PER_C * curves.rate_C) ** 2
    return found


def _depth(curves: Curves) -> Batch:
    return curves.charge_Ah / curves.charge_Ah[:, -1:]
