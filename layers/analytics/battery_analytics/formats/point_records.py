"""Puts the records of a file of structs together: which are of one cell, which cycle each is, and what their columns mean.

A record holds the points of a cycle, of a charge or discharge, of a step, or of a whole test. The path to it says which:
`batch(3).cycles(17)`, `Cell1.cyc0100.C1dc`, `B0005.cycle(12).data`, `data.step(5)`, `meas`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from battery_analytics.cell import Finding, FloatArray
from battery_analytics.formats.binary.matlab_values import Fact, Record, Step
from battery_analytics.formats.source_table import SourceTable
from battery_analytics.formats.tables.columns import GENERAL_NAMES, has_unit
from battery_analytics.formats.tables.texts import CHARGE, DISCHARGE, state_of

type Column = npt.NDArray[np.generic]

NASA, OXFORD, MATR = "NASA mat", "Oxford mat", "MATR mat"
_CELLS = re.compile(r"^(?:batch|batter(?:y|ies)|cells?|batt?s?)$", re.IGNORECASE)
_NUMBERED = re.compile(r"^(?:cyc|cycle|zyklus|loop|rpt|n)_?(\d{1,6})$", re.IGNORECASE)
_PHASE = re.compile(r"^(?:\w*?_)?(?:C?\d*|OCV|CC|CV|CCCV)_?(?:ch|dc|chg|dchg|charge|discharge|dis|rest)$", re.IGNORECASE)
_OXFORD_PHASE = re.compile(r"^(?:C1|OCV)(?:ch|dc)$")
_STEPS = re.compile(r"^steps?$", re.IGNORECASE)
_NUMBER_FACTS = ("cycle_number", "cycle_index", "cycle", "cycle_no", "cyc")
_KIND_FACTS = ("type", "comment", "mode", "operation", "step_type")
_START_FACTS = ("time", "start_time", "date", "start")
_IMPEDANCE = re.compile(r"imped|\beis\b|pstat|gstat", re.IGNORECASE)
_MONTHS_FIRST_DATE = re.compile(r"(\d{1,2})-([A-Z][a-z]{2})-(\d{4}) (\d{1,2}):(\d{2}):(\d{2})")

DAYS_SINCE_YEAR_0 = (600_000.0, 850_000.0)
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  the times of a test have no zone
TIME_UNITS = {1.0: "s", 60.0: "min", 3_600.0: "h"}
RATIO_RANGE = (0.75, 1.3)
SAME_AS_ONE = 0.03
STEADY = 0.02


@dataclass(frozen=True, slots=True)
class CellRecords:
    """The table of one cell, the kind of file that it was found in, None where it is no known one, and findings."""

    table: SourceTable
    kind: str | None
    findings: Sequence[Finding] = ()


@dataclass(slots=True)
class _Part:
    """A record with its columns under general names, and its place within its cell."""

    record: Record
    columns: dict[str, Column]
    rest: tuple[Step, ...]
    number: int | None = None
    start_s: float | None = None


@dataclass(slots=True)
class _Group:
    name: str
    parts: list[_Part] = field(default_factory=list)
    impedance: int = 0


def cells_of_records(records: Sequence[Record]) -> list[CellRecords]:
    """The cells that the records are of, in the order of the file; none where no record has points of cycling."""
    groups: dict[tuple[object, ...], _Group] = {}
    for record in records:
        named = tuple((step[0], step[1]) for step in _cell_path(record.path))
        group = groups.setdefault(named, _Group(_cell_name(record.path)))
        columns = _general(record)
        if columns is None:
            kind = _kind_of(record.facts)
            group.impedance += kind is not None and bool(_IMPEDANCE.search(kind)) and record.path[-1:] != ()
            continue
        group.parts.append(_Part(record, columns, record.path[len(named) :]))
    found = [_cell(group, alone=len(groups) == 1) for group in groups.values() if group.parts]
    return found


def _cell_path(path: tuple[Step, ...]) -> tuple[Step, ...]:
    """The beginning of a path that says which cell: up to the first step that counts cycles or names a charge."""
    kept: list[Step] = []
    for name, place, _number in path:
        counts = place is not None and not _CELLS.match(name)
        if counts or _NUMBERED.match(name) or _PHASE.match(name):
            break
        kept.append((name, place, _number))
    if len(kept) == len(path) and kept and kept[-1][1] is None and kept[-1][0] in ("data", "meas"):
        kept.pop()
    return tuple(kept)


def _cell_name(path: tuple[Step, ...]) -> str:
    steps = _cell_path(path)
    return "_".join(name if place is None else f"{name}{place + 1}" for name, place, _ in steps)


def _general(record: Record) -> dict[str, Column] | None:
    """The record's columns under names that are known, with a current; None where it holds no points of cycling."""
    columns = dict(record.columns.items())
    layout = GENERAL_NAMES.layout(columns)
    for letter, name, quantity in (("t", "time", "time_s"), ("T", "temperature", "temperature_C")):
        if letter in columns and quantity not in layout and name not in columns:
            columns = {name if key == letter else key: values for key, values in columns.items()}
    layout = GENERAL_NAMES.layout(columns)
    if "voltage_V" not in layout or len(layout) < 2 or not _is_numbers(columns[layout["voltage_V"].name]):
        return None
    time = layout.get("time_s")
    if time is not None and not has_unit(time.name) and _are_days(columns[time.name]):
        columns = {f"{key} (d)" if key == time.name else key: values for key, values in columns.items()}
        layout = GENERAL_NAMES.layout(columns)
    if "current_A" in layout and len(layout) > 2:
        return columns
    if "current_A" not in layout and {"time_s", "step_capacity_Ah"} <= set(layout):
        return columns if _is_numbers(columns[layout["step_capacity_Ah"].name]) else None
    return None


def _is_numbers(values: Column) -> bool:
    return values.dtype.kind in "fiub"


def _are_days(values: Column) -> bool:
    if not _is_numbers(values) or not np.isfinite(values).any():
        return False
    lowest, highest = DAYS_SINCE_YEAR_0
    return bool(lowest < np.nanmin(values) and np.nanmax(values) < highest)


def _cell(group: _Group, *, alone: bool) -> CellRecords:
    """The records of one cell as one table."""
    parts, findings = group.parts, []
    kind = _known_kind(parts)
    if any("current_A" not in GENERAL_NAMES.layout(part.columns) for part in parts):
        for part in parts:
            part.columns = _with_current(part.columns, "mAh" if kind == OXFORD else "Ah")
        message = "The file holds no current. It was computed from charge and time."
        findings.append(Finding("current_from_charge", "info", message))
    for part in parts:
        part.start_s = _start_s(part.record.facts)
    findings += _numbered(parts)
    findings += _continued_times(parts)
    if group.impedance:
        message = f"{group.impedance} impedance measurements lie between the charges and discharges. They were set aside."
        findings.append(Finding("impedance_set_aside", "info", message))
    columns = _joined(parts)
    if kind == MATR:
        columns, unit_findings = _units_by_counters(columns)
        findings += unit_findings
    facts = _common(part.record.facts for part in parts)
    starts = [part.start_s for part in parts if part.start_s is not None]
    if starts:
        facts["start_time"] = (_EPOCH + timedelta(seconds=round(min(starts)))).isoformat()
    named: dict[str, object] = {"cell": group.name} if group.name and (not alone or kind == NASA) else {}
    return CellRecords(SourceTable(columns, {**named, **facts}, group.name), kind, tuple(findings))


def _known_kind(parts: Sequence[_Part]) -> str | None:
    first = parts[0]
    if "Voltage_measured" in first.columns and _kind_of(first.record.facts) is not None:
        return NASA
    if any(_OXFORD_PHASE.match(step[0]) for step in first.rest):
        return OXFORD
    if {"Qc", "Qd"} <= set(first.columns) and first.rest and first.rest[0][0] == "cycles":
        return MATR
    return None


def _kind_of(facts: Mapping[str, Fact]) -> str | None:
    """What a record says that it is: the first text of its facts that names a charge, a discharge, a rest or an impedance."""
    for key, value in facts.items():
        if key.lower() in _KIND_FACTS and isinstance(value, str):
            if np.isfinite(state_of(value)) or _IMPEDANCE.search(value):
                return value
    return None


def _start_s(facts: Mapping[str, Fact]) -> float | None:
    """When a record began, in seconds since 1970, from a date vector or MATLAB's text of a date."""
    for key in _START_FACTS:
        value = facts.get(key)
        moment = None
        if isinstance(value, tuple) and len(value) == 6 and 1900 < value[0] < 2200:
            year, month, day, hour, minute, seconds = value
            moment = _moment(int(year), int(month), int(day)), hour * 3600 + minute * 60 + seconds
        elif isinstance(value, str) and (match := _MONTHS_FIRST_DATE.match(value)):
            month_number = "JanFebMarAprMayJunJulAugSepOctNovDec".find(match[2]) // 3 + 1
            moment = _moment(int(match[3]), month_number, int(match[1])), sum(
                int(match[place]) * factor for place, factor in ((4, 3600), (5, 60), (6, 1))
            )
        if moment is not None and moment[0] is not None and np.isfinite(moment[1]):
            return (moment[0] - _EPOCH).total_seconds() + float(moment[1])
    return None


def _moment(year: int, month: int, day: int) -> datetime | None:
    try:
        return datetime(year, month, day)  # noqa: DTZ001  as above
    except ValueError:
        return None


def _with_current(columns: dict[str, Column], unit: str) -> dict[str, Column]:
    """The columns with the current as the slope of the charge over time, and the charge as a counter of each direction."""
    layout = GENERAL_NAMES.layout(columns)
    if "current_A" in layout:
        return columns
    charge, time = layout["step_capacity_Ah"], layout["time_s"]
    factor = charge.factor if has_unit(charge.name) or unit == "Ah" else 1e-3
    moved_Ah = np.diff(columns[charge.name].astype(np.float64) * factor, prepend=np.nan)
    passed_s = np.diff(columns[time.name].astype(np.float64) * time.factor, prepend=np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        current = np.where(passed_s > 0, moved_Ah * 3600 / passed_s, np.nan)
    known = np.flatnonzero(np.isfinite(current))
    if not known.size:
        current = np.zeros(moved_Ah.size)
    else:
        current = current[known[np.clip(np.searchsorted(known, np.arange(current.size)), 0, known.size - 1)]]
    moved_Ah = np.nan_to_num(moved_Ah)
    others = {name: values for name, values in columns.items() if name != charge.name}
    return {
        **others,
        "current computed (A)": current,
        "Current (A)": current,
        "Charge capacity (Ah)": np.cumsum(np.maximum(moved_Ah, 0)),
        "Discharge capacity (Ah)": np.cumsum(np.maximum(-moved_Ah, 0)),
    }


def _numbered(parts: Sequence[_Part]) -> list[Finding]:
    """Gives each part the number of its cycle where the file tells it; where it does not, the numbers stay None."""
    if len(parts) == 1 and not parts[0].rest:
        return []
    first = parts[0].rest[0] if parts[0].rest else ("", None, 1)
    kinds = [_kind_of(part.record.facts) for part in parts]
    own = [_own_number(part.record.facts) for part in parts]
    if all(number is not None for number in own) and len(set(own)) > 1:
        for part, number in zip(parts, own, strict=True):
            part.number = number
        return []
    if first[1] is not None and all(kind is not None for kind in kinds):
        if _STEPS.match(first[0]):
            return []
        for part, number in zip(parts, numbers_of_operations([kind or "" for kind in kinds]), strict=True):
            part.number = number
        return []
    if _NUMBERED.match(first[0]):
        for part in parts:
            match = _NUMBERED.match(part.rest[0][0]) if part.rest else None
            part.number = int(match[1]) if match else None
        return _pairs_apart(parts)
    if first[1] is not None and not _STEPS.match(first[0]):
        for part in parts:
            part.number = None if part.rest[0][1] is None else part.rest[0][1] + 1
    return []


def _own_number(facts: Mapping[str, Fact]) -> int | None:
    for key in _NUMBER_FACTS:
        value = facts.get(key)
        if isinstance(value, float) and value.is_integer() and 0 <= value < 1e6:
            return int(value)
    return None


def numbers_of_operations(kinds: Sequence[str]) -> list[int]:
    """The cycle of each charge and discharge of a test, from 1: a discharge ends its cycle, whatever precedes it.

    A charge after which no discharge follows is a cycle of its own.
    """
    found: list[int] = []
    number, discharged = 1, False
    for kind in kinds:
        state = state_of(kind)
        if discharged and state in (CHARGE, DISCHARGE):
            number, discharged = number + 1, False
        found.append(number)
        discharged = discharged or state == DISCHARGE
    return found


def _pairs_apart(parts: Sequence[_Part]) -> list[Finding]:
    """Numbers a second charge and discharge within a numbered cycle one higher, where no cycle has that number."""
    taken = {part.number for part in parts}
    moved = False
    seen: dict[int | None, list[float]] = {}
    for part in parts:
        state = _direction(part.rest[-1][0])
        before = seen.setdefault(part.number, [])
        higher = before.count(state) if np.isfinite(state) else 0
        before.append(state)
        if part.number is not None and higher and part.number + higher not in taken:
            part.number, moved = part.number + higher, True
    if not moved:
        return []
    message = (
        "Each numbered cycle of the file holds more than one charge and discharge. Each further pair was read as a cycle "
        "of its own, numbered one higher."
    )
    return [Finding("cycles_numbered_on", "info", message)]


def _direction(phase: str) -> float:
    lower = phase.lower()
    if lower.endswith(("dc", "dchg", "discharge", "dis")):
        return DISCHARGE
    return CHARGE if lower.endswith(("ch", "chg", "charge")) else float("nan")


def _continued_times(parts: Sequence[_Part]) -> list[Finding]:
    """Lets the times of records run on: from their dates, else from the end of the record before in the same cycle."""
    layouts = [GENERAL_NAMES.layout(part.columns) for part in parts]
    clocks = [layout.get("time_s") for layout in layouts]
    if len(parts) < 2 or any(clock is None or not _is_numbers(part.columns[clock.name]) for clock, part in zip(clocks, parts, strict=True)):
        return []
    restarts = [_restarts(before, part) for before, part in zip(parts, parts[1:], strict=False)]
    if not any(restarts):
        return []
    if all(part.start_s is not None for part in parts):
        return _dated(parts)
    shift, moved = 0.0, False
    for before, part, restarted in zip(parts, parts[1:], restarts, strict=False):
        same_cycle = part.number == before.number
        shift = (shift if same_cycle else 0.0)
        name, factor = _clock(part)
        if restarted and same_cycle:
            before_name, before_factor = _clock(before)
            shift = float(np.nanmax(before.columns[before_name]) * before_factor) / factor
        if shift and same_cycle:
            part.columns = {**part.columns, name: part.columns[name].astype(np.float64) + shift}
            moved = True
    if not moved:
        return []
    message = "The clock of the file starts anew with each step. The times were run on."
    return [Finding("times_run_on", "info", message)]


def _clock(part: _Part) -> tuple[str, float]:
    time = GENERAL_NAMES.layout(part.columns)["time_s"]
    return time.name, time.factor


def _restarts(before: _Part, part: _Part) -> bool:
    (before_name, _), (name, _) = _clock(before), _clock(part)
    last, first = before.columns[before_name], part.columns[name]
    return bool(np.nanmin(first) < np.nanmax(last))


def _dated(parts: Sequence[_Part]) -> list[Finding]:
    begin = min(part.start_s for part in parts if part.start_s is not None)
    for part in parts:
        name, factor = _clock(part)
        seconds = part.columns[name].astype(np.float64) * factor + ((part.start_s or begin) - begin)
        others = {key: values for key, values in part.columns.items() if key != name}
        part.columns = {**others, "Time (s)": seconds}
    message = "The clock of the file starts anew with each operation. The times were run on by the date of each."
    return [Finding("times_run_on", "info", message)]


def _joined(parts: Sequence[_Part]) -> dict[str, Column]:
    """The columns of all parts, one below the other, with the numbers of their cycles; gaps are NaN or empty."""
    names = dict.fromkeys(name for part in parts for name in part.columns)
    sizes = [next(iter(part.columns.values())).shape[0] for part in parts]
    columns: dict[str, Column] = {}
    for name in names:
        pieces = [part.columns.get(name) for part in parts]
        is_text = any(piece is not None and piece.dtype.kind == "O" for piece in pieces)
        gap: object = None if is_text else np.nan
        columns[name] = np.concatenate(
            [
                np.full(size, gap, dtype=object if is_text else np.float64) if piece is None else piece
                for piece, size in zip(pieces, sizes, strict=True)
            ]
        )
    if all(part.number is not None for part in parts):
        columns["cycle number"] = np.repeat(np.array([part.number for part in parts], dtype=np.float64), sizes)
    kinds = [_kind_of(part.record.facts) for part in parts]
    if all(kind is not None for kind in kinds) and _tells_more_than_current(columns, parts):
        columns["state"] = np.repeat(np.array(kinds, dtype=object), sizes)
    return columns


def _tells_more_than_current(columns: Mapping[str, Column], parts: Sequence[_Part]) -> bool:
    """Whether the kinds of the records are needed: the current has one sign, or falls while they say that it charges."""
    layout = GENERAL_NAMES.layout(columns)
    if "state" in layout or "current_A" not in layout:
        return False
    name = layout["current_A"].name
    agree = 0
    for part in parts:
        state = state_of(_kind_of(part.record.facts) or "")
        if state not in (CHARGE, DISCHARGE) or name not in part.columns:
            continue
        agree += int(np.sign(np.nansum(part.columns[name])) == np.sign(state)) or -1
    return agree <= 0


def _units_by_counters(columns: dict[str, Column]) -> tuple[dict[str, Column], list[Finding]]:
    """The unit of the times, and of a current in multiples of the nominal capacity, from the counters beside them."""
    layout = GENERAL_NAMES.layout(columns)
    if not {"time_s", "current_A", "discharge_capacity_Ah", "cycle number"} <= {*layout, *columns}:
        return columns, []
    time, current = layout["time_s"], layout["current_A"]
    if has_unit(time.name) or has_unit(current.name):
        return columns, []
    ratios = _counted_by_integrated(columns, time.name, current.name, layout["discharge_capacity_Ah"].name)
    if ratios.size < 3:
        return columns, []
    ratio = float(np.median(ratios))
    lowest, highest = RATIO_RANGE
    factor = next((factor for factor in TIME_UNITS if lowest < ratio / factor < highest), None)
    if factor is None:
        return columns, []
    findings: list[Finding] = []
    if factor != 1.0:
        message = f"The times state no unit. The counted capacity shows that they are {'minutes' if factor == 60 else 'hours'}."
        findings.append(Finding("time_unit_assumed", "info", message))
        columns = {f"{key} ({TIME_UNITS[factor]})" if key == time.name else key: values for key, values in columns.items()}
    by_current = ratio / factor
    steady = float(np.median(np.abs(ratios / ratio - 1))) < STEADY
    if abs(by_current - 1) > SAME_AS_ONE and steady:
        message = (
            f"The counted capacity is {by_current:.3g} times what current and time give, in all cycles alike. The current "
            f"is in multiples of a capacity of {by_current:.3g} Ah, and was multiplied by it."
        )
        findings.append(Finding("current_unit_assumed", "warning", message))
        columns = {**columns, current.name: columns[current.name].astype(np.float64) * by_current}
    return columns, findings


def _counted_by_integrated(columns: Mapping[str, Column], time: str, current: str, counter: str) -> FloatArray:
    """Per cycle the rise of the counter, in A s, by the integral of the discharging current over the time as written."""
    amperes = np.maximum(-columns[current].astype(np.float64), 0.0)
    passed = np.diff(columns[time].astype(np.float64), prepend=np.nan)
    risen = np.diff(columns[counter].astype(np.float64), prepend=np.nan)
    starts = np.flatnonzero(np.diff(columns["cycle number"].astype(np.float64), prepend=np.nan) != 0)
    within = np.ones(passed.size, dtype=bool)
    within[starts] = False
    mean = (amperes + np.concatenate(([0.0], amperes[:-1]))) / 2
    integrated = np.add.reduceat(np.nan_to_num(np.where(within & (passed > 0), mean * passed, 0.0)), starts)
    counted = np.add.reduceat(np.nan_to_num(np.where(within & (risen > 0) & (amperes > 0), risen, 0.0)), starts) * 3600
    usable = (integrated > 0) & (counted > 0)
    if not usable.any():
        return np.empty(0)
    usable &= counted > 0.5 * np.median(counted[usable])
    ratios: FloatArray = counted[usable] / integrated[usable]
    return ratios


def _common(all_facts: Iterable[Mapping[str, Fact]]) -> dict[str, object]:
    """The facts that are the same in all records."""
    found: dict[str, Fact] | None = None
    for facts in all_facts:
        if found is None:
            found = dict(facts)
        else:
            found = {key: value for key, value in found.items() if facts.get(key) == value}
    skipped = {*_KIND_FACTS, *_START_FACTS}
    return {key: value for key, value in (found or {}).items() if key.lower() not in skipped and not isinstance(value, tuple)}


def renamed(cell: CellRecords, name: str) -> CellRecords:
    """The cell with another name."""
    return replace(cell, table=replace(cell.table, metadata={**cell.table.metadata, "cell": name}))
