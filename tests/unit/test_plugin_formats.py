"""Formats of other packages, found by their entry points: used where they know more, left out where they are broken."""

import sys

import pytest
from battery_analytics.cell import Cell
from battery_analytics.errors import MissingColumns, UnsupportedFileType
from battery_analytics.files import BatteryFile
from battery_analytics.formats.reading import read_cells

from sample_cells.plain import csv_set
from tests.installed_format import Installer
from tests.known_cell import known_cell

LAB_FORMAT = """
from battery_analytics.formats.table_format import table_format
from battery_analytics.formats.tables.columns import ColumnRule

LAB = table_format(
    name="Lab logger",
    instrument="The logger of our laboratory",
    needs="Columns Cyclus, Stroom in mA, Spanning and Tijd.",
    certainty=0.95,
    endings=(".lab", ".csv"),
    columns={
        "cycle_number": ColumnRule("Cyclus"),
        "current_A": ColumnRule("Stroom", unit="mA"),
        "voltage_V": ColumnRule("Spanning"),
        "time_s": ColumnRule("Tijd"),
    },
)
"""
LAB_FILE = b"Cyclus;Stroom;Spanning;Tijd\n1;1500;3,25;0\n1;-1500;3,5;30\n2;-2250;3,75;60\n"
PLAIN_TABLE = b"Cycle,Voltage(V),Current(A),Time(s)\n1,3.5,1,0\n1,3.6,1,30\n"


def read(name: str, content: bytes) -> Cell:
    [cell] = read_cells([BatteryFile(name, content)])
    return cell


@pytest.mark.parametrize("name", ["cell.lab", "CELL.LAB", "cell.csv"])
@pytest.mark.parametrize(("code", "attribute"), [(LAB_FORMAT, "LAB"), (LAB_FORMAT + "FORMATS = [LAB]\n", "FORMATS")])
def test_a_package_adds_a_format_and_its_ending(
    name: str, code: str, attribute: str, install_format: Installer
) -> None:
    install_format("lab_format", code, attribute)

    cell = read(name, LAB_FILE)

    assert (cell.source.format, cell.source.certainty) == ("Lab logger", 0.95)
    assert cell.cycling.cycle_number.tolist() == [1, 2]
    assert cell.cycling.current_A.tolist() == pytest.approx([1.5, -1.5, -2.25])  # 1,500 mA are 1.5 A
    assert cell.cycling.voltage_V.tolist() == [3.25, 3.5, 3.75]


def test_without_the_package_its_columns_are_unknown() -> None:
    with pytest.raises(MissingColumns, match=r"cell\.csv has no column for current_in_A"):
        read("cell.csv", LAB_FILE)


def test_with_the_package_its_ending_is_among_those_that_are_named(install_format: Installer) -> None:
    install_format("lab_format", LAB_FORMAT, "LAB")

    with pytest.raises(UnsupportedFileType) as fault:
        read("cell.xyz", b"\x00\x01binary")

    supported = fault.value.details["supported"]
    assert isinstance(supported, list)
    assert supported[-1] == ".lab"


def test_a_file_of_which_a_built_in_format_is_certain_asks_no_package(install_format: Installer) -> None:
    install_format("lab_format", LAB_FORMAT, "LAB")

    read_cells([BatteryFile(name, content) for name, content in csv_set(known_cell(), "A").items()])

    assert "lab_format" not in sys.modules


def test_a_table_that_the_package_does_not_know_is_read_as_before(install_format: Installer) -> None:
    install_format("lab_format", LAB_FORMAT, "LAB")

    cell = read("cell.csv", PLAIN_TABLE)

    assert cell.source.format == "cycles table"
    assert [finding.code for finding in cell.findings] == ["no_metadata"]


BROKEN = {
    "import": ("raise RuntimeError('no licence')", "LAB", "RuntimeError: no licence"),
    "attribute": ("", "LAB", "AttributeError"),
    "something else": ("LAB = 'a format'", "LAB", "is not a Format"),
    "taken name": (LAB_FORMAT.replace("Lab logger", "cycles table"), "LAB", "there is a format cycles table already"),
    "unknown unit": (LAB_FORMAT.replace('"mA"', '"furlong"'), "LAB", "'furlong' is no unit of current_A"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_package_is_left_out_and_a_finding_names_it(case: str, install_format: Installer) -> None:
    code, attribute, why = BROKEN[case]
    install_format("lab_format", code, attribute)

    cell = read("cell.csv", PLAIN_TABLE)

    [finding] = [finding for finding in cell.findings if finding.code == "format_left_out"]
    assert finding.severity == "warning"
    assert finding.message.startswith("The format lab of the package lab_format was left out: ")
    assert why in finding.message
    assert cell.source.format == "cycles table"


def test_a_recogniser_that_fails_is_left_out_and_a_finding_names_it(install_format: Installer) -> None:
    failing = LAB_FORMAT + "import dataclasses\nLAB = dataclasses.replace(LAB, recognise=lambda head: 1 / 0)\n"
    install_format("lab_format", failing, "LAB")

    cell = read("cell.csv", PLAIN_TABLE)

    assert [finding.message for finding in cell.findings if finding.code == "format_left_out"] == [
        "The format Lab logger could not be tried: ZeroDivisionError: division by zero."
    ]


def test_an_error_of_a_file_that_the_broken_package_might_have_known_names_the_package(
    install_format: Installer,
) -> None:
    install_format("lab_format", "raise RuntimeError('no licence')", "LAB")

    with pytest.raises(UnsupportedFileType) as by_ending:
        read("cell.xyz", b"\x00\x01binary")
    with pytest.raises(MissingColumns) as by_content:
        read("cell.csv", LAB_FILE)

    expected = ["The format lab of the package lab_format was left out: RuntimeError: no licence."]
    assert by_ending.value.details["formats_left_out"] == expected
    assert by_content.value.details["formats_left_out"] == expected


def test_a_calb_cell_is_read_without_a_word_of_a_broken_package(install_format: Installer) -> None:
    install_format("lab_format", "raise RuntimeError('no licence')", "LAB")

    [cell] = read_cells([BatteryFile(name, content) for name, content in csv_set(known_cell(), "A").items()])

    assert cell.findings == ()
