"""What depends on a cell's chemistry: open-circuit voltage, resistance, and the lag between surface and mean of electrodes."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sample_cells.arrays import FloatArray

GAS_CONSTANT_J_PER_MOL_K = 8.314462618
REFERENCE_TEMPERATURE_C = 25.0
KELVIN = 273.15


def graphite_potential_V(lithiation: FloatArray) -> FloatArray:
    """Graphite against Li/Li+ with its staging, same shape as `lithiation` (0..1).

    Source: the fit of Chen et al., J. Electrochem. Soc. 167, 080534 (2020), LG M50.
    """
    return (
        0.2482
        + 1.9793 * np.exp(-39.3631 * lithiation)
        - 0.0909 * np.tanh(29.8538 * (lithiation - 0.1234))
        - 0.04478 * np.tanh(14.9159 * (lithiation - 0.2769))
        - 0.0205 * np.tanh(30.4444 * (lithiation - 0.6103))
    )


def nmc_potential_V(lithiation: FloatArray) -> FloatArray:
    """NMC 811 against Li/Li+, same shape as `lithiation` (some 0.2..0.95).

    Source: the fit of Chen et al., J. Electrochem. Soc. 167, 080534 (2020), LG M50.
    """
    return (
        4.4875
        - 0.8090 * lithiation
        - 0.0428 * np.tanh(18.5138 * (lithiation - 0.5542))
        - 17.7326 * np.tanh(15.7890 * (lithiation - 0.3117))
        + 17.5842 * np.tanh(15.9308 * (lithiation - 0.3120))
    )


def lfp_potential_V(lithiation: FloatArray) -> FloatArray:
    """LiFePO4 against Li/Li+, same shape as `lithiation` (0..1).

    Source: the fit of Afshar, Morris, Khajepour, arXiv:1709.03970 (2017).
    """
    return 3.4077 - 0.020269 * lithiation + 0.5 * np.exp(-150 * lithiation) - 0.9 * np.exp(-30 * (1 - lithiation))


@dataclass(frozen=True, slots=True)
class Chemistry:
    """Two electrodes, their stoichiometry windows, and the parameters of their response to a current.

    The windows give the lithiation at 0 and at 100 % state of charge. They extend a little beyond the voltage limits, so
    that a cell under current reaches its limits inside them. `resistance_ohm_Ah` is the direct-current resistance at 25 °C
    and half charge times the nominal capacity, that is, the voltage drop at 1C. `diffusion_lag` is the difference between
    surface and mean of the electrodes, as a share of the state of charge, at 1C and 25 °C, reached within `diffusion_time_s`.
    """

    cathode: str
    anode: str
    positive_potential_V: Callable[[FloatArray], FloatArray]
    negative_potential_V: Callable[[FloatArray], FloatArray]
    positive_window: tuple[float, float]
    negative_window: tuple[float, float]
    upper_limit_V: float
    lower_limit_V: float
    resistance_ohm_Ah: float
    diffusion_lag: float
    diffusion_time_s: float = 120.0
    activation_energy_J_per_mol: float = 20_000.0
    resistance_growth_per_lost_capacity: float = 4.0

    def open_circuit_voltage_V(self, state_of_charge: FloatArray) -> FloatArray:
        """Positive minus negative electrode, same shape as `state_of_charge` (0..1); rises strictly."""
        positive_empty, positive_full = self.positive_window
        negative_empty, negative_full = self.negative_window
        positive = self.positive_potential_V(positive_empty + (positive_full - positive_empty) * state_of_charge)
        negative = self.negative_potential_V(negative_empty + (negative_full - negative_empty) * state_of_charge)
        return positive - negative

    def slowness(self, temperature_C: float) -> float:
        """The factor of resistance and lag over those at 25 °C (Arrhenius)."""
        per_kelvin = 1 / (temperature_C + KELVIN) - 1 / (REFERENCE_TEMPERATURE_C + KELVIN)
        return float(np.exp(self.activation_energy_J_per_mol / GAS_CONSTANT_J_PER_MOL_K * per_kelvin))

    def lag_per_ampere(self, nominal_capacity_Ah: float, temperature_C: float) -> float:
        """The lag, as a share of the state of charge (0..1), per ampere of a settled current, in 1/A."""
        return self.diffusion_lag * self.slowness(temperature_C) / nominal_capacity_Ah

    def resistance_ohm(
        self,
        state_of_charge: FloatArray,
        *,
        nominal_capacity_Ah: float,
        temperature_C: float,
        lost_capacity: FloatArray,
    ) -> FloatArray:
        """Direct-current resistance; the shapes of `state_of_charge` and `lost_capacity` (0..1) are broadcast.

        It doubles towards an empty cell, follows Arrhenius, and grows with the lost capacity.
        """
        towards_empty = 1 + np.exp(-state_of_charge / 0.06)
        age = 1 + self.resistance_growth_per_lost_capacity * np.maximum(lost_capacity, 0.0)
        return self.resistance_ohm_Ah / nominal_capacity_Ah * towards_empty * age * self.slowness(temperature_C)


NMC_GRAPHITE = Chemistry(
    cathode="NMC",
    anode="graphite",
    positive_potential_V=nmc_potential_V,
    negative_potential_V=graphite_potential_V,
    positive_window=(0.93, 0.20),
    negative_window=(0.005, 0.93),
    upper_limit_V=4.35,
    lower_limit_V=2.75,
    resistance_ohm_Ah=0.065,
    diffusion_lag=0.03,
)

LFP_GRAPHITE = Chemistry(
    cathode="LFP",
    anode="graphite",
    positive_potential_V=lfp_potential_V,
    negative_potential_V=graphite_potential_V,
    positive_window=(0.985, 0.001),
    negative_window=(0.005, 0.85),
    upper_limit_V=3.65,
    lower_limit_V=2.5,
    resistance_ohm_Ah=0.06,
    diffusion_lag=0.015,
)
