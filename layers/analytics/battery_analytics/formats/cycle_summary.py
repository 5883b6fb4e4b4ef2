"""Formats that are tables with one row per cycle and no points: declared by their marks, read by the rules of tables."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath

import numpy as np

from battery_analytics.cell import Cell, CyclingData, Finding, Json, Source, SourceColumn
from battery_analytics.errors import NoCycles
from battery_analytics.formats.assembly import without_columns
from battery_analytics.formats.declaration import Format, Recognition
from battery_analytics.formats.file_groups import FileGroup
from battery_analytics.formats.head import Head
from battery_analytics.formats.metadata import plain_metadata
from battery_analytics.formats.preamble import named_cell
from battery_analytics.formats.quantities import Quantity, check_size, check_total, listed
from battery_analytics.formats.source_table import SourceTable
from battery_analytics.formats.table_format import Marks, metadata_beside
from battery_analytics.formats.tables.cells import several_cells, tables_of_cells
from battery_analytics.formats.tables.column_values import number_of_text
from battery_analytics.formats.tables.columns import (
    GENERAL_COLUMNS,
    GENERAL_NAMES,
    ColumnNames,
    ColumnRule,
    ColumnRules,
    Layout,
)
from battery_analytics.formats.tables.rows import Rows, rows_of, rows_of_source
from battery_analytics.formats.tables.summary_figures import CAPACITIES, assumed_unit, in_order, summary_of
from battery_analytics.formats.tables.text import Header, fields_of, table_text
from battery_analytics.formats.tables.told_columns import extra_columns, used_columns

FEWEST_ROWS_BESIDE_POINTS = 3
MOST_BLANK_SHARE = 0.5

_WORDS_OF_ROLES = re.compile(
    r"[_\-. ]*(?:statistics?(?:by|_by_)?(?:cycles?|steps?)?|stats?|summary|timeseries|time_series|raw|records?|points|wb_\d+|"
    r"cycle_data|cycles?|cyc|data)(?![a-z])"
)
_DISCHARGE = GENERAL_COLUMNS["discharge_capacity_Ah"]
_CHARGE = GENERAL_COLUMNS["charge_capacity_Ah"]
_STEP = GENERAL_COLUMNS["step_capacity_Ah"]
SUMMARY_COLUMNS: ColumnRules = {
    "cell": GENERAL_COLUMNS["cell"],
    "cycle_number": ColumnRule(*GENERAL_COLUMNS["cycle_number"].names, "n", "cycles", "total of cycle"),
    "discharge_capacity_Ah": ColumnRule(
        *_DISCHARGE.names,
        *(
            "qdischarge",
            "q dis",
            "discharge",
            "dischg cap",
            "dis cap",
            "specific discharge capacity",
            "capacity of discharge",
        ),
        *(name for name in _STEP.names if name not in _STEP.units),
        units={
            **_STEP.units,
            "discharge capacity mah": "mah",
            "capacity mah": "mah",
            "discharge capacity ah": "ah",
            "capacity ah": "ah",
            "discharge mah": "mah",
            "qd mah": "mah",
        },
    ),
    "charge_capacity_Ah": ColumnRule(
        *_CHARGE.names,
        *("qcharge", "q chg", "charge", "chg", "specific charge capacity", "capacity of charge"),
        units={"charge capacity mah": "mah", "charge capacity ah": "ah", "charge mah": "mah", "qc mah": "mah"},
    ),
    "coulombic_efficiency_percent": ColumnRule(
        *("coulombic efficiency", "coulomb efficiency", "efficiency", "ce", "eff", "charge discharge efficiency"),
        *("wirkungsgrad", "库伦效率", "充放电效率", "效率"),
    ),
    "charge_energy_Wh": ColumnRule("charge energy", "energy charge", "chg energy", "e chg", "充电能量"),
    "discharge_energy_Wh": ColumnRule("discharge energy", "energy discharge", "dchg energy", "e dis", "放电能量"),
    "temperature_C": ColumnRule(
        *("tavg", "t avg", "average temperature", "mean temperature", "avg temperature"),
        *GENERAL_COLUMNS["temperature_C"].names,
    ),
    "resistance_ohm": ColumnRule("internal resistance", "resistance", "dcir", "dc internal resistance", "ir", "dcr"),
}
_NAMES = ColumnNames(SUMMARY_COLUMNS)
_POINTS: tuple[Quantity, ...] = ("current_A", "voltage_V")


def summary_format(*, name: str, instrument: str, marks: tuple[Marks, ...] = (), certainty: float = 0.9) -> Format:
    """Declare a table with one row per cycle, known by one of `marks` where any are given."""

    def recognise(head: Head) -> Recognition | None:
        header = head.header(GENERAL_NAMES)
        if header is None or not is_summary(header, head.lines):
            return None
        evidence = ["each row has a cycle number of its own, and a capacity"]
        if marks:
            above, line = head.lines[: header.line], head.lines[header.line]
            shown = next((said for mark in marks if (said := mark.evidence(above, line, header))), None)
            if shown is None:
                return None
            evidence.append(shown)
        return Recognition(certainty, tuple(evidence))

    def read(files: FileGroup) -> list[Cell]:
        file = files.main
        text = table_text(file, _NAMES)
        layout = _NAMES.layout(text.header.columns)
        if "cycle_number" not in layout:
            raise without_columns(file.name, ["cycle_number"], text.header.columns)
        rows = rows_of(text, layout, file.name)
        metadata, findings = metadata_beside(files, text.preamble, _NAMES)
        extra = extra_columns(text.header.columns, layout)
        source = Source(name, certainty, (file.name,), extra, columns=used_columns(layout.values()))
        return cells_of_summary(replace(rows, findings=[*findings, *rows.findings]), layout, metadata, source)

    return Format(
        name=name,
        endings=(".csv", ".txt", ".xlsx"),
        instrument=instrument,
        needs="One row per cycle, with its number and its discharge or charge capacity.",
        traps="Nothing tells how a cycle was run: those unlike their neighbours are not compared. Columns that add up over all "
        "cycles are told by their steady rise.",
        recognise=recognise,
        read=read,
    )


def is_summary(header: Header, lines: Sequence[str]) -> bool:
    """Whether a table has a capacity, and each of its first rows the number of a further cycle.

    A table that could hold points, because it has current and voltage, must show a few rows.
    """
    layout = _NAMES.layout(header.columns)
    if "cycle_number" not in layout or not any(capacity in layout for capacity in CAPACITIES):
        return False
    names_points = _names_points(header)
    if names_points and GENERAL_NAMES.recognised(layout["cycle_number"].name) is None:
        return False  # "n" may number the points
    place = header.columns.index(layout["cycle_number"].name)
    whose = header.columns.index(layout["cell"].name) if "cell" in layout else place
    last, count, blank, cell, n_cells = -np.inf, 0, 0, "", 0
    for line in lines[header.line + 1 :]:
        fields = fields_of(line, header.separator)
        number = number_of_text(fields[place]) if max(place, whose) < len(fields) else None
        if number is not None and whose != place and fields[whose] != cell:
            last, cell, n_cells = -np.inf, fields[whose], n_cells + 1
        if number is None or not np.isfinite(number):
            blank += 1
            continue
        if number <= last or number != round(number):
            return False
        last, count = number, count + 1
    few = FEWEST_ROWS_BESIDE_POINTS * max(n_cells, 1) if names_points else 1  # a name per row tells no cells apart
    return count >= few and blank <= MOST_BLANK_SHARE * count


def _names_points(header: Header) -> bool:
    layout = GENERAL_NAMES.layout(header.columns)
    return all(quantity in layout for quantity in _POINTS)


def cells_of_summary(rows: Rows, layout: Layout, metadata: Mapping[str, Json], source: Source) -> list[Cell]:
    """The cells whose cycles a table states, one as a rule.

    Raises NoCycles without any, UnsupportedStructure beyond the limits on cycles.
    """
    file = source.files[0]
    tables = tables_of_cells(rows.columns, rows.cell_names)
    several = several_cells(tables, layout) if len(tables) > 1 else []
    cells: list[Cell] = []
    for table in tables:
        name = str(metadata["cell_id"] or PurePath(file).stem)
        findings = [*rows.findings, *several, _what_it_is()]
        numbers, columns = in_order(table.columns, findings)
        if not numbers.size:
            raise NoCycles(f"{file} has no row with the number of a cycle.", file=file)
        check_size(numbers.size, 0, file)
        unit = assumed_unit(columns, layout, findings)
        summary = summary_of(numbers, columns, layout, unit, findings)
        cycling = CyclingData(
            cycle_number=numbers.astype(np.int64),
            offsets=np.zeros(numbers.size + 1, dtype=np.int64),
            voltage_V=np.empty(0),
            current_A=np.empty(0),
        )
        cell_id = table.cell_id(name, alone=len(tables) == 1)
        told = source if unit is None else replace(source, columns=_in_unit(source.columns, unit))
        cells.append(Cell({**metadata, "cell_id": cell_id}, cycling, told, tuple(findings), summary))
        check_total(cells, file)
    return cells


def _in_unit(columns: tuple[SourceColumn, ...], unit: str) -> tuple[SourceColumn, ...]:
    """The columns as the report lists them, capacities of no stated unit with the one that was assumed."""
    return tuple(
        replace(column, unit=unit) if column.assumed and column.quantity in CAPACITIES else column for column in columns
    )


def summary_of_source(table: SourceTable, files: FileGroup, *, name: str, certainty: float) -> list[Cell]:
    """The cells of a table with one row per cycle from a binary file; none where it is no such table."""
    names = tuple(table.columns)
    layout = _NAMES.layout(names)
    if "cycle_number" not in layout or not any(capacity in layout for capacity in CAPACITIES):
        return []
    rows = rows_of_source(table.columns, layout, files.main.name)
    with np.errstate(invalid="ignore"):
        rises = bool((np.diff(rows.columns["cycle_number"]) > 0).all())
    if not rises:
        return []
    metadata = plain_metadata({**dict(table.metadata.items()), "cell_id": named_cell(table.metadata)})
    used = used_columns(layout.values())
    source = Source(name, certainty, (files.main.name,), extra_columns(names, layout), columns=used)
    return cells_of_summary(rows, layout, metadata, source)


def without_needless(cells: Sequence[Cell]) -> list[Cell]:
    """The cells without the summaries of those whose points are there too, which are told by their names and cycles.

    A cell with points says in a finding which summary was not needed.
    """
    with_points = [cell for cell in cells if cell.summary is None]
    needless: dict[int, list[str]] = {}
    kept: list[Cell] = []
    for cell in cells:
        points = None
        if cell.summary is not None:
            points = next((other for other in with_points if _is_summary_of(cell, other)), None)
        if points is None:
            kept.append(cell)
        else:
            needless.setdefault(id(points), []).append(cell.source.files[0])
    return [_with_needless(cell, needless.get(id(cell), [])) for cell in kept]


def _is_summary_of(summary: Cell, cell: Cell) -> bool:
    named_alike = _name_of_cell(summary.source.files[0]) == _name_of_cell(cell.source.files[0])
    numbers = cell.cycling.cycle_number
    known = np.isin(summary.cycling.cycle_number, numbers)
    return (named_alike or summary.cell_id == cell.cell_id) and 2 * int(known.sum()) >= numbers.size


def _name_of_cell(file: str) -> str:
    """The name of a file without the words that tell a table of points from one of cycles."""
    return _WORDS_OF_ROLES.sub("", PurePath(file).stem.lower()).strip("_-. ")


def _with_needless(cell: Cell, files: Sequence[str]) -> Cell:
    if not files:
        return cell
    message = f"{listed(files)} has one row per cycle of this cell. It was not needed, since the points are there."
    return replace(cell, findings=(*cell.findings, Finding("summary_not_needed", "info", message)))


def _what_it_is() -> Finding:
    message = (
        "The file has one row per cycle and no points. Capacities and efficiencies are as it states them. What needs points, "
        "such as voltage curves, is unknown; how the cycles were run is not known either, so all were taken as alike but "
        "those whose capacity is unlike their neighbours'."
    )
    return Finding("cycle_summary", "warning", message)
