"""Cycle life: the crossing that was seen, a line with its interval, or a reason; nothing absurd ever."""

import numpy as np
import pytest
from battery_analytics.projection.linear import linear_fade
from battery_analytics.projection.project import LONGEST_LIFE_CYCLES, cycle_life_projection
from battery_analytics.projection.result import Projection
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.examples import examples
from tests.steps import FloatArray

CYCLE = np.arange(1.0, 201.0)
NAN = float("nan")


def project(
    capacity: FloatArray, *, threshold: float = 0.8, reference: float | None = None, cycle: FloatArray | None = None
) -> Projection:
    numbers = np.arange(1, capacity.size + 1) if cycle is None else cycle.astype(np.int64)
    return cycle_life_projection(numbers, capacity, eol_threshold=threshold, reference_Ah=reference)


def noise(amplitude: float, seed: int = 0, size: int = 200) -> FloatArray:
    return amplitude * np.random.default_rng(seed).standard_normal(size)


def test_a_straight_fade_ends_where_it_meets_the_threshold() -> None:
    found = project(50 - 0.02 * (CYCLE - 1))

    # 50 Ah falls to 40 Ah after 10 / 0.02 = 500 cycles.
    assert found.eol_cycle == pytest.approx(501.0, rel=0.03)
    assert found.fade_rate_Ah_per_cycle == pytest.approx(-0.02)
    assert found.r_squared == pytest.approx(1.0)
    assert (found.initial_capacity_Ah, found.eol_capacity_Ah) == (50.0, 40.0)


def test_noise_moves_the_projection_little_and_lies_within_the_interval() -> None:
    found = project(50 - 0.02 * (CYCLE - 1) + noise(0.05))

    assert found.eol_cycle == pytest.approx(501, rel=0.06)
    assert found.interval is not None
    assert found.interval.high is not None
    assert found.interval.low < 501 < found.interval.high


def test_single_outliers_do_not_move_the_line() -> None:
    capacity = 50 - 0.02 * (CYCLE - 1)
    capacity[[20, 90, 150]] = [5.0, 80.0, 1.0]

    assert project(capacity).eol_cycle == pytest.approx(501, rel=0.05)


def test_a_nominal_reference_moves_the_end_of_life() -> None:
    found = project(50 - 0.02 * (CYCLE - 1), reference=55.0)

    assert found.eol_capacity_Ah == pytest.approx(44.0)
    assert found.eol_cycle == pytest.approx(301.0, rel=0.03)


def test_a_nominal_reference_that_the_cell_never_reached_is_observed_in_the_first_cycle() -> None:
    found = project(50 - 0.02 * (CYCLE - 1), reference=100.0)

    assert (found.method, found.eol_cycle, found.interval) == ("observed", 1.0, None)


def test_a_crossing_in_the_record_is_observed_between_its_cycles() -> None:
    found = project(50 - 0.1 * (CYCLE - 1) - 0.05)

    # 49.95 − 0.1·n reaches 0.8 · 49.95 = 39.96 after n = 99.9 cycles from the first.
    assert found.method == "observed"
    assert found.eol_cycle == pytest.approx(100.9)


def test_one_low_cycle_is_no_end_of_life() -> None:
    capacity = 50 - 0.001 * CYCLE
    capacity[50] = 20.0

    assert project(capacity).method != "observed"


def test_a_passing_dip_is_no_end_of_life() -> None:
    capacity = 50 - 0.005 * CYCLE
    capacity[50:56] = 20.0

    found = project(capacity)

    assert found.method != "observed"
    assert found.eol_cycle is None or found.eol_cycle > 1_000


@pytest.mark.parametrize(
    ("capacity", "reason"),
    [
        (50 + 0.01 * CYCLE, "rises"),
        (np.full(200, 50.0), "does not fall clearly"),
        (50 + noise(0.1), "capacity"),
        (50 - 1e-5 * CYCLE, "100,000 cycles"),
        (50 - 0.1 * CYCLE[:9], "10 cycles"),
        (np.full(200, NAN), "No cycle"),
        (np.zeros(200), "No cycle"),
        (np.empty(0), "No cycle"),
        (np.array([50.0]), "10 cycles with a known discharge capacity; the file holds 1"),
    ],
)
def test_without_a_clear_fade_it_abstains_and_says_why(capacity: FloatArray, reason: str) -> None:
    found = project(capacity)

    assert (found.method, found.eol_cycle, found.interval, found.trend) == ("none", None, None, None)
    assert reason in (found.abstention_reason or "")


def test_unknown_capacities_are_passed_over() -> None:
    capacity = 50 - 0.02 * (CYCLE - 1)
    capacity[10:60] = NAN

    assert project(capacity).eol_cycle == pytest.approx(501.0, rel=0.03)


def test_a_fast_start_that_the_line_overshoots_ends_after_the_last_cycle() -> None:
    capacity = np.where(CYCLE < 150, 50 - 0.06 * CYCLE, 41.06 - 0.0001 * (CYCLE - 150))

    found = project(capacity)

    assert found.method != "observed"
    assert found.eol_cycle is None or found.eol_cycle > 200


def test_gaps_of_cycle_numbers_stretch_the_line() -> None:
    cycle = np.linspace(0.0, 990.0, 100)

    assert project(50 - 0.005 * cycle, cycle=cycle).eol_cycle == pytest.approx(2_000.0, rel=0.03)


def test_the_line_through_a_straight_fade_is_that_fade() -> None:
    line = linear_fade(CYCLE, 50 - 0.02 * CYCLE)

    assert line.slope_Ah_per_cycle == pytest.approx(-0.02)
    assert line.intercept_Ah == pytest.approx(50.0)
    assert line.resampled_slopes == pytest.approx(np.full(line.resampled_slopes.size, -0.02))


def test_a_line_through_very_many_cycles_keeps_its_slope() -> None:
    cycle = np.arange(5_000.0)
    line = linear_fade(cycle, 50 - 0.001 * cycle + noise(0.01, size=5_000))

    assert line.slope_Ah_per_cycle == pytest.approx(-0.001, rel=0.01)


def test_the_same_data_give_the_same_interval() -> None:
    capacity = 50 - 0.02 * CYCLE + noise(0.1)

    assert project(capacity).interval == project(capacity).interval


@examples(150)
@given(
    capacity=st.one_of(
        arrays(np.float64, st.integers(0, 60), elements=st.floats(0, 100) | st.just(NAN)),
        st.builds(
            lambda slope, bend, spread, seed: (
                50 - slope * CYCLE - bend * np.maximum(CYCLE - 100, 0) + noise(spread, seed)
            ),
            st.floats(-0.05, 0.2),
            st.floats(-0.2, 0.2),
            st.floats(0, 2),
            st.integers(0, 99),
        ),
    ),
    threshold=st.floats(0.001, 0.999),
    reference=st.none() | st.floats(0.1, 200.0),
)
def test_nothing_absurd_is_ever_projected(capacity: FloatArray, threshold: float, reference: float | None) -> None:
    found = project(capacity, threshold=threshold, reference=reference)

    assert (found.eol_cycle is None) == (found.abstention_reason is not None) == (found.method == "none")
    if found.method not in ("observed", "none"):
        assert found.eol_cycle is not None
        assert found.eol_cycle >= np.flatnonzero(capacity > 0)[-1] + 1
        assert np.isfinite(found.eol_cycle)
        assert found.eol_cycle <= LONGEST_LIFE_CYCLES
        assert found.interval is not None
        assert np.isfinite(found.interval.low)
        assert found.interval.low <= found.eol_cycle
        assert found.interval.high is None or found.eol_cycle <= found.interval.high < np.inf
    if found.trend is not None:
        assert (found.trend.low_Ah <= found.trend.high_Ah).all()
    if found.method == "observed":
        assert found.eol_cycle is not None
        assert 1 <= found.eol_cycle <= capacity.size
    if found.r_squared is not None:
        assert 0 <= found.r_squared <= 1


@examples(20)
@given(factor=st.floats(1e-3, 1e3))
def test_the_unit_of_capacity_does_not_move_the_end_of_life(factor: float) -> None:
    capacity = 50 - 0.02 * CYCLE + noise(0.05)
    one, other = project(capacity), project(factor * capacity)

    assert one.eol_cycle is not None
    assert other.eol_cycle == pytest.approx(one.eol_cycle, rel=1e-3)
