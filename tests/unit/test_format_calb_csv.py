"""The CSV set of a CALB cell, by the names of its files and of its first columns."""

import pytest
from battery_analytics.files import BatteryFile
from battery_analytics.formats.builtin.calb_csv import CALB_CSV_SET, CELL_FILES
from battery_analytics.formats.file_groups import FileGroup, grouped
from battery_analytics.formats.head import Head
from battery_analytics.formats.reading import read_cells

from sample_cells.plain import csv_set
from tests.known_cell import Writer, known_cell


def known_files() -> list[BatteryFile]:
    return [BatteryFile(name, content) for name, content in csv_set(known_cell(), "KNOWN_25_A1").items()]


FILES: dict[str, Writer] = {"CALB CSV set": known_files}


@pytest.mark.parametrize(
    ("name", "base", "role"),
    [
        ("X_cycles.csv", "X", "cycles"),
        ("X_METADATA.CSV", "X", "metadata"),
        ("a_b_metrics.csv", "a_b", "metrics"),
        ("lone.csv", "lone.csv", "cycles"),
        ("_cycles.csv", "_cycles.csv", "cycles"),
        ("X_cycles_metadata.csv", "X_cycles", "metadata"),
    ],
)
def test_a_files_role_is_read_from_the_end_of_its_name(name: str, base: str, role: str) -> None:
    assert CELL_FILES.base_and_role(name) == (base, role)


def test_a_name_with_another_ending_has_no_role() -> None:
    assert CELL_FILES.base_and_role("X_cycles.pkl") is None


def test_companions_stand_in_the_order_of_their_roles_whatever_order_they_came_in() -> None:
    cycles, metadata, metrics = known_files()

    [group] = grouped([metrics, cycles, metadata], [CELL_FILES])

    assert isinstance(group, FileGroup)
    assert group.main is cycles
    assert list(group.companions.items()) == [("metadata", metadata), ("metrics", metrics)]


def test_the_first_columns_tell_the_set_from_other_tables() -> None:
    in_order = Head(BatteryFile("x", b"cycle_number,current_in_A,voltage_in_V,time_in_s\n1,1,3.5,0\n"))
    mixed = Head(BatteryFile("x", b"current_in_A,cycle_number,voltage_in_V,time_in_s\n1,1,3.5,0\n"))

    recognition = CALB_CSV_SET.recognise(in_order)

    assert recognition is not None
    assert recognition.certainty == 1.0
    assert recognition.evidence == ("line 1 names cycle_number, current_in_A, voltage_in_V",)
    assert CALB_CSV_SET.recognise(mixed) is None


def test_the_metadata_of_the_set_are_the_cells_and_all_three_files_are_its_source() -> None:
    [cell] = read_cells(known_files())

    assert cell.metadata["nominal_capacity_in_Ah"] == 10
    assert cell.source.files == tuple(file.name for file in known_files())
    assert cell.findings == ()
