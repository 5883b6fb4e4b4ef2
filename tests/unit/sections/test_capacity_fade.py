"""Fade, its rate and retention by hand."""

import numpy as np
import pytest
from battery_analytics.analysis.capacity_fade import Fade, fade_between_ends
from battery_analytics.analysis.cycle_table import CycleTable
from hypothesis import given
from hypothesis import strategies as st

from tests.steps import figures_of

NAN = float("nan")


def capacity_fade(table: CycleTable) -> Fade:
    return fade_between_ends(table.cycle_number, table.discharge_capacity_Ah)


def test_fade_is_what_the_last_discharge_lacks_of_the_first() -> None:
    fade = capacity_fade(figures_of([50.0, 48.0, 45.0]))

    assert fade.fade_percent == pytest.approx(10.0)
    assert fade.rate_percent_per_cycle == pytest.approx(5.0)
    assert fade.retention_percent == pytest.approx(90.0)


def test_the_rate_divides_by_the_cycle_numbers_and_not_by_the_count() -> None:
    fade = capacity_fade(figures_of([50.0, 45.0], cycle_number=np.array([2, 102])))

    assert fade.rate_percent_per_cycle == pytest.approx(0.1)


def test_a_gain_is_a_negative_fade() -> None:
    fade = capacity_fade(figures_of([50.0, 51.0]))

    assert fade.fade_percent == pytest.approx(-2.0)
    assert fade.retention_percent == pytest.approx(102.0)


def test_cycles_without_discharge_at_the_ends_are_passed_over() -> None:
    fade = capacity_fade(figures_of([NAN, 0.0, 50.0, 45.0, NAN]))

    assert fade.fade_percent == pytest.approx(10.0)
    assert fade.rate_percent_per_cycle == pytest.approx(10.0)


def test_one_cycle_retains_everything_at_no_known_rate() -> None:
    fade = capacity_fade(figures_of([50.0]))

    assert (fade.fade_percent, fade.retention_percent) == (0.0, 100.0)
    assert fade.rate_percent_per_cycle is None


def test_without_any_discharge_nothing_is_known() -> None:
    fade = capacity_fade(figures_of([NAN, NAN]))

    assert (fade.fade_percent, fade.rate_percent_per_cycle, fade.retention_percent) == (None, None, None)


@given(st.lists(st.floats(0.1, 100.0), min_size=2, max_size=20), st.floats(0.01, 100.0))
def test_the_unit_of_capacity_does_not_matter(discharge: list[float], factor: float) -> None:
    one, other = (capacity_fade(figures_of(np.array(discharge) * scale)) for scale in (1.0, factor))

    assert other.fade_percent == pytest.approx(one.fade_percent, abs=1e-6)
