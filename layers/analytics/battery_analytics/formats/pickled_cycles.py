"""Reads cycles from the value of a pickle: lists of cycles, tables of columns, frames of points or of cycles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import cast

import numpy as np
import numpy.typing as npt

from battery_analytics.budget import charge_bytes, charge_values
from battery_analytics.cell import Finding, FloatArray
from battery_analytics.errors import UnsupportedStructure
from battery_analytics.formats.assembly import RawCycle
from battery_analytics.formats.pickles.frames import Frame
from battery_analytics.formats.pickles.objects import resolved
from battery_analytics.formats.pickles.plain import column_pieces
from battery_analytics.formats.pickles.values import Call, MalformedPickle
from battery_analytics.formats.quantities import MAX_COLUMNS, MAX_POINTS, Quantity, check_size
from battery_analytics.formats.tables.cells import several_cells, tables_of_cells
from battery_analytics.formats.tables.column_values import NotNumbers, Numbers, number_of_text, numbers_of_pieces
from battery_analytics.formats.tables.columns import GENERAL_NAMES, Layout, RecognisedColumn
from battery_analytics.formats.tables.cycles import cycles_of_table
from battery_analytics.formats.tables.texts import coded, state_of, states_of

CYCLES_KEY = "cycle_data"


@dataclass(frozen=True, slots=True)
class SourceCycles:
    """The cycles of a source, the names of its columns, and a finding for what could not be read.

    `cell_name` is the cell that a column names, where the source has several.
    """

    cycles: Sequence[RawCycle]
    names: Sequence[str]
    findings: Sequence[Finding] = ()
    cell_name: str | None = None


class SeenColumns(dict[tuple[int, str], tuple[object, Numbers | None]]):
    """What was read of a file's columns, by the identity of the value that holds one, which is kept with it, and its name.

    A file may refer to one column from many cycles and cells.
    """


def cycles_of_list(items: Sequence[object], file: str, seen: SeenColumns | None = None) -> SourceCycles:
    """The cycles of a list that has a dict or a frame for each. Raises UnsupportedStructure where it has something else.

    `seen` are the columns that were read for other cells of the file.
    """
    reader = _Reader(file, seen=SeenColumns() if seen is None else seen)
    names: dict[str, None] = {}
    layouts: dict[tuple[object, ...], Layout] = {}
    cycles: list[RawCycle] = []
    n_points = 0
    check_size(len(items), 0, file)
    for position, item in enumerate(items):
        columns = item.columns if isinstance(item, Frame) else item
        if not isinstance(columns, Mapping):
            raise UnsupportedStructure(
                f"Cycle {position + 1} of '{CYCLES_KEY}' in {file} is a {type(item).__name__}, but a dict was expected.",
                file=file,
                key=CYCLES_KEY,
            )
        check_n_columns(len(columns), file)
        keys = tuple(columns)
        if keys not in layouts:
            by_name = {name_of(key): key for key in keys}
            names.update(dict.fromkeys(by_name))
            check_n_columns(len(names), file)
            layouts[keys] = GENERAL_NAMES.layout(by_name)
        cycle = reader.cycle(columns, layouts[keys], position + 1)
        n_points += max([values.size for values in cycle.columns.values()], default=0)
        check_size(len(items), n_points, file)
        cycles.append(cycle)
    return SourceCycles(cycles, list(names), reader.findings())


def cycles_of_columns(source: Mapping[object, object], file: str) -> list[SourceCycles]:
    """The cycles of a table with one column per quantity and one row per point, cell by cell."""
    check_n_columns(len(source), file)
    table = {name_of(key): column for key, column in source.items()}
    reader = _Reader(file)
    layout = GENERAL_NAMES.layout(table)
    columns: dict[Quantity, FloatArray] = {}
    cell_names: list[str] = []
    for quantity, column in layout.items():
        if quantity == "cell":
            codes, cell_names = reader.cells(table[column.name])
            columns["cell"] = codes
            continue
        read = reader.column(table[column.name], column, "the table")
        if read is not None:
            columns[quantity] = read.values
            reader.note(read, None)
    if len({values.size for values in columns.values()}) > 1 and not {"cell", "cycle_number"}.isdisjoint(columns):
        shortest = min(values.size for values in columns.values())
        columns = {quantity: values[:shortest] for quantity, values in columns.items()}
    tables = tables_of_cells(columns, cell_names)
    several = several_cells(tables, layout) if len(tables) > 1 else []
    found: list[SourceCycles] = []
    for one in tables:
        cycles, findings = cycles_of_table(one.columns, file)
        found.append(
            SourceCycles(
                cycles,
                list(table),
                [*reader.findings(), *several, *findings],
                one.cell_id(PurePath(file).stem, alone=len(tables) == 1) if one.is_named(len(tables)) else None,
            )
        )
    return found


def cycles_of_frame(frame: Frame, file: str) -> list[SourceCycles]:
    """The cycles of a frame whose rows are points, or cycles with a list in each column, cell by cell."""
    check_n_columns(len(frame.columns), file)
    recognised_names = {column.name for column in GENERAL_NAMES.layout(frame.columns).values()}
    arrays = {name: values for name, values in frame.columns.items() if isinstance(values, np.ndarray)}
    if any(_holds_lists(values) for name, values in arrays.items() if name in recognised_names):
        check_size(max(values.size for values in arrays.values()), 0, file)
        rows = [dict(zip(arrays, row, strict=True)) for row in zip(*arrays.values(), strict=True)]
        return [cycles_of_list(rows, file)]
    return cycles_of_columns(dict(frame.columns.items()), file)


def items_of_pieces(pieces: Sequence[object]) -> list[object]:
    """The values of a column of text, one after the other."""
    items: list[object] = []
    for piece in pieces:
        items.extend(piece.reshape(-1).tolist() if isinstance(piece, np.ndarray) else cast(Sequence[object], piece))
    return items


def _holds_lists(values: npt.NDArray[np.generic]) -> bool:
    return bool(values.dtype.kind == "O" and values.size and isinstance(values.flat[0], list | Call | np.ndarray))


def name_of(key: object) -> str:
    """A dict's key as a column's name; Python 2 wrote names as bytes."""
    return key.decode("latin-1") if isinstance(key, bytes) else key if isinstance(key, str) else f"{key!s:.40}"


def check_n_columns(n_columns: int, file: str) -> None:
    if n_columns > MAX_COLUMNS:
        raise UnsupportedStructure(
            f"{file} has more than {MAX_COLUMNS} columns; cycling data have about six.", file=file
        )


@dataclass(slots=True)
class _Reader:
    """Reads a file's columns and counts what is not a number. A column that the file repeats is read once."""

    file: str
    unreadable: int = 0
    affected: list[int] = field(default_factory=list)
    seen: SeenColumns = field(default_factory=SeenColumns)

    def cycle(self, item: Mapping[object, object], layout: Layout, position: int) -> RawCycle:
        number = _cycle_number(item, layout)
        where = f"cycle {position if number is None else number}"
        columns: dict[Quantity, FloatArray] = {}
        constants: dict[Quantity, float] = {}
        charge_values(len(layout))
        for quantity, column in layout.items():
            if quantity in ("cycle_number", "cell"):
                continue
            value = _value(item, column.name)
            if type(value) is not list:
                constant = _constant_state(value) if quantity == "state" else _constant(value)
                if constant is not None:
                    constants[quantity] = constant
                    continue
            read = self.column(value, column, where)
            if read is not None:
                columns[quantity] = read.values
                self.note(read, position if number is None else number)
        length = max((values.size for values in columns.values()), default=1)
        for quantity, constant in constants.items():
            columns[quantity] = Numbers(np.full(length, constant)).scaled(
                layout[quantity].factor, layout[quantity].offset
            )
        return RawCycle(number, columns)

    def column(self, value: object, column: RecognisedColumn, where: str) -> Numbers | None:
        """The column in its quantity's unit; None where it is none."""
        key = (id(value), column.name)
        known = self.seen.get(key)
        if known is None:
            read = self._numbers(value, column, where)
            if read is not None and (column.factor != 1.0 or column.offset != 0.0):
                charge_bytes(read.values.nbytes)
                read = replace(read, values=read.scaled(column.factor, column.offset))
            known = self.seen[key] = (value, read)
        return known[1]

    def _numbers(self, value: object, column: RecognisedColumn, where: str) -> Numbers | None:
        clock = column.quantity == "time_s"
        try:
            pieces = column_pieces(value, MAX_POINTS)
            if pieces is not None and column.quantity == "state":
                states = states_of(items_of_pieces(pieces))
                return None if states is None else Numbers(states)
            return None if pieces is None else numbers_of_pieces(pieces, clock=clock)
        except (MalformedPickle, NotNumbers) as fault:
            if column.quantity == "state":
                return None  # what no rule needs is no reason to refuse a file
            raise UnsupportedStructure(
                f"'{column.name}' in {where} of {self.file} is not a list of numbers.",
                file=self.file,
                column=column.name,
            ) from fault

    def cells(self, value: object) -> tuple[FloatArray, list[str]]:
        """The place of each row's cell among the names, and the names."""
        pieces = column_pieces(value, MAX_POINTS)
        codes, names = coded([] if pieces is None else items_of_pieces(pieces))
        return codes.astype(np.float64), names

    def note(self, read: Numbers, cycle: int | None) -> None:
        if not read.unreadable:
            return
        self.unreadable += read.unreadable
        if cycle is not None and self.affected[-1:] != [cycle]:
            self.affected.append(cycle)

    def findings(self) -> list[Finding]:
        if not self.unreadable:
            return []
        message = f"{self.unreadable:,} values are text and not numbers. They were taken as not measured."
        return [Finding("values_not_numbers", "warning", message, tuple(self.affected))]


def _value(item: Mapping[object, object], name: str) -> object:
    return item[name] if name in item else item[name.encode("latin-1")]


def _constant(value: object) -> float | None:
    """A column that is one number for all points."""
    value = resolved(value)
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if -(2**53) < value < 2**53 else np.nan


def _constant_state(value: object) -> float | None:
    """The state of all points of a cycle, where the source names one."""
    value = resolved(value)
    return state_of(value) if isinstance(value, str) else None


def _cycle_number(item: Mapping[object, object], layout: Layout) -> int | None:
    if "cycle_number" not in layout:
        return None
    value = resolved(_value(item, layout["cycle_number"].name))
    number = number_of_text(value) if isinstance(value, str) else _constant(value)
    return int(number) if number is not None and 0 <= number < 2**53 and number == int(number) else None
