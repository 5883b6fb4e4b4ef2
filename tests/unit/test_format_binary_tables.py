"""Workbooks and parquet files: their sheets and columns are tables like any other, and hostile ones are refused."""

import io
import pickle
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import h5py
import numpy as np
import pandas as pd
import pytest
from battery_analytics.errors import BatteryDataError
from battery_analytics.files import BatteryFile
from battery_analytics.formats.reading import read_cells
from fastparquet import write

from tests.known_cell import Writer, column

NAMES = {
    "cycle number": "cycle_number",
    "Current(A)": "current_in_A",
    "Voltage(V)": "voltage_in_V",
    "Charge Capacity(Ah)": "charge_capacity_in_Ah",
    "Discharge Capacity(Ah)": "discharge_capacity_in_Ah",
    "Test Time(s)": "time_in_s",
    "Temperature(C)": "temperature_in_C",
}
ROWS = list(zip(*(column(quantity).tolist() for quantity in NAMES.values()), strict=True))

type Row = Sequence[object]


def workbook(sheets: Mapping[str, Sequence[Row]]) -> bytes:
    """An .xlsx file with these rows on its sheets, as numbers and inline text."""
    ns = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    places = range(1, len(sheets) + 1)
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{kinds}.worksheet+xml"/>' for n in places
    )
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"/>' for n, name in zip(places, sheets, strict=True)
    )
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{rel}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in places
    )
    package = "http://schemas.openxmlformats.org/package/2006"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{package}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
            f'ContentType="{kinds}.sheet.main+xml"/>{overrides}</Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Type="{rel}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr("xl/workbook.xml", f'<workbook {ns} xmlns:r="{rel}"><sheets>{listed}</sheets></workbook>')
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}/relationships">{relations}</Relationships>',
        )
        for n, rows in zip(places, sheets.values(), strict=True):
            data = "".join("<row>" + "".join(map(_cell, row)) + "</row>" for row in rows)
            archive.writestr(
                f"xl/worksheets/sheet{n}.xml", f"<worksheet {ns}><sheetData>{data}</sheetData></worksheet>"
            )
    return stream.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f"<c><v>{value!r}</v></c>"


def known_workbook() -> list[BatteryFile]:
    return [BatteryFile("known.xlsx", workbook({"Info": [["Cell", "A7"]], "Data": [list(NAMES), *ROWS]}))]


def parquet(columns: dict[str, object], folder: Path) -> bytes:
    path = folder / "table.parquet"
    write(str(path), pd.DataFrame(columns), compression="GZIP")
    return path.read_bytes()


def known_parquet() -> list[BatteryFile]:
    import tempfile  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        content = parquet({name: column(quantity) for name, quantity in NAMES.items()}, Path(folder))
    return [BatteryFile("known.parquet", content)]


def known_hdf5() -> list[BatteryFile]:
    """Records with named fields, and a frame as pandas' fixed layout has it beside them."""
    stream = io.BytesIO()
    fields = np.dtype([(name, "<f8") for name in NAMES])
    with h5py.File(stream, "w") as file:
        file["cell/raw"] = np.array(ROWS_AS_TUPLES, dtype=fields)
        file["other/note"] = "not a table"
        file["far"] = h5py.ExternalLink("/etc/passwd", "/")
    return [BatteryFile("known.h5", stream.getvalue())]


ROWS_AS_TUPLES = [tuple(row) for row in ROWS]
FILES: dict[str, Writer] = {
    "Excel workbook": known_workbook,
    "parquet table": known_parquet,
    "HDF5 table": known_hdf5,
}


def test_a_frame_in_pandas_fixed_layout_is_read() -> None:
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        file["raw/block0_items"] = [name.encode() for name in NAMES]
        file["raw/block0_values"] = np.array(ROWS)

    [cell] = read_cells([BatteryFile("x", stream.getvalue())])

    assert cell.cycling.n_points == 186


def test_a_frame_in_pandas_table_layout_is_read() -> None:
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        kind = np.dtype([("index", "<i8"), ("values_block_0", "<f8", (len(NAMES),))])
        table = file.create_dataset(
            "raw/table", data=np.array([(n, row) for n, row in enumerate(ROWS_AS_TUPLES)], dtype=kind)
        )
        table.attrs["values_block_0_kind"] = np.bytes_(pickle.dumps(list(NAMES), protocol=0))

    [cell] = read_cells([BatteryFile("x", stream.getvalue())])

    assert cell.cycling.n_points == 186


@pytest.mark.parametrize("name", ["stat_df", "steps", "Statistics", "cell/summary"])
def test_a_table_of_steps_or_statistics_beside_the_points_is_no_cell(name: str) -> None:
    fields = np.dtype([(column_name, "<f8") for column_name in NAMES])
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        file["data_df/rows"] = np.array(ROWS_AS_TUPLES, dtype=fields)
        file[f"{name}/rows"] = np.array(ROWS_AS_TUPLES[::30], dtype=fields)
    alone = io.BytesIO()
    with h5py.File(alone, "w") as file:
        file[f"{name}/rows"] = np.array(ROWS_AS_TUPLES, dtype=fields)

    [cell] = read_cells([BatteryFile("x", stream.getvalue())])
    [only] = read_cells([BatteryFile("x", alone.getvalue())])

    assert cell.cycling.n_points == only.cycling.n_points == 186


def test_a_workbook_of_a_known_program_names_it() -> None:
    names = ["Data_Point", "Step_Index", "Cycle_Index", *list(NAMES)[1:]]
    rows = [[place, 1, *row] for place, row in enumerate(ROWS)]

    [cell] = read_cells([BatteryFile("arbin.xlsx", workbook({"Info": [["x"]], "Channel_1-008": [names, *rows]}))])

    assert cell.source.format == "Arbin xlsx"
    assert cell.cycling.n_cycles == 3


def test_sheets_that_continue_each_other_are_one_cell_and_other_sheets_are_others() -> None:
    header = list(NAMES)
    parts = {"record_1": [header, *ROWS[:100]], "record_2": [header, *ROWS[100:]]}

    [cell] = read_cells([BatteryFile("x.xlsx", workbook(parts))])
    assert cell.cycling.n_points == 186

    cells = read_cells([BatteryFile("x.xlsx", workbook({"left": [header, *ROWS], "right": [header, *ROWS]}))])
    assert [cell.cell_id for cell in cells] == ["x_left", "x_right"]


def archive_of(name: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        workbook({"empty": []}),
        workbook({"other": [["a", "b"], [1, 2]]}),
        known_workbook()[0].content[:-200],
        known_workbook()[0].content[:2_000] + b"\0" * 3_000,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4_000,
        known_parquet()[0].content[:-20],
        b"PAR1" + b"\xff" * 500 + b"PAR1",
        b"\x89HDF\r\n\x1a\n" + bytes(5_000),
        b"NEWARE" + b"\1" * 5_000,
        archive_of("data.ndc", b"\1" * 9_000),
        archive_of("data.ndc", b"\0" * 300_000_000),
        b"\x00\x01\x00\x00Standard Jet DB\0" + b"\7" * 9_000,
    ],
    ids=[
        "empty",
        "no table",
        "cut",
        "zeros",
        "old",
        "cut parquet",
        "no parquet",
        "hdf5",
        "nda",
        "ndax",
        "ndax bomb",
        "res",
    ],
)
def test_what_is_damaged_or_holds_no_table_is_refused_by_name(content: bytes) -> None:
    with pytest.raises(BatteryDataError, match=r"x\.bin") as fault:
        read_cells([BatteryFile("x.bin", content)])
    assert "known program" not in fault.value.message


def test_a_workbook_that_unpacks_to_more_than_its_size_allows_is_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 150_000_000)

    with pytest.raises(BatteryDataError, match=r"unpacks to more|damaged"):
        read_cells([BatteryFile("bomb.xlsx", stream.getvalue())])
