"""Reads what the other sheets of a workbook say of the cell and its test: keys beside their values, or above them."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from itertools import islice

from battery_analytics.formats.preamble import LONGEST_KEY, LONGEST_VALUE, MAX_ENTRIES, named_cell
from battery_analytics.formats.stated_facts import is_fact
from battery_analytics.formats.tables.column_values import number_of_text
from battery_analytics.formats.tables.columns import words

MOST_ROWS, MOST_COLUMNS = 80, 80
_TITLE = "test report"
_IN_NAME = re.compile(r"channel[_ ]?(?:\d{1,4}-)?(\d{1,4})", re.IGNORECASE)
_LAST_NUMBER = re.compile(r"(\d{1,4})$")
_CHANNEL = ("channel", "chan num", "channel number")


def facts_of_sheet(content: bytes, table: str) -> dict[str, str]:
    """The entries of a sheet as CSV; `table` is the name of the sheet with the points, which may name its channel.

    A row that names two facts or more has their values below it, in the row of the table's channel where rows name
    channels. Else a fact's value is the next field in its row, and a row of two fields is a key and its value.
    """
    lines = io.StringIO(content[:1_000_000].decode("utf-8", "replace"), newline="")
    try:
        rows = [[field.strip() for field in row[:MOST_COLUMNS]] for row in islice(csv.reader(lines), MOST_ROWS)]
    except csv.Error:
        return {}
    found: dict[str, str] = {}
    for place, row in enumerate(rows):
        filled = [(column, field) for column, field in enumerate(row) if field]
        keys = [column for column, field in filled if _is_key(field)]
        entries: Iterable[tuple[str, str]]
        if len(filled) == 2 and not _is_key(filled[1][1]):
            entries = [(filled[0][1], filled[1][1])]
        elif [field.lower() for _, field in filled] == [_TITLE]:
            entries = [("Test name", _at(rows, place + 1, filled[0][0]))]
        elif _are_names(filled, keys, rows[place + 1] if place + 1 < len(rows) else ()):
            values = _row_of_channel(rows[place:], table)
            entries = [(field, _at([values], 0, column)) for column, field in filled]
        else:
            following = [*(field for _, field in filled[1:]), ""]
            pairs = zip(filled, following, strict=True)
            entries = [(field, value) for (column, field), value in pairs if column in keys and not _is_key(value)]
        for key, value in entries:
            if _usable(key, value) and len(found) < MAX_ENTRIES:
                found.setdefault(key.strip(" :："), value)
    return found


def _are_names(filled: Sequence[tuple[int, str]], keys: Sequence[int], below: Sequence[str]) -> bool:
    """Whether a row names what the row below it holds: two of its facts or more stand above values that are no names."""
    above_values = [column for column in keys if column < len(below) and below[column] and not _is_key(below[column])]
    beside = [column for column in keys if column + 1 in keys]
    return len(above_values) >= 2 and (bool(beside) or len(keys) * 2 < len(filled))


def _at(rows: Sequence[Sequence[str]], row: int, column: int) -> str:
    return rows[row][column] if row < len(rows) and column < len(rows[row]) else ""


def _is_key(field: str) -> bool:
    return len(field) <= LONGEST_KEY and (is_fact(field) or named_cell({field: "x"}) is not None)


def _usable(key: str, value: str) -> bool:
    return (
        bool(key and value) and len(key) <= LONGEST_KEY and len(value) <= LONGEST_VALUE and number_of_text(key) is None
    )


def _row_of_channel(rows: Sequence[Sequence[str]], table: str) -> Sequence[str]:
    """The row of values below a row of names: that of the channel in the name of the table, else the first."""
    names = [words(name) for name in rows[0]]
    column = next((names.index(name) for name in _CHANNEL if name in names), None)
    wanted = _IN_NAME.search(table)
    if column is not None and wanted is not None:
        for row in rows[1:]:
            found = _LAST_NUMBER.search(_at([row], 0, column))
            if found and int(found[1]) == int(wanted[1]):
                return row
    return rows[1]
