"""Formats that are tables with one row per point: declared by what tells them apart, read by the shared reader.

A further rule of a format, such as a line above the header that gives the direction of an unsigned current, becomes a field of
`Marks` or an argument of `table_format`. `_Table.read` applies it after it has read the rows and before it cuts them into
cycles.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath

import numpy as np

from battery_analytics.cell import Cell, Finding, FloatArray, Json, Source
from battery_analytics.formats.assembly import assembled, without_columns
from battery_analytics.formats.declaration import Format, Recognition
from battery_analytics.formats.file_groups import FileGroup, FileRoles
from battery_analytics.formats.head import Head
from battery_analytics.formats.metadata import plain_metadata
from battery_analytics.formats.metadata_file import metadata_of
from battery_analytics.formats.preamble import metadata_above, named_cell
from battery_analytics.formats.quantities import Quantity, check_total, listed
from battery_analytics.formats.source_table import SourceTable
from battery_analytics.formats.tables.cells import several_cells, tables_of_cells
from battery_analytics.formats.tables.columns import (
    GENERAL_COLUMNS,
    GENERAL_NAMES,
    ColumnNames,
    ColumnRules,
    Layout,
    RecognisedColumn,
    name_and_unit,
    words,
)
from battery_analytics.formats.tables.cycles import cycles_of_table
from battery_analytics.formats.tables.impedance import check_no_sweep, check_no_sweep_in_text
from battery_analytics.formats.tables.rows import Rows, rows_of, rows_of_source
from battery_analytics.formats.tables.text import Header, Headerless, column_of_texts, table_text
from battery_analytics.formats.tables.texts import state_of
from battery_analytics.formats.tables.time_unit import UNITS, unit_by_dates
from battery_analytics.formats.tables.told_columns import extra_columns, used_columns
from battery_analytics.formats.tables.unit_by_current import units_by_current

REQUIRED: tuple[Quantity, ...] = ("current_A", "voltage_V")
OPEN_CIRCUIT = "3"  # BioLogic's mode of a point at which no current flows
USUAL: tuple[Quantity, ...] = ("cycle_number", *REQUIRED)


@dataclass(frozen=True, slots=True)
class Marks:
    """What tells the files of one program from any other table. Each that is given must be there.

    `header` are names that its header has, compared without unit, case and separators. `header_like` and `preamble` are
    patterns that its header and the lines above it match somewhere. `row` is the pattern of a first row of a table that has
    no header.
    """

    header: tuple[str, ...] = ()
    header_like: str = ""
    preamble: str = ""

    def evidence(self, above: Sequence[str], line: str, header: Header) -> str | None:
        """What in the head of a file has these marks; None where one is missing."""
        found: list[str] = []
        if self.preamble:
            match = re.search(self.preamble, "\n".join(above), re.IGNORECASE | re.MULTILINE)
            if match is None:
                return None
            found.append(f"“{' '.join(match[0].split())[:60]}” stands above its header")
        if self.header_like and re.search(self.header_like, line, re.IGNORECASE | re.MULTILINE) is None:
            return None
        if self.header:
            stems = {words(name_and_unit(" ".join(name.split()))[0]): name for name in header.columns}
            stems |= {words(name): name for name in header.columns}
            if not all(name in stems for name in self.header):
                return None
            found.append(f"line {header.line + 1} names {listed([stems[name] for name in self.header])}")
        return " and ".join(found) or f"line {header.line + 1} is written as its header is"


def table_format(
    *,
    name: str,
    instrument: str,
    needs: str,
    certainty: float,
    endings: tuple[str, ...] = (".csv",),
    header_begins: tuple[str, ...] = (),
    marks: tuple[Marks, ...] = (),
    columns: ColumnRules = GENERAL_COLUMNS,
    headerless: Headerless | None = None,
    state_line: str = "",
    roles: FileRoles | None = None,
    traps: str = "",
) -> Format:
    """Declare a table.

    `columns` are the names and units of its columns, by quantity. A file is recognised with `certainty` where its header
    begins with the names `header_begins`, has one of the `marks`, and names current and voltage, and with less where one
    is missing. `headerless` are the rows of tables of this format without a header. `state_line` is a pattern of a line above
    the header, whose first group says whether the whole file is a charge or a discharge. Raises ValueError where two
    quantities share a name or a unit is not the quantity's.
    """
    names = GENERAL_NAMES if columns is GENERAL_COLUMNS else ColumnNames(columns)
    table = _Table(name, certainty, header_begins, marks, names, headerless, state_line)
    return Format(
        name=name,
        endings=endings,
        instrument=instrument,
        needs=needs,
        recognise=table.recognise,
        read=table.read,
        roles=roles,
        traps=traps,
    )


@dataclass(frozen=True, slots=True)
class _Table:
    name: str
    certainty: float
    header_begins: tuple[str, ...]
    marks: tuple[Marks, ...]
    names: ColumnNames
    headerless: Headerless | None
    state_line: str

    def recognise(self, head: Head) -> Recognition | None:
        if self.headerless and self.headerless.header(head.lines):
            return Recognition(self.certainty, ("its first line is a row of this table, which has no header",))
        # Marks stand in headers that the general names find; so the head is searched once for all formats that have marks.
        header = head.header(GENERAL_NAMES if self.marks else self.names)
        if header is None or header.columns[: len(self.header_begins)] != self.header_begins:
            return None
        layout = self.names.layout(header.columns)
        needed = REQUIRED if self.marks else USUAL
        found = [layout[quantity].name for quantity in needed if quantity in layout]
        if not found:
            return None
        evidence = [f"line {header.line + 1} names {listed(found)}"]
        if self.marks:
            above, line = head.lines[: header.line], head.lines[header.line]
            shown = next((said for mark in self.marks if (said := mark.evidence(above, line, header))), None)
            if shown is None:
                return None
            evidence.insert(0, shown)
        return Recognition(self.certainty * (len(found) / len(needed)), tuple(evidence))

    def read(self, files: FileGroup) -> list[Cell]:
        """The cell of a table, with its metadata where they were sent; several where a column names more than one.

        Other files of the cell only have to be readable: their values are computed again. Raises EmptyFile,
        CorruptedFile, UnsupportedStructure, MissingColumns, NoCycles.
        """
        file = files.main
        text = table_text(file, self.names, self.headerless)
        layout = self.names.layout(text.header.columns)
        check_no_sweep_in_text(text, file.name)
        missing = [quantity for quantity in REQUIRED if quantity not in layout]
        rests = _rests_throughout(missing, "\n".join(text.preamble), lambda: column_of_texts(text, "mode"))
        if missing and not rests:
            raise without_columns(file.name, missing, text.header.columns)
        rows = rows_of(text, layout, file.name)
        if rests:
            rows = _without_current(rows)
        said = (
            re.search(self.state_line, "\n".join(text.preamble), re.IGNORECASE | re.MULTILINE)
            if self.state_line
            else None
        )
        if said and "state" not in rows.columns:
            rows.columns["state"] = np.full(rows.columns["voltage_V"].size, state_of(said[1]))
        metadata, findings = metadata_beside(files, text.preamble, self.names)
        factor = unit_by_dates(text, layout["time_s"], self.names) if "time_s" in layout else None
        if factor is not None:
            rows.columns["time_s"] = rows.columns["time_s"] * factor
            message = f"The times state no unit. The dates beside them show that they are {UNITS[factor]}."
            findings.append(Finding("time_unit_assumed", "info", message))
        units: dict[Quantity, str] = {} if factor is None else {"time_s": UNITS[factor]}
        table = _ReadTable(self.name, self.certainty, text.header.columns, rows, metadata, findings, units)
        return table.cells(files, self.names)


def metadata_beside(
    files: FileGroup, preamble: Sequence[str], names: ColumnNames
) -> tuple[dict[str, Json], list[Finding]]:
    """The metadata above a table and in the files beside it, which only have to be readable."""
    above = metadata_above(preamble)
    described: dict[object, object] = {**files.stated, **above}
    findings: list[Finding] = []
    metadata_file = files.companions.get(files.roles.metadata) if files.roles else None
    if metadata_file is not None:
        described |= metadata_of(metadata_file)
    if described and not described.get("cell_id"):
        described["cell_id"] = named_cell(described)
    for companion in files.companions.values():
        if companion is not metadata_file:
            table_text(companion, names)
    metadata = plain_metadata(described)
    if metadata_file is None and metadata["nominal_capacity_in_Ah"] is None:
        message = f"No metadata file came with {files.main.name}. Nominal capacity and voltage limits are unknown."
        findings.append(Finding("no_metadata", "info", message))
    return metadata, findings


def _rests_throughout(missing: Sequence[Quantity], described: str, modes: Callable[[], Sequence[object]]) -> bool:
    """Whether nothing but the current is missing, and the technique, or BioLogic's mode of each point, is one at which none
    flows."""
    if list(missing) != ["current_A"]:
        return False
    return "open circuit voltage" in described.lower() or {str(mode) for mode in modes()} == {OPEN_CIRCUIT}


def _without_current(rows: Rows) -> Rows:
    """The rows of a rest with a current of zero."""
    message = "The technique is Open Circuit Voltage at every point, so that no current flows. It was taken as zero."
    current_A = np.zeros(rows.columns["voltage_V"].size)
    columns: dict[Quantity, FloatArray] = {**rows.columns, "current_A": current_A}
    return replace(rows, columns=columns).with_findings([Finding("rest_without_current", "info", message)])


def points_in(columns: Sequence[str]) -> bool:
    """Whether columns of these names are those of a table with one row per point: current and voltage, and one more."""
    layout = GENERAL_NAMES.layout(columns)
    return all(quantity in layout for quantity in REQUIRED) and len(layout) > len(REQUIRED)


def cells_of_source(table: SourceTable, files: FileGroup, *, name: str, certainty: float) -> list[Cell]:
    """The cells of a table from a binary file; columns are known by the general names. Raises as `_Table.read` does."""
    names = tuple(table.columns)
    layout = GENERAL_NAMES.layout(names)
    check_no_sweep(table.columns, files.main.name)
    missing = [quantity for quantity in REQUIRED if quantity not in layout]
    modes = table.columns.get("mode", np.empty(0))
    rests = _rests_throughout(missing, str(table.metadata.get("technique")), modes.tolist)
    if missing and not rests:
        raise without_columns(files.main.name, missing, names)
    rows = rows_of_source(table.columns, layout, files.main.name)
    if rests:
        rows = _without_current(rows)
    metadata = plain_metadata({**dict(table.metadata.items()), "cell_id": named_cell(table.metadata)})
    return _ReadTable(name, certainty, names, rows, metadata, []).cells(files, GENERAL_NAMES)


@dataclass(frozen=True, slots=True)
class _ReadTable:
    """A table that has been read, of any source."""

    format_name: str
    certainty: float
    columns: tuple[str, ...]
    rows: Rows
    metadata: dict[str, Json]
    findings: list[Finding] = field(default_factory=list)
    units: Mapping[Quantity, str] = field(default_factory=dict)

    def _told(self, column: RecognisedColumn) -> RecognisedColumn:
        """The column, with the unit that other columns show where it states none."""
        return replace(column, unit=self.units.get(column.quantity, column.unit))

    def _in_shown_units(self, layout: Layout) -> "_ReadTable":
        """The table with capacities and currents in the units that they can only have."""
        shown = units_by_current(self.rows.columns, layout)
        if shown is None:
            return self
        columns = {
            quantity: values * shown.factor if quantity in shown.of else values
            for quantity, values in self.rows.columns.items()
        }
        findings = [*self.findings, shown.finding]
        return replace(
            self, rows=replace(self.rows, columns=columns), findings=findings, units={**self.units, **shown.of}
        )

    def cells(self, files: FileGroup, names: ColumnNames) -> list[Cell]:
        """The cells whose rows the table has, one as a rule."""
        layout = names.layout(self.columns)
        return self._in_shown_units(layout)._cells(files, layout)

    def _cells(self, files: FileGroup, layout: Layout) -> list[Cell]:
        file, rows = files.main, self.rows
        tables = tables_of_cells(rows.columns, rows.cell_names)
        unused = [layout[quantity].name for quantity in layout if quantity not in rows.columns]
        source = Source(
            self.format_name,
            self.certainty,
            (file.name, *(companion.name for companion in files.companions.values())),
            (*extra_columns(self.columns, layout), *unused),
            columns=used_columns(self._told(column) for column in layout.values() if column.quantity in rows.columns),
        )
        several = several_cells(tables, layout) if len(tables) > 1 else []
        cells: list[Cell] = []
        for table in tables:
            cycles, order_findings = cycles_of_table(table.columns, file.name)
            cycling, assembly_findings = assembled(cycles, file=file.name, column_names=self.columns)
            cell_id = self.metadata["cell_id"] or table.cell_id(_cell_id(files), alone=len(tables) == 1)
            if len(tables) > 1:
                cell_id = table.cell_id(str(self.metadata["cell_id"] or _cell_id(files)), alone=False)
            findings = (*self.findings, *rows.findings, *several, *order_findings, *assembly_findings)
            cells.append(Cell({**self.metadata, "cell_id": cell_id}, cycling, source, findings))
            check_total(cells, file.name)
        return cells


def _cell_id(files: FileGroup) -> str:
    """The cell's id from the name of its file, without ending and role."""
    stem = PurePath(files.main.name).stem
    return stem if files.roles is None else stem.removesuffix(f"_{files.roles.measurements}")
