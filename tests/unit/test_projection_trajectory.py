"""Trajectory models against fades whose trajectory and end are known in closed form."""

import numpy as np
import pytest
from battery_analytics.projection.grid_least_squares import fit_on_grid
from battery_analytics.projection.project import cycle_life_projection
from battery_analytics.projection.result import ModelProjection
from battery_analytics.projection.trajectory import LONGEST_LIFE_CYCLES, Trajectory, binned, trajectories
from battery_analytics.projection.trajectory_projection import Widening, learned_widening, trajectory_projection
from hypothesis import given
from hypothesis import strategies as st

from sample_cells.fade import FadeLaw, KneeFade, LinearFade, SquareRootFade, TwoStageFade, rising_first
from tests.examples import examples
from tests.steps import FloatArray

NARROW = Widening(np.array([0.0]), np.array([0.0]))


def named(found: tuple[Trajectory, ...], name: str) -> float:
    return next(curve.remaining_cycles for curve in found if curve.name == name) or np.nan


def cut(law: FadeLaw, fade_used: float, *, threshold: float = 0.8) -> tuple[FloatArray, FloatArray, float]:
    """The first cycles of a law until this share of the allowed fade is used up, and its whole life."""
    start = float(law.relative_capacity(np.ones(1))[0])
    last = int(law.cycle_at(start * (1 - (1 - threshold) * fade_used)))
    cycle = np.arange(1.0, last + 1)
    return cycle, law.relative_capacity(cycle), law.cycle_at(threshold * start)


def test_every_line_through_a_straight_fade_leads_to_its_end() -> None:
    cycle = np.arange(1.0, 101.0)

    found = trajectories(cycle, 50 - 0.05 * cycle, 40.0)

    # 50 − 0.05·n = 40 at n = 200: a hundred cycles after the last.
    for name in ("last_fifth_line", "power_law", "bacon_watts"):
        assert named(found, name) == pytest.approx(100.0, rel=1e-3)


def test_the_power_law_finds_a_square_root() -> None:
    cycle = np.arange(1.0, 401.0)

    found = trajectories(cycle, 1 - 0.005 * np.sqrt(cycle - 1), 0.85)

    # 0.005·√(n − 1) = 0.15 at n = 901.
    assert named(found, "power_law") == pytest.approx(501.0, rel=0.03)


def test_two_lines_that_meet_are_followed_along_the_second() -> None:
    cycle = np.arange(1.0, 201.0)
    capacity = 1 - 0.0001 * cycle - 0.001 * np.maximum(cycle - 101, 0)

    # At cycle 200 the capacity is 0.881 and falls by 0.0011 a cycle: 0.8 is 73.6 cycles on.
    assert named(trajectories(cycle, capacity, 0.8), "bacon_watts") == pytest.approx(73.6, rel=0.05)


def test_a_growing_exponential_is_followed_on() -> None:
    cycle = np.arange(1.0, 201.0)
    capacity = 1.0 - 0.01 * np.exp(2.0 * (cycle - 1) / 199)

    # 0.01·exp(2u) = 0.2 at u = ln 20 / 2 = 1.498 spans of 199 cycles from the first.
    remaining = named(trajectories(cycle, capacity, 0.8), "double_exponential")
    assert remaining == pytest.approx(199 * np.log(20) / 2 + 1 - 200, rel=0.1)


def test_no_curve_ends_where_the_capacity_rises() -> None:
    cycle = np.arange(1.0, 101.0)

    assert all(curve.remaining_cycles is None for curve in trajectories(cycle, 1 + 1e-3 * cycle, 0.8))


def test_bins_are_medians_of_runs_that_end_with_the_last_cycle() -> None:
    cycle, capacity = binned(np.arange(1.0, 8.0), np.array([9, 1, 2, 9, 3, 4, 5.0]), most=3)

    np.testing.assert_allclose(cycle, [3, 6])
    np.testing.assert_allclose(capacity, [2, 4])


def test_a_grid_fit_is_the_best_of_its_bases() -> None:
    u = np.linspace(0, 1, 20)
    bases = np.stack([np.column_stack((np.ones_like(u), u**power)) for power in (1.0, 2.0, 3.0)])

    fit = fit_on_grid(bases, (3 - 2 * u**2)[:, np.newaxis])

    assert fit.choice[0] == 1
    np.testing.assert_allclose(fit.coefficients[0], [3, -2])
    assert fit.squares[1, 0] == pytest.approx(0, abs=1e-12)


def test_before_a_tenth_of_the_fade_is_used_the_model_abstains() -> None:
    cycle, capacity, _ = cut(LinearFade(2e-4), 0.09)

    found = trajectory_projection(cycle, capacity, eol_capacity_Ah=0.8 * capacity[0], level=0.9, widening=NARROW)

    assert found.projection.eol_cycle is None
    assert "hardly begun" in (found.projection.abstention_reason or "")


@pytest.mark.parametrize(
    ("law", "fade_used", "error"),
    [
        (LinearFade(2e-4), 0.5, 0.10),
        (SquareRootFade(0.15), 0.75, 0.12),
        (KneeFade(5e-5, 6e-4, 500, 20), 0.75, 0.05),
        (TwoStageFade(0.03, 40, 2e-4), 0.5, 0.15),
        (rising_first(0.01, 50, 2e-4), 0.75, 0.05),
    ],
)
def test_the_mean_of_the_curves_is_near_the_known_end(law: FadeLaw, fade_used: float, error: float) -> None:
    cycle, capacity, life = cut(law, fade_used)

    found = trajectory_projection(
        cycle, capacity, eol_capacity_Ah=0.8 * capacity[0], level=0.9, widening=learned_widening()
    )

    assert found.projection.eol_cycle == pytest.approx(life, rel=error)
    assert found.projection.interval is not None
    assert found.projection.interval.low <= life
    assert life <= (found.projection.interval.high or np.inf)


def test_outliers_do_not_move_the_trajectory() -> None:
    cycle, capacity, life = cut(LinearFade(2e-4), 0.5)
    capacity[[40, 200, -1]] = [0.2, 1.5, 0.3]

    found = trajectory_projection(cycle, capacity, eol_capacity_Ah=0.8 * capacity[0], level=0.9, widening=NARROW)

    assert found.projection.eol_cycle == pytest.approx(life, rel=0.1)


def test_the_interval_narrows_as_the_fade_is_used_up() -> None:
    widths = []
    for used in (0.15, 0.5, 0.9):
        cycle, capacity, _ = cut(LinearFade(2e-4), used)
        ends = trajectory_projection(
            cycle, capacity, eol_capacity_Ah=0.8 * capacity[0], level=0.9, widening=learned_widening()
        ).projection.interval
        assert ends is not None
        widths.append((ends.high or LONGEST_LIFE_CYCLES) / ends.low)

    assert widths == sorted(widths, reverse=True)


def test_the_learned_widening_only_shrinks_as_the_fade_is_used_up() -> None:
    assert (np.diff(learned_widening().log_factor) <= 0).all()


def coherent(model: ModelProjection, last: float) -> bool:
    """Whether a projection is none with a reason, or an end after the last cycle and within its own interval."""
    if model.eol_cycle is None:
        return model.abstention_reason is not None and model.interval is None
    if not (model.abstention_reason is None and last <= model.eol_cycle <= LONGEST_LIFE_CYCLES):
        return False
    ends = model.interval
    return ends is None or (
        ends.low <= model.eol_cycle <= (np.inf if ends.high is None else ends.high) and ends.low >= last
    )


LAWS = st.one_of(
    st.builds(LinearFade, st.floats(1e-5, 2e-3)),
    st.builds(SquareRootFade, st.floats(0.01, 0.5)),
    st.builds(KneeFade, st.floats(0, 3e-4), st.floats(3e-4, 3e-3), st.floats(20, 400), st.floats(1, 60)),
    st.builds(TwoStageFade, st.floats(-0.05, 0.08), st.floats(2, 100), st.floats(1e-5, 1e-3)),
)


@examples(60)
@given(
    law=LAWS,
    cycles=st.integers(1, 300),
    noise=st.floats(0, 0.02),
    threshold=st.floats(0.3, 0.99),
    seed=st.integers(0, 9),
)
def test_nothing_absurd_is_ever_said_of_a_fade(
    law: FadeLaw, cycles: int, noise: float, threshold: float, seed: int
) -> None:
    cycle = np.arange(1, cycles + 1)
    capacity = law.relative_capacity(cycle.astype(float)) + noise * np.random.default_rng(seed).standard_normal(cycles)

    found = cycle_life_projection(cycle, 60 * capacity, eol_threshold=threshold, reference_Ah=None)

    last = float(cycle[np.isfinite(capacity) & (capacity > 0)][-1]) if (capacity > 0).any() else 0.0
    assert (found.eol_cycle is None) == (found.abstention_reason is not None) == (found.method == "none")
    assert found.confidence is None
    if found.method == "observed":
        assert 1 <= (found.eol_cycle or 0) <= last
        assert found.remaining_cycles == 0
    else:
        assert all(coherent(model, last) for model in found.models)
    if found.method == "trajectory":
        assert found.remaining_cycles == pytest.approx((found.eol_cycle or 0) - last)
        assert (found.remaining_equivalent_full_cycles or -1) >= 0
        assert found.trend is not None
        assert np.isfinite(found.trend.capacity_Ah).all()
        assert (found.trend.low_Ah <= found.trend.high_Ah).all()
