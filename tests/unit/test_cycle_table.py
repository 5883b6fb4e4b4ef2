"""The per-cycle table against hand calculation: energy, resistance, duration, order of branches, incomplete discharges."""

from dataclasses import replace

import numpy as np
import pytest
from battery_analytics.analysis.cycle_table import discharges_first

from tests.steps import (
    CELL_AH,
    CHARGE,
    DISCHARGE,
    DISCHARGE_FIRST_CYCLE,
    EMPTY_V,
    FULL_CYCLE,
    FULL_V,
    RESISTANCE_OHM,
    REST,
    Step,
    analysed,
    cycling,
    fading_cycles,
)


def test_energy_is_the_mean_voltage_times_the_capacity() -> None:
    _, figures = analysed(cycling([FULL_CYCLE], sample_s=1.0))

    mean_ocv = (EMPTY_V + FULL_V) / 2
    assert figures.charge_energy_Wh[0] == pytest.approx(CELL_AH * (mean_ocv + 10 * RESISTANCE_OHM), rel=1e-3)
    assert figures.discharge_energy_Wh[0] == pytest.approx(CELL_AH * (mean_ocv - 10 * RESISTANCE_OHM), rel=1e-3)


def test_energy_efficiency_is_the_ratio_of_the_mean_voltages_where_no_charge_is_lost() -> None:
    _, figures = analysed(cycling([FULL_CYCLE], sample_s=1.0))

    assert figures.energy_efficiency_percent[0] == pytest.approx(100 * (3.6 - 0.1) / (3.6 + 0.1), rel=1e-4)


def test_resistance_is_the_jump_of_voltage_over_the_jump_of_current_from_rest_to_discharge() -> None:
    _, figures = analysed(cycling([FULL_CYCLE] * 3, sample_s=1.0))

    charge_of_the_first_second_V = (FULL_V - EMPTY_V) / 3600 / 10.0
    assert figures.resistance_ohm == pytest.approx(np.full(3, RESISTANCE_OHM + charge_of_the_first_second_V), rel=1e-6)


def test_resistance_needs_a_rest_before_the_discharge() -> None:
    _, figures = analysed(cycling([(CHARGE, DISCHARGE, REST)]))

    assert np.isnan(figures.resistance_ohm).all()


def test_resistance_takes_the_rest_at_the_end_of_the_cycle_before_unless_a_cycle_is_missing_between() -> None:
    _, figures = analysed(cycling([DISCHARGE_FIRST_CYCLE] * 3, numbers=[1, 2, 5], soc_Ah=10.0))

    assert np.isfinite(figures.resistance_ohm).tolist() == [False, True, False]


def test_the_resistance_is_that_of_the_full_step_and_not_of_a_weak_one_before_it() -> None:
    # From rest to −10 A the voltage falls by 0.1 V over the resistance and 0.02 V with the charge of the first minute.
    data = cycling([(CHARGE, REST, Step(-1.0, 10), REST, DISCHARGE, REST)] * 2)
    _, figures = analysed(replace(data, voltage_V=data.voltage_V - 0.05 * (data.current_A == -1.0)))

    assert figures.resistance_ohm == pytest.approx([0.012, 0.012])


def test_the_mean_temperature_is_of_the_points_at_which_it_was_measured() -> None:
    data = cycling([(DISCHARGE,)] * 3, sample_s=900.0)  # four points each
    temperature = np.array([20, 22, 24, 30, np.nan, 25, np.nan, 26, np.nan, np.nan, np.nan, np.nan])
    _, figures = analysed(replace(data, temperature_C=temperature))

    np.testing.assert_array_equal(figures.mean_temperature_C, [24.0, 25.5, np.nan])


def test_the_duration_is_the_time_from_the_first_to_the_last_point() -> None:
    _, figures = analysed(cycling([FULL_CYCLE] * 2, sample_s=60.0, clock="day", clock_starts_s=80_000.0))

    assert figures.duration_s.tolist() == [140 * 60 - 60] * 2


def test_the_duration_is_unknown_without_a_clock() -> None:
    _, figures = analysed(cycling([FULL_CYCLE], clock=None))

    assert np.isnan(figures.duration_s).all()


def test_equivalent_full_cycles_count_the_discharge_in_nominal_capacities() -> None:
    _, figures = analysed(cycling([FULL_CYCLE] * 3), nominal_capacity_Ah=20.0)

    assert figures.equivalent_full_cycles == pytest.approx([0.5, 1.0, 1.5])


def test_a_cycle_says_which_of_its_branches_comes_first() -> None:
    flow, _ = analysed(cycling([FULL_CYCLE, (REST, CHARGE, REST), DISCHARGE_FIRST_CYCLE, (DISCHARGE,)]))

    assert discharges_first(flow).tolist() == [False, False, True, True]


def test_a_drive_cycle_with_regenerative_pulses_after_its_charge_still_charges_first() -> None:
    drive = [Step(-20.0, 5), Step(6.0, 1)] * 5
    flow, _ = analysed(cycling([[CHARGE, REST, *drive, REST]] * 2, sample_s=30.0))

    assert discharges_first(flow).tolist() == [False, False]


def test_a_discharge_that_stops_early_is_incomplete() -> None:
    cycles = [FULL_CYCLE] * 5 + [(CHARGE, REST, Step(-10.0, 30), REST)]
    _, figures = analysed(cycling(cycles))

    assert figures.discharge_incomplete.tolist() == [False] * 5 + [True]
    assert np.isnan(figures.coulombic_efficiency_percent[-1])


def test_neither_the_incomplete_cycle_nor_the_refill_after_it_has_an_efficiency() -> None:
    half = (CHARGE, REST, Step(-10.0, 30), REST)
    refill = (Step(10.0, 30), REST, DISCHARGE, REST)
    _, figures = analysed(cycling([FULL_CYCLE, FULL_CYCLE, half, refill, FULL_CYCLE]))

    known = np.isfinite(figures.coulombic_efficiency_percent)
    assert known.tolist() == [True, True, False, False, True]
    assert figures.coulombic_efficiency_percent[known] == pytest.approx(np.full(3, 100.0))


def test_capacity_fade_down_to_the_same_voltage_is_no_incomplete_discharge() -> None:
    _, figures = analysed(cycling(fading_cycles(60, loss_minutes=0.3)))

    assert not figures.discharge_incomplete.any()


def test_slow_check_ups_that_end_at_the_same_voltage_cry_no_wolf() -> None:
    # At 2C the polarisation ends the discharge earlier; the check-up at C/5 goes on to the same voltage.
    fast = (Step(20.0, 28), REST, Step(-20.0, 28), REST)
    slow = (Step(2.0, 300), REST, Step(-2.0, 300), REST)
    _, figures = analysed(cycling(([fast] * 9 + [slow]) * 3, soc_Ah=0.0, sample_s=240.0))

    assert not figures.discharge_incomplete.any()


def test_a_fixed_depth_of_discharge_whose_end_voltage_falls_with_age_is_not_incomplete() -> None:
    data = cycling([FULL_CYCLE] * 20)
    sagging = np.repeat(np.linspace(0.0, 0.3, 20), np.diff(data.offsets)) * (data.current_A < 0)
    _, figures = analysed(replace(data, voltage_V=data.voltage_V - sagging))

    assert not figures.discharge_incomplete.any()


def test_five_thousand_cycles_have_five_thousand_figures() -> None:
    _, figures = analysed(cycling([FULL_CYCLE] * 5_000, sample_s=600.0))

    assert figures.discharge_capacity_Ah == pytest.approx(np.full(5_000, 10.0))
    assert figures.coulombic_efficiency_percent == pytest.approx(np.full(5_000, 100.0))


def test_each_cycle_has_its_own_lowest_and_highest_voltage() -> None:
    data = cycling([FULL_CYCLE, FULL_CYCLE])
    first, second = data.points(0), data.points(1)
    data.voltage_V[first.start + 3], data.voltage_V[second.start + 5] = 2.1, 5.2
    _, table = analysed(data)

    assert table.min_voltage_V.tolist() == [2.1, data.voltage_V[second].min()]
    assert table.max_voltage_V.tolist() == [data.voltage_V[first].max(), 5.2]
    assert (table.min_voltage_V < table.max_voltage_V).all()


def test_equivalent_full_cycles_without_a_nominal_capacity_count_the_first_discharge() -> None:
    shorter = (CHARGE, REST, Step(-10.0, 30), REST)
    _, table = analysed(cycling([FULL_CYCLE, shorter]))

    assert table.equivalent_full_cycles == pytest.approx([1.0, 1.5])
