"""Half-cell curves: the open-circuit potential of electrode materials over their stoichiometry, from published parameter sets.

Each function takes the lithium in the host as a share of its sites, shape (n,), and gives the potential against lithium in V.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from battery_analytics.cell import FloatArray, HalfCellCurve

N_GRID = 1_501
END_SLOPE_V = 20.0


@dataclass(frozen=True)
class HalfCell:
    """A material with the source of its curve, and the stoichiometries for which that holds."""

    name: str
    material: str
    source: str
    lowest: float
    highest: float
    potential: Callable[[FloatArray], FloatArray]

    @cached_property
    def table(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Stoichiometry, potential in V and its slope; beyond the range that the source holds for the potential falls steeply.

        So a fit does not rest on stoichiometries that nobody has measured.
        """
        grid = np.linspace(-0.25, 1.25, N_GRID)
        inner = np.clip(grid, self.lowest, self.highest)
        potential = self.potential(inner) - END_SLOPE_V * (grid - inner)
        return grid, potential, np.gradient(potential, grid)


def sent_half_cell(curve: HalfCellCurve) -> HalfCell:
    """A curve of the request; where its potential rises with the stoichiometry, by noise, it is made level."""
    places, potential = curve.stoichiometry, np.minimum.accumulate(curve.potential_V)

    def potential_V(s: FloatArray) -> FloatArray:
        return np.interp(s, places, potential)

    return HalfCell(
        curve.file, "as sent", f"the request's file {curve.file}", float(places[0]), float(places[-1]), potential_V
    )


def _tanh(s: FloatArray, height: float, slope: float, place: float) -> FloatArray:
    found: FloatArray = height * np.tanh(slope * (s - place))
    return found


def _graphite_ecker(s: FloatArray) -> FloatArray:
    exponentials = (
        0.716502 * np.exp(-369.028 * s)
        + 0.12193 * np.exp(-35.6478 * (s - 0.0530947))
        - 0.931153 * np.exp(36.328 * (s - 1.10743))
    )
    steps = (
        _tanh(s, 0.0189193, 21.1967, 0.196176)
        + _tanh(s, 0.0169644, 27.1365, 0.312832)
        + _tanh(s, 0.0199313, 28.5697, 0.614221)
    )
    return exponentials - steps + 0.140031


def _graphite_mohtat(s: FloatArray) -> FloatArray:
    return (
        0.063
        + 0.8 * np.exp(-75 * (s + 0.001))
        - _tanh(s, 0.0120, 1 / 0.016, 0.127)
        - _tanh(s, 0.0118, 1 / 0.016, 0.155)
        - _tanh(s, 0.0035, 1 / 0.020, 0.220)
        - _tanh(s, 0.0095, 1 / 0.013, 0.190)
        - _tanh(s, 0.0145, 1 / 0.020, 0.490)
        - _tanh(s, 0.0800, 1 / 0.055, 1.030)
    )


def _graphite_silicon_chen(s: FloatArray) -> FloatArray:
    return (
        1.9793 * np.exp(-39.3631 * s)
        + 0.2482
        - _tanh(s, 0.0909, 29.8538, 0.1234)
        - _tanh(s, 0.04478, 14.9159, 0.2769)
        - _tanh(s, 0.0205, 30.4444, 0.6103)
    )


def _nmc811_chen(s: FloatArray) -> FloatArray:
    return (
        -0.8090 * s
        + 4.4875
        - _tanh(s, 0.0428, 18.5138, 0.5542)
        - _tanh(s, 17.7326, 15.7890, 0.3117)
        + _tanh(s, 17.5842, 15.9308, 0.3120)
    )


def _nmc532_mohtat(s: FloatArray) -> FloatArray:
    polynomial = np.polynomial.polynomial.polyval(s, [4.3452, -1.6518, 1.6225, -2.0843, 3.5146, -2.2166])
    found: FloatArray = polynomial - 0.5623e-4 * np.exp(109.451 * s - 100.006)
    return found


def _nca_kim(s: FloatArray) -> FloatArray:
    coefficients = [11.8058, -66.3691, 264.427, -554.774, 621.3475, -344.566, 81.246, -23.488, 15.056, -2.222, 1.638]
    found: FloatArray = np.polynomial.polynomial.polyval(s, coefficients) - 0.61386 * np.exp(5.8201 * s**136.4)
    return found


def _lfp_afshar(s: FloatArray) -> FloatArray:
    found: FloatArray = 3.4077 - 0.020269 * s + 0.5 * np.exp(-150 * s) - 0.9 * np.exp(-30 * (1 - s))
    return found


def _lco_marquis(s: FloatArray) -> FloatArray:
    u = 1.062 * s
    found: FloatArray = (
        2.16216
        + 0.07645 * np.tanh(30.834 - 54.4806 * u)
        + 2.1581 * np.tanh(52.294 - 50.294 * u)
        - 0.14169 * np.tanh(11.0923 - 19.8543 * u)
        + 0.2051 * np.tanh(1.4684 - 5.4888 * u)
        + 0.2531 * np.tanh((0.56478 - u) / 0.1316)
        - 0.02167 * np.tanh((u - 0.525) / 0.006)
    )
    return found


def _lmo_doyle(s: FloatArray) -> FloatArray:
    found: FloatArray = (
        4.19829
        + 0.0565661 * np.tanh(-14.5546 * s + 8.60942)
        - 0.0275479 * ((0.998432 - s) ** -0.492465 - 1.90111)
        - 0.157123 * np.exp(-0.04738 * s**8)
        + 0.810239 * np.exp(-40 * (s - 0.133875))
    )
    return found


NEGATIVE: tuple[HalfCell, ...] = (
    HalfCell(
        "graphite", "graphite", "Ecker et al., J. Electrochem. Soc. 162, A1836 (2015)", 0.001, 0.99, _graphite_ecker
    ),
    HalfCell(
        "graphite (Mohtat)",
        "graphite",
        "Mohtat et al., J. Electrochem. Soc. 167, 110561 (2020)",
        0.0,
        1.0,
        _graphite_mohtat,
    ),
    HalfCell(
        "graphite-SiOx",
        "graphite-silicon",
        "Chen et al., J. Electrochem. Soc. 167, 080534 (2020)",
        0.005,
        0.99,
        _graphite_silicon_chen,
    ),
)
POSITIVE: tuple[HalfCell, ...] = (
    HalfCell("NMC811", "NMC", "Chen et al., J. Electrochem. Soc. 167, 080534 (2020)", 0.2, 0.97, _nmc811_chen),
    HalfCell("NMC532", "NMC", "Mohtat et al., J. Electrochem. Soc. 167, 110561 (2020)", 0.0, 0.99, _nmc532_mohtat),
    HalfCell("NCA", "NCA", "Kim et al., J. Electrochem. Soc. 158, A955 (2011)", 0.25, 0.98, _nca_kim),
    HalfCell("LFP", "LFP", "Afshar et al. (2017), parameter set of Prada et al. (2013)", 0.002, 0.998, _lfp_afshar),
    HalfCell("LCO", "LCO", "Marquis et al., J. Electrochem. Soc. 166, A3693 (2019)", 0.4, 0.97, _lco_marquis),
    HalfCell("LMO", "LMO", "Doyle et al., J. Electrochem. Soc. 143, 1890 (1996)", 0.15, 0.99, _lmo_doyle),
)
