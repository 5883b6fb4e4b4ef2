"""Metadata as plain JSON: bounded, finite, whatever a source puts there."""

import json
import pickle

import numpy as np
import pytest
from battery_analytics.cell import Cell
from battery_analytics.errors import CorruptedFile, EmptyFile
from battery_analytics.files import BatteryFile
from battery_analytics.formats.metadata import MAX_TEXT, MAX_VALUES, literal, plain_metadata
from battery_analytics.formats.reading import read_cells
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples

CYCLES = BatteryFile("A_cycles.csv", b"cycle_number,current_in_A,voltage_in_V,time_in_s\n1,1,3.5,0\n1,1,3.6,30\n")
CYCLE = {"cycle_number": 1, "voltage_in_V": [3.5], "current_in_A": [1.0], "time_in_s": [0.0]}


def from_csv(content: str | bytes) -> Cell:
    data = content if isinstance(content, bytes) else content.encode()
    [cell] = read_cells([CYCLES, BatteryFile("A_metadata.csv", data)])
    return cell


def from_pickle(metadata: dict[object, object]) -> Cell:
    [cell] = read_cells([BatteryFile("A.pkl", pickle.dumps({**metadata, "cycle_data": [CYCLE]}))])
    return cell


def test_the_keys_of_the_report_are_there_even_where_the_source_has_none() -> None:
    assert plain_metadata({}) == {"cell_id": None, "form_factor": None, "nominal_capacity_in_Ah": None}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("58", 58),
        ("58.5", 58.5),
        ("-1e-3", -0.001),
        ("NMC", "NMC"),
        ("[{'rate_in_C': 0.5}]", [{"rate_in_C": 0.5}]),
        ("None", None),
        ("", None),
        ("nan", None),
        ("True", True),
        ("__import__('os').system('true')", "__import__('os').system('true')"),
        ("9**9**9**9", "9**9**9**9"),
        ("{[]: 1}", "{[]: 1}"),
        ("-'a'", "-'a'"),
        ("'unclosed", "'unclosed"),
        ("a\0b", "a\0b"),
        ("(" * 500, "(" * 500),
        ("[" * 3_000 + "]" * 900, "[" * 3_000 + "]" * 900),
        ("-" * 3_900 + "1", "-" * 3_900 + "1"),
        ("1+" * 1_900 + "1", "1+" * 1_900 + "1"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_metadata_cell_is_the_literal_that_it_spells_and_text_otherwise(text: str, value: object) -> None:
    assert literal(text) == value


@examples(200)
@given(st.text("[](){}'\",:0123456789.eEjx_-+* abN\\\n", max_size=60))
def test_any_metadata_cell_is_read_without_fault(text: str) -> None:
    json.dumps(plain_metadata({"key": literal(text)}), allow_nan=False)


def test_a_metadata_file_in_a_foreign_spelling_is_read() -> None:
    cell = from_csv("cell_id;nominal_capacity_in_Ah;note\nZelle Ä;58,5;ü\n".encode("cp1252"))

    assert cell.cell_id == "Zelle Ä"
    assert cell.nominal_capacity_Ah == 58.5
    assert cell.metadata["note"] == "ü"


def test_blank_lines_before_the_metadata_are_skipped() -> None:
    assert from_csv("\n\ncell_id\nB\n").cell_id == "B"


def test_a_metadata_file_without_values_is_empty() -> None:
    with pytest.raises(EmptyFile, match=r"A_metadata\.csv"):
        from_csv("cell_id,form_factor\n")


def test_a_metadata_file_with_a_field_beyond_measure_is_corrupted() -> None:
    with pytest.raises(CorruptedFile, match=r"A_metadata\.csv"):
        from_csv('cell_id\n"' + "x" * 500_000 + '"\n')


def test_metadata_keep_numpy_values_and_numbers_as_text() -> None:
    cell = from_pickle(
        {
            "cell_id": "A",
            "nominal_capacity_in_Ah": "58,5",
            "max_voltage_limit_in_V": np.float64(4.25),
            "areas": np.array([1.5, 2.5]),
            "rates": [0.5] * 9,
        }
    )

    assert cell.nominal_capacity_Ah == 58.5
    assert cell.metadata["max_voltage_limit_in_V"] == 4.25
    assert cell.metadata["areas"] == [1.5, 2.5]
    assert cell.metadata["rates"] == [0.5] * 9


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 10**400, 2**60, 1j, {1}, object, b"\xff"])
def test_what_json_cannot_hold_is_null_or_text(value: object) -> None:
    try:
        cell = from_pickle({"cell_id": "A", "odd": value})
    except Exception as fault:  # noqa: BLE001  a type named in the pickle is refused, which the next line asserts
        assert type(fault).__name__ == "UnsafePickle"  # noqa: PT017
        return

    json.dumps(dict(cell.metadata), allow_nan=False)


def test_halves_of_characters_are_replaced() -> None:
    cell = from_pickle({"cell_id": "A\ud800", "\udfff": "\udc80"})

    assert json.dumps(dict(cell.metadata), ensure_ascii=False).encode("utf-8")


def test_metadata_that_hold_themselves_end() -> None:
    itself: list[object] = []
    itself.extend([itself, itself])

    json.dumps(dict(from_pickle({"cell_id": "A", "itself": itself}).metadata), allow_nan=False)


def test_metadata_are_bounded_in_number_depth_and_length() -> None:
    deep: object = 1
    for _ in range(50):
        deep = [deep]
    doubling: list[object] = [1]
    for _ in range(40):
        doubling = [doubling, doubling]

    metadata = from_pickle({"cell_id": "x" * 10**6, "deep": deep, "doubling": doubling, "many": [1.5] * 10**5}).metadata

    assert len(str(metadata["cell_id"])) == MAX_TEXT
    assert len(json.dumps(dict(metadata))) < 20 * MAX_VALUES
