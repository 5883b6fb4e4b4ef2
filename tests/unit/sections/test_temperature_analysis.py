"""Temperature: measured statistics, and no correlation where there is nothing to correlate."""

from dataclasses import replace

import numpy as np
import pytest
from battery_analytics.cell import CyclingData
from battery_analytics.sections.temperature_analysis import (
    TemperatureAnalysis,
    capacity_correlation,
    temperature_analysis,
)

from tests.sections import analysed_cell
from tests.steps import FULL_CYCLE, FloatArray, cycling, fading_cycles


def analysis(
    temperature_C: FloatArray | None, data: CyclingData | None = None, *, n_cycles: int = 6
) -> TemperatureAnalysis:
    data = data or cycling(fading_cycles(n_cycles), sample_s=600.0)
    data = replace(data, temperature_C=temperature_C)
    return temperature_analysis(analysed_cell(data))


def by_cycle(*values: float) -> FloatArray:
    data = cycling(fading_cycles(len(values)), sample_s=600.0)
    return np.repeat(np.array(values, dtype=np.float64), np.diff(data.offsets))


def test_statistics_are_over_all_measured_points() -> None:
    found = analysis(np.arange(84, dtype=np.float64))

    assert (found.average_temperature, found.temperature_stats.mean, found.temperature_stats.median) == (41.5,) * 3
    assert (found.temperature_range.min, found.temperature_range.max) == (0.0, 83.0)
    assert (found.temperature_stats.p10, found.temperature_stats.p90) == pytest.approx((8.3, 74.7))
    assert found.temperature_stats.std_dev == pytest.approx(np.sqrt((84**2 - 1) / 12))


def test_points_that_were_not_measured_are_left_out() -> None:
    temperature = by_cycle(20, 21, 22, 23, 24, 25)
    temperature[:14] = np.nan
    found = analysis(temperature)

    assert found.temperature_range.min == 21


def test_without_temperature_nothing_is_said() -> None:
    found = analysis(None)

    assert not found.has_temperature_data
    assert (found.average_temperature, found.correlation_with_capacity) == (None, None)


@pytest.mark.parametrize("temperature_C", [35.0, 23.4, 0.0, -10.1])
def test_a_constant_temperature_is_constant_to_the_last_bit(temperature_C: float) -> None:
    found = analysis(np.full(84, temperature_C))

    assert (found.temperature_stats.mean, found.temperature_stats.median) == (temperature_C, temperature_C)
    assert found.temperature_stats.std_dev == 0.0
    assert found.correlation_with_capacity is None
    assert "is constant" in (found.no_correlation_reason or "")


def test_a_temperature_that_hardly_varies_correlates_with_nothing() -> None:
    found = analysis(by_cycle(25, 25.1, 25.2, 25.3, 25.2, 25.1))

    assert found.correlation_with_capacity is None
    assert "0.3 °C" in (found.no_correlation_reason or "")


def test_a_capacity_that_falls_in_step_with_the_temperature_correlates_fully() -> None:
    data = cycling(fading_cycles(6, loss_minutes=1.0))
    falling = np.repeat(np.arange(30.0, 24.0, -1.0), np.diff(data.offsets))
    in_step, against = (analysis(sign * falling, data) for sign in (1, -1))

    assert in_step.correlation_with_capacity == pytest.approx(1.0)
    assert against.correlation_with_capacity == pytest.approx(-1.0)


def test_a_correlation_needs_five_cycles() -> None:
    found = analysis(by_cycle(20, 25, 30, 35), n_cycles=4)

    assert found.correlation_with_capacity is None
    assert "5 cycles" in (found.no_correlation_reason or "")


@pytest.mark.parametrize(("difference_Ah", "correlates"), [(5e-7, False), (5e-6, True)])
def test_a_capacity_that_changes_by_less_than_a_billionth_correlates_with_nothing(
    difference_Ah: float, correlates: bool
) -> None:
    capacity = 1_000.0 + difference_Ah * np.array([0.0, 0.25, 0.5, 0.75, 1.0])
    found, reason = capacity_correlation(np.array([20.0, 22.0, 24.0, 26.0, 28.0]), capacity)

    assert (found is not None) is correlates
    assert (reason is None) is correlates


def test_a_capacity_that_never_changes_correlates_with_nothing() -> None:
    data = cycling([FULL_CYCLE] * 6, sample_s=600.0)
    data = replace(data, temperature_C=np.repeat(np.arange(6.0), np.diff(data.offsets)))

    assert temperature_analysis(analysed_cell(data)).correlation_with_capacity is None
