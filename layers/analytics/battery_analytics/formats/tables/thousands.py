"""Finds out whether a table groups its digits by thousands, and writes its numbers without the mark."""

import re

SAMPLE_BYTES = 400_000
FEWEST_GROUPED = 5

MINUS = "−".encode()
# Marks that nothing else in a number can be: apostrophes and spaces, as their bytes in UTF-8.
_PLAIN_MARKS = tuple(mark.encode() for mark in ("'", "’", " ", "\u00a0", "\u202f", "\u2009"))


def without_thousands(rows: bytes, separator: str) -> tuple[bytes, str | None]:
    """The rows of a table without marks between thousands, and the mark, None where there is none.

    A point or comma counts as such a mark only where the table proves it: beside a decimal mark or twice in a number; or
    where all numbers with it have three digits after it, and in one of their columns whole numbers up to 999 stand beside.
    """
    rows = rows.replace(MINUS, b"-") if MINUS in rows else rows
    sample = rows[:SAMPLE_BYTES]
    for mark in _PLAIN_MARKS:
        if mark in sample and re.search(rb"\d" + re.escape(mark) + rb"\d{3}(?!\d)", sample):
            cleaned = _removed(rows, mark)
            if cleaned != rows:
                return cleaned, mark.decode()
    for point, other in ((".", ","), (",", ".")):
        if (
            point != separator
            and point.encode() in sample
            and _is_thousands(sample.decode("utf-8", "replace"), point, other, separator)
        ):
            return _removed(rows, point.encode()), point
    return rows, None


def _removed(rows: bytes, mark: bytes) -> bytes:
    """The rows without the mark between a digit and three further ones, in fields that are grouped numbers."""
    grouped = rb"(?<![\d.,])(\d{1,3})(?:" + re.escape(mark) + rb"\d{3})+(?!\d)"
    return re.sub(grouped, lambda found: found[0].replace(mark, b""), rows)


def _is_thousands(sample: str, mark: str, other: str, separator: str) -> bool:
    point, decimal = re.escape(mark), re.escape(other)
    lines = [line.split(separator) for line in sample.splitlines()]
    grouped = re.compile(rf"[+-]?[1-9]\d{{0,2}}(?:{point}\d{{3}})+")
    proof = re.compile(
        rf"[+-]?\d{{1,3}}(?:{point}\d{{3}}){{2,}}(?:{decimal}\d+)?|[+-]?\d{{1,3}}(?:{point}\d{{3}})+{decimal}\d+"
    )
    small = re.compile(r"[+-]?[1-9]\d{2}")
    large = re.compile(r"[+-]?\d{4,}")
    with_mark = [
        (column, field.strip(' "'))
        for line in lines
        for column, field in enumerate(line)
        if mark in field and ":" not in field
    ]
    numbers = [(column, field) for column, field in with_mark if re.fullmatch(r"[+-]?\d+(?:[.,]\d+)+", field)]
    if any(proof.fullmatch(field) for _, field in numbers):
        return all(grouped.fullmatch(field) or proof.fullmatch(field) for _, field in numbers)
    if len(numbers) < FEWEST_GROUPED or not all(grouped.fullmatch(field) for _, field in numbers):
        return False
    columns = {column for column, _ in numbers}
    beside = [line[column].strip(' "') for line in lines for column in columns if column < len(line)]
    return any(small.fullmatch(field) for field in beside) and not any(large.fullmatch(field) for field in beside)
