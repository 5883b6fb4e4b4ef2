"""Least squares of curves that are linear in all parameters except one or two, which are searched on a grid."""

from dataclasses import dataclass

import numpy as np

from battery_analytics.cell import FloatArray, IntArray

SMALLEST_PIVOT = 1e-9
AS_GOOD = 2.0
ROUNDING = 1e-10


@dataclass(frozen=True, slots=True)
class GridFit:
    """The best of the grid for each of many data sets.

    `choice` has shape (n_sets,), `coefficients` (n_sets, n_terms), `squares` (n_grid, n_sets): the sum of squared
    residuals at every point of the grid, infinite where its terms are not independent.
    """

    choice: IntArray
    coefficients: FloatArray
    squares: FloatArray


def fit_on_grid(bases: FloatArray, y: FloatArray, change_ahead: FloatArray | None = None) -> GridFit:
    """Fit y, shape (n, n_sets), by each basis of `bases`, shape (n_grid, n, n_terms).

    `change_ahead`, shape (n_grid, n_terms), says how much each term will change ahead of the data. Where it is given,
    only curves that fall there and fit about as well as the best are kept; the squares of the others are infinite.
    """
    q, r = np.linalg.qr(bases)
    projected = q.transpose(0, 2, 1) @ y
    squares = np.maximum(np.sum(y**2, axis=0) - np.sum(projected**2, axis=1), 0.0)
    pivots = np.abs(np.diagonal(r, axis1=1, axis2=2))
    degenerate = pivots.min(axis=1) <= SMALLEST_PIVOT * pivots.max(axis=1)
    squares[degenerate] = np.inf
    r[degenerate] = np.eye(r.shape[1])
    coefficients = np.linalg.solve(r, projected)
    if change_ahead is not None:
        as_good = squares <= AS_GOOD * squares.min(axis=0) + ROUNDING * y.shape[0]
        squares[~as_good | (np.einsum("gt,gts->gs", change_ahead, coefficients) >= 0)] = np.inf
    choice = np.argmin(squares, axis=0)
    return GridFit(choice, coefficients[choice, :, np.arange(y.shape[1])], squares)
