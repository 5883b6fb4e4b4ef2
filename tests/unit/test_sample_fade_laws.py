"""The laws of fade have the end of life that can be worked out by hand."""

import math

import numpy as np
import pytest

from sample_cells.fade import (
    FadeLaw,
    KneeFade,
    LinearFade,
    SquareRootFade,
    TwoStageFade,
    cell_of_a_batch,
    rising_first,
)

LAWS: list[FadeLaw] = [
    LinearFade(loss_per_cycle=2.5e-4),
    SquareRootFade(loss_at_1000_cycles=0.05),
    KneeFade(early_loss_per_cycle=1e-4, late_loss_per_cycle=1e-3, knee_cycle=500, width_cycles=30),
    TwoStageFade(first_loss=0.03, first_stage_cycles=20, loss_per_cycle=1e-4),
    rising_first(gain=0.02, gain_cycles=60, loss_per_cycle=5e-5),
]


def at(law: FadeLaw, cycle: float) -> float:
    return float(law.relative_capacity(np.array([cycle]))[0])


def test_a_linear_fade_of_a_four_thousandth_ends_at_cycle_800() -> None:
    assert LinearFade(loss_per_cycle=1 / 4000).cycle_at(0.8) == pytest.approx(800)


def test_a_square_root_fade_takes_four_times_as_long_for_twice_the_loss() -> None:
    law = SquareRootFade(loss_at_1000_cycles=0.05)
    assert law.cycle_at(0.95) == pytest.approx(1000)
    assert law.cycle_at(0.90) == pytest.approx(4000)


def test_a_sharp_knee_has_the_two_slopes_on_its_two_sides() -> None:
    law = KneeFade(early_loss_per_cycle=1e-4, late_loss_per_cycle=1e-3, knee_cycle=500, width_cycles=1)
    assert at(law, 400) == pytest.approx(1 - 0.04)
    assert at(law, 600) == pytest.approx(1 - 0.05 - 0.10)
    assert law.cycle_at(0.80) == pytest.approx(650)


def test_a_wide_knee_bends_earlier_than_a_sharp_one() -> None:
    sharp = KneeFade(early_loss_per_cycle=1e-4, late_loss_per_cycle=1e-3, knee_cycle=500, width_cycles=1)
    wide = KneeFade(early_loss_per_cycle=1e-4, late_loss_per_cycle=1e-3, knee_cycle=500, width_cycles=60)
    assert at(wide, 500) == pytest.approx(at(sharp, 500) - 0.9e-3 * (60 - 1) * math.log(2), abs=1e-4)


def test_a_two_stage_fade_is_a_shifted_line_once_its_first_stage_is_over() -> None:
    law = TwoStageFade(first_loss=0.03, first_stage_cycles=20, loss_per_cycle=1e-4)
    assert law.cycle_at(0.80) == pytest.approx((1 - 0.03 - 0.80) / 1e-4)
    assert law.peak_cycle == 0


def test_a_rising_capacity_peaks_where_gain_and_loss_balance_and_ends_after_the_peak() -> None:
    law = rising_first(gain=0.02, gain_cycles=60, loss_per_cycle=5e-5)
    cycles = np.arange(0.0, 1000.0, 0.01)
    assert law.peak_cycle == pytest.approx(cycles[np.argmax(law.relative_capacity(cycles))], abs=0.02)
    assert law.cycle_at(1.0) == pytest.approx(0.02 / 5e-5, rel=2e-3)
    assert law.cycle_at(0.8) == pytest.approx(0.22 / 5e-5)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: type(law).__name__)
@pytest.mark.parametrize("capacity", [0.95, 0.9, 0.8, 0.7])
def test_the_end_of_life_is_where_the_law_has_that_capacity(law: FadeLaw, capacity: float) -> None:
    end = law.cycle_at(capacity)
    assert at(law, end) == pytest.approx(capacity, abs=1e-12)
    assert at(law, end - 1) > capacity > at(law, end + 1)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: type(law).__name__)
def test_a_stretched_law_lives_that_many_times_as_long(law: FadeLaw) -> None:
    assert law.stretched(2.5).cycle_at(0.8) == pytest.approx(2.5 * law.cycle_at(0.8))
    assert at(law.stretched(2.5), 250) == pytest.approx(at(law, 100))


@pytest.mark.parametrize("law", LAWS, ids=lambda law: type(law).__name__)
def test_every_law_starts_at_one(law: FadeLaw) -> None:
    assert at(law, 0) == pytest.approx(1, abs=1e-12)


def test_a_law_that_hardly_fades_never_ends() -> None:
    assert TwoStageFade(first_loss=0.01, first_stage_cycles=10, loss_per_cycle=1e-12).cycle_at(0.8) == math.inf


def test_the_cells_of_a_batch_scatter_as_asked_and_repeatably() -> None:
    law = LinearFade(loss_per_cycle=2e-4)
    lives = np.array([cell_of_a_batch(law, seed, spread=0.1).cycle_at(0.8) for seed in range(500)])
    assert np.std(np.log(lives)) == pytest.approx(0.1, rel=0.1)
    assert np.exp(np.mean(np.log(lives))) == pytest.approx(1000, rel=0.02)
    assert cell_of_a_batch(law, 7, spread=0.1) == cell_of_a_batch(law, 7, spread=0.1)
