"""Finds out how the text of a table is written: its encoding, separator, decimal mark, and the line of column names.

Written by hand: the standard library's `csv.Sniffer` does not allow lines before the header. Detectors of encodings such
as `charset-normalizer` guess a language, while a table needs only the marks of UTF-8 and UTF-16.
"""

import codecs
import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from battery_analytics.cell import Finding
from battery_analytics.errors import CorruptedFile, EmptyFile, UnsupportedStructure
from battery_analytics.files import BatteryFile
from battery_analytics.formats.quantities import MAX_COLUMNS
from battery_analytics.formats.tables.columns import ColumnNames, has_unit
from battery_analytics.formats.tables.nested import flattened
from battery_analytics.formats.tables.spaced import spaces_as_tabs
from battery_analytics.formats.tables.thousands import without_thousands
from battery_analytics.formats.tables.units import known_unit

MAX_PREAMBLE_LINES = 2_000
HEAD_BYTES = 1_000_000
FIRST_ROWS_BYTES = 50_000
_COUNTED_HEADER = re.compile(r"\s*Nb header lines\s*:\s*(\d{1,4})\s*", re.IGNORECASE)
_COUNTED_WITHIN = 5
# The line above the header of Gamry's table of a test, which follows that of the rest before it (OCVCURVE).
_NAMED_TABLE = re.compile(r"CURVE\d*\tTABLE\b.*")
_CERTAIN_QUANTITIES = 3
# A row of values, which names no column.
_NUMBERS_ALONE = re.compile(r"[\s\d.,;:+\-eE\"']*")
# Words of column names that only Chinese exports have.
_CHINESE = ("电压", "电流", "循环", "时间", "容量", "工步")
_QUOTED_LINE = re.compile(rb'^[ \t]*"((?:[^"\r\n]|"")*)"[ \t]*(?=\r?$)', re.MULTILINE)
SEPARATORS = (",", ";", "\t")

_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_UNMARKED = ((slice(1, 200, 2), "utf-16-le"), (slice(0, 200, 2), "utf-16-be"))
_LINE_END_BYTES = re.compile(rb"\r\n|\n|\r")
_LINE_END = re.compile(r"\r\n|\n|\r")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+(?:[eE][+-]?\d+)?")


@dataclass(frozen=True, slots=True)
class Header:
    """The line that names a table's columns: its number, counted from 0, the separator of its fields, and the names."""

    line: int
    separator: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableText:
    """A table as UTF-8 bytes, and how to read them: the rows begin at byte `rows_start`, and `preamble` is above the header."""

    content: bytes
    header: Header
    decimal: str
    rows_start: int
    findings: tuple[Finding, ...] = ()
    preamble: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Headerless:
    """The rows of a table that has no header: what its first line looks like, and the names of its columns."""

    first_line: re.Pattern[str]
    separator: str
    columns: tuple[str, ...]

    def header(self, lines: Sequence[str]) -> Header | None:
        """A header above the first line; None where that does not look like a row of this table."""
        first = next((line for line in lines if line.strip()), "")
        if not self.first_line.match(first):
            return None
        n_columns = max(first.count(self.separator) + 1, len(self.columns))
        others = (f"Column {place + 1}" for place in range(len(self.columns), n_columns))
        return Header(-1, self.separator, (*self.columns, *others))


def table_text(file: BatteryFile, names: ColumnNames, headerless: Headerless | None = None) -> TableText:
    """Find out how a table is written.

    Raises EmptyFile, CorruptedFile for bytes that are not text, UnsupportedStructure for more than `MAX_COLUMNS`
    columns. Where `names` recognises no column, the first line is the header.
    """
    content = _utf8(file)
    lines = _lines(content[:HEAD_BYTES].decode("utf-8", "replace"))
    header = headerless.header(lines) if headerless else None
    header = header or found_header(lines, names)
    if header is None:
        raise EmptyFile(f"{file.name} is empty.", file=file.name)
    if len(header.columns) > MAX_COLUMNS or (len(lines) == 1 and len(content) >= HEAD_BYTES):
        raise UnsupportedStructure(
            f"{file.name} has more than {MAX_COLUMNS} columns in its header; cycling data have about six.",
            file=file.name,
        )
    preamble = lines[: max(header.line, 0)]
    header, first_row = _with_row_of_units(header, lines) if header.line >= 0 else (header, 0)
    start = _start_of_line(content, first_row)
    content, mark = without_thousands(content, start, header.separator)
    lines = _lines(content[start : start + FIRST_ROWS_BYTES].decode("utf-8", "replace"))
    may_have_comma = header.separator != "," and mark != "," and _has_decimal_comma(lines, header.separator)
    message = f"The numbers of the file group their digits by thousands, with the mark “{mark}”. They were read so."
    findings = () if mark is None else (Finding("thousands_separators", "info", message),)
    # A point between thousands leaves the comma as the decimal mark.
    decimal = "," if may_have_comma or mark == "." else "."
    return TableText(content, header, decimal, start, findings, tuple(preamble))


def _with_row_of_units(header: Header, lines: Sequence[str]) -> tuple[Header, int]:
    """The header with the units that the line after it gives, and the number of the first line of values."""
    following = next((line for line in range(header.line + 1, len(lines)) if lines[line].strip()), None)
    if following is None:
        return header, header.line + 1
    units = fields_of(lines[following], header.separator)
    named = [unit for unit in units if unit]
    if len(units) > len(header.columns) or not named or not all(known_unit(unit) for unit in named):
        return header, header.line + 1
    columns = tuple(
        f"{name} ({unit.strip('()[] ')})" if unit.strip("()[] -") and not has_unit(name) else name
        for name, unit in zip(header.columns, [*units, *[""] * len(header.columns)], strict=False)
    )
    return Header(header.line, header.separator, columns), following + 1


def first_lines(content: bytes) -> tuple[str, ...]:
    """The first lines of a file, at most `MAX_PREAMBLE_LINES`; none where it is binary."""
    encoding = _encoding(content)
    if encoding == "utf-8" and content.find(b"\0", 0, HEAD_BYTES) >= 0:
        return ()
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(content[:HEAD_BYTES])
    except UnicodeError:
        text = _decoded(content[:HEAD_BYTES])
    if "\0" in text:
        return ()
    return tuple(_lines(spaces_as_tabs(flattened(without_quoted_lines(text.encode("utf-8", "replace")))).decode()))


def found_header(lines: Sequence[str], names: ColumnNames) -> Header | None:
    """The line that names the columns; None in a file without text.

    It is the line that the file itself counts to (BioLogic's `Nb header lines : N`) or names (Gamry's `CURVE TABLE`), else
    the first that names three quantities, else the first that names two, else the first line that is not blank.
    """
    counted = [int(match[1]) for line in lines[:_COUNTED_WITHIN] if (match := _COUNTED_HEADER.fullmatch(line))]
    if counted and 0 < counted[0] <= len(lines):
        return _header(counted[0] - 1, lines[counted[0] - 1])
    named = next(
        (number for number, line in enumerate(lines[:-1], start=1) if _NAMED_TABLE.fullmatch(line.rstrip())), 0
    )
    if named:
        return _header(named, lines[named])
    best: Header | None = None
    most = 0
    for number, line in enumerate(lines):
        if not line.strip() or (best is not None and _NUMBERS_ALONE.fullmatch(line)):
            continue
        header = _header(number, line)
        n_quantities = len(names.layout(header.columns)) if len(header.columns) > 1 else 0
        if n_quantities >= _CERTAIN_QUANTITIES:
            return header
        if best is None or most < n_quantities == _CERTAIN_QUANTITIES - 1:
            best, most = header, n_quantities
    return best


def _header(number: int, line: str) -> Header:
    separator = max(SEPARATORS, key=line.count)
    return Header(number, separator, fields_of(line, separator))


def _lines(text: str) -> list[str]:
    return _LINE_END.split(text, MAX_PREAMBLE_LINES)[:MAX_PREAMBLE_LINES]


def _utf8(file: BatteryFile) -> bytes:
    """The file's text as UTF-8, whatever its encoding."""
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
        content = _decoded(content).encode("utf-8")
    if b"\0" in content:
        raise CorruptedFile(f"{file.name} holds binary data, not the text of a CSV file.", file=file.name)
    return spaces_as_tabs(flattened(without_quoted_lines(content)))


def _decoded(content: bytes) -> str:
    """Bytes that are not UTF-8: in Chinese (GB 18030, which holds GBK) where that gives words of columns, else Windows-1252."""
    start = content[:HEAD_BYTES].decode("gb18030", "ignore")
    if any(word in start for word in _CHINESE):
        return content.decode("gb18030", "replace")
    return content.decode("cp1252", "replace")


def without_quoted_lines(content: bytes) -> bytes:
    """A table whose lines are each in quotes as a whole, as some programs save them, without these quotes."""
    lines = [line for line in content[:FIRST_ROWS_BYTES].splitlines()[:-1] if line.strip()]
    quoted = [
        line for line in lines if _QUOTED_LINE.fullmatch(line) and any(mark.encode() in line for mark in SEPARATORS)
    ]
    if 2 * len(quoted) <= len(lines):
        return content
    return _QUOTED_LINE.sub(lambda line: line[1].replace(b'""', b'"'), content)


def _encoding(content: bytes) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return encoding
    for half, encoding in _UNMARKED:
        if len(content) > 3 and not any(content[half]):
            return encoding
    return "utf-8"


def _has_decimal_comma(lines: Sequence[str], separator: str) -> bool:
    return any(
        _DECIMAL_COMMA.fullmatch(field.strip(' "')) for line in lines for field in line.split(separator, MAX_COLUMNS)
    )


def _start_of_line(content: bytes, line: int) -> int:
    """The byte at which a line begins, counted from 0."""
    if line <= 0:
        return 0
    end = next(islice(_LINE_END_BYTES.finditer(content), line - 1, None), None)
    return len(content) if end is None else end.end()


def fields_of(line: str, separator: str) -> tuple[str, ...]:
    """The fields of a line of a table, quotes resolved and blanks around them left out."""
    if line.count(separator) > MAX_COLUMNS:
        return tuple(line.split(separator, MAX_COLUMNS + 1))
    try:
        fields = next(csv.reader(io.StringIO(line), delimiter=separator), [])
    except csv.Error:
        fields = line.split(separator)
    return tuple(field.strip() for field in fields)


def column_of_texts(text: TableText, name: str) -> list[str]:
    """The fields of a table's column of this name as text; none where it has no such column."""
    if name not in text.header.columns:
        return []
    place = text.header.columns.index(name)
    lines = text.content[text.rows_start :].decode("utf-8", "replace").splitlines()
    rows = (fields_of(line, text.header.separator) for line in lines if line.strip())
    return [row[place] if place < len(row) else "" for row in rows]
