"""Pickles of cycling data: what kind a file is shows at its beginning, in every protocol and under any name."""

import pickle

import pandas as pd
import pytest
from battery_analytics.files import BatteryFile
from battery_analytics.formats.reading import read_cells
from battery_analytics.formats.registry import recognise

from tests.known_cell import COLUMNS, Writer, column, cycles, known_cell

KINDS: dict[str, object] = {
    "CALB pickle": known_cell(),
    "pandas frame in a pickle": pd.DataFrame({name: column(name) for name in ("cycle_number", *COLUMNS)}),
    "columns in a pickle": {name: column(name) for name in ("cycle_number", *COLUMNS)},
    "cells in a pickle": {"b1c0": {"policy": "3.6C", "cycles": {str(n): cycle for n, cycle in enumerate(cycles(), 1)}}},
    "list of cycles in a pickle": cycles(),
}


def known_file(kind: str, protocol: int = 4) -> list[BatteryFile]:
    return [BatteryFile("known.pkl", pickle.dumps(KINDS[kind], protocol))]


FILES: dict[str, Writer] = {
    "CALB pickle": lambda: known_file("CALB pickle"),
    "pandas frame in a pickle": lambda: known_file("pandas frame in a pickle"),
    "columns in a pickle": lambda: known_file("columns in a pickle"),
    "cells in a pickle": lambda: known_file("cells in a pickle"),
    "list of cycles in a pickle": lambda: known_file("list of cycles in a pickle"),
}


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_recognised_in_every_protocol(kind: str, protocol: int) -> None:
    [file] = known_file(kind, protocol)

    [first, *others] = recognise(file).formats

    assert first.format.name == kind
    assert all(other.recognition.certainty < first.recognition.certainty for other in others)


def test_the_contents_decide_where_the_beginning_does_not_show_the_kind() -> None:
    late = {"notes": ["x" * 50] * 2_000 + [f"{place}" * 30 for place in range(2_000)], **known_cell()}

    [cell] = read_cells([BatteryFile("late.pkl", pickle.dumps(late))])

    assert (cell.source.format, cell.source.certainty) == ("CALB pickle", 1.0)


@pytest.mark.parametrize(
    "content",
    [
        b"cycle_number,current_in_A,voltage_in_V,time_in_s\n1,1.5,3.25,0\n",
        b"(cycle);current(A)\n1;1\n",
        b"\x80\x04K\x01.",
        b"\x80\x09}.",
        b"]1;2[",
        b"",
    ],
)
def test_what_only_looks_like_a_pickle_is_recognised_as_none(content: bytes) -> None:
    assert not [
        one.format.name for one in recognise(BatteryFile("x.pkl", content)).formats if "pickle" in one.format.name
    ]


def test_a_table_under_a_pickles_name_is_read_as_what_it_is() -> None:
    [cell] = read_cells([BatteryFile("x.pkl", b"cycle_number,current_in_A,voltage_in_V,time_in_s\n1,1.5,3.25,0\n")])

    assert cell.source.format == "CALB CSV set"


def test_a_pickle_under_a_tables_name_is_read_as_what_it_is() -> None:
    [file] = known_file("CALB pickle")

    [cell] = read_cells([BatteryFile("x.csv", file.content)])

    assert cell.source.format == "CALB pickle"


def test_a_dict_of_cells_names_those_that_have_no_name() -> None:
    unnamed = {key: value for key, value in known_cell().items() if key != "cell_id"}

    cells = read_cells([BatteryFile("x.pkl", pickle.dumps({"b1c0": unnamed, "b1c1": known_cell()}))])

    assert [cell.cell_id for cell in cells] == ["b1c0", "KNOWN_25_A1"]


def test_frames_in_a_dict_are_cells_and_other_frames_are_not() -> None:
    points = pd.DataFrame({name: column(name) for name in ("cycle_number", *COLUMNS)})

    [alone] = read_cells([BatteryFile("x.pkl", pickle.dumps({"raw": points, "summary": points[["cycle_number"]]}))])
    several = read_cells([BatteryFile("x.pkl", pickle.dumps({"A": points, "B": points}))])

    assert alone.cell_id == "x"
    assert [cell.cell_id for cell in several] == ["A", "B"]


def test_a_frame_with_a_row_per_cycle_keeps_its_numbers() -> None:
    rows = [{**cycle, "cycle_number": 7 + place} for place, cycle in enumerate(cycles())]

    [cell] = read_cells([BatteryFile("x.pkl", pickle.dumps(pd.DataFrame(rows)))])

    assert cell.cycling.cycle_number.tolist() == [7, 8, 9]


def test_one_cell_with_its_cycles_by_number_has_the_name_of_the_file() -> None:
    value = {"policy": "3.6C", "cycles": {str(place): cycle for place, cycle in enumerate(cycles())}}

    [cell] = read_cells([BatteryFile("b3c9.pkl", pickle.dumps(value))])

    assert cell.cell_id == "b3c9"
    assert cell.cycling.cycle_number.tolist() == [0, 1, 2]
