"""The features of a cell's first cycles that tell about its life: eight numbers, each with a physical reason."""

import numpy as np

from battery_analytics.cell import FloatArray
from battery_analytics.projection.history import History

FEATURES = (
    "inverse_temperature_per_kK",
    "first_capacity_share",
    "second_capacity_share",
    "fade",
    "log10_variance_of_discharge_difference",
    "log_resistance_change",
    "energy_efficiency_change_percent",
    "energy_efficiency_percent",
)
ABSOLUTE_ZERO_C = -273.15
CURVE_POINTS = 200
SMALLEST_VARIANCE = 1e-8
MOST_CYCLES_IN_A_MEDIAN = 5


def early_life_features(history: History, first_cycles: int) -> FloatArray:
    """The features of the first `first_cycles` known cycles, in the order of `FEATURES`; NaN where one is unknown.

    Early features are medians over up to five cycles after the first, late ones over up to five last cycles. Capacities
    are shares of the nominal one (the first cycle's) or of the first (the second cycle's, the fade). The difference
    of two discharge curves as capacity over voltage, late less early, has the variance that Severson et al.,
    Nature Energy 4, 383 (2019) found to predict life; here as a share of the first capacity.
    """
    index = history.known[:first_cycles]
    features = np.full(len(FEATURES), np.nan)
    features[0] = 1000.0 / (history.temperature_C - ABSOLUTE_ZERO_C)
    if index.size == 0:
        return features
    capacity = history.discharge_capacity_Ah[index]
    first = capacity[0]
    if history.nominal_capacity_Ah is not None:
        features[1] = first / history.nominal_capacity_Ah
    if index.size < 2:
        return features
    features[2] = capacity[1] / first
    if index.size < 3:
        return features
    count = max(1, min(MOST_CYCLES_IN_A_MEDIAN, index.size // 3))
    early, late = index[1 : 1 + count], index[-count:]
    features[3] = 1.0 - np.median(capacity[-count:]) / first
    features[4] = _log_variance(history, int(index[1]), int(index[-1]), first)
    efficiency, resistance = history.energy_efficiency_percent, history.resistance_ohm
    features[5] = np.log(_median(resistance[late]) / _median(resistance[early]))
    features[7] = _median(efficiency[late])
    features[6] = features[7] - _median(efficiency[early])
    return features


def _median(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else np.nan


def _log_variance(history: History, early: int, late: int, first_Ah: float) -> float:
    early_V, early_Ah = history.discharge_curve(early)
    late_V, late_Ah = history.discharge_curve(late)
    if early_V.size < 2 or late_V.size < 2:
        return np.nan
    low, high = max(early_V[-1], late_V[-1]), min(early_V[0], late_V[0])
    if not low < high:
        return np.nan
    voltage = np.linspace(low, high, CURVE_POINTS)
    change = np.interp(voltage, late_V[::-1], late_Ah[::-1]) - np.interp(voltage, early_V[::-1], early_Ah[::-1])
    return float(np.log10(max(float(np.var(change / first_Ah)), SMALLEST_VARIANCE)))
