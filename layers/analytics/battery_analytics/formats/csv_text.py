"""What kind of text a CSV file is: its encoding, separator, decimal mark, and the line that names its columns."""

import csv
import io
import re
from dataclasses import dataclass
from itertools import islice

from battery_analytics.errors import CorruptedFile, EmptyFile, UnsupportedStructure
from battery_analytics.files import BatteryFile
from battery_analytics.formats.columns import MAX_COLUMNS, recognised_columns

MAX_PREAMBLE_LINES = 100
_HEAD_BYTES = 1_000_000

_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_UNMARKED = ((slice(1, 200, 2), "utf-16-le"), (slice(0, 200, 2), "utf-16-be"))
_LINE_END_BYTES = re.compile(rb"\r\n|\n|\r")
_LINE_END = re.compile(r"\r\n|\n|\r")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+(?:[eE][+-]?\d+)?")


@dataclass(frozen=True, slots=True)
class CsvText:
    """A CSV file as UTF-8 bytes, and how to read them: `header_line` counts from 0 and names `columns`; the rows begin at
    byte `rows_start`."""

    content: bytes
    separator: str
    decimal: str
    header_line: int
    columns: tuple[str, ...]
    rows_start: int


def csv_text(file: BatteryFile) -> CsvText:
    """Find out how a CSV file is written.

    Raises EmptyFile, CorruptedFile for bytes that are not text, UnsupportedStructure for more than `MAX_COLUMNS`
    columns. A file whose columns nobody recognises has its first line as header.
    """
    content = _utf8(file)
    head = content[:_HEAD_BYTES].decode("utf-8", "replace")
    lines = _LINE_END.split(head, MAX_PREAMBLE_LINES)[:MAX_PREAMBLE_LINES]
    if not any(line.strip() for line in lines):
        raise EmptyFile(f"{file.name} is empty.", file=file.name)
    header_line, separator, columns = _header(lines)
    if len(columns) > MAX_COLUMNS or (len(lines) == 1 and len(content) >= _HEAD_BYTES):
        raise UnsupportedStructure(
            f"{file.name} has more than {MAX_COLUMNS} columns in its header, where cycling data have about six.",
            file=file.name,
        )
    decimal = "," if separator != "," and _has_decimal_comma(lines[header_line + 1 :], separator) else "."
    return CsvText(content, separator, decimal, header_line, columns, _start_of_line(content, header_line + 1))


def _utf8(file: BatteryFile) -> bytes:
    """The file's text as UTF-8; what is not UTF-8 and has no mark of another encoding is taken as Windows' Western one."""
    if not file.content:
        raise EmptyFile(f"{file.name} is empty.", file=file.name)
    content, encoding = file.content, _encoding(file.content)
    try:
        if encoding != "utf-8":
            content = content.decode(encoding).encode("utf-8")
        elif not content.isascii():
            content.decode("utf-8")
    except UnicodeError as fault:
        if encoding != "utf-8":
            raise CorruptedFile(f"{file.name} is not readable as {encoding} text.", file=file.name) from fault
        content = content.decode("cp1252", "replace").encode("utf-8")
    if b"\0" in content:
        raise CorruptedFile(f"{file.name} holds binary data, not the text of a CSV file.", file=file.name)
    return content


def _encoding(content: bytes) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return encoding
    for half, encoding in _UNMARKED:
        if len(content) > 3 and not any(content[half]):
            return encoding
    return "utf-8"


def _has_decimal_comma(lines: list[str], separator: str) -> bool:
    return any(
        _DECIMAL_COMMA.fullmatch(field.strip(' "')) for line in lines for field in line.split(separator, MAX_COLUMNS)
    )


def _start_of_line(content: bytes, line: int) -> int:
    """The byte at which a line begins, counted from 0."""
    end = next(islice(_LINE_END_BYTES.finditer(content), line - 1, None), None)
    return len(content) if end is None else end.end()


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
