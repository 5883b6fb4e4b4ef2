"""Formats that are tables with one row per cycle and no points: declared by their marks, read by the rules of tables."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath

import numpy as np

from battery_analytics.cell import Cell, CycleSummary, CyclingData, Finding, FloatArray, Json, Source
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
    extra_columns,
    has_unit,
    used_columns,
)
from battery_analytics.formats.tables.rows import Rows, rows_of, rows_of_source
from battery_analytics.formats.tables.text import Header, fields_of, table_text

FEWEST_ROWS_BESIDE_POINTS = 3
LARGEST_CAPACITY_AH = 500.0
MOST_BLANK_SHARE = 0.5
RUNNING_SHARE = 0.2
FEWEST_RUNNING = 3

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
        *("qdischarge", "discharge", "dischg cap", "dis cap", "specific discharge capacity", "capacity of discharge"),
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
        *("qcharge", "charge", "chg", "specific charge capacity", "capacity of charge"),
        units={"charge capacity mah": "mah", "charge capacity ah": "ah", "charge mah": "mah", "qc mah": "mah"},
    ),
    "coulombic_efficiency_percent": ColumnRule(
        *("coulombic efficiency", "coulomb efficiency", "efficiency", "ce", "eff", "charge discharge efficiency"),
        *("wirkungsgrad", "库伦效率", "充放电效率", "效率"),
    ),
    "charge_energy_Wh": ColumnRule("charge energy", "energy charge", "chg energy", "充电能量"),
    "discharge_energy_Wh": ColumnRule("discharge energy", "energy discharge", "dchg energy", "放电能量"),
    "temperature_C": ColumnRule(
        *("tavg", "average temperature", "mean temperature", "avg temperature"),
        *GENERAL_COLUMNS["temperature_C"].names,
    ),
    "resistance_ohm": ColumnRule("internal resistance", "resistance", "dcir", "dc internal resistance", "ir", "dcr"),
}
_NAMES = ColumnNames(SUMMARY_COLUMNS)
_CAPACITIES: tuple[Quantity, ...] = ("discharge_capacity_Ah", "charge_capacity_Ah")
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
    if "cycle_number" not in layout or not any(capacity in layout for capacity in _CAPACITIES):
        return False
    names_points = _names_points(header)
    if names_points and GENERAL_NAMES.recognised(layout["cycle_number"].name) is None:
        return False  # "n" may number the points
    place = header.columns.index(layout["cycle_number"].name)
    whose = header.columns.index(layout["cell"].name) if "cell" in layout else place
    last, count, blank, cell = -np.inf, 0, 0, ""
    for line in lines[header.line + 1 :]:
        fields = fields_of(line, header.separator)
        number = number_of_text(fields[place]) if max(place, whose) < len(fields) else None
        if number is not None and whose != place and fields[whose] != cell:
            last, cell = -np.inf, fields[whose]
        if number is None or not np.isfinite(number):
            blank += 1
            continue
        if number <= last or number != round(number):
            return False
        last, count = number, count + 1
    few = FEWEST_ROWS_BESIDE_POINTS if names_points else 1
    return count >= few and blank <= MOST_BLANK_SHARE * count


def _names_points(header: Header) -> bool:
    layout = GENERAL_NAMES.layout(header.columns)
    return all(quantity in layout for quantity in _POINTS)


def cells_of_summary(rows: Rows, layout: Layout, metadata: Mapping[str, Json], source: Source) -> list[Cell]:
    """The cells whose cycles a table states, one as a rule. Raises UnsupportedStructure beyond the limits on cycles."""
    file = source.files[0]
    tables = tables_of_cells(rows.columns, rows.cell_names)
    several = several_cells(tables, layout) if len(tables) > 1 else []
    cells: list[Cell] = []
    for table in tables:
        name = str(metadata["cell_id"] or PurePath(file).stem)
        findings = [*rows.findings, *several, _what_it_is()]
        numbers, columns = _in_order(table.columns, findings)
        check_size(numbers.size, 0, file)
        unit_Ah = _assumed_unit(columns, layout, findings)
        summary = _summary(columns, numbers.size, unit_Ah, findings)
        cycling = CyclingData(
            cycle_number=numbers.astype(np.int64),
            offsets=np.zeros(numbers.size + 1, dtype=np.int64),
            voltage_V=np.empty(0),
            current_A=np.empty(0),
        )
        cell_id = table.cell_id(name, alone=len(tables) == 1)
        cells.append(Cell({**metadata, "cell_id": cell_id}, cycling, source, tuple(findings), summary))
        check_total(cells, file)
    return cells


def summary_of_source(table: SourceTable, files: FileGroup, *, name: str, certainty: float) -> list[Cell]:
    """The cells of a table with one row per cycle from a binary file; none where it is no such table."""
    names = tuple(table.columns)
    layout = _NAMES.layout(names)
    if "cycle_number" not in layout or not any(capacity in layout for capacity in _CAPACITIES):
        return []
    rows = rows_of_source(table.columns, layout, files.main.name)
    if not (np.diff(rows.columns["cycle_number"]) > 0).all():
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
        same = next((place for place, other in enumerate(with_points) if _is_summary_of(cell, other)), None)
        if cell.summary is None or same is None:
            kept.append(cell)
        else:
            needless.setdefault(id(with_points[same]), []).append(cell.source.files[0])
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


def _in_order(
    columns: Mapping[Quantity, FloatArray], findings: list[Finding]
) -> tuple[FloatArray, dict[Quantity, FloatArray]]:
    """The cycle numbers and the other columns, sorted by them; of rows with one number the last counts."""
    numbers = columns["cycle_number"]
    usable = np.flatnonzero(np.isfinite(numbers) & (numbers >= 0) & (numbers < 2**53))
    _, last = np.unique(numbers[usable][::-1], return_index=True)
    order = usable[usable.size - 1 - last]
    if order.size < usable.size:
        message = "Some cycles have several rows. The last row of each was taken."
        findings.append(Finding("cycles_repeated", "warning", message))
    return numbers[order], {name: values[order] for name, values in columns.items() if name != "cycle_number"}


def _assumed_unit(columns: Mapping[Quantity, FloatArray], layout: Layout, findings: list[Finding]) -> float:
    """The factor to Ah of capacities that state no unit: no cell of such a table has hundreds of ampere-hours."""
    stated = [layout[capacity] for capacity in _CAPACITIES if capacity in layout]
    if all(has_unit(column.name) or column.factor != 1 for column in stated):
        return 1.0
    largest = max(
        (
            float(np.nanmax(values))
            for name in _CAPACITIES
            if np.isfinite(values := columns.get(name, np.empty(0))).any()
        ),
        default=0.0,
    )
    factor, unit = (1e-3, "mAh") if largest > LARGEST_CAPACITY_AH else (1.0, "Ah")
    message = f"The columns {listed([column.name for column in stated])} state no unit. They were taken as {unit}."
    findings.append(Finding("capacity_unit_assumed", "info" if unit == "Ah" else "warning", message))
    return factor


def _summary(
    columns: Mapping[Quantity, FloatArray], n_cycles: int, unit_Ah: float, findings: list[Finding]
) -> CycleSummary:
    unknown = np.full(n_cycles, np.nan)

    def stated(name: Quantity) -> FloatArray:
        return columns.get(name, unknown)

    def flowed(name: Quantity, factor: float = 1.0) -> FloatArray:
        values = np.abs(stated(name)) * factor
        if _is_running(values):
            running.append(name)
            values = np.diff(values, prepend=0.0)
        return np.where(values > 0, values, np.nan)

    running: list[str] = []
    summary = CycleSummary(
        charge_capacity_Ah=flowed("charge_capacity_Ah", unit_Ah),
        discharge_capacity_Ah=flowed("discharge_capacity_Ah", unit_Ah),
        coulombic_efficiency_percent=_percent(stated("coulombic_efficiency_percent")),
        charge_energy_Wh=flowed("charge_energy_Wh"),
        discharge_energy_Wh=flowed("discharge_energy_Wh"),
        temperature_C=stated("temperature_C"),
        resistance_ohm=np.where(stated("resistance_ohm") > 0, stated("resistance_ohm"), np.nan),
    )
    if running:
        message = (
            f"The columns for {listed(running)} add up over all cycles. The figure of a cycle is their rise in it."
        )
        findings.append(Finding("running_totals", "info", message))
    return summary


def _is_running(values: FloatArray) -> bool:
    """Whether a column adds up over the cycles: it only rises, by a good part of its first value each time."""
    if values.size < FEWEST_RUNNING or not np.isfinite(values).all() or not values[0] > 0:
        return False
    rises = np.diff(values)
    return bool((rises > 0).all() and float(np.median(rises)) > RUNNING_SHARE * values[0])


def _percent(efficiency: FloatArray) -> FloatArray:
    known = efficiency[np.isfinite(efficiency)]
    is_share = known.size > 0 and float(np.median(known)) <= 2.0
    return efficiency * 100.0 if is_share else efficiency
