"""Siblings and factors on cells whose fades and conditions are known."""

from dataclasses import replace

import numpy as np
import pytest
from battery_analytics.comparison.cell_figures import CellFigures
from battery_analytics.comparison.factors import FactorLevel, factors, temperature_fit
from battery_analytics.comparison.siblings import robust_z, siblings

BOLTZMANN_eV_PER_K = 8.617333e-5


def cell(
    cell_id: str, fade_percent: float, *, last_cycle: int = 101, resistance: float = 1e-3, **conditions: float
) -> CellFigures:
    """A cell that loses `fade_percent` of 10 Ah evenly over 100 cycles from cycle 1 on."""
    cycles = np.arange(1.0, last_cycle + 1)
    given = {
        "nominal_capacity_Ah": 10.0, "temperature_C": 25.0, "discharge_rate_C": 1.0, "charge_rate_C": 0.5, "depth": 1.0,
        "lower_voltage_V": 2.8, "upper_voltage_V": 4.2,
    }  # fmt: skip
    return CellFigures(
        cell_id=cell_id,
        materials="nmc / graphite",
        kind="ageing",
        conditions=given | conditions,
        cycle_number=cycles,
        capacity_Ah=10.0 - 0.1 * fade_percent * (cycles - 1) / 100,
        figures={"resistance_ohm": np.full(cycles.size, resistance)},
    )


def otherwise(name: str, value: float) -> CellFigures:
    usual = cell("D", 9.0)
    return replace(usual, conditions={**usual.conditions, name: value})


def test_the_summary_sets_the_worst_cell_against_the_mean_and_spread_of_the_others() -> None:
    found = siblings([cell("A", 5.0), cell("B", 9.0), cell("C", 6.0), cell("D", 7.0)])[0]

    assert (found.cells, found.common_cycle, found.worst_cell) == (["A", "B", "C", "D"], 101, "B")
    assert found.mean_fade_percent == pytest.approx(6.75)
    assert found.spread_fade_percent == pytest.approx(np.sqrt((1.75**2 + 2.25**2 + 0.75**2 + 0.25**2) / 3))
    assert found.summary == (
        "B fades fastest: 9.00 % at cycle 101 against 6.00 ± 1.00 % of its 3 siblings. No other figure sets it apart."
    )


def test_fades_are_compared_at_the_last_cycle_that_all_reach() -> None:
    found = siblings([cell("A", 5.0, last_cycle=51), cell("B", 9.0), cell("C", 6.0)])[0]

    assert found.common_cycle == 51
    assert found.mean_fade_percent == pytest.approx((2.5 + 4.5 + 3.0) / 3)


def test_an_outlier_is_named_with_its_figure_its_value_and_how_far_out_it_is() -> None:
    found = siblings([cell("A", 5.0), cell("B", 5.2), cell("C", 4.8), cell("D", 5.1), cell("E", 8.0, resistance=2e-3)])[
        0
    ]

    # The median fade is 5.1, the deviations are 0.1, 0.1, 0.3, 0 and 2.9, and their median is 0.1.
    fade = next(one for one in found.outliers if one.figure == "fade_percent")
    assert fade.cell_id == "E"
    assert [fade.value, fade.median] == pytest.approx([8.0, 5.1])
    assert fade.robust_z == pytest.approx(0.6745 * 2.9 / 0.1)
    assert {(one.cell_id, one.figure) for one in found.outliers} == {("E", "fade_percent"), ("E", "resistance_ohm")}
    assert "That is an outlier. Its resistance sets it apart: 0.002 Ω against a median of 0.001 Ω." in found.summary


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature_C", 29.0), ("discharge_rate_C", 1.3), ("charge_rate_C", 1.0), ("nominal_capacity_Ah", 11.0),
        ("depth", 0.8), ("lower_voltage_V", 2.5), ("upper_voltage_V", 4.3),
    ],
)  # fmt: skip
def test_a_cell_that_was_otherwise_is_no_sibling(name: str, value: float) -> None:
    alike = [cell("A", 5.0), cell("B", 6.0), cell("C", 7.0)]

    assert siblings([*alike, otherwise(name, value)])[0].cells == ["A", "B", "C"]
    assert siblings([*alike, otherwise(name, np.nan)])[0].cells == ["A", "B", "C", "D"]


def test_cells_of_another_material_are_no_siblings_and_two_cells_are_no_group() -> None:
    other = replace(cell("C", 7.0), materials="lfp / graphite")

    assert siblings([cell("A", 5.0), cell("B", 6.0), other]) == []


def test_equal_values_make_no_outlier_of_one_that_differs_in_its_last_digit() -> None:
    assert np.abs(robust_z(np.array([1.0, 1.0, 1.0, 1.0001]), 0.01)).max() < 1


def level(temperature_C: float, fade: float, cells: int = 4, spread: float | None = 0.2) -> FactorLevel:
    return FactorLevel(temperature_C, cells, fade, spread)


def law(temperature_C: float, hot: float, hot_eV: float, cold: float, cold_eV: float) -> float:
    inverse = (1 / (temperature_C + 273.15) - 1 / 298.15) / BOLTZMANN_eV_PER_K
    return float(hot * np.exp(-hot_eV * inverse) + cold * np.exp(cold_eV * inverse))


def test_two_mechanisms_are_found_again_within_their_intervals() -> None:
    levels = [level(t, law(t, 2.0, 0.5, 1.0, 0.8), spread=0.05) for t in (-10, 0, 10, 25, 35, 45, 60)]

    found = temperature_fit(levels)

    for energy, true in ((found.hot, 0.5), (found.cold, 0.8)):
        assert energy.value_eV == pytest.approx(true, abs=0.011)
        assert energy.low_eV is not None
        assert energy.high_eV is not None
        assert energy.low_eV <= true <= energy.high_eV
    assert found.fastest_temperature_C == -10
    assert found.residual_percent < 0.05


def test_the_intervals_hold_the_true_energies_in_nine_of_ten_cases() -> None:
    generator = np.random.default_rng(7)
    held = []
    for _ in range(100):
        levels = [
            level(t, law(t, 2.0, 0.5, 1.0, 0.8) + generator.normal(0, 0.3 / 2), spread=0.3)
            for t in (-10, 0, 10, 25, 35, 45, 60)
        ]
        hot = temperature_fit(levels).hot
        held.append((hot.low_eV or 0.0) <= 0.5 <= (hot.high_eV or np.inf))
    assert np.mean(held) >= 0.85


def test_a_mechanism_that_the_cells_do_not_show_has_no_energy() -> None:
    found = temperature_fit([level(t, law(t, 0.0, 0.5, 3.0, 0.6)) for t in (0, 25, 35, 45)])

    assert found.hot.value_eV is None
    assert found.cold.value_eV == pytest.approx(0.6, abs=0.02)
    assert "do not determine a mechanism that is faster in the heat" in found.text


def test_a_law_that_does_not_describe_the_cells_has_wider_intervals() -> None:
    right = temperature_fit([level(t, law(t, 0.0, 0.5, 3.0, 0.6)) for t in (0, 25, 35, 45)]).cold
    wrong = temperature_fit(
        [level(t, law(t, 0.0, 0.5, 3.0, 0.6) - gain) for t, gain in ((0, 0), (25, 0), (35, 2), (45, 4))]
    )

    assert right.low_eV is not None
    assert right.high_eV is not None
    width = right.high_eV - right.low_eV
    assert (wrong.cold.high_eV or np.inf) - (wrong.cold.low_eV or 0.0) > 2 * width


def test_factors_that_change_together_are_said_to_be_inseparable() -> None:
    cells = [
        cell("A", 5.0, temperature_C=0.0, charge_rate_C=0.5), cell("B", 3.0, temperature_C=25.0, charge_rate_C=0.8),
        cell("C", 2.0, temperature_C=45.0, charge_rate_C=1.2), cell("D", 2.2, temperature_C=45.0, charge_rate_C=1.2),
    ]  # fmt: skip

    found = factors(cells, 101)

    assert [one.name for one in found.factors] == ["temperature_C", "charge_rate_C"]
    temperature = found.factors[0]
    assert temperature.not_separable_from == ["charge_rate_C"]
    assert temperature.fastest_level == 0.0
    assert temperature.rank_correlation == pytest.approx(-0.9487, abs=1e-3)
    assert [(one.value, one.cells) for one in temperature.levels] == [(0.0, 1), (25.0, 1), (45.0, 2)]
    assert temperature.levels[2].mean_fade_percent == pytest.approx(2.1)
    assert temperature.levels[2].spread_fade_percent == pytest.approx(np.sqrt(0.02))
    assert found.temperature_law is not None


def test_two_temperatures_give_no_law() -> None:
    cells = [cell("A", 5.0, temperature_C=0.0), cell("B", 3.0), cell("C", 2.0)]

    found = factors(cells, 101)

    assert found.temperature_law is None
    assert found.no_temperature_law_reason == "A law needs three temperatures; the cells were tested at 2."
