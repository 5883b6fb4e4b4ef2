"""Life over temperature: two ageing mechanisms, one that is faster in the heat and one that is faster in the cold."""

from dataclasses import dataclass

import numpy as np

from battery_analytics.cell import FloatArray

BOLTZMANN_eV_PER_K = 8.617333e-5
CROSSOVER_K = 298.15


@dataclass(frozen=True, slots=True)
class TemperatureLaw:
    """The rates of two mechanisms add up: film growth, and lithium plating, whose activation energy has the other sign.

    Both rates are equal at 25 °C, where cells live longest; `log_life_at_crossover` is the natural logarithm of the
    life there. Sources: Waldmann et al., J. Power Sources 262, 129 (2014); Feinauer et al., J. Power Sources 594,
    233948 (2024), who find the crossover at about 25 °C.
    """

    log_life_at_crossover: float
    film_growth_eV: float
    plating_eV: float

    def log_life(self, temperature_C: FloatArray | float) -> FloatArray:
        """Natural logarithm of the life in cycles, same shape as the temperature."""
        inverse = (
            1.0 / (np.asarray(temperature_C, dtype=np.float64) + 273.15) - 1.0 / CROSSOVER_K
        ) / BOLTZMANN_eV_PER_K
        rate = 0.5 * (np.exp(-self.film_growth_eV * inverse) + np.exp(self.plating_eV * inverse))
        law: FloatArray = self.log_life_at_crossover - np.log(rate)
        return law
