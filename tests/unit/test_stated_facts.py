"""What exports say of the cell and its test reaches the metadata under the report's names, whatever they call it."""

from collections.abc import Mapping, Sequence

import pytest
from battery_analytics.cell import Cell
from battery_analytics.files import BatteryFile
from battery_analytics.formats.metadata import plain_metadata
from battery_analytics.formats.reading import read_cells
from battery_analytics.formats.stated_facts import start_time

from tests.known_cell import column, text_table
from tests.unit.test_format_binary_tables import NAMES, ROWS, workbook

TABLE = text_table(",", [(name, column(quantity)) for name, quantity in NAMES.items()])
POINTS: list[Sequence[object]] = [list(NAMES), *ROWS]


def cell_below(preamble: str) -> Cell:
    [cell] = read_cells([BatteryFile("x.csv", (preamble + "\n" + TABLE).encode())])
    return cell


def cell_of_workbook(sheets: Mapping[str, Sequence[Sequence[object]]]) -> Cell:
    [cell] = read_cells([BatteryFile("x.xlsx", workbook(sheets))])
    return cell


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ({"Battery capacity": "1.300 A.h"}, {"nominal_capacity_in_Ah": 1.3}),
        ({"Nominal capacity (mAh)": "2500"}, {"nominal_capacity_in_Ah": 2.5}),
        ({"Capacity (Ah)": "5"}, {"nominal_capacity_in_Ah": 5.0}),
        ({"Capacity": "3932mAh"}, {"nominal_capacity_in_Ah": None}),  # measured, not nominal
        ({"Mass of active material": "1.390 mg"}, {"active_mass_in_g": 1.39e-3}),
        ({"Mass of active material": "0.001 mg"}, {"active_mass_in_g": None}),  # nobody entered one
        ({"Mass (g)": "45.2"}, {"mass_in_g": 45.2}),
        ({"mass": "0.0012"}, {"mass_in_g": None}),  # in an unknown unit
        ({"Serial_Number": 203439.0, "Barcode": "B7"}, {"serial_number": "203439"}),
        ({"Barcode": "NONE"}, {"serial_number": None}),
        ({"Schedule_File_Name": "a.sdu"}, {"schedule": "a.sdu"}),
        ({"Procedure": "CYCLE.000"}, {"schedule": "CYCLE.000"}),
        ({"Start of Test": "19.06.2023 17:56:53"}, {"start_time": "2023-06-19T17:56:53"}),
    ],
)
def test_a_fact_has_the_name_of_the_report(stated: dict[object, object], expected: dict[str, object]) -> None:
    metadata = plain_metadata(stated)

    for key, value in expected.items():
        assert metadata.get(key) == (pytest.approx(value) if isinstance(value, float) else value)
    assert set(map(str, stated)) <= set(metadata)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2025-07-19 15:26:20", "2025-07-19T15:26:20"),
        ("2024-01-10T11:02:29.886", "2024-01-10T11:02:29"),
        ("23-Nov-23 3:56:08 PM", "2023-11-23T15:56:08"),
        ("11/20/2024 11:38:41.707", "2024-11-20T11:38:41"),
        ("20/11/2024 11:38", "2024-11-20T11:38:00"),
        ("5/11/2021 12:40:24 AM", "2021-05-11T00:40:24"),
        ("08/04/2025 09:35:26", "08/04/2025 09:35:26"),  # the eighth of April, or the fourth of August
        (46119.5, "2026-04-07T12:00:00"),
        ("1666404198225", "2022-10-22T02:03:18Z"),
        ("2025-13-40", None),
        ("soon", None),
        (3.0, None),
    ],
)
def test_a_moment_is_written_as_iso_8601(written: str | float, moment: str | None) -> None:
    assert start_time(written) == moment


def test_the_lines_of_maccor_hold_several_entries() -> None:
    cell = cell_below(
        "Today's Date 10/13/2019  Date of Test:\t10/13/2019\t Filename:\tC:\\data\\A1.052 Procedure: FORM.000\t"
        "Comment/Barcode: 00001E"
    )

    assert cell.metadata["start_time"] == "2019-10-13T00:00:00"
    assert (cell.metadata["schedule"], cell.metadata["serial_number"]) == ("FORM.000", "00001E")
    assert cell.cell_id == "00001E"


def test_a_long_comment_names_no_cell() -> None:
    cell = cell_below("Comment/Barcode: a cell of nickel-rich oxide against lithium, formation at a tenth of its rate")

    assert cell.cell_id == "x"


def test_names_beside_values_above_a_table_are_facts() -> None:
    cell = cell_below("Cell name,A7,,Active mass (mg),12.5,,,")

    assert cell.cell_id == "A7"
    assert cell.metadata["active_mass_in_g"] == pytest.approx(0.0125)


def test_a_sheet_with_names_beside_values_describes_the_cell() -> None:
    info = [
        ["Unit information"],
        ["Start time", "2023-03-01 10:11:12", "", "End time", "2023-04-01 10:11:12"],
        ["Nominal capacity", "2.5Ah", "", "Active material", "1.2mg"],
        ["Barcode", "AB-17", "", "Step file", "cyc.xml"],
    ]

    metadata = cell_of_workbook({"unit": info, "record": POINTS}).metadata

    assert metadata["cell_id"] == metadata["serial_number"] == "AB-17"
    assert metadata["nominal_capacity_in_Ah"] == 2.5
    assert metadata["active_mass_in_g"] == pytest.approx(0.0012)
    assert metadata["schedule"] == "cyc.xml"
    assert metadata["start_time"] == "2023-03-01T10:11:12"


def test_a_sheet_with_names_above_values_describes_the_channel_of_the_points() -> None:
    info: list[Sequence[object]] = [
        ["", "", "TEST REPORT"],
        ["", "", "run 7"],
        ["Channel", "Start DateTime", "Schedule Name", "Creator", "MASS(g)", "Capacity(Ah)", "Item ID", "Comments"],
        ["1", "2021-01-02 03:04:05", "a.sdx", "me", 1.5, 0, "IT-1", ""],
        ["8", "2022-01-02 03:04:05", "b.sdx", "me", 0.5, 3.2, "IT-8", ""],
    ]

    metadata = cell_of_workbook({"Global_Info": info, "Channel_1-008_1": POINTS}).metadata

    assert metadata["cell_id"] == metadata["serial_number"] == "IT-8"
    assert (metadata["mass_in_g"], metadata["nominal_capacity_in_Ah"]) == (0.5, 3.2)
    assert (metadata["schedule"], metadata["start_time"]) == ("b.sdx", "2022-01-02T03:04:05")


@pytest.mark.parametrize(
    "lines",
    [
        "key,value\nCell name,A7\nNominal capacity (Ah),2.5\nManufacturer,someone\n",
        "Cell name,A7\nNominal capacity,2.5,Ah\n",
        "Cell name;A7\nNominal capacity;2.5 Ah\nManufacturer;someone\n",
        "cell_id,nominal_capacity_in_Ah\nA7,2.5\n",
    ],
    ids=["keys", "units", "semicolons", "row"],
)
def test_a_metadata_file_has_one_row_or_a_key_per_line(lines: str) -> None:
    [cell] = read_cells([BatteryFile("x.csv", TABLE.encode()), BatteryFile("x_Metadata.csv", lines.encode())])

    assert cell.cell_id == "A7"
    assert cell.nominal_capacity_Ah == 2.5
