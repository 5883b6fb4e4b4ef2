"""Turns a column's values of any type into numbers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

import numpy as np
import numpy.typing as npt

from battery_analytics.budget import charge_values
from battery_analytics.cell import FloatArray
from battery_analytics.formats.tables.dates import is_date, seconds_of_dates
from battery_analytics.formats.tables.fixed_texts import layouts_of

_FLOAT64 = np.dtype(np.float64)
_PLAIN_NUMBERS = frozenset({float, int, bool, type(None)})
_LONGEST_NUMBER = 64
_CHARGED_AT_ONCE = 1_000
_VALUES_PER_DATE = 5
_MOST_UNREADABLE = 1_000  # a column with more text than numbers so far is a column of text, and is not read further


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column's values as float64 of shape (n,), NaN where a value is missing, and how many were not numbers.

    `example` is one of these. `local_dates` says that the values are dates without a time zone.
    """

    values: FloatArray
    unreadable: int = 0
    example: str | None = None
    local_dates: bool = False

    def scaled(self, factor: float, offset: float = 0.0) -> FloatArray:
        """The values in another unit."""
        if factor == 1.0 and offset == 0.0:
            return self.values
        with np.errstate(over="ignore"):
            return self.values * factor + offset


class NotNumbers(Exception):
    """A value that is not a column of numbers."""


def numbers(column: object, *, clock: bool = False) -> Numbers:
    """A column of any plain type as numbers.

    Lists, tuples and arrays of numbers, of numbers as text and of None are read; with `clock` also times of day,
    durations (`1d 02:03:04.5`) and dates, in seconds. Raises NotNumbers for any other value.
    """
    if not isinstance(column, np.ndarray):
        if isinstance(column, list | tuple):
            return _numbers_of_items(column, clock)
        raise NotNumbers
    kind = column.dtype.kind
    if kind in "fiub":
        return Numbers(_as_float64(column if column.ndim == 1 else column.reshape(-1)))
    if kind in "OUS":
        return _numbers_of_items(column.reshape(-1).tolist(), clock)
    if kind in "Mm" and clock:
        return Numbers(_seconds_of_times(column.reshape(-1)))
    raise NotNumbers


def numbers_of_pieces(pieces: Sequence[object], *, clock: bool = False) -> Numbers:
    """The pieces of one column as numbers, one after the other. Raises NotNumbers as `numbers` does."""
    if len(pieces) == 1:
        return numbers(pieces[0], clock=clock)
    values: list[npt.NDArray[np.generic]] = []
    unreadable = 0
    example: str | None = None
    local_dates = False
    for piece in pieces:
        if isinstance(piece, np.ndarray) and piece.ndim == 1 and piece.dtype.kind in "fiub":
            values.append(piece)
        else:
            read = numbers(piece, clock=clock)
            values.append(read.values)
            unreadable += read.unreadable
            example, local_dates = example or read.example, local_dates or read.local_dates
    joined = np.concatenate(values, dtype=np.float64) if values else np.empty(0)
    return Numbers(joined, unreadable, example, local_dates)


def _as_float64(values: npt.NDArray[np.generic]) -> FloatArray:
    if values.dtype == _FLOAT64:
        return cast(FloatArray, values)
    with np.errstate(over="ignore", invalid="ignore"):
        return values.astype(np.float64)


def _numbers_of_items(items: Sequence[object], clock: bool) -> Numbers:
    at_once = _spelled_alike(items)
    if at_once is not None:
        return Numbers(at_once)
    moments = _moments(items) if clock else None
    if moments is not None:
        return moments
    values, unreadable, example = np.empty(len(items)), 0, None
    known: dict[str | bytes, float | None] = {}
    for place, item in enumerate(items):
        if place % _CHARGED_AT_ONCE == 0:
            charge_values(min(_CHARGED_AT_ONCE, len(items) - place))
        if type(item) is str or type(item) is bytes:
            if item not in known:
                known[item] = _number(item, clock)
            number = known[item]
        else:
            number = _number(item, clock)
        if number is None:
            unreadable, example = unreadable + 1, example or _example(item)
        values[place] = np.nan if number is None else number
        if unreadable > _MOST_UNREADABLE and 2 * unreadable > place:
            return Numbers(np.full(len(items), np.nan), len(items), example)
    return Numbers(values, unreadable, example)


def _spelled_alike(items: Sequence[object]) -> FloatArray | None:
    """The numbers of a list that holds nothing else, or their texts in Python's spelling; None for any other list."""
    kinds = set(map(type, items))
    if not kinds <= _PLAIN_NUMBERS and kinds != {str}:
        return None
    if kinds == {str} and not all(len(item) <= _LONGEST_NUMBER and "_" not in item for item in cast(list[str], items)):
        return None
    try:
        return np.array(items, dtype=np.float64)
    except (ValueError, OverflowError):
        return None  # some text is no number so, or some number is none of a float's: each value is read alone


def _example(item: object) -> str:
    """Text as it is; of another value only its type, since it may be as large as a file can make it."""
    return f"{item[:40]!s}" if isinstance(item, str | bytes) else f"a {type(item).__name__}"


_SECONDS_PER_UNIT = {
    **{"W": 604_800.0, "D": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0},
    **{"ms": 1e-3, "us": 1e-6, "ns": 1e-9, "ps": 1e-12, "fs": 1e-15, "as": 1e-18},
}


def _seconds_of_times(times: npt.NDArray[np.generic]) -> FloatArray:
    """Dates or durations of any unit in seconds, NaN where one is missing. Raises NotNumbers for other units.

    Nanoseconds would end in the year 2262; a date beyond, such as 9999-12-31, stands for none in some programs.
    """
    unit, count = np.datetime_data(cast("np.dtype[np.datetime64 | np.timedelta64]", times.dtype))
    if unit in {"M", "Y"} and times.dtype.kind == "M":
        month = times.view(np.int64).astype(np.float64) * (count if unit == "M" else 12 * count)
        days = np.where(np.abs(month) < 12 * 8_000, month, np.nan)
        whole = np.nan_to_num(days).astype("M8[M]").astype("M8[D]").astype(np.float64)
        return np.where(np.isnat(times) | np.isnan(days), np.nan, whole * _SECONDS_PER_UNIT["D"])
    if unit not in _SECONDS_PER_UNIT:
        raise NotNumbers
    return np.where(np.isnat(times), np.nan, times.view(np.int64) * (_SECONDS_PER_UNIT[unit] * count))


def _moments(items: Sequence[object]) -> Numbers | None:
    """A column of dates or durations in seconds; None where its first text is neither."""
    first = next((item for item in items if isinstance(item, str) and item.strip()), None)
    if first is None:
        return None
    dates = _dates(items, first)
    return _durations(items, first) if dates is None else dates


def _dates(items: Sequence[object], first: str) -> Numbers | None:
    """A column of dates without time zone in seconds; None where its first text is no such date."""
    charge_values(_VALUES_PER_DATE * len(items))
    if is_date(first[:_LONGEST_NUMBER]):
        texts = [item if isinstance(item, str) and len(item) <= _LONGEST_NUMBER else None for item in items]
        seconds = seconds_of_dates(texts)
    elif _is_local_iso(first):
        seconds = np.array([np.nan if (number := _number(item, clock=True)) is None else number for item in items])
    else:
        return None
    unreadable = sum(not _is_gap(items[place]) for place in np.flatnonzero(np.isnan(seconds)).tolist())
    return Numbers(seconds, unreadable, first if unreadable else None, local_dates=True)


def _durations(items: Sequence[object], first: str) -> Numbers | None:
    """A column of times such as 12:05:30.5 or `1d 02:03:04` in seconds, NaN for gaps; None where it has other values."""
    if not _DURATION.fullmatch(first.strip()[:_LONGEST_NUMBER]):
        return None
    charge_values(len(items))
    layouts = layouts_of([item if type(item) is str else None for item in items], _DURATION)
    if layouts is None:
        return None
    seconds = np.full(len(items), np.nan)
    for layout in layouts:
        days, hours, minutes = (layout.number(group) for group in (1, 2, 3))
        seconds[layout.rows] = ((days * 24 + hours) * 60 + minutes) * 60 + layout.decimal(4)
    others = [items[place] for place in np.flatnonzero(np.isnan(seconds)).tolist()]
    return Numbers(seconds) if all(map(_is_gap, others)) else None


def _is_gap(item: object) -> bool:
    if isinstance(item, str):
        return item.strip().lower() in _NOT_MEASURED
    return item is None or (isinstance(item, float) and np.isnan(item))


def _is_local_iso(text: str) -> bool:
    try:
        return datetime.fromisoformat(text.strip()[:_LONGEST_NUMBER]).tzinfo is None and "-" in text
    except ValueError:
        return False


_NOT_MEASURED = frozenset({"", "nan", "none", "null", "na", "n/a", "-"})


def _number(item: object, clock: bool) -> float | None:
    """One value as a float: NaN where it marks a missing value, None where it is not a number."""
    if item is None:
        return np.nan
    if isinstance(item, bytes):
        item = item[: _LONGEST_NUMBER + 1].decode("latin-1")
    if isinstance(item, str):
        return number_of_text(item, clock=clock)
    if isinstance(item, int | float):
        try:
            return float(item)
        except OverflowError:
            return None
    return None


_GROUPED = re.compile(r"[+-]?\d{1,3}(?:(?P<mark>[,.' ’\u00a0\u202f\u2009])\d{3})(?:(?P=mark)\d{3})*(?P<rest>[,.]\d+)?")
_PLAIN_MARKS = ("'", "’", " ", "\u00a0", "\u202f", "\u2009")
_DURATION = re.compile(r"(?:(\d{1,6})(?: ?d| days?,?)? )?(\d{1,6}):(\d{1,2}):(\d{1,2}(?:[.,]\d{1,9})?)")


def number_of_text(text: str, *, clock: bool = False) -> float | None:
    """The number that a text spells, with decimal point or comma; NaN where it marks a missing value.

    A comma without a point is a decimal comma. Of a comma and a point the last is the decimal mark, and the other
    separates thousands.
    """
    if len(text) > _LONGEST_NUMBER or "_" in text:
        return None
    text = text.strip().replace("−", "-")
    try:
        return float(_with_decimal_point(text) if "," in text or any(mark in text for mark in _PLAIN_MARKS) else text)
    except ValueError:
        if text.lower() in _NOT_MEASURED:
            return np.nan
        return _seconds(text) if clock else None


def _with_decimal_point(text: str) -> str:
    grouped = _GROUPED.fullmatch(text)
    if grouped and (
        grouped["mark"] in _PLAIN_MARKS
        or ((grouped["rest"] or text.count(grouped["mark"]) > 1) and grouped["mark"] != (grouped["rest"] or "")[:1])
    ):
        text = text.replace(grouped["mark"], "")
    return text.replace(",", ".")


def _seconds(text: str) -> float | None:
    duration = _DURATION.fullmatch(text)
    if duration:
        days, hours, minutes, seconds = (float((part or "0").replace(",", ".")) for part in duration.groups())
        return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
