"""The knee: the cycle at which the fade becomes steeper, if there is one.

The knee point is the bend of two lines (Bacon-Watts), its onset the first bend of three (double Bacon-Watts), after
Fermín-Cueto et al., Energy and AI 1, 100006 (2020). Every curve also has a quick first loss that fades, as many
cells have, so that the end of that loss is not taken for a bend. There is a knee only where the bend explains the fade
better than a line and than a parabola, by Schwarz's criterion with the number of independent points, and the fall
becomes steeper.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from battery_analytics.cell import FloatArray
from battery_analytics.fields import Field
from battery_analytics.projection.grid_least_squares import GridFit, fit_on_grid
from battery_analytics.projection.trajectory import binned

FEWEST_CYCLES = 30
MOST_POINTS = 64
EVIDENCE = 10.0
MOST_OF_SQUARES = 0.8
LEAST_STEEPENING = 1.8
LEAST_FALL = 0.005
MOST_RISE = 0.1
FIRST_LOSS_SPANS = (1 / 60, 1 / 30, 1 / 15, 1 / 8)
LEVEL = 0.90
CHI_SQUARED_90 = 2.706
_BENDS = np.linspace(0.1, 0.9, 25)
_FEWEST_BETWEEN = 2


@dataclass(frozen=True, slots=True)
class CycleRange:
    """Two cycle numbers between which a bend lies."""

    low: Annotated[float, Field("Cycle number.")]
    high: Annotated[float, Field("Cycle number.")]
    level: Annotated[float, Field("The interval's level, 0..1.")] = LEVEL


@dataclass(frozen=True, slots=True)
class Knee:
    """The cycle at which the fade becomes steeper."""

    knee_cycle: Annotated[float, Field("Cycle number of the bend.")]
    knee_interval: Annotated[CycleRange, Field("Its profile-likelihood interval.")]
    onset_cycle: Annotated[float | None, Field("Cycle number at which the bend begins (double Bacon-Watts).")]
    onset_interval: Annotated[CycleRange | None, Field("Its profile-likelihood interval.")]
    method: Annotated[str, Field("`bacon_watts`.")] = "bacon_watts"


@dataclass(frozen=True, slots=True)
class FoundKnee:
    """A knee and the capacity in Ah at it."""

    knee: Knee
    capacity_Ah: float


def find_knee(cycle_number: FloatArray, capacity_Ah: FloatArray) -> FoundKnee | None:
    """The knee of a fade, both inputs of shape (n,); None where the data do not support one."""
    if cycle_number.size < FEWEST_CYCLES:
        return None
    x, y = binned(cycle_number, capacity_Ah, MOST_POINTS)
    span = max(float(x[-1] - x[0]), 1.0)
    u, relative = (x - x[0]) / span, y / float(np.median(y))
    y_set = relative[:, np.newaxis]
    bends = np.maximum(u - _BENDS[:, np.newaxis], 0.0)
    straight = fit_on_grid(_bases(u, FIRST_LOSS_SPANS), y_set)
    smooth = fit_on_grid(_bases(u, FIRST_LOSS_SPANS, u[np.newaxis] ** 2), y_set)
    bent = fit_on_grid(_bases(u, FIRST_LOSS_SPANS, bends), y_set)
    loss_place, place = divmod(int(bent.choice[0]), _BENDS.size)
    if bent.squares.min() > MOST_OF_SQUARES * min(straight.squares.min(), smooth.squares.min()):
        return None
    twice = _two_bends(u, y_set, bends, FIRST_LOSS_SPANS[loss_place])
    independent = _independent_points(twice.residual)
    none = min(_schwarz(straight.squares, independent, 4), _schwarz(smooth.squares, independent, 5))
    once, again = _schwarz(bent.squares, independent, 6), _schwarz(twice.squares, independent, 8)
    if none - min(once, again) < EVIDENCE or not _steepens(bent, _BENDS[place]):
        return None
    low, high = _profile(bent.squares[:, 0].reshape(-1, _BENDS.size).min(axis=0), independent)
    cycles = x[0] + _BENDS * span
    has_onset = again < once and twice.steepens
    onset_low, onset_high = _profile(twice.squares, independent)
    knee = Knee(
        knee_cycle=float(cycles[place]),
        knee_interval=_between(cycles, low, high),
        onset_cycle=float(cycles[int(np.argmin(twice.squares))]) if has_onset else None,
        onset_interval=_between(cycles, onset_low, onset_high) if has_onset else None,
    )
    return FoundKnee(knee, capacity_Ah=float(np.interp(cycles[place], x, y)))


def _bases(u: FloatArray, first_loss_spans: Sequence[float], last: FloatArray | None = None) -> FloatArray:
    """One basis for each first loss and, within it, each row of `last`, shape (n_grid, u.size, 3 or 4 terms)."""
    losses = np.exp(-u / np.array(first_loss_spans)[:, np.newaxis])
    bases = np.empty((losses.shape[0], 1 if last is None else last.shape[0], u.size, 3 if last is None else 4))
    bases[..., 0], bases[..., 1], bases[..., 2] = 1.0, u, losses[:, np.newaxis]
    if last is not None:
        bases[..., 3] = last
    return bases.reshape(-1, u.size, bases.shape[3])


def _steepens(bent: GridFit, bend: float) -> bool:
    _, early, _, change = bent.coefficients[0]
    late = early + change
    fallen = -late * (1 - bend)
    return bool(late < LEAST_STEEPENING * early and early < MOST_RISE * -late and fallen > LEAST_FALL and late < 0)


@dataclass(frozen=True, slots=True)
class _TwoBends:
    """Three lines: the least squares for each first bend, shape (n_bends,), and the residuals of the best."""

    squares: FloatArray
    residual: FloatArray
    steepens: bool


def _two_bends(u: FloatArray, y_set: FloatArray, bends: FloatArray, first_loss_span: float) -> _TwoBends:
    first, second = np.triu_indices(_BENDS.size, k=_FEWEST_BETWEEN)
    common = np.broadcast_to(_bases(u, [first_loss_span])[0], (first.size, u.size, 3))
    bases = np.concatenate((common, bends[first][:, :, np.newaxis], bends[second][:, :, np.newaxis]), axis=2)
    fit = fit_on_grid(bases, y_set)
    squares = np.full(_BENDS.size, np.inf)
    np.minimum.at(squares, first, fit.squares[:, 0])
    residual = y_set[:, 0] - bases[fit.choice[0]] @ fit.coefficients[0]
    return _TwoBends(squares, residual, bool((fit.coefficients[0, 3:] < 0).all()))


def _independent_points(residual: FloatArray) -> float:
    """The number of independent points among the residuals, from their correlation with their neighbours."""
    total = float(residual @ residual)
    correlation = float(residual[1:] @ residual[:-1]) / total if total > 0 else 0.0
    correlation = min(max(correlation, 0.0), 0.95)
    return residual.size * (1 - correlation) / (1 + correlation)


def _schwarz(squares: FloatArray, independent: float, parameters: int) -> float:
    """Schwarz's criterion, Ann. Stat. 6, 461 (1978). The squares have a floor, because of rounding errors."""
    return float(independent * np.log(max(float(squares.min()), 1e-12)) + parameters * np.log(independent))


def _profile(squares: FloatArray, independent: float) -> tuple[int, int]:
    """The first and last index of the grid within the 90 % likelihood region."""
    best = max(float(squares.min()), 1e-12)
    inside = np.flatnonzero(independent * np.log(np.maximum(squares, 1e-12) / best) <= CHI_SQUARED_90)
    return int(inside[0]), int(inside[-1])


def _between(cycles: FloatArray, low: int, high: int) -> CycleRange:
    """From half a step of the grid before the first index to half a step after the last."""
    half_step = float(cycles[1] - cycles[0]) / 2
    return CycleRange(float(cycles[low]) - half_step, float(cycles[high]) + half_step)
