"""Binary exports of cyclers, and tables in workbooks, parquet files and databases."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from battery_analytics.budget import charge_values
from battery_analytics.cell import Cell
from battery_analytics.errors import CorruptedFile, UnsupportedStructure
from battery_analytics.files import BatteryFile
from battery_analytics.formats.binary import biologic_mpr, neware_nda, neware_ndax
from battery_analytics.formats.binary.expansion import check_expansion
from battery_analytics.formats.builtin.cycle_summaries import CYCLE_SUMMARIES
from battery_analytics.formats.builtin.cycler_tables import BDF, CYCLER_TABLES
from battery_analytics.formats.builtin.cycles_table import CYCLES_TABLE
from battery_analytics.formats.child_process import tables_by_child
from battery_analytics.formats.cycle_summary import summary_of_source
from battery_analytics.formats.declaration import Format, Recognition
from battery_analytics.formats.file_groups import FileGroup
from battery_analytics.formats.head import Head
from battery_analytics.formats.info_sheets import facts_of_sheet
from battery_analytics.formats.source_table import CSV, BinaryFault, SourceTable
from battery_analytics.formats.table_format import cells_of_source, points_in
from battery_analytics.formats.tables.columns import GENERAL_NAMES
from battery_analytics.formats.tables.text import Header
from battery_analytics.formats.unpacked import ZIP

# A table of steps or statistics, which a program keeps beside that of the points.
_SUMS_UP = re.compile(r"(?:^|[/_])(?:stat|statistics?|summary|steps?)(?:[/_]|$)", re.IGNORECASE)

type TablesOf = Callable[[bytes], list[SourceTable]]

WORKBOOK_CERTAINTY = 0.8
_BYTES_PER_VALUE = 20
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Parts of one long table on several sheets: `Channel_1-008_1`, `record_2`, `Sheet (2)`.
_PART = re.compile(r"(?:[_ ]?\(?\d+\)?)$")


def _by_start(*starts: bytes, certainty: float, evidence: str) -> Callable[[Head], Recognition | None]:
    def recognise(head: Head) -> Recognition | None:
        return Recognition(certainty, (evidence,)) if head.start.startswith(starts) else None

    return recognise


def _by_member(*names: str, certainty: float, evidence: str) -> Callable[[Head], Recognition | None]:
    def recognise(head: Head) -> Recognition | None:
        found = any(member.endswith(name) for member in head.members for name in names)
        return Recognition(certainty, (evidence,)) if found else None

    return recognise


def _binary(
    *,
    name: str,
    endings: tuple[str, ...],
    instrument: str,
    needs: str,
    recognise: Callable[[Head], Recognition | None],
    tables_of: TablesOf,
    certainty: float = 1.0,
    traps: str = "",
    renamed: Callable[[SourceTable], str | None] = lambda _: None,
) -> Format:
    """A format whose reader gives tables, of which those with current and voltage are cells."""

    def read(files: FileGroup) -> list[Cell]:
        file = files.main
        tables = _read(file, tables_of)
        usable = _of_points([table for table in tables if points_in(tuple(table.columns))])
        cells: list[Cell] = []
        for table in () if usable else tables:
            cells.extend(summary_of_source(table, files, name=f"{name}, cycle summary", certainty=certainty))
        for table in usable or ([] if cells else tables[:1]):
            found = cells_of_source(table, files, name=renamed(table) or name, certainty=certainty)
            if len(usable) > 1:
                found = [_named_apart(cell, table.name) for cell in found]
            cells.extend(found)
        if not cells:
            raise UnsupportedStructure(f"{file.name} holds no table of cycling data.", file=file.name)
        return cells

    return Format(
        name=name,
        endings=endings,
        instrument=instrument,
        needs=needs,
        recognise=recognise,
        read=read,
        traps=traps,
    )


def _of_points(tables: list[SourceTable]) -> list[SourceTable]:
    """The tables, without those whose names say that they sum up the others."""
    of_points = [table for table in tables if _SUMS_UP.search(table.name) is None]
    return of_points or tables


def _named_apart(cell: Cell, name: str) -> Cell:
    if not name or name in cell.cell_id:
        return cell
    return replace(cell, metadata={**cell.metadata, "cell_id": f"{cell.cell_id}_{name}"})


def _read[T](file: BatteryFile, reader: Callable[[bytes], T]) -> T:
    try:
        return reader(file.content)
    except BinaryFault as fault:
        raise CorruptedFile(f"{file.name} cannot be read: {fault}.", file=file.name) from fault


@dataclass(frozen=True, slots=True)
class _TextSheet:
    name: str
    file: BatteryFile
    header: Header


def _sheets(content: bytes) -> list[SourceTable]:
    if content.startswith(ZIP):
        check_expansion(content)
    return tables_by_child("workbook", content)


def _cells_of_workbook(files: FileGroup) -> list[Cell]:
    """The cells on the sheets of a workbook. Sheets that continue each other are one table."""
    file = files.main
    sheets: list[_TextSheet] = []
    summaries: list[Cell] = []
    others: list[bytes] = []
    for sheet in _read(file, _sheets):
        text = sheet.columns[CSV].tobytes()
        charge_values(len(text) // _BYTES_PER_VALUE)
        content = BatteryFile(file.name, text)
        head = Head(content)
        header = head.header(GENERAL_NAMES)
        known = next((known for known in CYCLE_SUMMARIES if known.recognise(head)), None)
        if known is not None:
            cells_of_cycles = [] if sheets else known.read(FileGroup(content))
            summaries.extend(_named_apart(cell, sheet.name) for cell in cells_of_cycles)
        elif header is not None and points_in(header.columns):
            if len(head.lines) > header.line + 2:  # the lines end with an empty one
                sheets.append(_TextSheet(sheet.name, content, header))
        else:
            others.append(text)
    if not sheets and summaries:
        return summaries
    if not sheets:
        raise UnsupportedStructure(
            f"{file.name} has no sheet with a row per point, with columns for current and voltage.", file=file.name
        )
    cells: list[Cell] = []
    tables = _of_programs([(table, *_text_format(table.file)) for table in _joined(sheets)])
    for table, known, certainty in tables:
        name = WORKBOOK.name if known is CYCLES_TABLE else f"{known.name.rsplit(' ', 1)[0]} xlsx"
        stated: dict[object, object] = {}
        for other in others:
            stated |= {key: value for key, value in facts_of_sheet(other, table.name).items() if key not in stated}
        for cell in known.read(FileGroup(table.file, stated=stated)):
            one = replace(cell, source=replace(cell.source, format=name, certainty=certainty))
            cells.append(_named_apart(one, table.name) if len(tables) > 1 else one)
    return cells


def _of_programs(tables: list[tuple[_TextSheet, Format, float]]) -> list[tuple[_TextSheet, Format, float]]:
    """The tables of a known program where there are any: others beside them are schedules, units and plots."""
    return [one for one in tables if one[1] is not CYCLES_TABLE] or tables


def _joined(sheets: Sequence[_TextSheet]) -> list[_TextSheet]:
    """Sheets with the same columns whose names differ in the number of a part only become one table."""
    parts: dict[tuple[str, tuple[str, ...]], list[_TextSheet]] = {}
    names = {sheet.name for sheet in sheets}
    for sheet in sheets:
        stem = _PART.sub("", sheet.name)
        numbered = stem != sheet.name and (
            stem in names or sheet.name.endswith("_1") or (stem, sheet.header.columns) in parts
        )
        parts.setdefault((stem if numbered else sheet.name, sheet.header.columns), []).append(sheet)
    return [_as_one(of_one) for of_one in parts.values()]


def _as_one(sheets: Sequence[_TextSheet]) -> _TextSheet:
    """The rows of the sheets, one below the other, under the header of the first."""
    first, *others = sheets
    if not others:
        return first
    rows = [row for sheet in others for row in sheet.file.content.split(b"\n")[sheet.header.line + 1 :]]
    joined = first.file.content.rstrip(b"\n") + b"\n" + b"\n".join(rows)
    return replace(first, file=BatteryFile(first.file.name, joined))


def _text_format(file: BatteryFile) -> tuple[Format, float]:
    head = Head(file)
    recognised = [(known, found.certainty) for known in CYCLER_TABLES if (found := known.recognise(head))]
    return max(recognised, key=lambda one: one[1], default=(CYCLES_TABLE, WORKBOOK_CERTAINTY))


WORKBOOK = Format(
    name="Excel workbook",
    traps="Sheets that continue each other are one table; sheets of steps and cycles are not taken for points.",
    endings=(".xlsx", ".xls", ".xlsm"),
    instrument="Any cycler or laboratory that exports Excel workbooks",
    needs="A sheet with one row per point, as the text formats have it.",
    recognise=lambda head: (
        _by_start(_OLD_WORKBOOK, certainty=WORKBOOK_CERTAINTY, evidence="it begins as an old Excel file does")(head)
        or _by_member("xl/workbook.xml", certainty=WORKBOOK_CERTAINTY, evidence="it holds xl/workbook.xml")(head)
    ),
    read=_cells_of_workbook,
)


def _kind_of_frame(table: SourceTable) -> str | None:
    """A parquet file whose columns are named as the Battery Data Format names them."""
    line = ",".join(table.columns)
    header = Header(0, ",", tuple(table.columns))
    head = Head(BatteryFile("", (line + "\n").encode()))
    return "BDF parquet" if BDF.recognise(head) and header.columns else None


PARQUET = _binary(
    name="parquet table",
    endings=(".parquet", ".pq"),
    instrument="pandas, battery-data-toolkit, Battery Data Format",
    needs="Columns for current and voltage, and a capacity or a time, one row per point.",
    recognise=_by_start(b"PAR1", certainty=1.0, evidence="it begins with PAR1"),
    tables_of=partial(tables_by_child, "parquet"),
    renamed=_kind_of_frame,
)
ARBIN_ACCESS = _binary(
    name="Arbin res",
    traps="An Access database, read in a process of its own with limits of time and memory.",
    endings=(".res",),
    instrument="Arbin (MITS), an Access database",
    needs="The table Channel_Normal_Table.",
    recognise=_by_start(
        b"\x00\x01\x00\x00Standard Jet DB",
        b"\x00\x01\x00\x00Standard ACE DB",
        certainty=1.0,
        evidence="it begins as an Access database does",
    ),
    tables_of=partial(tables_by_child, "arbin_access"),
)

BIOLOGIC_MPR = _binary(
    name="BioLogic mpr",
    traps="Columns are numbered, and some follow from others, such as the current from the charge that flowed.",
    endings=(".mpr",),
    instrument="BioLogic (EC-Lab, BT-Lab)",
    needs="Points of a test with current or charge, voltage and time.",
    recognise=_by_start(biologic_mpr.START, certainty=1.0, evidence="it begins with BIO-LOGIC MODULAR FILE"),
    tables_of=biologic_mpr.tables_of,
)


NEWARE_NDAX = _binary(
    name="Neware ndax",
    traps="Where points lie in several parts, each part is taken once, and the scale of the current follows the range.",
    endings=(".ndax",),
    instrument="Neware (BTS 8, BTSDA)",
    needs="An archive with data.ndc.",
    recognise=_by_member("data.ndc", certainty=1.0, evidence="it holds data.ndc"),
    tables_of=neware_ndax.tables_of,
)
NEWARE_NDA = _binary(
    name="Neware nda",
    traps="Three layouts by version of the program; the scale of the current follows its range.",
    endings=(".nda",),
    instrument="Neware (BTS 7 to 9)",
    needs="Points of a test.",
    recognise=_by_start(neware_nda.START, certainty=1.0, evidence="it begins with NEWARE"),
    tables_of=neware_nda.tables_of,
)

HDF5 = _binary(
    name="HDF5 table",
    traps="Read in a process of its own; links to other files and plug-in filters are not followed.",
    endings=(".h5", ".hdf5", ".hdf"),
    instrument="cellpy, pandas, battery-data-toolkit",
    needs="A table of points with current and voltage, and a capacity or a time, as pandas or PyTables store it.",
    recognise=_by_start(b"\x89HDF\r\n\x1a\n", certainty=1.0, evidence="it begins as an HDF5 file does"),
    tables_of=partial(tables_by_child, "hdf5"),
)

BINARY_TABLES: tuple[Format, ...] = (WORKBOOK, PARQUET, ARBIN_ACCESS, BIOLOGIC_MPR, NEWARE_NDAX, NEWARE_NDA, HDF5)
