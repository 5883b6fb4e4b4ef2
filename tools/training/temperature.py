"""Fits the temperature law to the usual lives at the trained temperatures, with what is known of it before."""

import numpy as np
from battery_analytics.cell import FloatArray
from battery_analytics.projection.temperature_law import TemperatureLaw
from scipy.optimize import least_squares

# Before any cell is seen: film growth 0.5 ± 0.2 eV and plating 0.7 ± 0.3 eV, wide enough for what is reported of
# lithium-ion cells on either side of the crossover; and group means that hold to some 3 %.
FILM_GROWTH_eV = (0.5, 0.2)
PLATING_eV = (0.7, 0.3)
GROUP_MEAN_SPREAD = 0.03
REACH_K = 15.0
LEAST_ERROR_PER_K = 0.03


def fit_law(temperature_C: FloatArray, log_life: FloatArray) -> TemperatureLaw:
    """The law through group means, both of shape (n_groups,): the most probable one given the knowledge above."""

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
    """How far the law is off per kelvin from its nearest neighbour at a temperature left out, at worst.

    Only temperatures whose neighbour is within `REACH_K` count, and 3 % per kelvin is the least that is claimed.
    """
    worst = LEAST_ERROR_PER_K
    for place in range(temperature_C.size):
        others = np.arange(temperature_C.size) != place
        gap = float(np.min(np.abs(temperature_C[others] - temperature_C[place]), initial=np.inf))
        if gap <= REACH_K and others.sum() >= 2:
            law = fit_law(temperature_C[others], log_life[others])
            worst = max(worst, abs(float(law.log_life(temperature_C[place])) - float(log_life[place])) / gap)
    return worst
