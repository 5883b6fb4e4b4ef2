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
    "list of cycles in a pickle": cycles(),
}


def known_file(kind: str, protocol: int = 4) -> list[BatteryFile]:
    return [BatteryFile("known.pkl", pickle.dumps(KINDS[kind], protocol))]


FILES: dict[str, Writer] = {
    "CALB pickle": lambda: known_file("CALB pickle"),
    "pandas frame in a pickle": lambda: known_file("pandas frame in a pickle"),
    "columns in a pickle": lambda: known_file("columns in a pickle"),
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
