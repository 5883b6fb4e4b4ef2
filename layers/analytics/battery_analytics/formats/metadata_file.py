"""Reads a cell's metadata from a file beside its table of measurements: one row, or a key and a value per line."""

import csv
import io
from collections.abc import Sequence

from battery_analytics.errors import CorruptedFile, EmptyFile
from battery_analytics.files import BatteryFile
from battery_analytics.formats.metadata import literal
from battery_analytics.formats.stated_facts import is_fact
from battery_analytics.formats.tables.column_values import number_of_text
from battery_analytics.formats.tables.columns import GENERAL_NAMES, words
from battery_analytics.formats.tables.text import table_text

_METADATA_BYTES = 1_000_000
MAX_ENTRIES = 2_000
_NAMES_OF_KEYS = frozenset({"key", "name", "field", "parameter", "property", "attribute", "item"})


def metadata_of(file: BatteryFile) -> dict[object, object]:
    """The one row of the file by column name, or its lines by their first field.

    Text that spells a number, list or dict becomes one. Raises EmptyFile, CorruptedFile, UnsupportedStructure.
    """
    text = table_text(file, GENERAL_NAMES)
    lines = io.StringIO(text.content[:_METADATA_BYTES].decode("utf-8", "replace"))
    try:
        rows = [row for row in csv.reader(lines, delimiter=text.header.separator) if row][:MAX_ENTRIES]
    except csv.Error as fault:
        raise CorruptedFile(f"{file.name} cannot be read as CSV: {fault}.", file=file.name) from fault
    if _are_entries(rows):
        entries = rows[1:] if words(rows[0][0].strip()) in _NAMES_OF_KEYS else rows
        return {_key(row): literal(row[1]) for row in entries if row[0].strip()}
    if len(rows) < 2:
        raise EmptyFile(f"{file.name} names its columns but holds no row.", file=file.name)
    return {name: literal(value) for name, value in zip(rows[0], rows[1], strict=False)}


def _are_entries(rows: Sequence[Sequence[str]]) -> bool:
    """Whether each line is a key and a value, with its unit perhaps, and not a row below its column names."""
    if not rows or not all(2 <= len(row) <= 3 for row in rows):
        return False
    keys = [row[0].strip() for row in rows]
    if any(number_of_text(key) is not None for key in keys) or len(set(keys)) < len(keys):
        return False
    if words(keys[0]) in _NAMES_OF_KEYS:
        return len(rows) > 1
    # Two names above two values are such a file too; a fact below another tells that the lines are entries.
    return len(rows) > 2 or (len(rows) == 2 and is_fact(keys[1]))


def _key(row: Sequence[str]) -> str:
    """The key of a line; a third field is the unit of its value."""
    key, unit = row[0].strip(" :"), row[2].strip() if len(row) > 2 else ""
    return f"{key} ({unit})" if unit and len(unit) <= 10 else key
