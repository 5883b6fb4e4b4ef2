"""Small files that would cost much: long texts and labels, archives in archives, far cells of a workbook, repeated values."""

import gzip
import io
import pickle
import zipfile
from typing import Any

import h5py
import numpy as np
import pandas as pd
import pytest
from battery_analytics import BatteryDataError, BatteryFile, analyze

from tests.known_cell import column, cycles, text_table

NAMES = ("current_in_A", "voltage_in_V", "discharge_capacity_in_Ah", "time_in_s")


def code(name: str, content: bytes) -> str:
    """`report`, or the code of the error that the file meets; `bug` for what no reader foresaw."""
    try:
        analyze(BatteryFile(name, content), plots="none").to_json()
    except BatteryDataError as error:
        return "bug" if "not laid out as any known program" in error.message else error.code
    return "report"


def columns(**others: object) -> dict[str, object]:
    return {**{name: column(name) for name in NAMES}, **others}


def test_a_label_of_rows_that_holds_itself_many_times_is_not_compared() -> None:
    label = b"\x8c\x01x" + b"2\x86" * 60 + b"\x94"
    frame = pd.DataFrame(columns(cycle_number=column("cycle_number")))
    two_levels = pd.MultiIndex.from_arrays([np.arange(186) % 3, np.arange(186)], names=["a", "QQQ"])
    for named in (frame.rename_axis(index="QQQ"), frame.set_index(two_levels)):
        content = pickle.dumps(named, 4)
        assert code("a.pkl", content.replace(b"\x8c\x03QQQ\x94", label)) == "report"


@pytest.mark.parametrize("name", ["cell_id", "state"])
def test_a_long_text_that_many_rows_refer_to_is_too_costly(name: str) -> None:
    repeated = {key: np.tile(values, 400) for key, values in columns().items() if isinstance(values, np.ndarray)}
    content = pickle.dumps({**repeated, name: ["v" * 400_000] * (186 * 400)})
    assert code("a.pkl", content) == "too_costly"


def test_the_long_number_of_a_cycle_is_not_repeated_whole_for_each_point() -> None:
    head = "Cycle,a\n,Step,b\n,,Record,Voltage(V),Current(A),Time(s)\n"
    table = head + "x" * 500_000 + "\n" + ",,1,3,1,0\n,,2,3,1,1\n" * 20_000
    assert code("a.csv", table.encode()) in {"report", "unsupported_structure", "missing_columns", "no_cycles"}


def test_a_gzip_file_of_very_many_members_is_read_in_one_pass() -> None:
    table = text_table(",", [(name, column(name)) for name in ("cycle_number", *NAMES)]).encode()
    assert code("a.csv.gz", gzip.compress(b"") * 1_000 + gzip.compress(table)) == "report"
    assert code("a.csv.gz", gzip.compress(b"") * 200_000) != "bug"


def test_archives_within_an_archive_share_one_allowance() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(12):
            archive.writestr(f"{number}.csv.gz", gzip.compress(b"1,1,1,1\n" * 1_000_000))
    assert code("a.zip", stream.getvalue()) == "too_costly"


def workbook(cell: str) -> bytes:
    """A workbook with one cell of the sheet at this place."""
    namespace = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
    row = "".join(filter(str.isdigit, cell))
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships {package}><Relationship Id="a" Type="{relations}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {namespace} xmlns:r="{relations}"><sheets><sheet name="s" sheetId="1" r:id="b"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships {package}><Relationship Id="b" Type="{relations}/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet {namespace}><sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
        f'<row r="{row}"><c r="{cell}"><v>1</v></c></row></sheetData></worksheet>',
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize("cell", ["XFD1048576", "ALL30000"])
def test_a_workbook_whose_last_cell_is_far_away_does_not_end_the_process(cell: str) -> None:
    assert code("a.xlsx", workbook(cell)) in {"corrupted_file", "unsupported_structure"}


def test_datasets_that_claim_more_than_their_file_are_not_made(tmp_path: Any) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        for name in ("voltage", "current", "time", "cycle"):
            file.create_dataset(name, shape=(400_000_000,), dtype="i1", chunks=(1_000_000,), compression="gzip")
    assert code("a.h5", path.read_bytes()) in {"corrupted_file", "too_costly"}


@pytest.mark.parametrize("shape", [(0,), (0, 5), (186, 0)])
def test_an_empty_column_among_full_ones_is_an_error_of_the_file(shape: tuple[int, ...]) -> None:
    content = pickle.dumps(columns(voltage_in_V=np.ones(shape), time_in_s=np.ones(shape)))
    assert code("a.pkl", content) in {"no_cycles", "inconsistent_lengths"}


def test_long_metadata_that_many_cells_repeat_are_too_large_an_answer() -> None:
    for text in ("z", "\x01"):
        cell = {"notes": [text * 4_000] * 90, "cycle_data": cycles()}
        assert code("a.pkl", pickle.dumps([{**cell, "cell_id": str(number)} for number in range(200)])) == "too_costly"


def test_dates_that_repeat_are_understood_once_each() -> None:
    moments = [f"2024-01-01 00:{minute % 60:02d}:00" for minute in range(186)]
    content = pickle.dumps(columns(time_in_s=moments, cycle_number=column("cycle_number")))
    assert code("a.pkl", content) == "report"
