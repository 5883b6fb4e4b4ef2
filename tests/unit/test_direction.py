"""The direction of the current, whether the file writes it reversed, without a sign, or beside a state or counters."""

from dataclasses import replace

import numpy as np
import pytest
from battery_analytics.analysis.direction import with_charging_positive
from battery_analytics.cell import CyclingData

from tests.steps import DISCHARGE, DISCHARGE_FIRST_CYCLE, FULL_CYCLE, REST, Restarts, Step, analysed, cycling
from tests.unit.test_quality import findings

WITHOUT_REST = (Step(10.0, 60), Step(-10.0, 60))


def signed(order: str = "charge first", counters: Restarts | None = "cycle") -> CyclingData:
    """Three cycles with signed current."""
    if order == "charge first":
        return cycling([FULL_CYCLE] * 3, counters=counters)
    if order == "without rest":
        return cycling([WITHOUT_REST] * 3, counters=counters)
    return cycling([DISCHARGE_FIRST_CYCLE] * 3, counters=counters, soc_Ah=10.0)


def assert_read_as(data: CyclingData, written: CyclingData, code: str | None) -> None:
    directed, said = with_charging_positive(written)

    np.testing.assert_array_equal(directed.current_A, data.current_A)
    assert [finding.code for finding in said] == ([] if code is None else [code])


ORDERS = pytest.mark.parametrize("order", ["charge first", "discharge first", "without rest"])
COUNTERS = pytest.mark.parametrize("counters", ["step", "cycle", "test", None])


@ORDERS
@COUNTERS
def test_a_signed_current_stays(order: str, counters: Restarts | None) -> None:
    data = signed(order, counters)
    assert_read_as(data, data, None)


@ORDERS
@COUNTERS
def test_a_reversed_current_is_turned(order: str, counters: Restarts | None) -> None:
    data = signed(order, counters)
    assert_read_as(data, replace(data, current_A=-data.current_A), "discharge_positive")


@ORDERS
@COUNTERS
@pytest.mark.parametrize("sign", [1, -1])
def test_a_current_without_sign_gets_that_of_its_counters_or_else_of_the_voltage(
    order: str, counters: Restarts | None, sign: int
) -> None:
    data = signed(order, counters)
    assert_read_as(data, replace(data, current_A=sign * np.abs(data.current_A)), "current_without_sign")


@ORDERS
def test_a_state_gives_a_current_its_sign(order: str) -> None:
    data = signed(order, None)
    state = np.sign(data.current_A)
    flat = np.full_like(data.voltage_V, 3.6)  # so that nothing else tells the direction

    assert_read_as(
        data, replace(data, current_A=np.abs(data.current_A), state=state, voltage_V=flat), "current_without_sign"
    )
    assert_read_as(data, replace(data, state=state, voltage_V=flat), None)
    assert_read_as(data, replace(data, current_A=-data.current_A, state=state, voltage_V=flat), "discharge_positive")


def test_a_state_that_contradicts_some_signs_is_believed_and_said() -> None:
    data = signed()
    second = data.points(1)
    wrong = data.current_A.copy()
    wrong[second] = np.abs(wrong[second])

    directed, (said,) = with_charging_positive(replace(data, current_A=wrong, state=np.sign(data.current_A)))

    np.testing.assert_array_equal(directed.current_A, data.current_A)
    assert (said.code, said.severity, said.cycles) == ("state_contradicts_current", "warning", (2,))


def test_a_state_that_is_hardly_known_tells_nothing() -> None:
    data = signed()
    state = np.full_like(data.current_A, np.nan)
    state[:10] = -1.0
    assert_read_as(data, replace(data, state=state), None)


@COUNTERS
def test_a_test_of_discharges_alone_may_count_them_as_positive(counters: Restarts | None) -> None:
    data = cycling([(DISCHARGE, REST)], soc_Ah=10.0, counters=counters)

    assert_read_as(data, data, None)
    assert_read_as(data, replace(data, current_A=-data.current_A), "discharge_positive")


@COUNTERS
def test_a_test_of_charges_alone_may_count_them_as_negative(counters: Restarts | None) -> None:
    data = cycling([(Step(10.0, 60), REST)], counters=counters)

    assert_read_as(data, data, None)
    assert_read_as(data, replace(data, current_A=-data.current_A), "discharge_positive")


def test_a_flat_voltage_without_counters_leaves_the_current_as_it_is() -> None:
    data = signed(counters=None)
    flat = replace(data, voltage_V=np.full_like(data.voltage_V, 3.6), current_A=np.abs(data.current_A))
    assert_read_as(flat, flat, None)


# One capacity column, as cyclers write it: from zero in each step, running on, or net of what was discharged.
@pytest.mark.parametrize("kind", ["step", "running", "net"])
@ORDERS
def test_one_capacity_column_counts_both_directions(kind: str, order: str) -> None:
    data = signed(order, "step" if kind == "step" else "test")
    assert data.charge_capacity_Ah is not None
    assert data.discharge_capacity_Ah is not None
    sign = -1 if kind == "net" else 1
    column = data.charge_capacity_Ah + sign * data.discharge_capacity_Ah
    alone = replace(data, charge_capacity_Ah=None, discharge_capacity_Ah=None, step_capacity_Ah=column, time_s=None)

    _, table = analysed(alone)

    assert table.charge_capacity_Ah == pytest.approx(10.0)
    assert table.discharge_capacity_Ah == pytest.approx(10.0)


@pytest.mark.parametrize("falls", [False, True], ids=["rising", "falling"])
def test_a_counter_that_moves_without_its_current_is_believed_with_a_warning(*, falls: bool) -> None:
    # The current only charges; the discharge counter runs from 0 to 9.5, 9.0 and 8.5 Ah, or back to 0.
    data = cycling([(Step(10.0, 60),)] * 3)
    counter = np.concatenate([np.linspace(0, 9.5 - 0.5 * cycle, 60) for cycle in range(3)])
    believed = replace(
        data, discharge_capacity_Ah=np.concatenate([part[::-1] for part in np.split(counter, 3)]) if falls else counter
    )

    _, table = analysed(believed)
    found = findings(believed)

    assert table.discharge_capacity_Ah == pytest.approx([9.5, 9.0, 8.5])
    assert np.isnan(table.coulombic_efficiency_percent).all()
    assert found["counter_without_current"].severity == "warning"
    assert "The current never discharges" in found["counter_without_current"].message
    assert "cycles_without_discharge" not in found


def test_a_counter_that_only_repeats_the_other_is_not_believed() -> None:
    data = cycling([(DISCHARGE, REST)] * 3, soc_Ah=30.0)
    _, table = analysed(replace(data, charge_capacity_Ah=data.discharge_capacity_Ah))

    assert np.isnan(table.charge_capacity_Ah).all()
    assert table.discharge_capacity_Ah == pytest.approx(10.0)
