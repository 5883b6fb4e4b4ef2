"""Of several files some may be unreadable: the others' reports stand beside what is wrong with these."""

import json
from typing import Any

import pytest
from battery_analytics import BatteryFile, analyze
from battery_analytics.errors import BatteryDataError, DeadlineExceeded, EmptyFile

from sample_cells.plain import cell, pickled

GOOD = BatteryFile("A.pkl", pickled(cell("A")))
OTHER = BatteryFile("B.pkl", pickled(cell("B")))
EMPTY = BatteryFile("empty.csv", b"")
FOREIGN = BatteryFile("notes.txt", b"Bought the cells on Monday.\n")


def answer(*files: BatteryFile) -> dict[str, Any]:
    return dict(json.loads(analyze(files, plots="none").to_json()))


def test_the_good_files_are_read_and_the_others_told() -> None:
    found = answer(EMPTY, GOOD, FOREIGN, OTHER)

    assert [one["metadata"]["cell_id"] for one in found["cells"]] == ["A", "B"]
    assert found["comparison"]["ranking"]
    assert [failure["file"] for failure in found["failures"]] == ["empty.csv", "notes.txt"]
    assert found["failures"][0] == {
        "file": "empty.csv",
        "error": "empty.csv is empty.",
        "code": "empty_file",
        "details": {"file": "empty.csv"},
    }


def test_one_good_file_of_two_is_still_several() -> None:
    found = answer(GOOD, EMPTY)

    assert len(found["cells"]) == len(found["failures"]) == 1
    assert found["comparison"]["cells"][0]["cell_id"] == "A"


def test_several_good_files_have_no_failures() -> None:
    assert answer(GOOD, OTHER)["failures"] == []
    assert "failures" not in answer(GOOD)


def test_where_none_can_be_read_the_first_is_the_error() -> None:
    with pytest.raises(EmptyFile, match=r"empty\.csv"):
        analyze([EMPTY, FOREIGN])


def test_an_incomplete_set_costs_no_other_cell() -> None:
    found = answer(BatteryFile("C_metadata.csv", b"cell_id\nC\n"), GOOD)

    assert found["failures"][0]["code"] == "incomplete_csv_set"
    assert found["failures"][0]["file"] == "C_cycles.csv"


def test_a_deadline_ends_all() -> None:
    with pytest.raises(DeadlineExceeded):
        analyze([GOOD, EMPTY], time_limit_s=0.0)


def test_the_report_of_a_good_file_is_that_of_the_file_alone() -> None:
    assert answer(GOOD, EMPTY)["cells"][0] == answer(GOOD)


def test_failures_are_attributes_too() -> None:
    report = analyze([GOOD, EMPTY], plots="none")

    assert [failure.code for failure in report.failures] == ["empty_file"]
    assert issubclass(EmptyFile, BatteryDataError)
