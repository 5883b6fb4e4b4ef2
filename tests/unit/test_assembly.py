"""Cycles as sources have them become columns over all points, and what was done for that is said."""

import pickle
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from battery_analytics.cell import Cell
from battery_analytics.errors import InconsistentLengths, MissingColumns, NoCycles, UnsupportedStructure
from battery_analytics.files import BatteryFile
from battery_analytics.formats.quantities import MAX_CYCLES, MAX_POINTS
from battery_analytics.formats.reading import read_cells


def cycle(number: object = 1, n_points: int = 4, **columns: object) -> dict[str, object]:
    measured: dict[str, object] = {
        "cycle_number": number,
        "voltage_in_V": [3.0 + index / 10 for index in range(n_points)],
        "current_in_A": [1.0] * n_points,
        "discharge_capacity_in_Ah": [0.0] * n_points,
        "time_in_s": [30.0 * index for index in range(n_points)],
    }
    return {name: value for name, value in (measured | columns).items() if value is not ...}


def cell_of(*cycles: object, **metadata: object) -> Cell:
    [cell] = read_cells([BatteryFile("a.pkl", pickle.dumps({"cell_id": "A", "cycle_data": list(cycles), **metadata}))])
    return cell


def codes(cell: Cell) -> list[str]:
    return [finding.code for finding in cell.findings]


def table_cell(numbers: Sequence[float], voltages: Sequence[float]) -> Cell:
    n_points = len(numbers)
    table = {"Cycle": numbers, "Voltage(V)": voltages, "Current(A)": [1.0] * n_points, "Time(s)": list(range(n_points))}
    [cell] = read_cells([BatteryFile("a.pkl", pickle.dumps(table))])
    return cell


def test_points_of_all_cycles_lie_one_after_the_other() -> None:
    cell = cell_of(cycle(1, 2), cycle(2, 3))

    assert cell.cycling.cycle_number.tolist() == [1, 2]
    assert cell.cycling.offsets.tolist() == [0, 2, 5]
    assert cell.cycling.voltage_V.tolist() == [3.0, 3.1, 3.0, 3.1, 3.2]
    assert codes(cell) == []


def test_columns_that_differ_by_a_point_or_two_are_cut_to_the_shortest() -> None:
    cell = cell_of(cycle(1), cycle(2, time_in_s=[0, 30]))

    assert cell.cycling.offsets.tolist() == [0, 4, 6]
    assert codes(cell) == ["unequal_lengths"]
    assert cell.findings[0].cycles == (2,)


def test_a_cycle_whose_columns_differ_by_much_is_left_out_and_named() -> None:
    cell = cell_of(cycle(1), cycle(2, current_in_A=[1.0] * 90), cycle(3))

    assert cell.cycling.cycle_number.tolist() == [1, 3]
    assert [finding.cycles for finding in cell.findings if finding.code == "unusable_cycles"] == [(2,)]


@pytest.mark.parametrize("number", [0, 1, 7])
def test_lengths_that_differ_in_every_cycle_are_an_error_with_the_lengths(number: int) -> None:
    with pytest.raises(InconsistentLengths) as fault:
        cell_of(cycle(number, current_in_A=[1.0] * 90))

    assert fault.value.details["cycle"] == number
    assert fault.value.details["lengths"] == {
        "voltage_V": 4,
        "current_A": 90,
        "discharge_capacity_Ah": 4,
        "time_s": 4,
    }


def test_an_optional_column_that_is_far_too_short_is_left_out_of_its_cycle() -> None:
    cell = cell_of(cycle(1, temperature_in_C=[25.0]), cycle(2, temperature_in_C=[25.0] * 4))

    assert cell.cycling.temperature_C is not None
    np.testing.assert_array_equal(cell.cycling.temperature_C, [np.nan] * 4 + [25.0] * 4)


def test_an_empty_optional_column_takes_no_point_from_a_short_cycle() -> None:
    cell = cell_of(cycle(1), cycle(2, 2, temperature_in_C=[]))

    assert cell.cycling.offsets.tolist() == [0, 4, 6]


def test_a_short_cycle_with_an_empty_current_is_left_out() -> None:
    cell = cell_of(cycle(1), cycle(2, 2, current_in_A=[]), cycle(3))

    assert cell.cycling.cycle_number.tolist() == [1, 3]


def test_empty_cycles_are_left_out_and_named() -> None:
    cell = cell_of(cycle(1), cycle(2, 0), cycle(3, voltage_in_V=None), cycle(4, current_in_A=...), cycle(5))

    assert cell.cycling.cycle_number.tolist() == [1, 5]
    assert [finding.cycles for finding in cell.findings if finding.code == "empty_cycles"] == [(2, 3, 4)]


@pytest.mark.parametrize("unmeasured", [np.nan, np.inf, -np.inf, 1e300, None, "n/a"])
def test_points_without_voltage_or_current_are_left_out(unmeasured: object) -> None:
    cell = cell_of(
        cycle(1, voltage_in_V=[3.0, unmeasured, 3.2, 3.3]), cycle(2, current_in_A=[unmeasured] * 4), cycle(3)
    )

    assert cell.cycling.cycle_number.tolist() == [1, 3]
    assert cell.cycling.offsets.tolist() == [0, 3, 7]
    assert cell.cycling.voltage_V[:3].tolist() == [3.0, 3.2, 3.3]
    (finding,) = [finding for finding in cell.findings if finding.code == "points_without_values"]
    assert (finding.severity, finding.cycles) == ("warning", (1, 2))
    assert finding.message.startswith("5 points")


def test_where_a_point_is_left_out_every_column_keeps_its_other_values() -> None:
    columns: dict[str, Any] = {
        "voltage_in_V": [3.0, None, 3.2, 3.3],
        "current_in_A": [1.0, 1.1, 1.2, 1.3],
        "charge_capacity_in_Ah": [2.0, 2.1, 2.2, 2.3],
        "discharge_capacity_in_Ah": [4.0, 4.1, 4.2, 4.3],
        "time_in_s": [50.0, 51.0, 52.0, 53.0],
        "temperature_in_C": [26.0, 26.1, 26.2, 26.3],
    }
    cycling = cell_of(cycle(1, **columns), cycle(2, **columns)).cycling

    assert cycling.cycle_number.tolist() == [1, 2]
    assert cycling.offsets.tolist() == [0, 3, 6]
    assert cycling.voltage_V.tolist() == [3.0, 3.2, 3.3] * 2
    assert cycling.current_A.tolist() == [1.0, 1.2, 1.3] * 2
    for values, expected in (
        (cycling.charge_capacity_Ah, [2.0, 2.2, 2.3]),
        (cycling.discharge_capacity_Ah, [4.0, 4.2, 4.3]),
        (cycling.time_s, [50.0, 52.0, 53.0]),
        (cycling.temperature_C, [26.0, 26.2, 26.3]),
    ):
        assert values is not None
        assert values.tolist() == expected * 2


@pytest.mark.parametrize("temperature", [None, [np.nan] * 4, [None] * 4, ["n/a"] * 4, ...])
def test_a_quantity_that_was_nowhere_measured_is_none(temperature: object) -> None:
    assert cell_of(cycle(1, temperature_in_C=temperature)).cycling.temperature_C is None


def test_a_quantity_that_is_one_number_holds_for_all_points() -> None:
    cell = cell_of(cycle(1, temperature_in_C=25))

    assert cell.cycling.temperature_C is not None
    assert cell.cycling.temperature_C.tolist() == [25.0] * 4


@pytest.mark.parametrize(
    "voltage",
    [
        (3.0, 3.5, 4.0, 4.25),
        np.array([3.0, 3.5, 4.0, 4.25]),
        np.array([3.0, 3.5, 4.0, 4.25], dtype=">f4"),
        np.array([[3.0], [3.5], [4.0], [4.25]]),
        ["3.0", "3,5", " 4 ", b"4.25"],
        np.array(["3.0", "3.5", "4", "4.25"]),
        np.array([3, "3,5", None, 4.25], dtype=object),
    ],
    ids=["tuple", "array", "big endian", "column", "text", "array of text", "objects"],
)
def test_a_column_is_read_in_whatever_form_it_comes(voltage: object) -> None:
    expected = (
        [3.0, 3.5, 4.0, 4.25] if not (isinstance(voltage, np.ndarray) and voltage.dtype == object) else [3, 3.5, 4.25]
    )

    assert cell_of(cycle(1, voltage_in_V=voltage)).cycling.voltage_V.tolist() == expected


def test_text_that_is_no_number_is_counted_and_its_cycles_named() -> None:
    cell = cell_of(cycle(1), cycle(4, temperature_in_C=["warm", 25.0, 25.0, "hot"]))

    [finding] = [finding for finding in cell.findings if finding.code == "values_not_numbers"]
    assert finding.message.startswith("2 values")
    assert finding.cycles == (4,)


def test_cycles_out_of_order_are_sorted_by_their_numbers() -> None:
    cell = cell_of(cycle(3, 2), cycle(1, 3), cycle(2, 4))

    assert cell.cycling.cycle_number.tolist() == [1, 2, 3]
    assert np.diff(cell.cycling.offsets).tolist() == [3, 4, 2]
    assert codes(cell) == ["cycles_reordered"]


def test_missing_cycle_numbers_are_named() -> None:
    cell = cell_of(cycle(2), cycle(3), cycle(6))

    assert cell.cycling.cycle_number.tolist() == [2, 3, 6]
    assert [finding.cycles for finding in cell.findings] == [(4, 5)]


def test_a_gap_of_very_many_cycles_is_not_written_out() -> None:
    cell = cell_of(cycle(1), cycle(2**52))

    assert len(cell.findings[0].cycles) <= 1_000


@pytest.mark.parametrize(
    "numbers", [(1, 1), (None, 2), (-1, 2), (1.5, 2), (1e300, 2), (float("nan"), 2), ("?", 2), (10**400, 2)]
)
def test_cycles_without_a_number_of_their_own_are_numbered_from_one(numbers: tuple[object, ...]) -> None:
    cell = cell_of(*map(cycle, numbers))

    assert cell.cycling.cycle_number.tolist() == [1, 2]
    assert codes(cell) == ["cycles_renumbered"]


@pytest.mark.parametrize("number", ["7", 7.0, np.int64(7), "7,0"])
def test_a_cycle_number_may_be_text_or_a_float(number: object) -> None:
    assert cell_of(cycle(number)).cycling.cycle_number.tolist() == [7]


def test_a_table_is_cut_where_the_cycle_number_changes() -> None:
    cell = table_cell([1, 1, 2, 2, 2], [3.0, 3.1, 3.2, 3.3, 3.4])

    assert cell.cycling.cycle_number.tolist() == [1, 2]
    assert cell.cycling.offsets.tolist() == [0, 2, 5]


def test_a_table_has_no_cell_id_and_keeps_the_names_of_columns_that_nobody_knows() -> None:
    table = {"Cycle": [1, 1], "Voltage(V)": [3.0, 3.1], "Current(A)": [1.0, 1.0], "Time(s)": [0, 1], "Pressure": [5, 6]}
    [cell] = read_cells([BatteryFile("a.pkl", pickle.dumps(table))])

    assert cell.source.extra_columns == ("Pressure",)
    assert codes(cell) == ["no_cell_id"]


def test_a_cycle_number_that_comes_back_is_that_of_another_cycle() -> None:
    cell = table_cell([1, 1, 2, 2, 1], [3.0, 3.1, 3.2, 3.3, 3.4])

    assert cell.cycling.cycle_number.tolist() == [1, 2, 3]
    assert cell.cycling.offsets.tolist() == [0, 2, 4, 5]
    assert "cycles_numbered_on" in codes(cell)


def test_scattered_rows_of_a_cycle_are_brought_together_in_their_order() -> None:
    cell = table_cell([2, 1, 2, 1, 2, 1], [3.0, 3.1, 3.2, 3.3, 3.4, 3.5])

    assert cell.cycling.cycle_number.tolist() == [1, 2]
    assert cell.cycling.voltage_V.tolist() == [3.1, 3.3, 3.5, 3.0, 3.2, 3.4]


def test_a_row_without_a_number_belongs_to_the_row_before_it() -> None:
    cell = table_cell([1, np.nan, 2, 2, np.nan], [3.0, 3.1, 3.2, 3.3, 3.4])

    assert cell.cycling.cycle_number.tolist() == [1, 2]
    assert cell.cycling.offsets.tolist() == [0, 2, 5]


def test_cycles_by_number_in_a_dict_carry_their_key() -> None:
    data = {"cell_id": "A", "cycle_data": {5: cycle(...), 7: cycle(...)}}

    [cell] = read_cells([BatteryFile("a.pkl", pickle.dumps(data))])

    assert cell.cycling.cycle_number.tolist() == [5, 7]


@pytest.mark.parametrize("name", ["voltage_in_V", "current_in_A"])
def test_a_missing_measurement_is_named(name: str) -> None:
    with pytest.raises(MissingColumns, match=name) as fault:
        cell_of({column: values for column, values in cycle(1).items() if column != name})

    assert fault.value.details["missing"] == [name]


def test_without_capacity_and_time_nothing_can_be_said() -> None:
    with pytest.raises(MissingColumns, match="neither discharge_capacity_in_Ah nor time_in_s"):
        cell_of(cycle(1, time_in_s=..., discharge_capacity_in_Ah=...))


@pytest.mark.parametrize("cycles", [[], [cycle(1, 0)], [cycle(1, voltage_in_V=[np.nan] * 4)]])
def test_a_cell_without_a_measured_point_has_no_cycles(cycles: list[object]) -> None:
    with pytest.raises(NoCycles):
        cell_of(*cycles)


def test_a_list_of_more_cycles_than_can_be_answered_for_is_an_error() -> None:
    with pytest.raises(UnsupportedStructure, match="cycles") as fault:
        cell_of(*[cycle(1)] * (MAX_CYCLES + 1))
    assert fault.value.details == {"file": "a.pkl", "limit_points": MAX_POINTS, "limit_cycles": MAX_CYCLES}


def test_a_pickle_may_hold_several_cells() -> None:
    cells = read_cells(
        [BatteryFile("a.pkl", pickle.dumps([{"cell_id": name, "cycle_data": [cycle()]} for name in "ABC"]))]
    )

    assert [cell.cell_id for cell in cells] == ["A", "B", "C"]


def test_columns_that_nobody_knows_are_kept_by_name() -> None:
    assert cell_of(cycle(1, pressure_in_kPa=[100.0] * 4)).source.extra_columns == ("pressure_in_kPa",)
