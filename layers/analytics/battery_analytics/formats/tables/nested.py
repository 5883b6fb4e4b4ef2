"""Flattens a table of three levels, as Neware writes it: a row per cycle, below it one per step, below that one per point."""

_SEPARATORS = (b",", b"\t", b";")
_HEAD_BYTES = 20_000
_LONGEST_NUMBER = 40


def flattened(content: bytes) -> bytes:
    """The rows of the points with the number of their cycle before them; any other table as it is.

    The first three lines name the columns of the levels. Each level begins with one empty field more than that above it.
    """
    head = [line for line in content[:_HEAD_BYTES].splitlines() if line.strip()][:3]
    separator = next((mark for mark in _SEPARATORS if _is_nested(head, mark)), None)
    if separator is None:
        return content
    before = 2 * separator
    rows: list[bytes] = []
    cycle = _number(head[0], separator)
    for line in content.splitlines():
        if line.startswith(before):
            rows.append(cycle + separator + line[len(before) :])
        elif line.strip() and not line.startswith(separator) and rows:
            cycle = _number(line, separator)
    return b"\n".join(rows) + b"\n"


def _number(line: bytes, separator: bytes) -> bytes:
    """The first field of a cycle's row. It is written before each of the cycle's points, so it is cut to a number's length."""
    return line.split(separator, 1)[0].strip()[:_LONGEST_NUMBER]


def _is_nested(head: list[bytes], separator: bytes) -> bool:
    if len(head) < 3:
        return False
    depths = [next((place for place, part in enumerate(line.split(separator)) if part.strip()), -1) for line in head]
    return depths == [0, 1, 2]
