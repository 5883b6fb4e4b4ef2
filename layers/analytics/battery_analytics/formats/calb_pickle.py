"""The CALB pickle of the BatteryLife collection, and what others pickle in its spirit: frames, lists of cycles, arrays."""

from collections.abc import Mapping, Sequence
from pathlib import PurePath

import numpy as np

from battery_analytics.cell import BatteryFile, Cell, Finding, FloatArray, Source
from battery_analytics.errors import CorruptedFile, EmptyFile, UnsafePickle, UnsupportedStructure
from battery_analytics.formats.assembly import RawCycle, assembled, cycles_of_table
from battery_analytics.formats.columns import Numbers, Quantity, RecognisedColumn, numbers, recognised_columns
from battery_analytics.formats.metadata import plain_metadata
from battery_analytics.formats.pickle_machine import Call, MalformedPickle, RefusedPickle, read_pickle
from battery_analytics.formats.pickled_arrays import Frame, admits, items_of, resolved

CYCLES_KEY = "cycle_data"
_COMPRESSED = {b"\x1f\x8b": "gzip", b"PK": "zip", b"BZ": "bzip2", b"\xfd7zXZ": "xz", b"\x28\xb5\x2f\xfd": "zstd"}


def read_calb_pickle(file: BatteryFile) -> list[Cell]:
    """The cells that a pickle holds: one as a rule, several where it is a list of cells.

    Raises EmptyFile, CorruptedFile, UnsafePickle, UnsupportedStructure, MissingColumns, InconsistentLengths, NoCycles.
    """
    if not file.content:
        raise EmptyFile(f"{file.name} is empty.", file=file.name)
    for signature, compression in _COMPRESSED.items():
        if file.content.startswith(signature):
            raise CorruptedFile(
                f"{file.name} is compressed with {compression}; unpack it and send the pickle itself.", file=file.name
            )
    try:
        return _cells_of(resolved(read_pickle(file.content, admits)), file.name)
    except RefusedPickle as refusal:
        raise UnsafePickle(
            f"{file.name} was not opened: {refusal}. A battery pickle holds plain data, numpy arrays and pandas frames.",
            file=file.name,
            name=refusal.name,
        ) from refusal
    except MalformedPickle as fault:
        raise CorruptedFile(f"{file.name} cannot be read as a pickle: {fault}.", file=file.name) from fault


def _cells_of(value: object, file: str) -> list[Cell]:
    if isinstance(value, Mapping) and CYCLES_KEY in value:
        return [_cell_of_dict(value, file)]
    if isinstance(value, Frame):
        return [_cell(_cycles_of_frame(value, file), {}, file, "pandas frame in a pickle", 0.8)]
    if isinstance(value, Mapping) and recognised_columns(map(str, value)):
        return [_cell(_cycles_of_columns(value, file), {}, file, "columns in a pickle", 0.7)]
    if isinstance(value, list | tuple) and value:
        items = [resolved(item) for item in value]
        cells = [item for item in items if isinstance(item, Mapping) and CYCLES_KEY in item]
        if len(cells) == len(items):
            return [cell for item in cells for cell in _cells_of(item, file)]
        if all(isinstance(item, Mapping) for item in items):
            return [_cell(_cycles_of_list(items, file), {}, file, "list of cycles in a pickle", 0.7)]
    kind = "a Python object" if isinstance(value, Call) else f"a {type(value).__name__}"
    raise UnsupportedStructure(
        f"{file} holds {kind}, where a dict with the key '{CYCLES_KEY}' or a table of cycling data was expected.",
        file=file,
        expected=[CYCLES_KEY],
    )


def _cell_of_dict(value: Mapping[object, object], file: str) -> Cell:
    cycle_data = resolved(value[CYCLES_KEY])
    metadata = {key: item for key, item in value.items() if key != CYCLES_KEY}
    if isinstance(cycle_data, Frame):
        cycles = _cycles_of_frame(cycle_data, file)
    elif isinstance(cycle_data, Mapping) and recognised_columns(map(str, cycle_data)):
        cycles = _cycles_of_columns(cycle_data, file)
    elif isinstance(cycle_data, Mapping):
        cycles = _cycles_of_list([_numbered(number, cycle) for number, cycle in cycle_data.items()], file)
    elif isinstance(cycle_data, list | tuple | np.ndarray):
        cycles = _cycles_of_list([resolved(item) for item in items_of(cycle_data)], file)
    else:
        raise UnsupportedStructure(
            f"'{CYCLES_KEY}' in {file} is a {type(cycle_data).__name__}, where a list of cycles was expected.",
            file=file,
            key=CYCLES_KEY,
        )
    return _cell(cycles, metadata, file, "CALB pickle", 1.0)


def _numbered(number: object, cycle: object) -> object:
    cycle = resolved(cycle)
    return {"cycle_number": number, **cycle} if isinstance(cycle, dict) else cycle


class _Cycles:
    """Cycles on their way to a cell, with what their source called its columns and what could not be read."""

    def __init__(self, cycles: Sequence[RawCycle], names: Sequence[str], findings: list[Finding]) -> None:
        self.cycles = cycles
        self.names = names
        self.findings = findings


def _cell(cycles: _Cycles, metadata: Mapping[object, object], file: str, format_name: str, certainty: float) -> Cell:
    cycling, findings = assembled(cycles.cycles, file=file, column_names=cycles.names)
    plain = plain_metadata(metadata)
    if not plain["cell_id"]:
        plain["cell_id"] = PurePath(file).stem
        findings.insert(
            0, Finding("no_cell_id", "info", f"{file} does not name its cell; the file's name stands for it.")
        )
    known = {column.name for column in recognised_columns(cycles.names).values()}
    extra = tuple(name for name in cycles.names if name not in known)
    source = Source(format_name, certainty, (file,), extra)
    return Cell(plain, cycling, source, (*cycles.findings, *findings))


def _cycles_of_list(items: Sequence[object], file: str) -> _Cycles:
    names: dict[str, None] = {}
    layouts: dict[tuple[object, ...], dict[Quantity, RecognisedColumn]] = {}
    unreadable = 0
    affected: list[int] = []
    cycles: list[RawCycle] = []
    for position, item in enumerate(items):
        if isinstance(item, Frame):
            item = item.columns  # noqa: PLW2901  a frame a cycle is a dict of columns a cycle
        if not isinstance(item, Mapping):
            raise UnsupportedStructure(
                f"Cycle {position + 1} of '{CYCLES_KEY}' in {file} is a {type(item).__name__}, where a dict was expected.",
                file=file,
                key=CYCLES_KEY,
            )
        layout_key = tuple(item)
        if layout_key not in layouts:
            names.update(dict.fromkeys(map(str, item)))
            layouts[layout_key] = recognised_columns(map(str, item))
        layout = layouts[layout_key]
        number = _cycle_number(item[layout["cycle_number"].name]) if "cycle_number" in layout else None
        columns, not_numbers = _columns(item, layout, file, f"cycle {position + 1 if number is None else number}")
        cycles.append(RawCycle(number, columns))
        if not_numbers:
            unreadable += not_numbers
            affected.append(position + 1 if number is None else number)
    findings = [_not_numbers(unreadable, tuple(affected))] if unreadable else []
    return _Cycles(cycles, list(names), findings)


def _not_numbers(count: int, cycles: tuple[int, ...] = ()) -> Finding:
    message = f"{count:,} values are text that is no number; they were taken as not measured."
    return Finding("values_not_numbers", "warning", message, cycles)


def _cycle_number(value: object) -> int | None:
    value = resolved(value)
    try:
        number = float(value) if isinstance(value, int | float | str) else None
    except ValueError:
        return None
    return int(number) if number is not None and 0 <= number < 2**53 and number == int(number) else None


def _columns(
    item: Mapping[object, object], layout: Mapping[Quantity, RecognisedColumn], file: str, where: str
) -> tuple[dict[Quantity, FloatArray], int]:
    columns: dict[Quantity, FloatArray] = {}
    unreadable = 0
    scalars: dict[Quantity, float] = {}
    for quantity, column in layout.items():
        if quantity == "cycle_number":
            continue
        value = item[column.name]
        if isinstance(value, int | float) and not isinstance(value, bool):
            scalars[quantity] = float(value) * column.factor
            continue
        read = _read(value, column.name, file, where)
        if read is not None:
            columns[quantity] = read.values if column.factor == 1.0 else read.values * column.factor
            unreadable += read.unreadable
    length = max((values.size for values in columns.values()), default=1)
    for quantity, scalar in scalars.items():
        columns[quantity] = np.full(length, scalar)
    return columns, unreadable


def _read(value: object, name: str, file: str, where: str) -> Numbers | None:
    try:
        return numbers(value)
    except MalformedPickle as fault:
        raise UnsupportedStructure(
            f"'{name}' in {where} of {file} is a {type(value).__name__}, where a list of numbers was expected.",
            file=file,
            column=name,
        ) from fault


def _cycles_of_columns(source: Mapping[object, object], file: str) -> _Cycles:
    table = {str(name): column for name, column in source.items()}
    names = list(table)
    columns: dict[Quantity, FloatArray] = {}
    unreadable = 0
    for quantity, column in recognised_columns(names).items():
        read = _read(table[column.name], column.name, file, "the table")
        if read is not None:
            columns[quantity] = read.values * column.factor
            unreadable += read.unreadable
    if "cycle_number" in columns and len({values.size for values in columns.values()}) > 1:
        shortest = min(values.size for values in columns.values())
        columns = {quantity: values[:shortest] for quantity, values in columns.items()}
    findings = [_not_numbers(unreadable)] if unreadable else []
    return _Cycles(cycles_of_table(columns), names, findings)


def _cycles_of_frame(frame: Frame, file: str) -> _Cycles:
    names = list(frame.columns)
    if _holds_lists(frame):
        rows = [dict(zip(names, row, strict=True)) for row in zip(*frame.columns.values(), strict=True)]
        return _cycles_of_list(rows, file)
    columns: dict[object, object] = dict(frame.columns.items())
    return _cycles_of_columns(columns, file)


def _holds_lists(frame: Frame) -> bool:
    """Whether each row is a cycle with its columns as lists, rather than a point."""
    recognised_names = {column.name for column in recognised_columns(frame.columns).values()}
    return any(
        values.dtype.kind == "O" and values.size and isinstance(values[0], list | Call | np.ndarray)
        for name, values in frame.columns.items()
        if name in recognised_names
    )
