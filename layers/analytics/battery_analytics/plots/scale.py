"""Scales: the range of values on an axis, and its ticks."""

import math

import numpy as np

from battery_analytics.cell import FloatArray

type Limits = tuple[float, float]

_FEW_VALUES = 10
_OUTLIER_SPREADS = 3.0
_READABLE_SHARE = 0.4
_LARGEST, _LEAST_SHARE, _LEAST_SPAN = 1e200, 1e-9, 1e-12


def full_limits(*columns: FloatArray, pad: float = 0.06) -> Limits | None:
    """The range of all finite values, padded on both sides; None where there is no finite value."""
    values = np.concatenate([np.ravel(column) for column in columns]) if columns else np.empty(0)
    values = values[np.isfinite(values)]
    return padded(float(values.min()), float(values.max()), pad) if values.size else None


def robust_limits(*columns: FloatArray, pad: float = 0.06, least_span: float = 0.0) -> Limits | None:
    """Like `full_limits`, but without outliers that would make the other values too small to read.

    An outlier is further outside the 5th to 95th percentile than three times their distance, or than `least_span`.
    """
    values = np.concatenate([np.ravel(column) for column in columns]) if columns else np.empty(0)
    values = values[np.isfinite(values)]
    if values.size < _FEW_VALUES:
        return full_limits(values, pad=pad)
    p5, p95 = np.percentile(values, (5, 95))
    reach = max(_OUTLIER_SPREADS * (p95 - p5), least_span)
    usual = values[(values >= p5 - reach) & (values <= p95 + reach)]
    if np.ptp(usual) > _READABLE_SHARE * np.ptp(values):
        usual = values
    return padded(float(usual.min()), float(usual.max()), pad)


def padded(low: float, high: float, pad: float) -> Limits:
    """Widen the range by its share `pad`, and at least so far that noise of 0.1 % does not fill the axis."""
    margin = max(pad * (high - low), 0.001 * max(abs(low), abs(high))) or 1.0
    return low - margin, high + margin


def readable(limits: Limits | None) -> Limits | None:
    """The limits, widened where they are too near each other for floats to tell apart; None where they are no numbers."""
    if limits is None or not all(abs(limit) < _LARGEST for limit in limits):
        return None
    low, high = limits
    least_span = max(_LEAST_SHARE * max(abs(low), abs(high)), _LEAST_SPAN)
    return limits if high - low > least_span else (low - least_span, high + least_span)


def ticks(limits: Limits, most: int, *, integer: bool = False) -> tuple[list[float], list[str]]:
    """At most `most` round values (steps of 1, 2 or 5 times a power of ten) within the limits, and their labels.

    There are at least two where `most` is five or more, unless they are to be integers.
    """
    low, high = limits
    exponent = math.floor(math.log10((high - low) / most))
    for step in (factor * 10.0**power for power in (exponent, exponent + 1, exponent + 2) for factor in (1, 2, 5)):
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first < most and (step >= 1 or not integer):
            break
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    places = [count * step for count in range(first, last + 1)]
    return places, [f"{place + 0.0:,.{decimals}f}".replace("-", "−") for place in places]


def thinned(column: FloatArray, most: int = 400) -> FloatArray:
    """At most `most` values evenly spread over the column, the first and the last among them."""
    if column.size <= most:
        return column
    return column[np.linspace(0, column.size - 1, most).round().astype(np.int64)]
