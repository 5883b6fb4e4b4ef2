"""A table of any lab: recognised by the quantities that its header names, read in the units that it names."""

import pytest
from battery_analytics.files import BatteryFile
from battery_analytics.formats.builtin.cycles_table import CYCLES_TABLE
from battery_analytics.formats.head import Head
from battery_analytics.formats.reading import read_cells

from tests.known_cell import Writer, column, text_table


def known_files() -> list[BatteryFile]:
    """German decimals, a preamble, and units that are each a thousand or sixty times off the quantity's own."""
    table = text_table(
        ";",
        [
            ("Time/min", column("time_in_s") / 60),
            ("Cycle", column("cycle_number")),
            ("U/mV", column("voltage_in_V") * 1e3),
            ("I/µA", column("current_in_A") * 1e6),
            ("Q charge/µAh", column("charge_capacity_in_Ah") * 1e6),
            ("Q discharge/mA.h", column("discharge_capacity_in_Ah") * 1e3),
            ("T1[°C]", column("temperature_in_C")),
        ],
        decimal=",",
    )
    return [BatteryFile("lab.csv", f"Prüfstand 3\n\n{table}".encode())]


FILES: dict[str, Writer] = {"cycles table": known_files}


@pytest.mark.parametrize(
    ("header", "certainty"),
    [
        ("Time(s),Voltage(V),Current(A),Cycle", 0.8),
        ("Time(s),Voltage(V),Current(A)", 0.8 * 2 / 3),
        ("Time(s),Voltage(V)", 0.8 / 3),
    ],
)
def test_a_table_is_the_less_certain_the_more_of_its_quantities_are_missing(header: str, certainty: float) -> None:
    recognition = CYCLES_TABLE.recognise(Head(BatteryFile("x", f"{header}\n1,2,3,4\n".encode())))

    assert recognition is not None
    assert recognition.certainty == pytest.approx(certainty)


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"a,b\n1,2\n", b"\x80\x04K\x01.", b"\x00\x01" * 90, b"<html></html>"]
)
def test_what_names_no_quantity_is_no_table(content: bytes) -> None:
    assert CYCLES_TABLE.recognise(Head(BatteryFile("x.csv", content))) is None


def test_a_table_with_metadata_beside_it_has_them() -> None:
    [table] = known_files()

    [cell] = read_cells(
        [BatteryFile("lab_cycles.csv", table.content), BatteryFile("lab_metadata.csv", b"cell_id\nB7\n")]
    )

    assert (cell.cell_id, cell.source.format) == ("B7", "cycles table")


def test_a_line_before_the_header_that_names_a_single_quantity_is_not_the_header() -> None:
    [cell] = read_cells(
        [BatteryFile("a.csv", b"Voltage,2.7 to 4.2\nCycle,Voltage(V),Current(A),Time(s)\n1,3.5,1,0\n1,3.6,1,30\n")]
    )

    assert cell.cycling.voltage_V.tolist() == [3.5, 3.6]
