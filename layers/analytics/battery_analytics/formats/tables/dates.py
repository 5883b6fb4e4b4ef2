"""Reads a column of dates and times of any common spelling as seconds, and repairs changes of the clock."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from battery_analytics.cell import Finding, FloatArray
from battery_analytics.formats.tables.fixed_texts import Layout, layouts_of

_DATE = re.compile(
    r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})"
    r"(?:[ T,;]+(\d{1,2}):(\d{2})(?::(\d{2}(?:[.,]\d{1,9})?))?\s*(?P<half>[AaPp])?\.?(?:[Mm]\.?)?)?"
)
_FIRST_YEAR = 1970
HOUR_S = 3_600.0
NEIGHBOURS = 3.0


def is_date(text: str) -> bool:
    """Whether a text is a date that begins or ends with its year."""
    return _DATE.fullmatch(text.strip()) is not None


def seconds_of_dates(texts: Sequence[str | None]) -> FloatArray:
    """Seconds of shape (n,) from dates such as 26.10.2024 22:00:00, 10/26/2024 10:00 PM or 2024/10/26; NaN for other text.

    Whether the day or the month comes first is decided for the column: a number above 12 is a day, dates with points
    begin with their day, and else the order is used in which the times go back less often.
    """
    layouts = layouts_of(texts, _DATE, free="half")
    if layouts is not None:
        return _seconds_of_layouts(layouts, len(texts))
    different = {text: _DATE.fullmatch(text.strip()) for text in texts if text is not None}
    known = [match for match in different.values() if match]
    day_first = any(match[2] == "." for match in known) or any(int(match[1]) > 12 for match in known)
    month_first = any(int(match[3]) > 12 for match in known)
    return min(
        (_seconds(texts, different, day_first=order) for order in _orders(day_first, month_first)), key=_steps_back
    )


def _orders(day_first: bool, month_first: bool) -> list[bool]:
    return [True] if day_first else [False] if month_first else [False, True]


def _seconds_of_layouts(layouts: Sequence[Layout], n_rows: int) -> FloatArray:
    """Seconds of shape (n_rows,) of dates whose rows are written alike, as `seconds_of_dates` has it."""
    day_first = any(one.match[2] == "." or bool((one.number(1) > 12).any()) for one in layouts)
    month_first = any(bool((one.number(3) > 12).any()) for one in layouts)
    read: list[FloatArray] = []
    for order in _orders(day_first, month_first):
        seconds = np.full(n_rows, np.nan)
        for layout in layouts:
            seconds[layout.rows] = _moments(layout, day_first=order)
        read.append(seconds)
    return min(read, key=_steps_back)


def _moments(layout: Layout, *, day_first: bool) -> FloatArray:
    first, second, third = (layout.number(group) for group in (1, 3, 4))
    if len(layout.match[1]) == 4:
        year, month, day = first, second, third
    else:
        year = third if len(layout.match[4]) > 2 else third + 2000
        day, month = (first, second) if day_first else (second, first)
    hours = layout.number(5)
    if layout.match["half"]:
        hours = hours % 12 + np.where(layout.letter("half") == ord("p"), 12, 0)
    in_calendar = (month >= 1) & (month <= 12) & (day >= 1) & (year >= _FIRST_YEAR)
    months = np.where(in_calendar, (year - 1970) * 12 + month - 1, 0).astype("M8[M]")
    starts, ends = (each.astype("M8[D]").astype(np.int64) for each in (months, months + np.timedelta64(1, "M")))
    in_calendar &= day <= ends - starts
    of_day = (hours * 60 + layout.number(6)) * 60 + layout.decimal(7)
    seconds: FloatArray = np.where(in_calendar, (starts + day - 1) * 86_400.0 + of_day, np.nan)
    return seconds


def without_clock_changes(seconds: FloatArray) -> tuple[FloatArray, int]:
    """Local times without the hour that the clock is turned by, twice a year, and how often it was.

    A step back counts if it is one usual interval after an hour less. A step forward counts on a Sunday in March only,
    when it is one usual interval after an hour more.
    """
    known = np.flatnonzero(np.isfinite(seconds))
    if known.size < 4:
        return seconds, 0
    step = np.diff(seconds[known])
    usual = np.maximum(np.append(step[:1], step[:-1]), np.append(step[1:], step[-1:]))
    usual = np.maximum(usual, 0.0)
    back = (step < 0) & (step >= -HOUR_S) & (step + HOUR_S <= NEIGHBOURS * usual + 1.0)
    forward = (step >= HOUR_S) & (step - HOUR_S <= NEIGHBOURS * usual + 1.0) & (usual < HOUR_S / 2)
    for place in np.flatnonzero(forward).tolist():
        forward[place] = _is_sunday_in_march(float(seconds[known[place + 1]]))
    if not (back | forward).any():
        return seconds, 0
    shift = np.zeros(known.size)
    shift[1:] = np.cumsum(HOUR_S * back - HOUR_S * forward)
    repaired = seconds.copy()
    repaired[known] += shift
    return repaired, int(np.count_nonzero(back | forward))


def clock_changes_finding(changes: int) -> Finding:
    """The finding of a clock that was turned."""
    times = "once" if changes == 1 else f"{changes} times"
    message = f"The clock of the times is turned by an hour {times}, as in spring and autumn. That hour was taken out."
    return Finding("clock_turned", "warning", message)


def _is_sunday_in_march(seconds: float) -> bool:
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return False
    return moment.month == 3 and moment.weekday() == 6 and 1 <= moment.hour <= 4


def _steps_back(seconds: FloatArray) -> tuple[int, float]:
    """How many times are unknown or before the one above, and the span of all."""
    known = seconds[np.isfinite(seconds)]
    if not known.size:
        return seconds.size, np.inf
    return seconds.size - known.size + int(np.count_nonzero(np.diff(known) < 0)), float(known.max() - known.min())


def _seconds(
    texts: Sequence[str | None], different: Mapping[str, re.Match[str] | None], *, day_first: bool
) -> FloatArray:
    seconds: dict[str | None, float] = {
        text: np.nan if match is None else _moment(match, day_first=day_first) for text, match in different.items()
    }
    seconds[None] = np.nan
    return np.array([seconds[text] for text in texts])


def _moment(match: re.Match[str], *, day_first: bool) -> float:
    first, _, second, third, hour, minute, second_of_minute, half_day = match.groups()
    if len(first) == 4:
        year, month, day = int(first), int(second), int(third)
    else:
        year = int(third) if len(third) > 2 else 2000 + int(third)
        day, month = (int(first), int(second)) if day_first else (int(second), int(first))
    hours = int(hour or 0)
    if half_day:
        hours = hours % 12 + (12 if half_day in "Pp" else 0)
    try:
        date = datetime(year, month, day, tzinfo=UTC)
        since = timedelta(
            hours=hours, minutes=int(minute or 0), seconds=float((second_of_minute or "0").replace(",", "."))
        )
    except (ValueError, OverflowError):
        return np.nan
    return (date + since).timestamp() if year >= _FIRST_YEAR else np.nan
