"""Reads columns of texts that are written alike, such as dates and durations, all rows at once.

Rows whose digits stand in the same places form one layout. A pattern is matched on the first row of each layout, and the
numbers of the others are taken from the places that it finds.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

LONGEST = 64  # characters
MOST_LAYOUTS = 256
_FACTOR, _MODULUS = 1_000_003, 2**40 + 15
_ZERO, _NINE = ord("0"), ord("9")


@dataclass(frozen=True, slots=True)
class Layout:
    """The rows of one layout, the match of the pattern in the first of them, and the characters of all, shape (n, length)."""

    rows: npt.NDArray[np.int64]
    match: re.Match[str]
    characters: npt.NDArray[np.uint8]

    def number(self, group: int | str) -> npt.NDArray[np.int64]:
        """The whole number in this group of the pattern, shape (n,); zero where the pattern has none."""
        start, stop = self.match.span(group)
        found = np.zeros(self.rows.size, dtype=np.int64)
        for place in range(max(start, 0), stop):
            found = found * 10 + (self.characters[:, place] - _ZERO)
        return found

    def decimal(self, group: int | str) -> npt.NDArray[np.float64]:
        """The decimal number in this group, with a point or a comma; zero where the pattern has none."""
        start, stop = self.match.span(group)
        text = self.match[group] or ""
        mark = next((place for place, character in enumerate(text) if character in ".,"), len(text))
        found = np.zeros(self.rows.size)
        for place in range(max(start, 0), stop):
            if place - start != mark:
                found = found * 10 + (self.characters[:, place] - _ZERO)
        return found / 10.0 ** max(len(text) - mark - 1, 0)

    def letter(self, group: int | str) -> npt.NDArray[np.uint8]:
        """The first character of this group in lower case, shape (n,); zero where the pattern has none."""
        start, stop = self.match.span(group)
        if stop <= start:
            return np.zeros(self.rows.size, dtype=np.uint8)
        return self.characters[:, start] | np.uint8(0x20)


def layouts_of(texts: Sequence[str | None], pattern: re.Pattern[str], *, free: str = "") -> list[Layout] | None:
    """The layouts of the texts that the whole pattern matches; None where the texts are written in too many ways.

    Texts that are None or that it does not match are in none. The rows of a layout have the same characters where they have
    no digits, but in the group `free`.
    """
    stripped = [text.strip() if text is not None and len(text) <= LONGEST and text.isascii() else "" for text in texts]
    lengths = np.fromiter(map(len, stripped), dtype=np.int64, count=len(stripped))
    width = int(lengths.max(initial=0))
    if width == 0:
        return []
    characters = np.array(stripped, dtype=f"S{width}").view(np.uint8).reshape(len(stripped), width)
    is_digit = (characters >= _ZERO) & (characters <= _NINE)
    codes = lengths.copy()
    for column in range(width):
        # A sum of multiples of odd numbers: rows with other digits but the same sum are told apart below.
        codes += is_digit[:, column] * (_FACTOR ** (column + 1) % _MODULUS)
    different, place = np.unique(codes, return_inverse=True)
    if different.size > MOST_LAYOUTS:
        return None
    order = np.argsort(place, kind="stable")
    ends = np.cumsum(np.bincount(place, minlength=different.size))
    found: list[Layout] = []
    for rows in np.split(order, ends[:-1]):
        text, here = stripped[int(rows[0])], characters[rows]
        match = pattern.fullmatch(text)
        fixed = ~is_digit[rows[0]]
        if match is not None and free and match[free]:
            fixed[slice(*match.span(free))] = False
        if (is_digit[rows] != is_digit[rows[0]]).any() or (here[:, fixed] != here[0, fixed]).any():
            return None
        if match is not None:
            found.append(Layout(rows, match, here))
    return found
