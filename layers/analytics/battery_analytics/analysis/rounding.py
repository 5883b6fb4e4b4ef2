"""Rounds figures to the digits that they can have, so that a table of them is short to send."""

import numpy as np

from battery_analytics.cell import FloatArray


def rounded(values: FloatArray, digits: int) -> FloatArray:
    """The values with so many significant digits, of the same shape; values that are not finite stay as they are."""
    known = np.isfinite(values) & (values != 0)
    place = digits - 1 - np.floor(np.log10(np.abs(np.where(known, values, 1.0))))
    factor = 10.0 ** np.clip(place, -digits, 300)
    return np.where(known, np.round(values * factor) / factor, values)


def rounded_number(value: float, digits: int) -> float:
    """One value, likewise."""
    return float(rounded(np.array(value), digits))
