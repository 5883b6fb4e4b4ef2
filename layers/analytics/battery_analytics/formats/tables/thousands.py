"""Finds out whether a table groups its digits by thousands, and writes its numbers without the mark."""

import re

SAMPLE_BYTES = 200_000
FEWEST_GROUPED = 5

MINUS = "−".encode()
# Marks that nothing else in a number can be: apostrophes and spaces, as their bytes in UTF-8.
_PLAIN_MARKS = tuple(mark.encode() for mark in ("'", "’", " ", "\u00a0", "\u202f", "\u2009"))


_GROUPED_BEFORE = rb"(?<![\d.,:/-])-?\d{1,3}"


def without_thousands(content: bytes, rows_start: int, separator: str) -> tuple[bytes, str | None]:
    """A table without marks between thousands in its rows, and the mark, None where there is none.

    A point or comma counts as such a mark only where the table proves it: beside a decimal mark or twice in a number; or
    where all numbers with it have three digits after it, and in one of their columns whole numbers up to 999 stand beside.
    A minus sign of print becomes a plain one.
    """
    is_ascii = content.isascii()
    if not is_ascii and MINUS in content:
        content = content[:rows_start] + content[rows_start:].replace(MINUS, b"-")
    mark = _mark(content[rows_start : rows_start + SAMPLE_BYTES], separator, is_ascii=is_ascii)
    if mark is None:
        return content, None
    return content[:rows_start] + _removed(content[rows_start:], mark), mark.decode()


def _mark(sample: bytes, separator: str, *, is_ascii: bool) -> bytes | None:
    for mark in _PLAIN_MARKS:
        if (
            (mark.isascii() or not is_ascii)
            and mark in sample
            and re.search(_GROUPED_BEFORE + re.escape(mark) + rb"\d{3}(?!\d)", sample)
        ):
            return mark
    for point, other in ((b".", b","), (b",", b".")):
        if point == separator.encode() or point not in sample or _has_other_groups(sample, point):
            continue
        if _is_thousands(sample.decode("utf-8", "replace"), point.decode(), other.decode(), separator):
            return point
    return None


def _has_other_groups(sample: bytes, mark: bytes) -> bool:
    """Whether the mark stands anywhere before fewer or more than three digits: the quick answer for most tables."""
    return re.search(rb"\d" + re.escape(mark) + rb"(?!\d{3}(?!\d))", sample) is not None


def _removed(rows: bytes, mark: bytes) -> bytes:
    """The rows without the mark between a digit and three further ones, in fields that are grouped numbers."""
    grouped = _GROUPED_BEFORE + rb"(?:" + re.escape(mark) + rb"\d{3})+(?!\d)"
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
