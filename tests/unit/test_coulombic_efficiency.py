"""Coulombic efficiency is the discharge over the charge that preceded it."""

import numpy as np
import pytest
from battery_analytics.analysis.cycle_table import coulombic_efficiency
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.steps import DISCHARGE_FIRST_CYCLE, FULL_CYCLE, FloatArray, Step, analysed, cycling

NAN = float("nan")


def efficiency(
    charge: list[float], discharge: list[float], discharge_first: list[bool], numbers: list[int] | None = None
) -> FloatArray:
    cycle = np.array(numbers or range(1, len(charge) + 1))
    return coulombic_efficiency(
        np.array(charge),
        np.array(discharge),
        discharge_first=np.array(discharge_first),
        follows_previous=np.diff(cycle, prepend=cycle[0]) == 1,
    )


def equal(found: FloatArray, expected: list[float]) -> bool:
    return bool(found == pytest.approx(np.array(expected), nan_ok=True))


def test_a_cycle_that_starts_with_charge_takes_its_own() -> None:
    assert equal(efficiency([50.0, 40.0], [49.0, 39.0], [False, False]), [98.0, 97.5])


def test_a_cycle_that_starts_with_discharge_takes_the_previous_charge() -> None:
    assert equal(efficiency([50.0, 40.0, 45.0], [60.0, 49.0, 39.0], [True] * 3), [NAN, 98.0, 97.5])


def test_across_missing_cycle_numbers_a_discharge_has_no_charge_before() -> None:
    found = efficiency([50.0, 50.0, 50.0], [49.0, 49.0, 49.0], [True] * 3, numbers=[1, 4, 5])

    assert equal(found, [NAN, NAN, 98.0])


def test_missing_cycle_numbers_do_not_concern_a_cycle_that_starts_with_its_charge() -> None:
    found = efficiency([50.0, 50.0, 50.0], [49.0, 49.0, 49.0], [False] * 3, numbers=[1, 4, 5])

    assert equal(found, [98.0, 98.0, 98.0])


def test_a_discharge_after_a_cycle_that_ended_with_discharge_has_no_charge_before() -> None:
    assert equal(efficiency([50.0, 50.0], [49.0, 49.0], [False, True]), [98.0, NAN])


def test_where_the_order_changes_both_charges_count() -> None:
    assert equal(efficiency([50.0, 2.0], [49.0, 51.0], [True, False]), [NAN, 100 * 51 / 52])


def test_a_discharge_that_is_numbered_apart_takes_the_charge_numbered_before_it() -> None:
    # Charge and discharge have numbers of their own; the sixth cycle is a rest, such as a measurement of impedance.
    charge, discharge = [50.0, NAN, 48.0, NAN, 40.0, NAN, NAN], [NAN, 49.0, NAN, 47.0, NAN, NAN, 39.0]
    first = [False, True, False, True, False, False, True]

    found = [NAN, 98.0, NAN, 100 * 47 / 48, NAN, NAN, 97.5]
    assert equal(efficiency(charge, discharge, first), found)
    gap = [1, 2, 3, 4, 5, 7, 8]
    assert equal(efficiency(charge, discharge, first, gap), [*found[:6], NAN])


@pytest.mark.parametrize("charge", [NAN, 0.0])
def test_without_a_charge_there_is_no_efficiency(charge: float) -> None:
    assert equal(efficiency([charge], [49.0], [False]), [NAN])


def test_without_a_discharge_there_is_no_efficiency() -> None:
    assert equal(efficiency([50.0], [NAN], [False]), [NAN])


def test_the_order_of_a_cell_is_found_from_its_points() -> None:
    # The charge is 1 % more than the discharge, in each order.
    lossy = [step if step.current_A <= 0 else Step(10.1, 60) for step in DISCHARGE_FIRST_CYCLE]
    _, figures = analysed(cycling([lossy] * 3, soc_Ah=10.0))

    assert equal(figures.coulombic_efficiency_percent, [NAN, 100 / 1.01, 100 / 1.01])


def test_a_formation_cycle_keeps_its_low_efficiency() -> None:
    formation = (Step(12.0, 60), *FULL_CYCLE[1:])
    _, figures = analysed(cycling([formation, FULL_CYCLE, FULL_CYCLE]))

    assert equal(figures.coulombic_efficiency_percent, [100 / 1.2, 100.0, 100.0])


@given(
    charge=arrays(np.float64, 6, elements=st.floats(0.01, 1e4)),
    factor=st.floats(1e-3, 1e3),
    discharge_first=st.booleans(),
)
def test_the_unit_of_capacity_does_not_matter(charge: FloatArray, factor: float, discharge_first: bool) -> None:
    discharge, order = 0.99 * charge, [discharge_first] * 6
    one = efficiency(charge.tolist(), discharge.tolist(), order)
    other = efficiency((factor * charge).tolist(), (factor * discharge).tolist(), order)

    assert other == pytest.approx(one, nan_ok=True)
