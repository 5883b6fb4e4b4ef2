"""Knee: where a fade bends down, if it does.

The knee point is the bend of two lines (Bacon-Watts), its onset the first bend of three (double Bacon-Watts), after
Fermín-Cueto et al., Energy and AI 1, 100006 (2020). Every curve has beside it a quick first loss that dies away, as
many cells have, so that the end of that is no bend. A knee is claimed only where the bend is a better account than a
line and than a parabola, by Schwarz's criterion with the number of independent points, and leads to a steeper fall.
"""

from dataclasses import dataclass

import numpy as np

from battery_analytics.cell import FloatArray
from battery_analytics.projection.grid_least_squares import GridFit, fit_on_grid
from battery_analytics.projection.trajectory import binned

FEWEST_CYCLES = 30
MOST_POINTS = 80
EVIDENCE = 10.0
LEAST_STEEPENING = 1.8
LEAST_FALL = 0.005
MOST_RISE = 0.1
FIRST_LOSS_SPANS = 1 / 20
LEVEL = 0.90
CHI_SQUARED_90 = 2.706
_BENDS = np.linspace(0.1, 0.9, 33)
_FEWEST_BETWEEN = 2


@dataclass(frozen=True, slots=True)
class Knee:
    """Knee and onset as cycle numbers with their profile-likelihood intervals; the onset is None where none shows."""

    knee_cycle: float
    knee_interval: tuple[float, float]
    onset_cycle: float | None
    onset_interval: tuple[float, float] | None
    capacity_Ah: float
    level: float = LEVEL
    method: str = "bacon_watts"


def find_knee(cycle_number: FloatArray, capacity_Ah: FloatArray) -> Knee | None:
    """The knee of a fade, both inputs of shape (n,); None where the data do not support one."""
    if cycle_number.size < FEWEST_CYCLES:
        return None
    x, y = binned(cycle_number, capacity_Ah, MOST_POINTS)
    span = max(float(x[-1] - x[0]), 1.0)
    u, relative = (x - x[0]) / span, y / float(np.median(y))
    smooth = fit_on_grid(_columns(u, u**2)[np.newaxis], relative[:, np.newaxis])
    straight = fit_on_grid(_columns(u)[np.newaxis], relative[:, np.newaxis])
    bent_bases = np.stack([_columns(u, np.maximum(u - bend, 0.0)) for bend in _BENDS])
    bent = fit_on_grid(bent_bases, relative[:, np.newaxis])
    residual = relative - bent_bases[bent.choice[0]] @ bent.coefficients[0]
    independent = _independent_points(residual)
    none = min(_schwarz(straight, independent, 3), _schwarz(smooth, independent, 4))
    if none - _schwarz(bent, independent, 5) < EVIDENCE or not _steepens(bent):
        return None
    place = int(bent.choice[0])
    low, high = _profile(bent.squares[:, 0], independent)
    cycles = x[0] + _BENDS * span
    onset = _onset(u, relative, independent, bent, cycles)
    return Knee(
        knee_cycle=float(cycles[place]),
        knee_interval=(float(cycles[low]), float(cycles[high])),
        onset_cycle=None if onset is None else onset[0],
        onset_interval=None if onset is None else onset[1],
        capacity_Ah=float(np.interp(cycles[place], x, y)),
    )


def _columns(u: FloatArray, *further: FloatArray) -> FloatArray:
    return np.column_stack((np.ones_like(u), u, np.exp(-u / FIRST_LOSS_SPANS), *further))


def _steepens(bent: GridFit) -> bool:
    _, early, _, change = bent.coefficients[0]
    late = early + change
    return bool(
        change < 0 and late < min(LEAST_STEEPENING * early, 0.0) and -late * (1 - _BENDS[bent.choice[0]]) > LEAST_FALL
    )


def _onset(
    u: FloatArray, relative: FloatArray, independent: float, bent: GridFit, cycles: FloatArray
) -> tuple[float, tuple[float, float]] | None:
    """The first bend of three lines, where they are a better account than two and steepen twice."""
    first, second = np.triu_indices(_BENDS.size, k=_FEWEST_BETWEEN)
    bends = np.maximum(u[:, np.newaxis] - _BENDS, 0.0)
    common = np.broadcast_to(_columns(u), (first.size, u.size, 3))
    bases = np.concatenate((common, bends[:, first].T[:, :, np.newaxis], bends[:, second].T[:, :, np.newaxis]), axis=2)
    twice = fit_on_grid(bases, relative[:, np.newaxis])
    better = _schwarz(bent, independent, 5) - _schwarz(twice, independent, 7) > 0
    if not better or not (twice.coefficients[0, 3:] < 0).all():
        return None
    by_first = np.full(_BENDS.size, np.inf)
    np.minimum.at(by_first, first, twice.squares[:, 0])
    low, high = _profile(by_first, independent)
    place = int(first[twice.choice[0]])
    return float(cycles[place]), (float(cycles[low]), float(cycles[high]))


def _independent_points(residual: FloatArray) -> float:
    """How many independent points the residuals are worth, by their correlation with their neighbours."""
    total = float(residual @ residual)
    correlation = float(residual[1:] @ residual[:-1]) / total if total > 0 else 0.0
    correlation = min(max(correlation, 0.0), 0.95)
    return residual.size * (1 - correlation) / (1 + correlation)


def _schwarz(fit: GridFit, independent: float, parameters: int) -> float:
    """Schwarz's criterion, Ann. Stat. 6, 461 (1978), with a floor of 1e-5 of the capacity for what is left over."""
    return float(independent * np.log(max(float(fit.squares.min()), 1e-12)) + parameters * np.log(independent))


def _profile(squares: FloatArray, independent: float) -> tuple[int, int]:
    """The first and last place on the grid that the 90 % likelihood region reaches."""
    best = max(float(squares.min()), 1e-12)
    inside = np.flatnonzero(independent * np.log(np.maximum(squares, 1e-12) / best) <= CHI_SQUARED_90)
    return int(inside[0]), int(inside[-1])
