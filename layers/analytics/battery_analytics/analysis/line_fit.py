"""A straight line by least squares, and the interval of its slope."""

from dataclasses import dataclass

import numpy as np

from battery_analytics.cell import FloatArray

LEVEL = 0.90
# The 95 % point of Student's t for 1 to 10 degrees of freedom; beyond, an expansion in one over the degrees of freedom.
_STUDENT_95 = (6.314, 2.920, 2.353, 2.132, 2.015, 1.943, 1.895, 1.860, 1.833, 1.812)
_NORMAL_95 = 1.6449
LARGEST_CORRELATION = 0.9


@dataclass(frozen=True, slots=True)
class LineFit:
    """y = intercept + slope · x, the half width of the slope's 90 % interval, and the root mean square of the residuals."""

    intercept: float
    slope: float
    slope_half_width: float
    residual: float


def student_95(freedom: int) -> float:
    """The 95 % point of Student's t, so that ± it holds 90 %.

    Source: Abramowitz & Stegun, Handbook of Mathematical Functions (1964), 26.7.5.
    """
    if freedom <= len(_STUDENT_95):
        return _STUDENT_95[freedom - 1]
    z = _NORMAL_95
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)


def line_fit(x: FloatArray, y: FloatArray) -> LineFit:
    """The line through at least three points of differing x, both inputs of shape (n,).

    Residuals of neighbours that go together, as where the true curve bends, widen the interval by their lag-one
    autocorrelation: von Storch & Zwiers, Statistical Analysis in Climate Research (1999), 6.6.
    """
    centred = x - x.mean()
    spread = float(np.sum(centred**2))
    slope = float(np.sum(centred * y)) / spread
    intercept = float(y.mean()) - slope * float(x.mean())
    residual = y - intercept - slope * x
    squares = float(np.sum(residual**2))
    freedom = x.size - 2
    lag_one = float(np.sum(residual[1:] * residual[:-1])) / squares if squares > 0 else 0.0
    correlation = min(max(lag_one, 0.0), LARGEST_CORRELATION)
    wider = np.sqrt((1 + correlation) / (1 - correlation))
    error = wider * np.sqrt(squares / freedom / spread)
    return LineFit(intercept, slope, student_95(freedom) * float(error), float(np.sqrt(squares / x.size)))
