"""Tables whose columns stand apart by spaces: they are read as tables with tabs."""

import re

HEAD_BYTES = 65_536
FEWEST_COLUMNS = 3
FEWEST_ROWS, SAMPLE_ROWS = 3, 8
NUMBERS_SHARE = 0.6
_OTHER_SEPARATORS = re.compile(rb"[\t;]|, |,.*,.*,")
_NUMBER = re.compile(rb"[-+]?(\d+[.,]?\d*|[.,]\d+)([eE][-+]?\d+)?")
_GAPS = (re.compile(rb" {2,}"), re.compile(rb" +"))


def spaces_as_tabs(content: bytes) -> bytes:
    """The bytes of a text with tabs for the spaces between its columns, where its rows and its header show such columns.

    Columns that stand two or more spaces apart may have single spaces within them, as dates have.
    """
    whole, _, rest = content[:HEAD_BYTES].rpartition(b"\n")
    lines = [line.strip() for line in (whole or rest).split(b"\n") if line.strip()]
    rows = lines[-SAMPLE_ROWS:]
    if len(rows) < FEWEST_ROWS or b" " not in rows[-1] or any(_OTHER_SEPARATORS.search(row) for row in rows):
        return content
    for gap in _GAPS:
        fields = [gap.split(row) for row in rows]
        count = len(fields[0])
        if count < FEWEST_COLUMNS or any(len(row) != count for row in fields) or not _are_numbers(fields):
            continue
        if any(_is_header(gap.split(line), count) for line in lines[: -len(rows) + 1] or lines[:1]):
            return b"\n".join(_with_tabs(line.strip(b" \r"), gap, count) for line in content.split(b"\n"))
    return content


def _is_header(fields: list[bytes], count: int) -> bool:
    return len(fields) == count and not any(_NUMBER.fullmatch(field) for field in fields)


def _with_tabs(line: bytes, gap: re.Pattern[bytes], count: int) -> bytes:
    fields = gap.split(line)
    return b"\t".join(fields) if len(fields) == count else line


def _are_numbers(rows: list[list[bytes]]) -> bool:
    fields = [field for row in rows for field in row]
    numbers = sum(1 for field in fields if _NUMBER.fullmatch(field))
    return numbers >= NUMBERS_SHARE * len(fields)
