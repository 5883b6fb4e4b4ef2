"""Fits the temperature law to the mean log lives at the trained temperatures, with a prior."""

import numpy as np
from battery_analytics.cell import FloatArray
from battery_analytics.projection.temperature_law import TemperatureLaw
from scipy.optimize import least_squares

# The prior: film growth 0.5 ± 0.2 eV and plating 0.7 ± 0.3 eV, wide enough for the values that are reported for
# lithium-ion cells on either side of the crossover. Group means are taken as good to some 3 %.
FILM_GROWTH_eV = (0.5, 0.2)
PLATING_eV = (0.7, 0.3)
GROUP_MEAN_SPREAD = 0.03
REACH_K = 15.0
LEAST_ERROR_PER_K = 0.03


def fit_law(temperature_C: FloatArray, log_life: FloatArray) -> TemperatureLaw:
    """The most probable law for the group means, both of shape (n_groups,), given the prior above."""

    def misfit(parameters: FloatArray) -> FloatArray:
        law = TemperatureLaw(*parameters)
        known = [
            (law.film_growth_eV - FILM_GROWTH_eV[0]) / FILM_GROWTH_eV[1],
            (law.plating_eV - PLATING_eV[0]) / PLATING_eV[1],
        ]
        return np.append((law.log_life(temperature_C) - log_life) / GROUP_MEAN_SPREAD, known)

    start = np.array([float(log_life.max()), FILM_GROWTH_eV[0], PLATING_eV[0]])
    found = least_squares(misfit, start)
    return TemperatureLaw(*(round(float(value), 9) for value in found.x))


def law_error_per_K(temperature_C: FloatArray, log_life: FloatArray) -> float:
    """The law's largest error at a left-out temperature, per kelvin to the nearest other temperature.

    Only temperatures with a neighbour within `REACH_K` count. The result is 3 % per kelvin at least.
    """
    worst = LEAST_ERROR_PER_K
    for place in range(temperature_C.size):
        others = np.arange(temperature_C.size) != place
        gap = float(np.min(np.abs(temperature_C[others] - temperature_C[place]), initial=np.inf))
        if gap <= REACH_K and others.sum() >= 2:
            law = fit_law(temperature_C[others], log_life[others])
            worst = max(worst, abs(float(law.log_life(temperature_C[place])) - float(log_life[place])) / gap)
    return worst
