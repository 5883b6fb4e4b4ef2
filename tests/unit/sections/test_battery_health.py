"""Health by retention, and indicators that speak only of what is material and certain."""

import numpy as np
import pytest
from battery_analytics.analysis.cycle_table import CycleTable
from battery_analytics.sections.battery_health import battery_health, degradation_indicators, status_of

from tests.sections import analysed_cell
from tests.steps import FULL_CYCLE, FloatArray, cell_of, cycling, figures_of

CELL = cell_of(cycling([FULL_CYCLE]), max_voltage_limit_in_V=4.2, min_voltage_limit_in_V=2.75)
CYCLE = np.arange(200.0)


def indicators(figures: CycleTable) -> list[str]:
    return degradation_indicators(CELL, figures, figures.whole_discharge_Ah)


def named(figures: CycleTable, word: str) -> list[str]:
    return [line for line in indicators(figures) if line.startswith(word)]


def noise(share: float, seed: int, size: int = 200) -> FloatArray:
    return 1 + share * np.random.default_rng(seed).standard_normal(size)


@pytest.mark.parametrize(
    ("score", "status"),
    [
        (100.0, "Excellent"),
        (95.0, "Excellent"),
        (94.999, "Good"),
        (90.0, "Good"),
        (89.999, "Fair"),
        (80.0, "Fair"),
        (79.999, "Poor"),
        (70.0, "Poor"),
        (69.999, "Critical"),
        (0.0, "Critical"),
        (None, "Unknown"),
    ],
)
def test_the_status_changes_at_the_limits_of_the_contract(score: float | None, status: str) -> None:
    assert status_of(score) == status


def test_the_score_is_the_retention_and_never_above_a_hundred() -> None:
    health = battery_health(analysed_cell(table=figures_of([50.0, 52.0])))

    assert health.health_score == 100.0
    assert health.capacity_retention == pytest.approx(104.0)


def test_a_retention_above_105_is_no_health_but_unknown() -> None:
    health = battery_health(analysed_cell(table=figures_of([50.0, 55.0])))

    assert (health.health_score, health.health_status) == (None, "Unknown")
    assert health.capacity_retention == pytest.approx(110.0)


def test_a_healthy_cell_has_no_indicator() -> None:
    assert indicators(figures_of(50 - 0.01 * CYCLE)) == []


def test_more_than_a_fifth_lost_is_significant() -> None:
    assert named(figures_of([50.0, 40.1]), "Significant") == []
    assert named(figures_of([50.0, 39.0]), "Significant") == [
        "Significant capacity fade: 22.0 % of the first compared discharge capacity is lost"
    ]


def test_a_discharge_that_was_cut_short_is_no_capacity_fade() -> None:
    incomplete = np.array([False] * 3 + [True])

    assert named(figures_of([50.0, 49.0, 48.0, 20.0], discharge_incomplete=incomplete), "Significant") == []
    assert named(figures_of([50.0, 40.0, 30.0, 20.0], discharge_incomplete=incomplete), "Significant") == [
        "Significant capacity fade: 40.0 % of the first compared discharge capacity is lost"
    ]


def test_a_low_efficiency_is_judged_by_the_median_cycle() -> None:
    one_bad = np.array([80.0, 99.7, 99.9])

    assert named(figures_of([50.0] * 3, coulombic_efficiency_percent=one_bad), "Low") == []
    assert named(figures_of([50.0] * 3, coulombic_efficiency_percent=one_bad - 2), "Low") == [
        "Low coulombic efficiency: 97.70 % in the median cycle"
    ]


@pytest.mark.parametrize(("growth", "is_named"), [(1.0, False), (1.24, False), (1.26, True), (2.0, True)])
def test_a_resistance_that_grows_by_a_quarter_is_named(growth: float, is_named: bool) -> None:
    resistance = np.where(CYCLE < 100, 1e-3, growth * 1e-3)

    assert bool(named(figures_of(50 - 0 * CYCLE, resistance_ohm=resistance), "Resistance")) is is_named


def test_the_growth_of_a_resistance_is_from_the_first_tenth_to_the_last() -> None:
    # The medians of the first twenty and the last twenty of 200; one cycle in a hundred is far off.
    resistance = 1e-3 + 2e-5 * CYCLE
    resistance[[0, 199]] = 1.0

    assert named(figures_of(50 - 0 * CYCLE, resistance_ohm=resistance), "Resistance") == [
        "Resistance growth: 1.21 mΩ at the start, 4.79 mΩ at the end"
    ]


@pytest.mark.parametrize(("excess_mV", "is_named"), [(0, False), (9.9, False), (10.5, True)])
def test_a_limit_may_be_passed_by_ten_millivolts(excess_mV: float, is_named: bool) -> None:
    over = figures_of([50.0, 50.0, 50.0], max_voltage_V=np.array([4.1, 4.2 + 1e-3 * excess_mV, 4.0]))
    under = figures_of([50.0, 50.0, 50.0], min_voltage_V=np.array([2.8, 2.75 - 1e-3 * excess_mV, 2.9]))

    assert bool(named(over, "Voltage above")) is is_named
    assert bool(named(under, "Voltage below")) is is_named


def test_a_knee_is_an_accelerating_fade() -> None:
    capacity = 50 - 0.01 * CYCLE - 0.1 * np.maximum(CYCLE - 120, 0)

    (line,) = named(figures_of(capacity * noise(0.001, 0)), "Accelerating")

    # The second half loses 1 Ah by the straight fade and 8 Ah behind the knee in 100 cycles.
    assert "in the second half" in line


def test_an_accelerating_fade_gives_the_slopes_of_its_halves() -> None:
    # 240 cycles in 24 groups of ten: the first twelve groups lose 0.01 Ah per cycle of 50 Ah, the others 0.11 Ah.
    cycle = np.arange(240.0)

    assert named(figures_of(50 - 0.01 * cycle - 0.1 * np.maximum(cycle - 119, 0)), "Accelerating") == [
        "Accelerating fade: 0.22 % of the first discharge capacity per cycle in the second half of the fade, "
        "0.02 % in the first"
    ]


@pytest.mark.parametrize(("late_Ah_per_cycle", "is_named"), [(0.005, False), (0.012, True)])
def test_an_acceleration_counts_from_two_percent_lost_in_the_second_half(
    late_Ah_per_cycle: float, is_named: bool
) -> None:
    # From the middle of the thirteenth group of ten to that of the last are 110 cycles: 1.1 % and 2.6 % of 50 Ah.
    cycle = np.arange(240.0)
    late = (late_Ah_per_cycle - 0.001) * np.maximum(cycle - 119, 0)

    assert bool(named(figures_of(50 - 0.001 * cycle - late), "Accelerating")) is is_named


def test_cycles_that_stand_out_do_not_bend_a_straight_fade() -> None:
    # Every fourth cycle has more: those alone fall slowly first and ten times as fast behind the middle.
    more = np.maximum(0.036 * np.minimum(CYCLE, 100) - 0.036 * np.maximum(CYCLE - 100, 0), 0)

    assert named(figures_of(50 - 0.04 * CYCLE + np.where(CYCLE % 4 == 1, more, 0)), "Accelerating") == []


def test_a_knee_after_a_flat_life_is_an_accelerating_fade_too() -> None:
    assert named(figures_of(50 - 0.1 * np.maximum(CYCLE - 130, 0)), "Accelerating")


@pytest.mark.parametrize("seed", range(20))
def test_noise_about_a_straight_fade_is_not_accelerating(seed: int) -> None:
    assert named(figures_of((50 - 0.04 * CYCLE) * noise(0.005, seed)), "Accelerating") == []


@pytest.mark.parametrize("seed", range(20))
def test_slow_drifts_of_a_cell_that_barely_fades_are_not_accelerating(seed: int) -> None:
    drift = 0.01 * np.cumsum(np.random.default_rng(seed).standard_normal(200))

    assert named(figures_of(50 - 0.0005 * CYCLE + drift), "Accelerating") == []


def test_a_fade_that_slows_down_is_not_accelerating() -> None:
    assert named(figures_of(50 - np.sqrt(CYCLE)), "Accelerating") == []


def test_a_straight_fade_after_a_gain_is_not_accelerating() -> None:
    capacity = 50 + np.minimum(CYCLE, 60) * 0.01 - np.maximum(CYCLE - 60, 0) * 0.03

    assert named(figures_of(capacity), "Accelerating") == []


def test_incomplete_discharges_do_not_accelerate_a_fade() -> None:
    capacity = 50 - 0.01 * CYCLE
    incomplete = CYCLE > 150
    capacity[incomplete] /= 2

    assert named(figures_of(capacity, discharge_incomplete=incomplete), "Accelerating") == []


def test_unknown_figures_have_no_indicators() -> None:
    assert indicators(figures_of(np.full(50, np.nan))) == []
