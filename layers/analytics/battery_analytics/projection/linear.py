"""Robust linear fade: the median of all slopes, with the spread that a moving block bootstrap of its residuals gives."""

from dataclasses import dataclass

import numpy as np

from battery_analytics.cell import FloatArray

MOST_POINTS = 160
RESAMPLES = 200
BLOCKS = 10
SEED = 20_100_157
OUTLIER_DEVIATIONS = 4.0
NORMAL_DEVIATION_OVER_MEDIAN = 1.4826


@dataclass(frozen=True, slots=True)
class LinearFade:
    """capacity = intercept + slope · cycle; the resampled lines have shape (n_resamples,)."""

    slope_Ah_per_cycle: float
    intercept_Ah: float
    r_squared: float
    resampled_slopes: FloatArray
    resampled_intercepts: FloatArray


def linear_fade(cycle_number: FloatArray, capacity_Ah: FloatArray) -> LinearFade:
    """The Theil-Sen line through a fade, both inputs of shape (n,), n at least 3.

    Beyond `MOST_POINTS` cycles it is fitted to medians of runs of cycles. Neighbouring residuals are correlated, so
    whole blocks of them are resampled for the spread.

    Sources: Sen, J. Am. Stat. Assoc. 63, 1379 (1968); Künsch, Ann. Stat. 17, 1217 (1989).
    """
    x, y = _binned(cycle_number, capacity_Ah)
    upper = np.triu_indices(x.size, k=1)
    run = x[upper[1]] - x[upper[0]]
    slope = float(np.median((y[upper[1]] - y[upper[0]]) / run))
    intercept = float(np.median(y - slope * x))
    residual = y - intercept - slope * x
    slopes, intercepts = _resampled(x, intercept + slope * x, _without_outliers(residual))
    total = float(np.sum((y - y.mean()) ** 2))
    r_squared = 1.0 - float(np.sum(residual**2)) / total if total > 0 else 0.0
    return LinearFade(slope, intercept, max(r_squared, 0.0), slopes, intercepts)


def _binned(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    if x.size <= MOST_POINTS:
        return x, y
    run = -(-x.size // MOST_POINTS)
    whole = x.size - x.size % run
    return np.median(x[-whole:].reshape(-1, run), axis=1), np.median(y[-whole:].reshape(-1, run), axis=1)


def _without_outliers(residual: FloatArray) -> FloatArray:
    """The residuals, limited to `OUTLIER_DEVIATIONS` of their usual size, as outliers do not move the line either."""
    largest = OUTLIER_DEVIATIONS * NORMAL_DEVIATION_OVER_MEDIAN * float(np.median(np.abs(residual)))
    return np.clip(residual, -largest, largest)


def _resampled(x: FloatArray, fitted: FloatArray, residual: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Least-squares lines through the fit plus residuals resampled in blocks. Equal data give equal lines."""
    generator = np.random.default_rng(SEED)
    length = max(1, x.size // BLOCKS)
    n_blocks = -(-x.size // length)
    starts = generator.integers(0, x.size - length + 1, size=(RESAMPLES, n_blocks))
    places = (starts[:, :, np.newaxis] + np.arange(length)).reshape(RESAMPLES, -1)[:, : x.size]
    y = fitted + residual[places]
    centred = x - x.mean()
    slopes = y @ centred / np.sum(centred**2)
    return slopes, y.mean(axis=1) - slopes * x.mean()
