"""The CSV triplet of a CALB cell (`X_cycles.csv`, `X_metadata.csv`, `X_metrics.csv`), and a cycles table on its own."""

import csv
import io
from collections.abc import Sequence
from pathlib import PurePath

import numpy as np

from battery_analytics.cell import BatteryFile, Cell, Finding, FloatArray, Source
from battery_analytics.errors import CorruptedFile, EmptyFile, MissingColumns
from battery_analytics.formats.assembly import assembled, cycles_of_table
from battery_analytics.formats.columns import Quantity, RecognisedColumn, numbers, recognised_columns
from battery_analytics.formats.csv_text import CsvText, csv_text
from battery_analytics.formats.metadata import literal, plain_metadata

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
    cycling, assembly_findings = assembled(cycles_of_table(columns), file=cycles.name, column_names=text.columns)
    described = {} if metadata is None else _metadata_row(metadata)
    if metrics is not None:
        csv_text(metrics)
    plain = plain_metadata(described)
    if metadata is None:
        message = f"No metadata file came with {cycles.name}: nominal capacity and voltage limits are unknown."
        findings.insert(0, Finding("no_metadata", "info", message))
    plain["cell_id"] = plain["cell_id"] or cell_id
    known = {column.name for column in layout.values()}
    source = Source(
        "CALB CSV set" if tuple(text.columns[:3]) == _NAMES_OF_FIRST_CHOICE else "cycles table",
        1.0 if tuple(text.columns[:3]) == _NAMES_OF_FIRST_CHOICE else 0.8,
        tuple(file.name for file in (cycles, metadata, metrics) if file is not None),
        tuple(name for name in text.columns if name and name not in known),
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
        shown = ", ".join(column[:40] for column in columns[:12])
        raise MissingColumns(
            f"{file} has no column for {' and '.join(missing)}; its columns are {shown}.",
            file=file,
            missing=missing,
            columns=[column[:40] for column in columns[:50]],
        )


def _measurements(
    text: CsvText, layout: dict[Quantity, RecognisedColumn], file: str
) -> tuple[dict[Quantity, FloatArray], list[Finding]]:
    import pandas as pd  # noqa: PLC0415  a quarter of a second that a pickle never pays

    places = {quantity: text.columns.index(column.name) for quantity, column in layout.items()}
    try:
        table = pd.read_csv(
            io.BytesIO(text.content),
            sep=text.separator,
            decimal=text.decimal,
            header=None,
            skiprows=text.header_line + 1,
            usecols=sorted(places.values()),
            skipinitialspace=True,
            on_bad_lines="error",
        )
    except pd.errors.EmptyDataError as fault:
        raise EmptyFile(f"{file} names its columns but holds no row.", file=file) from fault
    except (pd.errors.ParserError, ValueError) as fault:
        raise CorruptedFile(f"{file} is not a table with one row a line: {_one_line(fault)}.", file=file) from fault
    columns: dict[Quantity, FloatArray] = {}
    unreadable: dict[str, int] = {}
    for quantity, column in layout.items():
        read = numbers(table[places[quantity]].to_numpy(dtype=None))
        assert read is not None  # noqa: S101  a column of a table is never None
        columns[quantity] = read.values if column.factor == 1.0 else read.values * column.factor
        if read.unreadable:
            unreadable[column.name] = read.unreadable
    if not any(np.isfinite(values).any() for values in columns.values()):
        raise CorruptedFile(f"{file} holds no number in any of its columns {', '.join(layout)}.", file=file)
    return columns, _not_numbers(unreadable)


def _not_numbers(unreadable: dict[str, int]) -> list[Finding]:
    if not unreadable:
        return []
    spelled = ", ".join(f"{count:,} in {name}" for name, count in unreadable.items())
    message = f"Some values are text that is no number ({spelled}); they were taken as not measured."
    return [Finding("values_not_numbers", "warning", message)]


def _one_line(fault: Exception) -> str:
    return " ".join(str(fault).removeprefix("Error tokenizing data. C error: ").split())[:200].rstrip(".")


def _metadata_row(file: BatteryFile) -> dict[object, object]:
    """The one row of a metadata file, its values read as the numbers, lists and dicts that they spell."""
    text = csv_text(file)
    try:
        rows = csv.reader(io.StringIO(text.content.decode("utf-8-sig")), delimiter=text.separator)
        header, values = next(rows), next(rows, None)
    except csv.Error as fault:
        raise CorruptedFile(f"{file.name} cannot be read as CSV: {fault}.", file=file.name) from fault
    if values is None:
        raise EmptyFile(f"{file.name} names its columns but holds no row.", file=file.name)
    return {name: literal(value) for name, value in zip(header, values, strict=False)}
