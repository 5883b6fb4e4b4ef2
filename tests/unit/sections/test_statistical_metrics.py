"""Summaries against the closed forms of 1..n."""

import numpy as np
import pytest
from battery_analytics.analysis.statistics import Statistics, statistics_of
from battery_analytics.sections.statistical_metrics import statistical_metrics
from hypothesis import given
from hypothesis import strategies as st

from tests.sections import analysed_cell
from tests.steps import FULL_CYCLE, cycling

NAN = float("nan")


def test_a_summary_has_the_closed_forms_of_one_to_n() -> None:
    found = statistics_of(np.arange(1.0, 101.0))

    assert (found.mean, found.median, found.min, found.max) == (50.5, 50.5, 1.0, 100.0)
    assert found.std_dev == pytest.approx(np.sqrt((100**2 - 1) / 12))


def test_unknown_values_are_left_out() -> None:
    assert statistics_of(np.array([NAN, 1.0, 3.0, NAN])) == Statistics(2.0, 2.0, 1.0, 3.0, 1.0)


def test_one_value_has_no_spread() -> None:
    assert statistics_of(np.array([5.0])) == Statistics(5.0, 5.0, 5.0, 5.0, 0.0)


@pytest.mark.parametrize("size", [0, 3])
def test_without_a_known_value_every_figure_is_unknown(size: int) -> None:
    assert statistics_of(np.full(size, NAN)) == Statistics(None, None, None, None, None)


def test_current_and_voltage_are_over_all_points_capacities_over_all_cycles() -> None:
    found = statistical_metrics(analysed_cell(cycling([FULL_CYCLE] * 2)))

    assert (found.current_stats.min, found.current_stats.median, found.current_stats.max) == (-10.0, 0.0, 10.0)
    assert found.current_stats.mean == pytest.approx(0.0)
    assert found.current_stats.std_dev == pytest.approx(np.sqrt(100 * 120 / 140))
    assert found.charge_discharge_stats.discharge_capacity.mean == pytest.approx(10.0)
    assert found.voltage_stats.max == pytest.approx(4.3)


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=50), st.floats(-1e3, 1e3))
def test_a_shift_moves_every_figure_but_the_spread(values: list[float], shift: float) -> None:
    one, other = statistics_of(np.array(values)), statistics_of(np.array(values) + shift)

    assert one.mean is not None
    assert one.std_dev is not None
    assert other.mean == pytest.approx(one.mean + shift, abs=1e-6)
    assert other.std_dev == pytest.approx(one.std_dev, abs=1e-6)
