"""The CSV triplet of a CALB cell (`X_cycles.csv`, `X_metadata.csv`, `X_metrics.csv`), and a cycles table on its own."""

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import PurePath

import numpy as np

from battery_analytics.cell import Cell, Finding, FloatArray, Source
from battery_analytics.errors import CorruptedFile, EmptyFile, MissingColumns
from battery_analytics.files import BatteryFile
from battery_analytics.formats.assembly import assembled, check_size, cycles_of_table
from battery_analytics.formats.column_values import MAX_POINTS, Numbers, numbers
from battery_analytics.formats.columns import (
    Quantity,
    RecognisedColumn,
    extra_columns,
    listed,
    printable,
    recognised_columns,
)
from battery_analytics.formats.csv_text import CsvText, csv_text
from battery_analytics.formats.metadata import literal, plain_metadata

_CHUNK_ROWS = 250_000
_ROW = re.compile(rb"[^\r\n]+")
_METADATA_BYTES = 1_000_000
_NAMES_OF_FIRST_CHOICE = ("cycle_number", "current_in_A", "voltage_in_V")


def read_csv_set(
    cycles: BatteryFile, metadata: BatteryFile | None = None, metrics: BatteryFile | None = None, *, cell_id: str
) -> Cell:
    """The cell that a cycles table describes, with its metadata where they were sent.

    The metrics file only has to be readable: each of its figures is computed anew. Raises EmptyFile, CorruptedFile,
    UnsupportedStructure, MissingColumns, NoCycles.
    """
    text = csv_text(cycles)
    layout = recognised_columns(text.columns)
    _check_columns(cycles.name, text.columns, layout)
    columns, findings = _measurements(text, layout, cycles.name)
    cycling, assembly_findings = assembled(
        cycles_of_table(columns, cycles.name), file=cycles.name, column_names=text.columns
    )
    described = {} if metadata is None else _metadata_row(metadata)
    if metrics is not None:
        csv_text(metrics)
    plain = plain_metadata(described)
    if metadata is None:
        message = f"No metadata file came with {cycles.name}: nominal capacity and voltage limits are unknown."
        findings.insert(0, Finding("no_metadata", "info", message))
    plain["cell_id"] = plain["cell_id"] or cell_id
    source = Source(
        "CALB CSV set" if tuple(text.columns[:3]) == _NAMES_OF_FIRST_CHOICE else "cycles table",
        1.0 if tuple(text.columns[:3]) == _NAMES_OF_FIRST_CHOICE else 0.8,
        tuple(file.name for file in (cycles, metadata, metrics) if file is not None),
        extra_columns(text.columns, layout),
    )
    return Cell(plain, cycling, source, (*findings, *assembly_findings))


def cell_id_of(name: str) -> str:
    """The cell that a file's name stands for: the name without its ending and its role."""
    return PurePath(name).stem.removesuffix("_cycles")


def _check_columns(file: str, columns: Sequence[str], layout: dict[Quantity, RecognisedColumn]) -> None:
    names: dict[Quantity, str] = {
        "cycle_number": "cycle_number",
        "current_A": "current_in_A",
        "voltage_V": "voltage_in_V",
    }
    missing = [name for quantity, name in names.items() if quantity not in layout]
    if missing:
        raise MissingColumns(
            f"{file} has no column for {' and '.join(missing)}; its columns are {listed(columns)}.",
            file=file,
            missing=missing,
            columns=[printable(name) for name in columns],
        )


def _measurements(
    text: CsvText, layout: dict[Quantity, RecognisedColumn], file: str
) -> tuple[dict[Quantity, FloatArray], list[Finding]]:
    columns = _table_of_numbers(text, layout)
    return _table_of_anything(text, layout, file) if columns is None else (columns, [])


def _table_of_numbers(text: CsvText, layout: dict[Quantity, RecognisedColumn]) -> dict[Quantity, FloatArray] | None:
    """The columns of a table in which every field is a number or empty, in half the time; None for any other table."""
    import pandas as pd  # noqa: PLC0415  a quarter of a second that a pickle never pays

    if len(layout) < len(text.columns) or text.content.count(b"\n") > MAX_POINTS:
        return None
    first_row = _ROW.search(text.content, text.rows_start)
    if first_row is None or first_row[0].count(text.separator.encode()) >= len(text.columns):
        return None  # pandas would make an index of what a first row has beyond the header
    header = text.separator.join(map(str, range(len(text.columns)))).encode() + b"\n"
    try:
        table = pd.read_csv(
            io.BytesIO(header + text.content[text.rows_start :]),
            sep=text.separator,
            decimal=text.decimal,
            dtype=np.float64,
        )
    except (pd.errors.ParserError, UnicodeDecodeError, ValueError):
        return None  # the reader of any table finds the line and names it
    if table.empty or table.isna().all(axis=None):
        return None
    values = {quantity: table[str(text.columns.index(column.name))] for quantity, column in layout.items()}
    return {quantity: Numbers(column.to_numpy()).times(layout[quantity].factor) for quantity, column in values.items()}


def _table_of_anything(
    text: CsvText, layout: dict[Quantity, RecognisedColumn], file: str
) -> tuple[dict[Quantity, FloatArray], list[Finding]]:
    """The columns of a table with text, gaps and surplus columns, in chunks, each fault with its line."""
    import pandas as pd  # noqa: PLC0415  as above

    places = {quantity: text.columns.index(column.name) for quantity, column in layout.items()}
    beyond = len(text.columns)
    widest_row = (text.separator * beyond + "\n").encode()  # first, so that pandas expects a field beyond the header's
    pieces: dict[Quantity, list[FloatArray]] = {quantity: [] for quantity in layout}
    unreadable: Counter[str] = Counter()
    n_rows = -1
    try:
        with pd.read_csv(
            io.BytesIO(widest_row + text.content[text.rows_start :]),
            sep=text.separator,
            decimal=text.decimal,
            header=None,
            names=range(beyond + 1),
            usecols=[*sorted(places.values()), beyond],
            index_col=False,
            skipinitialspace=True,
            low_memory=False,
            chunksize=_CHUNK_ROWS,
        ) as chunks:
            for chunk in chunks:
                n_rows += len(chunk)
                check_size(0, n_rows, file)
                too_long = np.flatnonzero(chunk[beyond].notna())
                if too_long.size:
                    raise _row_too_long(text, n_rows - len(chunk) + int(too_long[0]), file)
                for quantity, column in layout.items():
                    read = numbers(chunk[places[quantity]].to_numpy(), clock=quantity == "time_s")
                    assert read is not None  # noqa: S101  a column of a table is never None
                    pieces[quantity].append(read.times(column.factor))
                    unreadable[column.name] += read.unreadable
    except (pd.errors.ParserError, UnicodeDecodeError) as fault:
        raise CorruptedFile(
            f"{file} is not a table with one row a line: {_one_line(fault, text)}.", file=file
        ) from fault
    if n_rows == 0:
        raise EmptyFile(f"{file} names its columns but holds no row.", file=file)
    columns = {quantity: np.concatenate(values)[1:] for quantity, values in pieces.items()}
    if not any(np.isfinite(values).any() for values in columns.values()):
        raise CorruptedFile(f"{file} holds no number in any of its columns {listed(text.columns)}.", file=file)
    return columns, _not_numbers(+unreadable)


def _row_too_long(text: CsvText, row: int, file: str) -> CorruptedFile:
    """The fault of a row that has more fields than the header, with its line in the file's own counting."""
    rows = csv.reader(
        io.StringIO(text.content[text.rows_start :].decode("utf-8"), newline=""), delimiter=text.separator
    )
    fields = next(islice((fields for fields in rows if fields), row, None), [])
    line = text.header_line + 1 + rows.line_num
    return CorruptedFile(
        f"Line {line} of {file} has {len(fields)} fields, where its header names {len(text.columns)} columns.",
        file=file,
        line=line,
    )


def _not_numbers(unreadable: Mapping[str, int]) -> list[Finding]:
    if not unreadable:
        return []
    spelled = ", ".join(f"{count:,} in {name}" for name, count in unreadable.items())
    message = f"Some values are text that is no number ({spelled}); they were taken as not measured."
    return [Finding("values_not_numbers", "warning", message)]


def _one_line(fault: Exception, text: CsvText) -> str:
    unclosed = re.search(r"EOF inside string starting at row (\d+)", str(fault))
    if unclosed:
        return f"a quotation mark that opens around line {int(unclosed[1]) + text.header_line + 1} is never closed"
    return " ".join(str(fault).removeprefix("Error tokenizing data. C error: ").split())[:200].rstrip(".")


def _metadata_row(file: BatteryFile) -> dict[object, object]:
    """The one row of a metadata file, its values read as the numbers, lists and dicts that they spell."""
    text = csv_text(file)
    lines = io.StringIO(text.content[:_METADATA_BYTES].decode("utf-8", "replace"))
    try:
        rows = (row for row in csv.reader(lines, delimiter=text.separator) if row)
        header, values = next(rows), next(rows, None)
    except csv.Error as fault:
        raise CorruptedFile(f"{file.name} cannot be read as CSV: {fault}.", file=file.name) from fault
    if values is None:
        raise EmptyFile(f"{file.name} names its columns but holds no row.", file=file.name)
    return {name: literal(value) for name, value in zip(header, values, strict=False)}
