"""dV/dQ against curves whose derivative is known."""

import numpy as np
import pytest
from battery_analytics.analysis.differential_voltage import FEWEST_POINTS, differential_curves, differential_voltage
from battery_analytics.analysis.voltage_curves import Branch, VoltageCurve
from hypothesis import given
from hypothesis import strategies as st

from tests.steps import FloatArray


def cubic(capacity: FloatArray) -> tuple[FloatArray, FloatArray]:
    return (
        4.2 - 0.02 * capacity + 2e-4 * capacity**2 - 4e-6 * capacity**3,
        -0.02 + 4e-4 * capacity - 1.2e-5 * capacity**2,
    )


def derivative(capacity: FloatArray, voltage: FloatArray) -> tuple[FloatArray, FloatArray]:
    found = differential_voltage(Branch(capacity, voltage))
    assert found is not None
    return found


@pytest.mark.parametrize("n_points", [12, 50, 120, 400])
def test_a_cubic_on_a_uniform_grid_is_differentiated_exactly(n_points: int) -> None:
    capacity = np.linspace(0.5, 58.0, n_points)
    grid, slope = derivative(capacity, cubic(capacity)[0])

    assert slope == pytest.approx(cubic(grid)[1], rel=1e-6, abs=1e-10)


@pytest.mark.parametrize(("n_points", "half"), [(50, 3), (100, 3), (150, 4), (200, 6), (400, 12)])
def test_a_bend_is_smeared_over_six_percent_of_the_capacity(n_points: int, half: int) -> None:
    # Through 2·half + 1 points of one line the cubic is that line. So the slope is off only where the window holds points
    # on both sides of the bend: at the bend itself and at half − 1 points on each side.
    capacity = np.arange(n_points, dtype=np.float64)
    bend = n_points // 2
    grid, slope = derivative(capacity, 4.0 - np.abs(capacity - bend) / 1_000)

    off = np.abs(np.abs(slope) - 0.001) > 1e-9
    assert grid[off].tolist() == list(range(bend - half + 1, bend + half))
    assert grid.tolist() == list(range(half, n_points - half))


def test_the_grid_has_no_more_points_than_four_hundred() -> None:
    grid, slope = derivative(np.linspace(0, 399, 5_000), np.linspace(4.2, 3.0, 5_000))

    assert grid == pytest.approx(np.arange(12, 388))
    assert slope == pytest.approx(-1.2 / 399)


def test_a_finely_sampled_curve_is_differentiated_closely() -> None:
    capacity = np.sort(np.random.default_rng(0).uniform(0, 58, 5_000))
    grid, slope = derivative(capacity, cubic(capacity)[0])

    assert slope == pytest.approx(cubic(grid)[1], abs=2e-4)


def test_noise_of_the_voltage_is_smoothed() -> None:
    capacity = np.linspace(0, 58, 1_000)
    noise = 0.001 * np.random.default_rng(1).standard_normal(1_000)
    grid, slope = derivative(capacity, cubic(capacity)[0] + noise)
    raw = np.gradient(cubic(capacity)[0] + noise, capacity)

    error = np.abs(slope - cubic(grid)[1])
    assert np.sqrt(np.mean(error**2)) < 0.002
    assert np.sqrt(np.mean(error**2)) < np.sqrt(np.mean((raw - cubic(capacity)[1]) ** 2)) / 5


def test_a_voltage_that_goes_back_and_forth_at_one_capacity_is_averaged() -> None:
    capacity = np.repeat(np.linspace(0, 58, 120), 2)
    flicker = np.tile([0.002, -0.002], 120)
    grid, slope = derivative(capacity, cubic(capacity)[0] + flicker)

    assert slope == pytest.approx(cubic(grid)[1], rel=1e-6, abs=1e-10)


def test_a_capacity_that_steps_back_does_no_harm() -> None:
    capacity = np.linspace(0, 58, 200)
    wobbling = capacity.copy()
    wobbling[50:150:10] -= 0.5
    grid, slope = derivative(wobbling, cubic(capacity)[0])

    assert np.isfinite(slope).all()
    assert slope == pytest.approx(cubic(grid)[1], abs=2e-3)


@pytest.mark.parametrize("n_points", [0, 1, FEWEST_POINTS - 1])
def test_too_few_points_have_no_derivative(n_points: int) -> None:
    assert differential_voltage(Branch(np.arange(n_points, dtype=np.float64), np.full(n_points, 3.7))) is None


def test_a_capacity_that_never_advances_has_no_derivative() -> None:
    assert differential_voltage(Branch(np.full(100, 5.0), np.linspace(4.2, 3.0, 100))) is None


def test_only_discharges_that_can_be_differentiated_are() -> None:
    capacity = np.linspace(0, 58, 100)
    branch, short = Branch(capacity, cubic(capacity)[0]), Branch(capacity[:3], capacity[:3])
    curves = [VoltageCurve(1, branch, None), VoltageCurve(2, None, short), VoltageCurve(3, None, branch)]

    assert [curve.cycle_number for curve in differential_curves(curves)] == [3]


@given(factor=st.floats(1e-3, 1e3))
def test_the_unit_of_capacity_scales_the_derivative(factor: float) -> None:
    capacity = np.linspace(0.0, 58.0, 100)
    voltage = cubic(capacity)[0]

    assert derivative(factor * capacity, voltage)[1] * factor == pytest.approx(derivative(capacity, voltage)[1])
