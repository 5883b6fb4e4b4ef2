"""Knee and onset against fades that have one at a known cycle, and silence on those that have none."""

import numpy as np
import pytest
from battery_analytics.projection.knee import find_knee

from sample_cells.fade import FadeLaw, KneeFade, LinearFade, SquareRootFade, TwoStageFade, rising_first
from tests.steps import FloatArray

CYCLE = np.arange(1.0, 501.0)


def noisy(capacity: FloatArray, amplitude: float = 3e-4, seed: int = 0) -> FloatArray:
    return capacity + amplitude * np.random.default_rng(seed).standard_normal(capacity.size)


@pytest.mark.parametrize("knee_cycle", [150.0, 250.0, 380.0])
def test_a_sharp_knee_is_found_where_it_is_within_its_interval(knee_cycle: float) -> None:
    law = KneeFade(early_loss_per_cycle=5e-5, late_loss_per_cycle=8e-4, knee_cycle=knee_cycle, width_cycles=5)

    found = find_knee(CYCLE, noisy(law.relative_capacity(CYCLE)))

    assert found is not None
    assert found.knee.knee_cycle == pytest.approx(knee_cycle, abs=20)
    assert found.knee.knee_interval.low <= found.knee.knee_cycle <= found.knee.knee_interval.high
    assert found.knee.knee_interval.low - 15 <= knee_cycle <= found.knee.knee_interval.high + 15
    assert found.capacity_Ah == pytest.approx(float(law.relative_capacity(np.array([knee_cycle]))[0]), abs=0.02)


def test_a_slow_bend_has_an_onset_before_its_knee() -> None:
    slope = 5e-5 + 4e-4 * (CYCLE > 250) + 2e-3 * (CYCLE > 400)

    found = find_knee(CYCLE, noisy(1 - np.cumsum(slope)))

    assert found is not None
    assert found.knee.onset_cycle is not None
    assert found.knee.onset_interval is not None
    assert found.knee.onset_cycle == pytest.approx(250, abs=30)
    assert found.knee.onset_interval.low <= found.knee.onset_cycle <= found.knee.onset_interval.high
    assert found.knee.onset_cycle < found.knee.knee_cycle


@pytest.mark.parametrize(
    "law",
    [
        LinearFade(3e-4),
        SquareRootFade(0.15),
        TwoStageFade(0.04, 15, 2e-4),
        rising_first(0.01, 15, 2e-4),
        KneeFade(5e-5, 8e-4, 2_000, 5),
    ],
)
@pytest.mark.parametrize("seed", range(4))
def test_without_a_knee_none_is_claimed(law: FadeLaw, seed: int) -> None:
    assert find_knee(CYCLE, noisy(law.relative_capacity(CYCLE), seed=seed)) is None


@pytest.mark.parametrize("seed", range(10))
def test_noise_alone_has_no_knee(seed: int) -> None:
    assert find_knee(CYCLE, noisy(np.ones_like(CYCLE), 0.01, seed)) is None


def test_a_smooth_parabola_is_no_knee() -> None:
    assert find_knee(CYCLE, noisy(1 - 0.2 * (CYCLE / 500) ** 2)) is None


def test_thirty_cycles_are_the_fewest_for_a_knee() -> None:
    cycle = np.arange(1.0, 30.0)

    assert find_knee(cycle, 1 - 0.01 * np.maximum(cycle - 15, 0)) is None


def test_the_unit_of_capacity_does_not_move_the_knee() -> None:
    capacity = noisy(KneeFade(5e-5, 8e-4, 250, 5).relative_capacity(CYCLE))
    one, other = find_knee(CYCLE, capacity), find_knee(CYCLE, 1000 * capacity)

    assert one is not None
    assert other is not None
    assert other.knee.knee_cycle == one.knee.knee_cycle
    assert other.capacity_Ah == pytest.approx(1000 * one.capacity_Ah)
