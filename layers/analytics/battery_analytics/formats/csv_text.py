"""What kind of text a CSV file is: its encoding, separator, decimal mark, and the line that names its columns."""

import csv
import io
import re
from dataclasses import dataclass

from battery_analytics.cell import BatteryFile
from battery_analytics.errors import CorruptedFile, EmptyFile, UnsupportedStructure
from battery_analytics.formats.columns import recognised_columns

MAX_COLUMNS = 500
MAX_PREAMBLE_LINES = 100
_HEAD_BYTES = 1_000_000

_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_DECIMAL_COMMA = re.compile(r"(?:^|[;\t\"])\s*-?\d+,\d+\s*(?=$|[;\t\"])")


@dataclass(frozen=True, slots=True)
class CsvText:
    """A CSV file as UTF-8 bytes, and how to read them: `header_line` counts from 0 and names `columns`."""

    content: bytes
    separator: str
    decimal: str
    header_line: int
    columns: tuple[str, ...]


def csv_text(file: BatteryFile) -> CsvText:
    """Find out how a CSV file is written.

    Raises EmptyFile, CorruptedFile for bytes that are not text, UnsupportedStructure for more than `MAX_COLUMNS`
    columns. A file whose columns nobody recognises has its first line as header.
    """
    content = _utf8(file)
    lines = content[:_HEAD_BYTES].decode("utf-8", "replace").splitlines()[:MAX_PREAMBLE_LINES]
    if not any(line.strip() for line in lines):
        raise EmptyFile(f"{file.name} is empty.", file=file.name)
    header_line, separator, columns = _header(lines)
    if len(columns) > MAX_COLUMNS or (len(lines) == 1 and len(content) >= _HEAD_BYTES):
        raise UnsupportedStructure(
            f"{file.name} has more than {MAX_COLUMNS} columns in its header, where cycling data have about six.",
            file=file.name,
        )
    decimal = "," if separator != "," and any(map(_DECIMAL_COMMA.search, lines[header_line + 1 :])) else "."
    return CsvText(content, separator, decimal, header_line, columns)


def _utf8(file: BatteryFile) -> bytes:
    if not file.content:
        raise EmptyFile(f"{file.name} is empty.", file=file.name)
    for mark, encoding in _BYTE_ORDER_MARKS:
        if file.content.startswith(mark):
            try:
                return file.content.decode(encoding).encode("utf-8")
            except UnicodeError as fault:
                raise CorruptedFile(f"{file.name} is not readable as {encoding} text.", file=file.name) from fault
    if b"\0" in file.content[:_HEAD_BYTES] or b"\0" in file.content[-_HEAD_BYTES:]:
        raise CorruptedFile(f"{file.name} holds binary data, not the text of a CSV file.", file=file.name)
    if file.content.isascii():
        return file.content
    try:
        file.content.decode("utf-8")
    except UnicodeDecodeError:
        return file.content.decode("cp1252", "replace").encode("utf-8")
    return file.content


def _header(lines: list[str]) -> tuple[int, str, tuple[str, ...]]:
    """The first line that names at least two quantities, else the first line that is not blank."""
    first: tuple[int, str, tuple[str, ...]] | None = None
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        separator = max((",", ";", "\t"), key=line.count)
        columns = _fields(line, separator)
        if len(recognised_columns(columns)) >= 2:
            return number, separator, columns
        first = first or (number, separator, columns)
    assert first is not None  # noqa: S101  the caller has seen a line with text
    return first


def _fields(line: str, separator: str) -> tuple[str, ...]:
    if line.count(separator) > MAX_COLUMNS:
        return tuple(line.split(separator, MAX_COLUMNS + 1))
    try:
        fields = next(csv.reader(io.StringIO(line), delimiter=separator), [])
    except csv.Error:
        fields = line.split(separator)
    return tuple(field.strip() for field in fields)
