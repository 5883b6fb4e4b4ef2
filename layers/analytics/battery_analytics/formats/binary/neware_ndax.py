"""Reads Neware's archives (.ndax): the points of a test in tables of pages, and XML documents that describe the test.

The layout is not published; the places of the values are facts that others have found out. Since BTS 8 `data.ndc` holds the
voltage and current of all points, and `data_runInfo.ndc` time, charge and energy of some of them: those of the others follow
from the interval between them.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from battery_analytics.formats.binary.neware_documents import DOCUMENTS, MOST_XML_BYTES, elements_of, metadata_of
from battery_analytics.formats.binary.neware_points import (
    MILLI,
    NO_POINTS,
    UNIT_PER_HOUR,
    Floats,
    Integers,
    Points,
    Records,
    floats,
    integers,
    laid_out,
    plausible,
    points_in_units_of_range,
    table_of,
    values_at,
)
from battery_analytics.formats.source_table import BinaryFault, SourceTable

MOST_MEMBERS = 200
LEAST_BYTES, MOST_RATIO, MOST_BYTES = 50_000_000, 40, 1_000_000_000
LEAST_POINTS = 300_000
MOST_AUXILIARY = 16
TOO_LARGE = "it unpacks to more than its size allows"

_CHUNK_BYTES = 1_000_000
_MEMBER = b"PK\x01\x02"  # begins the entry of each member in the archive's list, which is read whole
_ENCRYPTED = 0x1
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ARCHIVE_FAULTS = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, KeyError, NotImplementedError, OSError),
    *(OverflowError, RuntimeError, ValueError),
)
_SECONDS_PER_HOUR = 3_600.0


@dataclass(frozen=True, slots=True)
class _Layout:
    """A record, and the pages that hold such records: the first is a header, the others have marks of the records there."""

    record: np.dtype[np.void]
    page_bytes: int = 4_096
    marks_place: int = 4
    records_place: int = 132
    records_bytes: int = 3_960


@dataclass(frozen=True, slots=True)
class _Version:
    """What a voltage, a current and a charge of a version are in volt, ampere and ampere-hour, and how long its records are."""

    volt: float
    ampere: float
    ampere_hour: float
    run_bytes: int
    step_bytes: int


_VERSIONS: Mapping[int, _Version] = {
    11: _Version(1e-4, MILLI, 1 / UNIT_PER_HOUR, run_bytes=47, step_bytes=37),
    14: _Version(1.0, 1.0, 1.0, run_bytes=55, step_bytes=37),
    16: _Version(1e-4, MILLI, 1 / UNIT_PER_HOUR, run_bytes=100, step_bytes=100),
    17: _Version(1.0, 1.0, 1.0, run_bytes=100, step_bytes=100),
}
_FILE_TYPE_PLACE, _VERSION_PLACE = 0, 2
_POINTS, _AUXILIARY, _STEPS, _RUN_INFO = 1, 5, 7, 18  # the types of files


def _early(lead: int) -> np.dtype[np.void]:
    """A whole point, which versions before 11 write with so many bytes before it and with seven after them."""
    places = {
        **{"index": ("<u4", 0), "cycle": ("<u4", 4), "step_index": ("u1", 8), "kind": ("u1", 9), "time": ("<u8", 15)},
        **{"voltage": ("<i4", 23), "current": ("<i4", 27), "charge": ("<i8", 35), "discharge": ("<i8", 43)},
        **{"charge_energy": ("<i8", 51), "discharge_energy": ("<i8", 59), "year": ("<u2", 67), "month": ("u1", 69)},
        **{"day": ("u1", 70), "hour": ("u1", 71), "minute": ("u1", 72), "second": ("u1", 73), "range": ("<i4", 74)},
    }
    return laid_out(lead + 86, {name: (kind, lead + place) for name, (kind, place) in places.items()})


def _early_temperature(lead: int) -> np.dtype[np.void]:
    return laid_out(lead + 86, {"index": ("<u4", lead), "temperature": ("<i2", lead + 33)})


def _of_version_2(record: np.dtype[np.void]) -> _Layout:
    return _Layout(record, page_bytes=512, records_place=5, records_bytes=503)


_EARLY_LAYOUTS: Mapping[int, _Layout] = {2: _of_version_2(_early(8)), 5: _Layout(_early(1))}
_VOLTAGE_LAYOUT = _Layout(laid_out(8, {"voltage": ("<f4", 0), "current": ("<f4", 4)}))
_RUN_PLACES = {
    **{"time": ("<u4", 0), "time_high": ("u1", 4), "charge": ("<f4", 5), "discharge": ("<f4", 9)},
    **{"charge_energy": ("<f4", 13), "discharge_energy": ("<f4", 17), "interval": ("<u4", 29), "moment": ("<u4", 33)},
    **{"step": ("<u4", 37), "index": ("<u4", 41), "moment_ms": ("<u2", 45)},
}
_STEP_PLACES = {"cycle": ("<u4", 0), "step_index": ("<u4", 4), "kind": ("u1", 24), "begins": ("<u4", 33)}
_PLAIN = _Layout(laid_out(4, {"temperature": ("<f4", 0)}))
_PLAIN_VERSIONS = (14, 17)
_TEMPERATURE = 3  # the kind of an auxiliary channel, the second number in the name of its file
_WITHOUT_INDEX = _Layout(laid_out(7, {"temperature": ("<i2", 5)}))
_WITH_INDEX = _Layout(laid_out(88, {"index": ("<u4", 1), "temperature": ("<i2", 35)}))
# By version and, where it has several, by the first byte of a record.
_AUXILIARY_LAYOUTS: Mapping[tuple[int, int], _Layout] = {
    **{(2, 0): _of_version_2(_early_temperature(8)), (5, 0): _Layout(_early_temperature(1))},
    **{(11, 0x65): _WITHOUT_INDEX, (11, 0x74): _WITH_INDEX, (16, 0x65): _WITHOUT_INDEX},
}
_AUXILIARY_NAME = re.compile(r"(?:.*/)?data_AUX_(\d{1,9})_(\d{1,9})_(\d{1,9})\.ndc")
_NUMBERED_NAME = re.compile(r".*_(\d{1,9})\.ndc")


def tables_of(content: bytes) -> list[SourceTable]:
    """The points of the archive as one table, under the names that Neware's own exports give the columns.

    The columns are in ampere, volt, ampere-hour, watt-hour, degree Celsius and, from the start of the test, second; current
    is positive while charging. `Timestamp` is in UTC where the file counts seconds since 1970, and what the cycler's own
    clock showed where it writes dates. Raises BinaryFault.
    """
    if content.count(_MEMBER) > MOST_MEMBERS:
        raise BinaryFault("its archive has too many members")
    with np.errstate(all="ignore"):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                return [_table(_Members(archive, len(content)))]
        except _ARCHIVE_FAULTS as fault:
            raise BinaryFault("its archive is damaged") from fault


class _Members:
    """The members of an archive by name, unpacked within the limits. Raises BinaryFault."""

    def __init__(self, archive: zipfile.ZipFile, size_bytes: int) -> None:
        self._archive = archive
        self._members = {member.filename: member for member in archive.infolist()}
        self._left = min(max(LEAST_BYTES, MOST_RATIO * size_bytes), MOST_BYTES)
        self.most_points = LEAST_POINTS + size_bytes

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def read(self, name: str, most_bytes: int = MOST_BYTES) -> bytes:
        """The bytes of a member; none where it is not there."""
        member = self._members.get(name)
        if member is None:
            return b""
        if member.flag_bits & _ENCRYPTED:
            raise BinaryFault("it is encrypted")
        if member.compress_type not in _COMPRESSIONS:
            raise BinaryFault("its archive is compressed in an unknown manner")
        allowed = min(self._left, most_bytes)
        if member.file_size > allowed:
            raise BinaryFault(TOO_LARGE)
        parts: list[bytes] = []
        with self._archive.open(member) as stream:
            while part := stream.read(_CHUNK_BYTES):
                parts.append(part)
                allowed -= len(part)
                self._left -= len(part)
                if allowed < 0:
                    raise BinaryFault(TOO_LARGE)
        return b"".join(parts)

    def table(self, name: str, file_type: int) -> tuple[bytes, int]:
        """The bytes of a table of this type, and their version."""
        content = self.read(name)
        if len(content) <= _VERSION_PLACE or content[_FILE_TYPE_PLACE] != file_type:
            raise BinaryFault(f"its {name} is missing, cut off or of an unknown kind")
        return content, content[_VERSION_PLACE]


def _table(members: _Members) -> SourceTable:
    content, version = members.table("data.ndc", _POINTS)
    if version in _EARLY_LAYOUTS:
        points = points_in_units_of_range(_rows(content, _EARLY_LAYOUTS[version], members.most_points)[0])
    else:
        points = _points(_measured(content, _known(version), members.most_points), members)
    points = replace(points, temperatures_C=tuple(_temperatures(members, points.index)))
    documents = {name: elements_of(members.read(f"{name}.xml", MOST_XML_BYTES)) for name in DOCUMENTS}
    is_charge_first = documents["NdaxConfig"].get("config", {}).get("CycleMode") == "1"
    return table_of(points, metadata_of(documents), charge_first=is_charge_first)


def _known(version: int) -> _Version:
    if version not in _VERSIONS:
        raise BinaryFault(f"its tables are of the unknown version {version}")
    return _VERSIONS[version]


def _rows(content: bytes, layout: _Layout, most: int) -> tuple[Records, Integers]:
    """The records that are marked as there, shape (n,), and their places in the file, counted from 1."""
    record, page_bytes = layout.record, layout.page_bytes
    n_pages, n_slots = max(len(content) // page_bytes - 1, 0), layout.records_bytes // record.itemsize
    if not n_pages:
        return np.empty(0, dtype=record), np.empty(0, dtype=np.int64)
    marks_place, records_place = page_bytes + layout.marks_place, page_bytes + layout.records_place
    marks = np.ndarray((n_pages, (n_slots + 7) // 8), np.uint8, content, marks_place, (page_bytes, 1))
    is_there = np.unpackbits(marks, axis=1, count=n_slots, bitorder="little").astype(np.bool_)
    if np.count_nonzero(is_there) > most:
        raise BinaryFault("it holds more points than its size allows")
    slots = np.ndarray((n_pages, n_slots), record, content, records_place, (page_bytes, record.itemsize))
    return slots[is_there], np.flatnonzero(is_there) + 1


@dataclass(frozen=True, slots=True)
class _Measured:
    """The voltage and current of all points by their index, each of shape (n_points,)."""

    index: Integers
    voltage_V: Floats
    current_A: Floats

    def since(self, row: int) -> "_Measured":
        return _Measured(self.index[row:], self.voltage_V[row:], self.current_A[row:])


def _measured(content: bytes, version: _Version, most: int) -> _Measured:
    records, index = _rows(content, _VOLTAGE_LAYOUT, most)
    return _Measured(index, floats(records, "voltage") * version.volt, floats(records, "current") * version.ampere)


def _points(measured: _Measured, members: _Members) -> Points:
    """The points with their times, charges, energies and steps; those before the first with a time are left out."""
    content, number = members.table("data_runInfo.ndc", _RUN_INFO)
    version = _known(number)
    run = _rows(content, _Layout(laid_out(version.run_bytes, _RUN_PLACES)), members.most_points)[0]
    run = run[np.unique(run["index"], return_index=True)[1]]
    run = run[np.isin(run["index"], measured.index)]
    steps = _steps(members)
    if not run.size or not steps.size:
        raise BinaryFault(NO_POINTS)
    rows = np.searchsorted(measured.index, run["index"])
    measured, rows = measured.since(int(rows[0])), rows - rows[0]
    return _filled(measured, run, rows, steps, version.ampere_hour)


def _steps(members: _Members) -> Records:
    """The steps of the test in their order."""
    content, version = members.table("data_step.ndc", _STEPS)
    return _rows(content, _Layout(laid_out(_known(version).step_bytes, _STEP_PLACES)), members.most_points)[0]


def _filled(measured: _Measured, run: Records, rows: Integers, steps: Records, ampere_hour: float) -> Points:
    """The points, of which those in `rows` have values of their own in `run`, each of shape (n_known,) and `rows` from 0 on.

    A point after such a one is later by its interval, and the charge and energy in between are those of its own current.
    """
    n_points = measured.index.size
    last = np.repeat(np.arange(rows.size), np.diff(rows, append=n_points))
    interval_s = floats(run, "interval")[last] * MILLI
    elapsed_s = (np.arange(n_points) - rows[last]) * interval_s
    charge_Ah = measured.current_A * interval_s / _SECONDS_PER_HOUR
    passed_Ah, passed_Wh = (_sum_after(one, rows[last]) for one in (charge_Ah, charge_Ah * measured.voltage_V))
    counted = {
        name: np.abs(floats(run, name) * ampere_hour)[last]
        for name in ("charge", "discharge", "charge_energy", "discharge_energy")
    }
    step = _step_rows(steps, run, measured.index, last)
    step_time_ms, moment_s = floats(run, "time") + floats(run, "time_high") * 2**32, plausible(floats(run, "moment"))
    return Points(
        index=measured.index,
        cycle=integers(steps, "cycle")[step] + 1,
        step=step,
        step_index=integers(steps, "step_index")[step],
        kind=steps["kind"][step],
        step_time_s=step_time_ms[last] * MILLI + elapsed_s,
        moment_s=(moment_s + floats(run, "moment_ms") * MILLI)[last] + elapsed_s,
        voltage_V=measured.voltage_V,
        current_A=measured.current_A,
        charge_Ah=counted["charge"] + np.maximum(passed_Ah, 0.0),
        discharge_Ah=counted["discharge"] + np.maximum(-passed_Ah, 0.0),
        charge_Wh=counted["charge_energy"] + np.maximum(passed_Wh, 0.0),
        discharge_Wh=counted["discharge_energy"] + np.maximum(-passed_Wh, 0.0),
    )


def _sum_after(values: Floats, first: Integers) -> Floats:
    """The sum of the values after the one at `first` up to each value, shape (n,)."""
    total = np.cumsum(np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0))
    return total - total[first]


def _step_rows(steps: Records, run: Records, index: Integers, last: Integers) -> Integers:
    """The row of each point's step, shape (n_points,): by the index at which steps begin, or else by the changes of step."""
    begins = integers(steps, "begins")
    if begins[0] > 0 and (np.diff(begins) > 0).all():
        return np.maximum(np.searchsorted(begins, index, side="right") - 1, 0)
    changes = np.cumsum(np.diff(integers(run, "step"), prepend=integers(run, "step")[:1]) != 0)
    return np.minimum(changes, steps.size - 1)[last]


def _temperatures(members: _Members, index: Integers) -> Iterator[Floats]:
    """The temperatures of the auxiliary channels at these points, in the order of the channels' numbers."""
    named: list[tuple[tuple[int, ...], str]] = []
    for name in members:
        found = _AUXILIARY_NAME.fullmatch(name) or _NUMBERED_NAME.fullmatch(name)
        if found:
            named.append((tuple(map(int, found.groups())), name))
    for numbers, name in sorted(named)[:MOST_AUXILIARY]:
        content = members.read(name)
        if len(content) > _VERSION_PLACE and content[_FILE_TYPE_PLACE] == _AUXILIARY:
            if content[_VERSION_PLACE] not in _PLAIN_VERSIONS:
                yield _marked_temperature(content, index, members.most_points)
            elif numbers[1:2] == (_TEMPERATURE,):
                records, known = _rows(content, _PLAIN, members.most_points)
                yield values_at(index, known, floats(records, "temperature"))


def _marked_temperature(content: bytes, index: Integers, most: int) -> Floats:
    """The temperatures of records that hold a voltage too, NaN where the layout is not known."""
    version, place = content[_VERSION_PLACE], _PLAIN.page_bytes + _PLAIN.records_place
    layout = _AUXILIARY_LAYOUTS.get((version, 0)) or _AUXILIARY_LAYOUTS.get((version, *content[place : place + 1]))
    if layout is None:
        return np.full(index.shape, np.nan)
    records, places = _rows(content, layout, most)
    known = integers(records, "index") if "index" in (layout.record.names or ()) else places
    return values_at(index, known, floats(records, "temperature") / 10)
