"""The test's clock: midnights, restarts, gaps and faults."""

from collections.abc import Sequence

import numpy as np
import pytest
from battery_analytics.analysis.clock import Clock, clock_of
from hypothesis import given
from hypothesis import strategies as st

NAN = float("nan")


def clock(times_by_cycle: Sequence[Sequence[float]]) -> Clock:
    offsets = np.cumsum([0, *(len(times) for times in times_by_cycle)])
    found = clock_of(np.array([time for times in times_by_cycle for time in times], dtype=np.float64), offsets)
    assert found is not None
    return found


def test_the_interval_of_a_point_is_the_time_since_the_point_before() -> None:
    assert clock([[10, 40, 50]]).interval_s[1:].tolist() == [30, 10]


def test_the_first_point_of_all_has_no_interval() -> None:
    assert np.isnan(clock([[10, 40]]).interval_s[0])


def test_a_time_of_day_is_unwrapped_over_midnight_within_a_cycle() -> None:
    found = clock([[86_340, 86_370, 0, 30]])

    assert found.interval_s[1:].tolist() == [30, 30, 30]
    assert (found.midnights, found.backwards.size) == (1, 0)


def test_a_time_of_day_is_unwrapped_over_midnight_between_cycles() -> None:
    found = clock([[86_310, 86_340, 86_370], [0, 30, 60]])

    assert found.interval_s[3] == 30
    assert found.midnights == 1


def test_each_midnight_of_many_days_is_unwrapped() -> None:
    times = (np.arange(0.0, 5 * 86_400, 1800) % 86_400).reshape(-1, 20).tolist()

    found = clock(times)

    assert (found.interval_s[1:] == 1800).all()
    assert found.midnights == 4


def test_a_clock_set_anew_by_each_cycle_is_no_time_of_day() -> None:
    found = clock([[30, 40_000, 80_000]] * 4)

    assert found.midnights == 0
    assert found.backwards.size == 0


def test_a_clock_set_anew_by_each_cycle_counts_the_first_interval_from_zero() -> None:
    found = clock([[30, 4_000, 8_000]] * 4)

    assert found.interval_s.tolist() == [30, 3_970, 4_000] * 4


def test_a_test_that_starts_again_within_a_day_is_no_midnight() -> None:
    hours = [[3_600.0 * hour + 7_200 * cycle for hour in range(2)] for cycle in range(10)]

    found = clock(hours + hours)

    assert found.midnights == 0
    assert found.backwards.size == 0


def test_a_step_backwards_within_a_cycle_is_a_fault_without_interval() -> None:
    found = clock([[0, 30, 60, 20, 50], [80, 110]])

    assert found.backwards.tolist() == [3]
    assert np.isnan(found.interval_s[3])
    assert found.interval_s[4] == 30


def test_two_points_of_one_time_have_no_time_between_them() -> None:
    assert clock([[0, 30, 30, 60]]).interval_s[1:].tolist() == [30, 0, 30]


def test_a_point_without_time_leaves_its_interval_to_the_next() -> None:
    found = clock([[0, 30, NAN, NAN, 120, 150]])

    assert found.interval_s[1:].tolist() == [30, 0, 0, 90, 30]
    assert found.unknown == 2


def test_a_midnight_hidden_by_points_without_time_is_unwrapped() -> None:
    found = clock([[86_310, 86_370, NAN, 30]])

    assert found.interval_s[3] == 60
    assert found.midnights == 1


def test_a_cycle_that_starts_without_time_takes_none_from_the_cycle_before() -> None:
    found = clock([[0, 30, 60], [NAN, 40_000, 40_030]])

    assert np.isnan(found.interval_s[3:5]).all()
    assert found.interval_s[5] == 30


def test_a_clock_that_stands_still_is_none() -> None:
    assert clock_of(np.full(6, 12.0), np.array([0, 3, 6])) is None


@given(
    starts_s=st.integers(0, 86_399),
    sample_s=st.sampled_from([1, 30, 600, 3_600]),
    lengths=st.lists(st.integers(1, 40), min_size=1, max_size=8),
)
def test_a_time_of_day_gives_the_intervals_of_the_running_clock(
    starts_s: int, sample_s: int, lengths: list[int]
) -> None:
    running = starts_s + sample_s * np.arange(sum(lengths), dtype=np.float64)
    offsets = np.cumsum([0, *lengths])
    begins_near_zero = [running[offset] % 86_400 < 0.01 * (running[offset - 1] % 86_400) for offset in offsets[1:-1]]
    if len(running) < 2 or np.mean(begins_near_zero or [0]) > 0.5:
        return  # such cycles cannot be told from ones that each set the clock anew

    found = clock_of(running % 86_400, offsets)

    assert found is not None
    assert found.interval_s[1:] == pytest.approx(np.diff(running))
