"""NASA's cells as csv: the files that a list names are the charges and discharges of one cell per battery."""

import io
import zipfile

import numpy as np
import pytest
from battery_analytics.errors import IncompleteCsvSet
from battery_analytics.files import BatteryFile
from battery_analytics.formats.reading import read_cells

from tests.known_cell import Writer, column, text_table

HEADER = "type,start_time,ambient_temperature,battery_id,test_id,uid,filename,Capacity,Re,Rct"
HALF = 31  # points of each charge and discharge of the known cell


def known_set() -> list[BatteryFile]:
    """The known cell, a file per charge and discharge, each with a clock of its own."""
    time, files, rows = column("time_in_s"), [], [HEADER]
    for place, start in enumerate(range(0, 6 * HALF, HALF)):
        part = slice(start, start + HALF)
        name = f"{place + 1:05d}.csv"
        kind = "discharge" if place % 2 else "charge"
        seconds = float(time[start])
        moment = f"[2010. 7. 21. {15 + seconds // 3600:.0f}. {seconds % 3600 // 60:.0f}. {seconds % 60:.3f}]"
        rows.append(f"{kind},{moment},4,B0047,{place},{place + 1},{name},,,")
        columns = [
            ("Voltage_measured", column("voltage_in_V")[part]),
            ("Current_measured", column("current_in_A")[part]),
            ("Temperature_measured", column("temperature_in_C")[part]),
            ("Current_load", np.ones(HALF)),
            ("Voltage_load", np.ones(HALF)),
            ("Time", time[part] - time[start]),
        ]
        files.append(BatteryFile(name, text_table(",", columns).encode()))
    return [BatteryFile("metadata.csv", "\n".join([*rows, ""]).encode()), *files]


FILES: dict[str, Writer] = {"NASA csv set": known_set}
ABSENT = {"NASA csv set": {"charge_capacity_Ah", "discharge_capacity_Ah"}}


def impedance(name: str) -> BatteryFile:
    return BatteryFile(name, b"Sense_current,Battery_current,Battery_impedance\n(1+2j),(1-2j),(0.1+0.2j)\n")


def test_the_order_of_the_files_changes_nothing_and_impedance_is_set_aside() -> None:
    listed, *operations = known_set()
    content = listed.content + b"impedance,[2010. 7. 21. 15. 30. 0.],4,B0047,1.5,9,00009.csv,,,\n"

    [cell] = read_cells(
        [*reversed(operations), impedance("00009.csv"), BatteryFile("my_metadata.csv", content)],
    )

    assert cell.cell_id == "B0047"
    assert cell.cycling.cycle_number.tolist() == [1, 2, 3]
    assert cell.cycling.time_s is not None
    np.testing.assert_allclose(cell.cycling.time_s, column("time_in_s"))
    assert "impedance_set_aside" in {finding.code for finding in cell.findings}


def test_each_battery_of_the_list_is_a_cell_and_absent_files_are_told() -> None:
    listed, *operations = known_set()
    rows = listed.content.decode().splitlines()
    other = [row.replace("B0047", "B0048").replace(",0000", ",1000") for row in rows[1:]]
    others = [BatteryFile(f"1{file.name[1:]}", file.content) for file in operations[:4]]

    first, second = read_cells([BatteryFile("metadata.csv", "\n".join(rows + other).encode()), *operations, *others])

    assert [first.cell_id, second.cell_id] == ["B0047", "B0048"]
    assert second.cycling.n_cycles == 2
    assert [finding.message for finding in second.findings if finding.code == "listed_files_absent"] == [
        "The list names 2 more files of this cell, which did not come with it."
    ]


def test_an_archive_of_folders_is_such_a_set() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for file in known_set():
            archive.writestr(f"cleaned/{'data/' if file.name[0] == '0' else ''}{file.name}", file.content)

    [cell] = read_cells([BatteryFile("nasa.zip", stream.getvalue())])

    assert cell.source.files[0] == "metadata.csv"
    assert cell.cycling.n_points == 6 * HALF


def test_a_list_alone_asks_for_its_files() -> None:
    with pytest.raises(IncompleteCsvSet, match=r"metadata\.csv lists"):
        read_cells(known_set()[:1])


def test_one_operation_alone_is_a_table_of_its_own() -> None:
    [cell] = read_cells(known_set()[2:3])

    assert cell.source.format == "NASA csv"
    assert cell.cycling.n_cycles == 1
