"""Formats that are tables with one row per point: declared by the names of their columns, read by the shared reader.

A further rule, such as a column with the direction of an unsigned current, or one capacity per step, becomes an argument
of `table_format`. `_Table.read` applies it after it has read the rows and before it cuts them into cycles.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

from battery_analytics.cell import Cell, Finding, Json, Source
from battery_analytics.formats.assembly import assembled, without_columns
from battery_analytics.formats.declaration import Format, Recognition
from battery_analytics.formats.file_groups import FileGroup, FileRoles
from battery_analytics.formats.head import Head
from battery_analytics.formats.metadata import plain_metadata
from battery_analytics.formats.metadata_file import metadata_of
from battery_analytics.formats.quantities import Quantity, check_total, listed
from battery_analytics.formats.tables.cells import several_cells, tables_of_cells
from battery_analytics.formats.tables.columns import GENERAL_COLUMNS, ColumnNames, ColumnRules, extra_columns
from battery_analytics.formats.tables.cycles import cycles_of_table
from battery_analytics.formats.tables.rows import rows_of
from battery_analytics.formats.tables.text import table_text

REQUIRED: tuple[Quantity, ...] = ("cycle_number", "current_A", "voltage_V")


def table_format(
    *,
    name: str,
    instrument: str,
    needs: str,
    certainty: float,
    endings: tuple[str, ...] = (".csv",),
    header_begins: tuple[str, ...] = (),
    columns: ColumnRules = GENERAL_COLUMNS,
    roles: FileRoles | None = None,
) -> Format:
    """Declare a table.

    `columns` are the names and units of its columns, by quantity. A file is recognised with `certainty` where its header
    begins with the names `header_begins` and names cycle, current and voltage, and with less where some of the three are
    missing. Raises ValueError where two quantities share a name or a unit is not the quantity's.
    """
    table = _Table(name, certainty, header_begins, ColumnNames(columns))
    return Format(
        name=name,
        endings=endings,
        instrument=instrument,
        needs=needs,
        recognise=table.recognise,
        read=table.read,
        roles=roles,
    )


@dataclass(frozen=True, slots=True)
class _Table:
    name: str
    certainty: float
    header_begins: tuple[str, ...]
    names: ColumnNames

    def recognise(self, head: Head) -> Recognition | None:
        header = head.header(self.names)
        if header is None or header.columns[: len(self.header_begins)] != self.header_begins:
            return None
        layout = self.names.layout(header.columns)
        found = [layout[quantity].name for quantity in REQUIRED if quantity in layout]
        if not found:
            return None
        evidence = f"line {header.line + 1} names {listed(found)}"
        return Recognition(self.certainty * (len(found) / len(REQUIRED)), (evidence,))

    def read(self, files: FileGroup) -> list[Cell]:
        """The cell of a table, with its metadata where they were sent; several where a column names more than one.

        Other files of the cell only have to be readable: their values are computed again. Raises EmptyFile,
        CorruptedFile, UnsupportedStructure, MissingColumns, NoCycles.
        """
        file = files.main
        text = table_text(file, self.names)
        layout = self.names.layout(text.header.columns)
        missing = [quantity for quantity in REQUIRED if quantity not in layout]
        if missing:
            raise without_columns(file.name, missing, text.header.columns)
        rows = rows_of(text, layout, file.name)
        metadata, metadata_findings = self._metadata(files)
        tables = tables_of_cells(rows.columns, rows.cell_names)
        unused = [layout[quantity].name for quantity in layout if quantity not in rows.columns]
        source = Source(
            self.name,
            self.certainty,
            (file.name, *(companion.name for companion in files.companions.values())),
            (*extra_columns(text.header.columns, layout), *unused),
        )
        several = several_cells(tables, layout) if len(tables) > 1 else []
        cells: list[Cell] = []
        for table in tables:
            cycles, order_findings = cycles_of_table(table.columns, file.name)
            cycling, assembly_findings = assembled(cycles, file=file.name, column_names=text.header.columns)
            cell_id = metadata["cell_id"] or table.cell_id(_cell_id(files), alone=len(tables) == 1)
            if len(tables) > 1:
                cell_id = table.cell_id(str(metadata["cell_id"] or _cell_id(files)), alone=False)
            findings = (*metadata_findings, *rows.findings, *several, *order_findings, *assembly_findings)
            cells.append(Cell({**metadata, "cell_id": cell_id}, cycling, source, findings))
            check_total(cells, file.name)
        return cells

    def _metadata(self, files: FileGroup) -> tuple[dict[str, Json], list[Finding]]:
        described: Mapping[object, object] = {}
        findings: list[Finding] = []
        metadata_file = files.companions.get(files.roles.metadata) if files.roles else None
        if metadata_file is None:
            message = f"No metadata file came with {files.main.name}. Nominal capacity and voltage limits are unknown."
            findings.append(Finding("no_metadata", "info", message))
        else:
            described = metadata_of(metadata_file)
        for companion in files.companions.values():
            if companion is not metadata_file:
                table_text(companion, self.names)
        return plain_metadata(described), findings


def _cell_id(files: FileGroup) -> str:
    """The cell's id from the name of its file, without ending and role."""
    stem = PurePath(files.main.name).stem
    return stem if files.roles is None else stem.removesuffix(f"_{files.roles.measurements}")
