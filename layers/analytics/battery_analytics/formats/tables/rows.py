"""The rows of a table as one array per quantity: fast where all values are numbers, else slowly and with line numbers."""

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
import numpy.typing as npt

from battery_analytics.cell import Finding, FloatArray
from battery_analytics.errors import CorruptedFile, EmptyFile
from battery_analytics.formats.quantities import MAX_POINTS, Quantity, check_size, listed, printable
from battery_analytics.formats.tables.column_values import Numbers, numbers
from battery_analytics.formats.tables.columns import Layout
from battery_analytics.formats.tables.dates import clock_changes_finding, without_clock_changes
from battery_analytics.formats.tables.text import TableText
from battery_analytics.formats.tables.texts import coded, states_of

TEXTS: tuple[Quantity, ...] = ("cell", "state")
REQUIRED: tuple[Quantity, ...] = ("voltage_V", "current_A")

_CHUNK_ROWS = 250_000
_ROW = re.compile(rb"[^\r\n]+")


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a table: its columns, each of shape (n_rows,) in the quantity's unit, and findings from reading them.

    The column of the quantity `cell` has the place of each row's cell in `cell_names`. Columns that were found to tell
    nothing are not among them.
    """

    columns: dict[Quantity, FloatArray]
    findings: list[Finding]
    cell_names: list[str]

    def with_findings(self, before: Sequence[Finding]) -> "Rows":
        return replace(self, findings=[*before, *self.findings])


def rows_of(text: TableText, layout: Layout, file: str) -> Rows:
    """The columns of the layout, and findings for what is not a number.

    Raises EmptyFile for a table without rows, CorruptedFile for rows without a header, or that do not fit it
    or hold no number, UnsupportedStructure beyond `MAX_POINTS` rows.
    """
    if not layout:
        raise CorruptedFile(f"{file} has no row with the names of its columns where one should be.", file=file)
    columns = _table_of_numbers(text, layout)
    if columns is None:
        return _table_of_anything(text, layout, file)
    columns.pop("state", None)  # numbers name no state
    if "cell" not in columns:
        return Rows(columns, [*text.findings], [])
    codes, names = coded(columns["cell"])
    return Rows({**columns, "cell": codes.astype(np.float64)}, [*text.findings], names)


def _table_of_numbers(text: TableText, layout: Layout) -> dict[Quantity, FloatArray] | None:
    """The columns of a table whose fields are all numbers or empty, in half the time; None for any other table."""
    import pandas as pd  # noqa: PLC0415  takes a quarter of a second, which a pickle does not need

    if len(layout) < len(text.header.columns) or text.content.count(b"\n") > MAX_POINTS:
        return None
    first_row = _ROW.search(text.content, text.rows_start)
    if first_row is None or first_row[0].count(text.header.separator.encode()) >= len(text.header.columns):
        return None  # pandas would take surplus fields of the first row as an index
    header = text.header.separator.join(map(str, range(len(text.header.columns)))).encode() + b"\n"
    try:
        table = pd.read_csv(
            io.BytesIO(header + text.content[text.rows_start :]),
            sep=text.header.separator,
            decimal=text.decimal,
            dtype=np.float64,
        )
    except (pd.errors.ParserError, UnicodeDecodeError, ValueError):
        return None  # the slow reader finds the line and names it
    if table.empty or table.isna().all(axis=None):
        return None
    columns: dict[Quantity, FloatArray] = {}
    for quantity, column in layout.items():
        values = Numbers(table[str(text.header.columns.index(column.name))].to_numpy())
        columns[quantity] = values.scaled(column.factor, column.offset)
    return columns


def _table_of_anything(text: TableText, layout: Layout, file: str) -> Rows:
    """The columns of a table with text, gaps and surplus columns, in chunks; an error names its line."""
    import pandas as pd  # noqa: PLC0415  as above

    places = {quantity: text.header.columns.index(column.name) for quantity, column in layout.items()}
    beyond = len(text.header.columns)
    widest_row = (
        text.header.separator * beyond + "\n"
    ).encode()  # first, so that pandas expects a field beyond the header's
    collected = _Collected(layout)
    n_rows = -1
    try:
        with pd.read_csv(
            io.BytesIO(widest_row + text.content[text.rows_start :]),
            sep=text.header.separator,
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
                surplus = chunk[beyond]
                # In a column of integers beyond 64 bits pandas has empty texts for empty fields.
                too_long = np.flatnonzero(surplus.notna() & (surplus != ""))
                if too_long.size:
                    raise _row_too_long(text, n_rows - len(chunk) + int(too_long[0]), file)
                for quantity, place in places.items():
                    collected.add(quantity, chunk[place].to_numpy())
    except (pd.errors.ParserError, UnicodeDecodeError) as fault:
        raise CorruptedFile(
            f"{file} is not a table with one row per line: {_one_line(fault, text)}.", file=file
        ) from fault
    if n_rows == 0:
        raise EmptyFile(f"{file} names its columns but holds no row.", file=file)
    return collected.rows(file, text.header.columns, first_row=1).with_findings(text.findings)


class _Collected:
    """The values of the columns, chunk by chunk."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.numbers: dict[Quantity, list[FloatArray]] = {name: [] for name in layout if name not in TEXTS}
        self.texts: dict[Quantity, list[npt.NDArray[np.object_]]] = {name: [] for name in layout if name in TEXTS}
        self.unreadable: Counter[str] = Counter()
        self.examples: dict[str, str] = {}
        self.local_dates = False

    def add(self, quantity: Quantity, values: npt.NDArray[np.generic]) -> None:
        if quantity in TEXTS:
            self.texts[quantity].append(values.astype(object))
            return
        column = self.layout[quantity]
        read = numbers(values, clock=quantity == "time_s")
        self.numbers[quantity].append(read.scaled(column.factor, column.offset))
        self.unreadable[column.name] += read.unreadable
        self.local_dates |= read.local_dates
        if read.example is not None:
            self.examples.setdefault(column.name, read.example)

    def rows(self, file: str, names: Sequence[str], *, first_row: int) -> Rows:
        """The columns from `first_row` on. Raises CorruptedFile where voltage, current, or every column holds no number."""
        columns = {quantity: np.concatenate(values)[first_row:] for quantity, values in self.numbers.items()}
        if not any(np.isfinite(values).any() for values in columns.values()):
            raise CorruptedFile(f"{file} holds no number in any of its columns {listed(names)}.", file=file)
        self._check_readable(columns, file)
        findings = _not_numbers(+self.unreadable, self.examples)
        if self.local_dates:
            columns["time_s"], changes = without_clock_changes(columns["time_s"])
            findings += [clock_changes_finding(changes)] if changes else []
        texts = {quantity: np.concatenate(parts)[first_row:] for quantity, parts in self.texts.items()}
        states = states_of(texts["state"]) if "state" in texts else None
        if states is not None:
            columns["state"] = states
        cell_names: list[str] = []
        if "cell" in texts:
            codes, cell_names = coded(texts["cell"])
            columns["cell"] = codes.astype(np.float64)
        return Rows(columns, findings, cell_names)

    def _check_readable(self, columns: Mapping[Quantity, FloatArray], file: str) -> None:
        for quantity in REQUIRED:
            values = columns.get(quantity)
            if values is None or np.isfinite(values).any() or not self.unreadable[self.layout[quantity].name]:
                continue
            name = printable(self.layout[quantity].name)
            example = printable(self.examples[self.layout[quantity].name])
            raise CorruptedFile(
                f"The column {name} of {file} holds no number that can be read, but texts such as “{example}”.",
                file=file,
                column=name,
                example=example,
            )


def _row_too_long(text: TableText, row: int, file: str) -> CorruptedFile:
    """The error of a row that has more fields than the header, with the line of the file."""
    rows = csv.reader(
        io.StringIO(text.content[text.rows_start :].decode("utf-8"), newline=""), delimiter=text.header.separator
    )
    expected = f"its header names {len(text.header.columns)} columns"
    try:
        fields = next(islice((fields for fields in rows if fields), row, None), [])
    except csv.Error:  # a field of more characters than the csv module reads
        return CorruptedFile(f"Row {row + 1} of {file} has too many fields: {expected}.", file=file)
    line = text.header.line + 1 + rows.line_num
    return CorruptedFile(
        f"Line {line} of {file} has {len(fields)} fields, but {expected}.",
        file=file,
        line=line,
    )


def _not_numbers(unreadable: Mapping[str, int], examples: Mapping[str, str]) -> list[Finding]:
    if not unreadable:
        return []
    spelled = ", ".join(
        f"{count:,} in {name}, such as “{printable(examples[name])}”" for name, count in unreadable.items()
    )
    message = f"Some values are text and not numbers ({spelled}). They were taken as not measured."
    return [Finding("values_not_numbers", "warning", message)]


def _one_line(fault: Exception, text: TableText) -> str:
    unclosed = re.search(r"EOF inside string starting at row (\d+)", str(fault))
    if unclosed:
        return f"a quotation mark that opens around line {int(unclosed[1]) + text.header.line + 1} is never closed"
    return " ".join(str(fault).removeprefix("Error tokenizing data. C error: ").split())[:200].rstrip(".")


def rows_of_source(source: Mapping[str, npt.NDArray[np.generic]], layout: Layout, file: str) -> Rows:
    """The columns of a table that is there as arrays of one length, and findings for what is not a number.

    Raises EmptyFile for a table without rows, CorruptedFile where no value of voltage or current is a number,
    UnsupportedStructure beyond `MAX_POINTS` rows.
    """
    n_rows = min((column.shape[0] for column in source.values()), default=0)
    if n_rows == 0:
        raise EmptyFile(f"{file} names its columns but holds no row.", file=file)
    check_size(0, n_rows, file)
    collected = _Collected(layout)
    for quantity, column in layout.items():
        collected.add(quantity, source[column.name][:n_rows])
    return collected.rows(file, tuple(source), first_row=0)
