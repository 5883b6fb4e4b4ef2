"""Curves of chosen cycles, and the voltage over all of their points."""

from dataclasses import replace

import numpy as np
import pytest
from battery_analytics.analysis.throughput import throughput
from battery_analytics.analysis.voltage_curves import voltage_curves
from battery_analytics.sections.voltage_profile import voltage_profile

from tests.sections import OPTIONS, analysed_cell
from tests.steps import CHARGE, DISCHARGE, FULL_CYCLE, REST, Step, cycling


@pytest.mark.parametrize(
    ("n_cycles", "indices"), [(1, [0]), (2, [0, 1]), (3, [0, 1, 2]), (99, [0, 49, 98]), (100, [0, 50, 99])]
)
def test_the_default_is_the_first_the_middle_and_the_last_cycle_each_once(n_cycles: int, indices: list[int]) -> None:
    found = voltage_profile(analysed_cell(cycling([FULL_CYCLE] * n_cycles, sample_s=600.0)))

    assert [curve.cycle_number - 1 for curve in found.voltage_curves] == indices


def test_a_curve_holds_the_points_with_current_over_the_capacity_they_passed() -> None:
    data = cycling([FULL_CYCLE])
    (curve,) = voltage_curves(data, throughput(data), [0])

    assert curve.charge is not None
    assert curve.discharge is not None
    assert curve.charge.capacity_Ah == pytest.approx(np.arange(1, 61) / 6)
    assert curve.charge.voltage_V == pytest.approx(3.1 + 0.02 * np.arange(1, 61))
    assert curve.discharge.voltage_V == pytest.approx(4.1 - 0.02 * np.arange(1, 61))


def test_a_charge_in_steps_is_one_continuous_curve() -> None:
    data = cycling([(Step(10.0, 30), REST, Step(5.0, 60), REST, DISCHARGE)], counters="step")
    (curve,) = voltage_curves(data, throughput(data), [0])

    assert curve.charge is not None
    assert (np.diff(curve.charge.capacity_Ah) > 0).all()
    assert curve.charge.capacity_Ah[-1] == pytest.approx(10.0)


def test_a_cycle_without_a_branch_has_no_curve_of_it() -> None:
    data = cycling([(CHARGE, REST), (DISCHARGE, REST)])
    first, second = voltage_curves(data, throughput(data), [0, 1])

    assert first.discharge is None
    assert second.charge is None


def test_a_branch_of_unknown_capacity_has_no_curve() -> None:
    data = replace(cycling([FULL_CYCLE], clock=None), charge_capacity_Ah=None)
    (curve,) = voltage_curves(data, throughput(data), [0])

    assert curve.charge is None
    assert curve.discharge is not None


def test_the_statistics_are_over_all_points_of_the_chosen_cycles_rests_included() -> None:
    data = cycling([FULL_CYCLE, (REST,), (REST,)])
    data = replace(
        data, voltage_V=np.concatenate([np.full(data.n_points - 20, 3.0), np.full(10, 5.0), np.full(10, 4.0)])
    )
    stats = voltage_profile(analysed_cell(data, options=replace(OPTIONS, cycles=(2, 3)))).voltage_stats

    assert (stats.min_voltage, stats.max_voltage, stats.avg_voltage) == (4.0, 5.0, 4.5)
