"""Edits of a file's bytes: what transfers, editors and attackers do to files, drawn by hypothesis."""

import re
from collections.abc import Sequence
from typing import Literal

from hypothesis import strategies as st

MOST_BYTES = 1_000_000
_NUMBER = re.compile(rb"[0-9][0-9.eE+:-]*")
_NUMBERS = (
    b"",
    b"0",
    b"-1",
    b"nan",
    b"inf",
    b"-inf",
    b"1e308",
    b"-1e308",
    b"1e-320",
    b"1e400",
    b"9223372036854775808",
    b"9007199254740993",
    b"9" * 400,
    b"0x1F",
    b"1.2.3",
    b"1,234.5",
    b"#DIV/0!",
    b"12:34:56",
    b"9999-12-31",
    b"2024-02-30 25:61",
    "١٢".encode(),
)
_BYTES = (b"\x00", b"\xff", b"\r", b"\n", b"\t", b'"', b",", b";", b"\xef\xbb\xbf", b"\xff\xfe", b"\x80", b"\xc3\x28")
_WHOLE = (0, 1, 2, 127, 128, 255, 256, 32767, 65535, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, 2**64 - 1)
_KINDS = ("put", "whole", "insert", "delete", "repeat", "cut", "swap", "number", "line")

type Edit = tuple[str, float, float, int]

# A kind, two places as shares of the file, and a number that the kind reads as it likes.
EDITS: st.SearchStrategy[list[Edit]] = st.lists(
    st.tuples(st.sampled_from(_KINDS), st.floats(0, 1), st.floats(0, 1), st.integers(0, 2**32 - 1)),
    min_size=1,
    max_size=6,
)


def edited(content: bytes, edits: Sequence[Edit]) -> bytes:
    """The bytes after these edits, at most `MOST_BYTES`."""
    for kind, first, second, number in edits:
        content = _edited(content, kind, int(first * len(content)), int(second * len(content)), number)[:MOST_BYTES]
    return content


def _edited(content: bytes, kind: str, at: int, other: int, number: int) -> bytes:
    start, end = min(at, other), max(at, other)
    short_end = start + min(end - start, 64)
    match kind:
        case "put":
            return content[:at] + bytes([number & 0xFF]) + content[at + 1 :]
        case "whole":
            width = (1, 2, 4, 8)[number % 4]
            order: Literal["little", "big"] = "little" if number & 4 else "big"
            value: int = _WHOLE[(number >> 3) % len(_WHOLE)] % (1 << 8 * width)
            return content[:at] + value.to_bytes(width, order) + content[at + width :]
        case "insert":
            return content[:at] + _BYTES[number % len(_BYTES)] * (1 + (number >> 8) % 4) + content[at:]
        case "delete":
            return content[:start] + content[short_end if number % 2 else end :]
        case "repeat":
            return content[:end] + content[start:short_end] * (number % 1_000) + content[end:]
        case "cut":
            return content[:at]
        case "swap":
            return content[:start] + content[end:] + content[start:end]
        case "number":
            found = _NUMBER.search(content, at)
            if found is None:
                return content
            return content[: found.start()] + _NUMBERS[number % len(_NUMBERS)] + content[found.end() :]
        case _:
            return _with_a_line_moved(content, at, other, number)


def _with_a_line_moved(content: bytes, at: int, other: int, number: int) -> bytes:
    """A line left out, or written again elsewhere, up to 200 times."""
    start = content.rfind(b"\n", 0, at) + 1
    end = content.find(b"\n", at) + 1 or len(content)
    if number % 3 == 0:
        return content[:start] + content[end:]
    place = content.rfind(b"\n", 0, other) + 1
    return content[:place] + content[start:end] * (1 + (number >> 8) % 200) + content[place:]
