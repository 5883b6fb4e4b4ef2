"""Reads the metadata of a cell from a table of one row, a file of its own beside the table of measurements."""

import csv
import io

from battery_analytics.errors import CorruptedFile, EmptyFile
from battery_analytics.files import BatteryFile
from battery_analytics.formats.metadata import literal
from battery_analytics.formats.tables.columns import GENERAL_NAMES
from battery_analytics.formats.tables.text import table_text

_METADATA_BYTES = 1_000_000


def metadata_of(file: BatteryFile) -> dict[object, object]:
    """The one row of the file by column name; text that spells a number, list or dict becomes one.

    Raises EmptyFile, CorruptedFile, UnsupportedStructure.
    """
    text = table_text(file, GENERAL_NAMES)
    lines = io.StringIO(text.content[:_METADATA_BYTES].decode("utf-8", "replace"))
    try:
        rows = (row for row in csv.reader(lines, delimiter=text.header.separator) if row)
        header, values = next(rows), next(rows, None)
    except csv.Error as fault:
        raise CorruptedFile(f"{file.name} cannot be read as CSV: {fault}.", file=file.name) from fault
    if values is None:
        raise EmptyFile(f"{file.name} names its columns but holds no row.", file=file.name)
    return {name: literal(value) for name, value in zip(header, values, strict=False)}
