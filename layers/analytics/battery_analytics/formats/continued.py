"""Joins a cell that is continued over several files, so that splitting a file changes no figure.

Files continue each other where they name the same cell, or have the same name except a running number or a date, and where
times or cycle numbers follow on each other. Cells that are merely named alike, each with times from zero, stay apart.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import PurePath
from typing import Any

import numpy as np

from battery_analytics.cell import Cell, CyclingData, Finding, FloatArray, IntArray
from battery_analytics.formats.quantities import Quantity, listed
from battery_analytics.formats.tables.half_cycles import cycle_numbers_of

QUANTITIES: tuple[Quantity, ...] = (
    *("voltage_V", "current_A", "charge_capacity_Ah", "discharge_capacity_Ah", "step_capacity_Ah"),
    *("state", "time_s", "temperature_C"),
)
# Times above this are dates and not times since a test began.
EARLIEST_DATE_S = 1e8
LONGEST_PAUSE_S = 30 * 86_400.0

_DATE = re.compile(
    r"[_\-. ]*(?P<date>(?:19|20)\d\d[_\-.]?\d{1,2}[_\-.]?\d{1,2}|\d{1,2}[_\-.]\d{1,2}[_\-.](?:(?:19|20)\d\d|\d\d))$"
)
_NUMBER = re.compile(r"[_\-. (]+(?:part|pt|file|teil|no|nr)?[_\-. ]*\(?(?P<number>\d{1,4})\)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Name:
    """The name of a file: what it shares with other files of its cell, and its place among them."""

    base: str
    place: tuple[int, ...]
    is_dated: bool = False


def joined(cells: Sequence[Cell]) -> list[Cell]:
    """The cells, each whose files continue each other as one, at the place of its first file."""
    names = [_name_of(cell) for cell in cells]
    left = list(range(len(cells)))
    found: list[Cell] = []
    while left:
        first = left.pop(0)
        alike = [other for other in left if _may_continue(cells[first], names[first], cells[other], names[other])]
        chain = _chain(first, alike, cells, names)
        left = [other for other in left if other not in chain]
        found.append(cells[first] if len(chain) == 1 else _one_of([cells[place] for place in chain], names[chain[0]]))
    return found


def _name_of(cell: Cell) -> _Name:
    stem = PurePath(cell.source.files[0]).stem
    dated = _DATE.search(stem)
    if dated is not None and re.search(r"\d", stem[: dated.start()]):
        return _Name(stem[: dated.start()], _ordered_date(dated["date"]), is_dated=True)
    numbered = _NUMBER.search(stem)
    if numbered is not None and numbered.start() > 0:
        return _Name(stem[: numbered.start()], (int(numbered["number"]),))
    return _Name(stem, (0,))


def _ordered_date(text: str) -> tuple[int, ...]:
    """Year, month and day of a date that begins with the year, or ends with it after month and day."""
    parts = [int(part) for part in re.split(r"[_\-.]", text)]
    if len(parts) == 1:
        return (int(text[:4]), int(text[4:6]), int(text[6:]))
    if parts[0] > 31:
        return tuple(parts)
    month, day, year = parts
    if month > 12:
        month, day = day, month
    return (year % 100 + 2000, month, day)


def _may_continue(one: Cell, name: _Name, other: Cell, other_name: _Name) -> bool:
    """Whether two cells are one by what names them: the cell's own id in the file, or the names of their files."""
    if one.summary is not None or other.summary is not None or one.source.files == other.source.files:
        return False
    if _has(one) != _has(other) or one.source.format != other.source.format:
        return False
    stems = [PurePath(cell.source.files[0]).stem for cell in (one, other)]
    named = one.cell_id == other.cell_id and one.cell_id not in stems
    unnamed = [cell.cell_id for cell in (one, other)] == stems
    return named or (unnamed and name.base == other_name.base and name.place != other_name.place)


def _has(cell: Cell) -> tuple[bool, ...]:
    return tuple(getattr(cell.cycling, quantity) is not None for quantity in QUANTITIES)


def _chain(first: int, alike: list[int], cells: Sequence[Cell], names: Sequence[_Name]) -> list[int]:
    """The first cell and those of the others that continue it, in order; it alone where they do not follow."""
    members = [first, *alike]
    by_content = sorted(members, key=lambda place: _beginning(cells[place]))
    by_name = sorted(members, key=lambda place: names[place].place)
    for order in (by_content, by_name):
        pairs = pairwise(order)
        if len(order) > 1 and all(_follows(cells[one], cells[other], names[one], names[other]) for one, other in pairs):
            return order
    return [first]


def _beginning(cell: Cell) -> tuple[int, float]:
    time_s = cell.cycling.time_s
    return int(cell.cycling.cycle_number[0]), 0.0 if time_s is None else float(np.nan_to_num(time_s[0]))


def _follows(one: Cell, other: Cell, name: _Name, other_name: _Name) -> bool:
    last, first = int(one.cycling.cycle_number[-1]), int(other.cycling.cycle_number[0])
    goes_on = _times_follow(one.cycling.time_s, other.cycling.time_s)
    if first == last + 1 or (first == last and goes_on):
        return True
    if name.is_dated and other_name.is_dated and other_name.place > name.place:
        return True
    named = one.cell_id == other.cell_id
    return goes_on and (named or not _is_date(one.cycling.time_s))


def _times_follow(one: FloatArray | None, other: FloatArray | None) -> bool:
    if one is None or other is None:
        return False
    before, after = one[np.isfinite(one)], other[np.isfinite(other)]
    if not before.size or not after.size:
        return False
    pause = float(after[0]) - float(before.max())
    return before.max() > before[0] and 0 <= pause <= LONGEST_PAUSE_S


def _is_date(time_s: FloatArray | None) -> bool:
    return time_s is not None and bool(np.nanmax(time_s) > EARLIEST_DATE_S)


def _one_of(cells: Sequence[Cell], name: _Name) -> Cell:
    first = cells[0]
    files = tuple(file for cell in cells for file in cell.source.files)
    message = f"{listed(files)} continue each other. They were read as one cell in this order."
    findings = list(dict.fromkeys(finding for cell in cells for finding in cell.findings))
    findings.append(Finding("files_joined", "info", message))
    cycling = _concatenated([cell.cycling for cell in cells], findings)
    stem = PurePath(first.source.files[0]).stem
    cell_id = (name.base.rstrip("_-. ") or stem) if first.cell_id == stem else first.cell_id
    metadata = {key: value for cell in reversed(cells) for key, value in cell.metadata.items() if value is not None}
    source = replace(first.source, files=files)
    return Cell({**first.metadata, **metadata, "cell_id": cell_id}, cycling, source, tuple(findings))


def _concatenated(parts: Sequence[CyclingData], findings: list[Finding]) -> CyclingData:
    columns: dict[Quantity, Any] = {
        quantity: np.concatenate([getattr(part, quantity) for part in parts])
        for quantity in QUANTITIES
        if getattr(parts[0], quantity) is not None
    }
    numbers = _numbers_of_points(parts, columns, findings)
    starts = np.flatnonzero(np.diff(numbers, prepend=-1))
    return CyclingData(
        cycle_number=numbers[starts],
        offsets=np.append(starts, numbers.size).astype(np.int64),
        **columns,
    )


def _numbers_of_points(
    parts: Sequence[CyclingData], columns: Mapping[Quantity, FloatArray], findings: list[Finding]
) -> IntArray:
    """The cycle of each point. A number that was there before begins again as a further cycle, except one that goes on."""
    if any(finding.code == "cycles_from_steps" for finding in findings):
        told = cycle_numbers_of(columns)
        if told is not None:
            return told.astype(np.int64)
    numbers: list[IntArray] = []
    largest, shifted = -1, False
    for before, part in zip((None, *parts), parts, strict=False):
        own = part.cycle_number
        first = int(own[0])
        continues = before is not None and first == largest and _times_follow(before.time_s, part.time_s)
        shift = 0 if first > largest or continues else largest + 1 - first
        shifted |= shift > 0
        numbers.append(np.repeat(own + shift, np.diff(part.offsets)))
        largest = int(own.max()) + shift
    if shifted:
        message = (
            "The cycle numbers begin again in a further file. Its cycles were numbered on from the largest before."
        )
        findings.append(Finding("cycles_numbered_on", "warning", message))
    return np.concatenate(numbers)
