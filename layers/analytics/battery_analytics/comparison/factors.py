"""Factors: the fade of all cells over temperature, rate, depth and voltages, and a law of two mechanisms over temperature."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from battery_analytics.cell import FloatArray
from battery_analytics.comparison.cell_figures import CellFigures
from battery_analytics.fields import Field, finite

BOLTZMANN_eV_PER_K = 8.617333e-5
ZERO_C_IN_K = 273.15
REFERENCE_C = 25.0
FEWEST_TEMPERATURES = 3
FEWEST_CELLS = 3
LEVEL_90_ONE_PARAMETER = 2.706  # the 90 % point of chi-squared with one degree of freedom
LARGEST_eV, ENERGY_STEPS = 2.0, 201
LEAST_SPREAD_PERCENT = 0.1
SAME_ORDER = 0.8
# Values of a factor within these of each other are one level: absolute.
_TOLERANCE = {
    "temperature_C": 3.0,
    "discharge_rate_C": 0.1,
    "charge_rate_C": 0.1,
    "depth": 0.05,
    "lower_voltage_V": 0.050,
    "upper_voltage_V": 0.020,
}


@dataclass(frozen=True, slots=True)
class FactorLevel:
    """The cells with about one value of a factor."""

    value: Annotated[float, Field("The mean of their values.")]
    cells: Annotated[int, Field("How many they are.")]
    mean_fade_percent: Annotated[float, Field("The mean of their fades at the common cycle.", "%")]
    spread_fade_percent: Annotated[float | None, Field("Sample standard deviation; null for one cell.", "%")]


@dataclass(frozen=True, slots=True)
class Factor:
    """The fade over one condition of the test that differs between cells."""

    name: Annotated[str, Field("The condition, with its unit at the end.")]
    levels: Annotated[list[FactorLevel], Field("Its values in rising order.")]
    fastest_level: Annotated[float, Field("The value at which the mean fade is largest.")]
    rank_correlation: Annotated[float, Field("Spearman's correlation of the condition and the fade, −1 to 1.")]
    not_separable_from: Annotated[
        list[str], Field("Other conditions that change in the same order, so that the fade may be theirs.")
    ]


@dataclass(frozen=True, slots=True)
class ActivationEnergy:
    """The activation energy of one mechanism; null where the cells do not determine it."""

    value_eV: Annotated[float | None, Field("The best fit.", "eV")]
    low_eV: Annotated[float | None, Field("The lower end of the 90 % interval; null where it is open.", "eV")]
    high_eV: Annotated[float | None, Field("The upper end; null where it is open.", "eV")]


@dataclass(frozen=True, slots=True)
class TemperatureFit:
    """Fade over temperature as the sum of a mechanism that is faster in the heat and one that is faster in the cold.

    Sources: Waldmann et al., J. Power Sources 262, 129 (2014). The intervals are the values at which the best fit of all
    others is no worse than chi-squared of one degree of freedom allows (profile likelihood). Where the law leaves more than
    the spread of the cells explains, the intervals are as much wider (Birge, Phys. Rev. 40, 207, 1932).
    """

    fastest_temperature_C: Annotated[float, Field("The tested temperature with the largest mean fade.", "°C")]
    hot: Annotated[ActivationEnergy, Field("The mechanism that is faster in the heat.")]
    cold: Annotated[ActivationEnergy, Field("The mechanism that is faster in the cold.")]
    residual_percent: Annotated[float, Field("Root mean square of the deviations of the levels from the fit.", "%")]
    text: Annotated[str, Field("What the fit says, and what it does not.")]


@dataclass(frozen=True, slots=True)
class Factors:
    """Fade over the conditions of the test, over all cells with compared cycles of one kind."""

    common_cycle: Annotated[int | None, Field("The cycle at which the fades are compared.")]
    factors: Annotated[list[Factor], Field("The conditions that differ between the cells.")]
    temperature_law: Annotated[TemperatureFit | None, Field("Null where there are fewer than three temperatures.")]
    no_temperature_law_reason: Annotated[str | None, Field("Why there is none.")]


def factors(cells: Sequence[CellFigures], cycle: int | None) -> Factors:
    """The conditions that differ between cells, with the fade at a common cycle."""
    known = [cell for cell in cells if cycle is not None and np.isfinite(cell.fade_at(cycle))]
    if cycle is None or len(known) < FEWEST_CELLS:
        return Factors(None, [], None, "Fewer than three cells reach a common cycle.")
    fades = np.array([cell.fade_at(cycle) for cell in known])
    columns = {name: np.array([cell.conditions[name] for cell in known]) for name in _TOLERANCE}
    varied = {name: values for name, values in columns.items() if len(_levels(values, fades, name)) > 1}
    found = [_factor(name, values, fades, varied) for name, values in varied.items()]
    levels = _levels(columns["temperature_C"], fades, "temperature_C")
    if len(levels) < FEWEST_TEMPERATURES:
        return Factors(cycle, found, None, f"A law needs three temperatures; the cells were tested at {len(levels)}.")
    others = next((one.not_separable_from for one in found if one.name == "temperature_C"), [])
    return Factors(cycle, found, temperature_fit(levels, others), None)


def temperature_fit(levels: Sequence[FactorLevel], not_separable_from: Sequence[str] = ()) -> TemperatureFit:
    """fade = hot · exp(−E_hot · u) + cold · exp(E_cold · u), u = 1/kT − 1/k·298.15 K, both parts at least zero.

    The levels are weighted by their standard errors. A level of fewer than three cells has the pooled spread of all.
    """
    temperature = np.array([level.value for level in levels])
    fade = np.array([level.mean_fade_percent for level in levels])
    inverse = (1 / (temperature + ZERO_C_IN_K) - 1 / (REFERENCE_C + ZERO_C_IN_K)) / BOLTZMANN_eV_PER_K
    error = _standard_errors(levels)
    energies = np.linspace(0.0, LARGEST_eV, ENERGY_STEPS)
    squares, hot_part, cold_part = _squares_on_grid(energies, inverse, fade / error, 1 / error)
    best_hot, best_cold = np.unravel_index(int(np.argmin(squares)), squares.shape)
    parts = hot_part[best_hot, best_cold], cold_part[best_hot, best_cold]
    fitted = parts[0] * np.exp(-energies[best_hot] * inverse) + parts[1] * np.exp(energies[best_cold] * inverse)
    # Where the law leaves more than the errors explain, they are taken as that much larger.
    freedom = max(len(levels) - 2 * int(np.count_nonzero(np.array(parts) > 0)), 1)
    squares = squares / max(float(squares.min()) / freedom, 1.0)
    # Without a part, its energy changes nothing: the squares are flat along it and its interval is open at both ends.
    hot = _energy(energies, squares.min(axis=1), is_there=parts[0] > 0)
    cold = _energy(energies, squares.min(axis=0), is_there=parts[1] > 0)
    fastest = float(temperature[np.argmax(fade)])
    residual = float(np.sqrt(np.mean((fitted - fade) ** 2)))
    return TemperatureFit(fastest, hot, cold, residual, _law_text(fastest, hot, cold, fade, not_separable_from))


def _squares_on_grid(
    energies: FloatArray, inverse: FloatArray, y: FloatArray, weight: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Weighted squares, hot part and cold part for each pair of energies, each of shape (n_hot, n_cold)."""
    hot = (np.exp(-energies[:, np.newaxis] * inverse) * weight)[:, np.newaxis, :]
    cold = (np.exp(energies[:, np.newaxis] * inverse) * weight)[np.newaxis, :, :]
    hh, cc, hc = (hot * hot).sum(-1), (cold * cold).sum(-1), (hot * cold).sum(-1)
    hy, cy = (hot * y).sum(-1), (cold * y).sum(-1)
    determinant = hh * cc - hc * hc
    with np.errstate(divide="ignore", invalid="ignore"):
        a, b = (cc * hy - hc * cy) / determinant, (hh * cy - hc * hy) / determinant
    both = (determinant > 1e-9 * hh * cc) & (a >= 0) & (b >= 0)
    only_hot, only_cold = np.maximum(hy / hh, 0) + 0 * cc, np.maximum(cy / cc, 0) + 0 * hh
    hot_better = only_hot**2 * hh > only_cold**2 * cc
    a = np.where(both, a, np.where(hot_better, only_hot, 0.0))
    b = np.where(both, b, np.where(hot_better, 0.0, only_cold))
    squares = ((a[..., np.newaxis] * hot + b[..., np.newaxis] * cold - y) ** 2).sum(-1)
    return squares, a, b


def _energy(energies: FloatArray, profile: FloatArray, *, is_there: bool) -> ActivationEnergy:
    within = np.flatnonzero(profile <= profile.min() + LEVEL_90_ONE_PARAMETER)
    low, high = int(within[0]), int(within[-1])
    open_low, open_high = low == 0, high == energies.size - 1
    if not is_there or (open_low and open_high):
        return ActivationEnergy(None, None, None)
    return ActivationEnergy(
        float(energies[np.argmin(profile)]),
        None if open_low else float(energies[low]),
        None if open_high else float(energies[high]),
    )


def _standard_errors(levels: Sequence[FactorLevel]) -> FloatArray:
    counts = np.array([level.cells for level in levels])
    spreads = np.array([np.nan if level.spread_fade_percent is None else level.spread_fade_percent for level in levels])
    repeated = counts > 1
    freedom = counts[repeated] - 1
    pooled = float(np.sqrt(np.sum(freedom * spreads[repeated] ** 2) / freedom.sum())) if repeated.any() else 1.0
    own = np.where(counts > 2, spreads, pooled)
    errors: FloatArray = np.maximum(own, LEAST_SPREAD_PERCENT) / np.sqrt(counts)
    return errors


def _law_text(
    fastest_C: float, hot: ActivationEnergy, cold: ActivationEnergy, fade: FloatArray, others: Sequence[str]
) -> str:
    said = [f"Of the tested temperatures, cells fade fastest at {fastest_C:g} °C."]
    for name, energy in (("in the heat", hot), ("in the cold", cold)):
        if energy.value_eV is None:
            said.append(f"The cells do not determine a mechanism that is faster {name}.")
            continue
        low = "below" if energy.low_eV is None else f"{energy.low_eV:.2f}"
        high = "beyond" if energy.high_eV is None else f"{energy.high_eV:.2f}"
        said.append(f"A mechanism that is faster {name} has {energy.value_eV:.2f} eV (90 % interval {low} to {high}).")
    if (fade < 0).any():
        said.append("At some temperature the cells gain capacity, which the law cannot show.")
    if others:
        said.append(f"The temperature changes together with {', '.join(others)}, so the fade may be theirs.")
    return " ".join(said)


def _factor(name: str, values: FloatArray, fades: FloatArray, varied: dict[str, FloatArray]) -> Factor:
    levels = _levels(values, fades, name)
    alike = [
        other for other, column in varied.items() if other != name and abs(_spearman(values, column)) >= SAME_ORDER
    ]
    fastest = max(levels, key=lambda level: level.mean_fade_percent).value
    return Factor(name, levels, fastest, _spearman(values, fades), alike)


def _levels(values: FloatArray, fades: FloatArray, name: str) -> list[FactorLevel]:
    """The levels of a factor in rising order: values that follow each other within the tolerance are one."""
    order = np.argsort(np.where(np.isfinite(values), values, np.inf), kind="stable")
    order = order[np.isfinite(values[order])]
    breaks = np.flatnonzero(np.diff(values[order]) > _TOLERANCE[name]) + 1
    return [
        FactorLevel(
            float(values[part].mean()),
            part.size,
            float(fades[part].mean()),
            finite(float(fades[part].std(ddof=1))) if part.size > 1 else None,
        )
        for part in np.split(order, breaks)
        if part.size
    ]


def _spearman(one: FloatArray, other: FloatArray) -> float:
    known = np.isfinite(one) & np.isfinite(other)
    if np.count_nonzero(known) < 2:
        return 0.0
    first, second = _ranks(one[known]), _ranks(other[known])
    first, second = first - first.mean(), second - second.mean()
    size = np.sqrt(np.sum(first**2) * np.sum(second**2))
    return float(np.sum(first * second) / size) if size > 0 else 0.0


def _ranks(values: FloatArray) -> FloatArray:
    """Ranks of shape (n,), the mean rank for equal values."""
    _, place, count = np.unique(np.round(values, 3), return_inverse=True, return_counts=True)
    ranks: FloatArray = (np.cumsum(count) - (count - 1) / 2)[place]
    return ranks
