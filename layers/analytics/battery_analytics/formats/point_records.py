"""Puts the records of a file of structs together: which are of one cell, which cycle each is, and what their columns mean.

A record holds the points of a cycle, of a charge or discharge, of a step, or of a whole test. The path to it says which:
`batch(3).cycles(17)`, `Cell1.cyc0100.C1dc`, `B0005.cycle(12).data`, `data.step(5)`, `meas`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np

from battery_analytics.cell import Finding
from battery_analytics.formats.binary.matlab_values import Fact, Record, Step
from battery_analytics.formats.record_clocks import EPOCH, START_FACTS, continued_times, start_of
from battery_analytics.formats.record_columns import Column, Part, general_columns, units_by_counters, with_current
from battery_analytics.formats.source_table import SourceTable
from battery_analytics.formats.tables.columns import GENERAL_NAMES
from battery_analytics.formats.tables.texts import CHARGE, DISCHARGE, state_of

NASA, OXFORD, MATR = "NASA mat", "Oxford mat", "MATR mat"
_CELLS = re.compile(r"^(?:batch|batter(?:y|ies)|cells?|batt?s?)$", re.IGNORECASE)
_NUMBERED = re.compile(r"^(?:cyc|cycle|zyklus|loop|rpt|n)_?(\d{1,6})$", re.IGNORECASE)
_PHASE = re.compile(
    r"^(?:\w*?_)?(?:C?\d*|OCV|CC|CV|CCCV)_?(?:ch|dc|chg|dchg|charge|discharge|dis|rest)$", re.IGNORECASE
)
_OXFORD_PHASE = re.compile(r"^(?:C1|OCV)(?:ch|dc)$")
_STEPS = re.compile(r"^steps?$", re.IGNORECASE)
_NUMBER_FACTS = ("cycle_number", "cycle_index", "cycle", "cycle_no", "cyc")
_KIND_FACTS = ("type", "step_type", "operation", "mode", "comment")
_IMPEDANCE = re.compile(r"imped|\beis\b|pstat|gstat", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CellRecords:
    """The table of one cell, the kind of file that it was found in, None where it is no known one, and findings."""

    table: SourceTable
    kind: str | None
    findings: Sequence[Finding] = ()


@dataclass(slots=True)
class _Group:
    name: str
    parts: list[Part] = field(default_factory=list)
    impedance: int = 0


def cells_of_records(records: Sequence[Record]) -> list[CellRecords]:
    """The cells that the records are of, in the order of the file; none where no record has points of cycling."""
    groups: dict[tuple[object, ...], _Group] = {}
    for record in records:
        named = tuple((step[0], step[1]) for step in _cell_path(record.path))
        group = groups.setdefault(named, _Group(_cell_name(record.path)))
        columns = general_columns(record)
        if columns is None:
            kind = _kind_of(record.facts)
            group.impedance += kind is not None and bool(_IMPEDANCE.search(kind)) and _holds_spectrum(record)
            continue
        group.parts.append(Part(record, columns, record.path[len(named) :]))
    return [_cell(group, alone=len(groups) == 1) for group in groups.values() if group.parts]


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
    return "_".join(name if place is None else str(place + 1) for name, place, _ in steps)


def _holds_spectrum(record: Record) -> bool:
    """Whether a record of an impedance has more than its own date as vectors."""
    return not set(record.columns) <= set(START_FACTS)


def _cell(group: _Group, *, alone: bool) -> CellRecords:
    """The records of one cell as one table."""
    parts, findings = group.parts, []
    kind = _known_kind(parts)
    if any("current_A" not in GENERAL_NAMES.layout(part.columns) for part in parts):
        for part in parts:
            part.columns = with_current(part.columns, "mAh" if kind == OXFORD else "Ah")
        message = "The file holds no current. It was computed from charge and time."
        findings.append(Finding("current_from_charge", "info", message))
    for part in parts:
        part.start_s = start_of(part.record.facts)
    findings += _numbered(parts)
    findings += continued_times(parts)
    if group.impedance:
        message = (
            f"{group.impedance} impedance measurements lie between the charges and discharges. They were set aside."
        )
        findings.append(Finding("impedance_set_aside", "info", message))
    columns = _joined(parts)
    if kind == MATR:
        columns, unit_findings = units_by_counters(columns)
        findings += unit_findings
    facts = _common(part.record.facts for part in parts)
    starts = [part.start_s for part in parts if part.start_s is not None]
    if starts:
        facts["start_time"] = (EPOCH + timedelta(seconds=round(min(starts)))).isoformat()
    name = group.name if not alone or kind == NASA else ""
    return CellRecords(SourceTable(columns, facts, name), kind, tuple(findings))


def _known_kind(parts: Sequence[Part]) -> str | None:
    first = parts[0]
    if "Voltage_measured" in first.columns and _kind_of(first.record.facts) is not None:
        return NASA
    if any(_OXFORD_PHASE.match(step[0]) for step in first.rest):
        return OXFORD
    if {"Qc", "Qd"} <= set(first.columns) and first.rest and first.rest[0][0] == "cycles":
        return MATR
    return None


def _kind_of(facts: Mapping[str, Fact]) -> str | None:
    """The text of a record's facts that names a charge, a discharge, a rest or an impedance; None where it has none."""
    lower = {key.lower(): value for key, value in facts.items()}
    for key in _KIND_FACTS:
        value = lower.get(key)
        if isinstance(value, str) and (np.isfinite(state_of(value)) or _IMPEDANCE.search(value)):
            return value
    return None


def _numbered(parts: Sequence[Part]) -> list[Finding]:
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


def _pairs_apart(parts: Sequence[Part]) -> list[Finding]:
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


def _joined(parts: Sequence[Part]) -> dict[str, Column]:
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


def _tells_more_than_current(columns: Mapping[str, Column], parts: Sequence[Part]) -> bool:
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
        agree += 1 if np.sign(np.nansum(part.columns[name].astype(np.float64))) == state else -1
    return agree <= 0


def _common(all_facts: Iterable[Mapping[str, Fact]]) -> dict[str, object]:
    """The facts that are the same in all records."""
    found: dict[str, Fact] | None = None
    for facts in all_facts:
        known = facts if found is None else found
        found = {key: value for key, value in known.items() if facts.get(key) == value}
    skipped = {*_KIND_FACTS, *START_FACTS}
    return {
        key: value
        for key, value in (found or {}).items()
        if key.lower() not in skipped and not isinstance(value, tuple)
    }
