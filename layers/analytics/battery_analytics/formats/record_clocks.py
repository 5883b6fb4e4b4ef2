"""The clock of a test that lies in several records: when each began, and times that run on from one to the next."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise

import numpy as np

from battery_analytics.cell import Finding
from battery_analytics.formats.binary.matlab_values import Fact
from battery_analytics.formats.record_columns import Part, is_numbers
from battery_analytics.formats.tables.columns import GENERAL_NAMES

START_FACTS = ("time", "start_time", "date", "start")
EPOCH = datetime(1970, 1, 1)
_DAY_FIRST_DATE = re.compile(r"(\d{1,2})-([A-Z][a-z]{2})-(\d{4}) (\d{1,2}):(\d{2}):(\d{2})")


def start_of(facts: Mapping[str, Fact]) -> float | None:
    """When a record began, in seconds since 1970, from a date vector or MATLAB's text of a date."""
    for key in START_FACTS:
        value = facts.get(key)
        moment = None
        if isinstance(value, tuple) and len(value) == 6 and 1900 < value[0] < 2200:
            year, month, day, hour, minute, seconds = value
            moment = _moment(int(year), int(month), int(day)), hour * 3600 + minute * 60 + seconds
        elif isinstance(value, str) and (match := _DAY_FIRST_DATE.match(value)):
            month_number = "JanFebMarAprMayJunJulAugSepOctNovDec".find(match[2]) // 3 + 1
            moment = (
                _moment(int(match[3]), month_number, int(match[1])),
                sum(int(match[place]) * factor for place, factor in ((4, 3600), (5, 60), (6, 1))),
            )
        if moment is not None and moment[0] is not None and np.isfinite(moment[1]):
            return (moment[0] - EPOCH).total_seconds() + float(moment[1])
    return None


def _moment(year: int, month: int, day: int) -> datetime | None:
    try:
        return datetime(year, month, day)
    except ValueError:
        return None


def continued_times(parts: Sequence[Part]) -> list[Finding]:
    """Lets the times of records run on: from their dates, else from the end of the record before in the same cycle."""
    if len(parts) < 2 or not all(map(_has_clock, parts)):
        return []
    restarts = [_restarts(before, part) for before, part in pairwise(parts)]
    if not any(restarts):
        return []
    if all(part.start_s is not None for part in parts):
        return _dated(parts)
    shift, moved = 0.0, False
    for (before, part), restarted in zip(pairwise(parts), restarts, strict=True):
        same_cycle = part.number == before.number
        shift = shift if same_cycle else 0.0
        name, factor = _clock(part)
        if restarted and same_cycle:
            before_name, before_factor = _clock(before)
            shift = float(np.nanmax(before.columns[before_name].astype(np.float64)) * before_factor) / factor
        if shift and same_cycle:
            part.columns = {**part.columns, name: part.columns[name].astype(np.float64) + shift}
            moved = True
    if not moved:
        return []
    message = "The clock of the file restarts with each step. The times were run on."
    return [Finding("times_run_on", "info", message)]


def _has_clock(part: Part) -> bool:
    time = GENERAL_NAMES.layout(part.columns).get("time_s")
    return time is not None and is_numbers(part.columns[time.name])


def _clock(part: Part) -> tuple[str, float]:
    time = GENERAL_NAMES.layout(part.columns)["time_s"]
    return time.name, time.factor


def _restarts(before: Part, part: Part) -> bool:
    (before_name, _), (name, _) = _clock(before), _clock(part)
    last, first = before.columns[before_name].astype(np.float64), part.columns[name].astype(np.float64)
    return bool(np.nanmin(first) < np.nanmax(last))


def _dated(parts: Sequence[Part]) -> list[Finding]:
    begin = min(part.start_s for part in parts if part.start_s is not None)
    for part in parts:
        name, factor = _clock(part)
        seconds = part.columns[name].astype(np.float64) * factor + ((part.start_s or begin) - begin)
        others = {key: values for key, values in part.columns.items() if key != name}
        part.columns = {**others, "Time (s)": seconds}
    message = "The clock of the file restarts with each operation. The times were run on by the date of each."
    return [Finding("times_run_on", "info", message)]
