"""Tables whose columns stand apart by spaces are read like tables with tabs, and all others stay as they are."""

import pytest
from battery_analytics import BatteryFile, analyze
from battery_analytics.formats.tables.spaced import spaces_as_tabs

from tests.known_cell import COLUMNS, column, text_table

NAMES = ("cycle_number", *COLUMNS)


def spaced(separator: str, header: str | None = None) -> str:
    table = text_table(separator, [(name, column(name)) for name in NAMES])
    return table if header is None else f"{header}\n{table.split('\n', 1)[1]}"


@pytest.mark.parametrize(
    "text",
    [
        spaced(" "),
        spaced("   "),
        "Cell: A 1\nmade by hand, with care\n\n" + spaced("   "),
        "\n".join(f"   {line}  " for line in spaced("    ").splitlines()),
        spaced(" ").replace("\n", "\r\n"),
        spaced(
            "  ",
            "Cycle number  Current (A)  Voltage (V)  Charge capacity (Ah)  Discharge capacity (Ah)  Time (s)  T (C)",
        ),
    ],
    ids=["one space", "three spaces", "preamble", "indented", "CRLF", "names with spaces"],
)
def test_columns_that_stand_apart_by_spaces_are_columns(text: str) -> None:
    report = analyze(BatteryFile("any.txt", text.encode()), plots="none")

    assert report.capacity_fade.discharge_capacities == pytest.approx([9.9, 9.88, 9.86])
    assert report.n_points == 186


@pytest.mark.parametrize(
    "text",
    [
        "a,b,c\n1,2,3\n1,2,3\n1,2,3\n",
        "a, b, c\n1, 2, 3\n1, 2, 3\n1, 2, 3\n",
        "a\tb c\td\n1\t2 3\t4\n1\t2 3\t4\n1\t2 3\t4\n",
        "date;V\n2024-01-01 00:00:00;3.5\n2024-01-01 00:00:01;3.5\n2024-01-01 00:00:02;3.5\n",
        "some words that are no table\nand some more of them here\nand a third line of them\n",
        "1 2 3\n1 2 3\n1 2 3\n1 2 3\n",
        "",
        "x",
    ],
)
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert spaces_as_tabs(text.encode()) == text.encode()
