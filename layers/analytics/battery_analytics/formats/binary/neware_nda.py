"""Reads Neware's binary files (.nda): a header, and points as records of equal length, which the file's version lays out.

The layout is not published; the places of the values are facts that others have found out.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from battery_analytics.formats.binary.neware_points import (
    LONGEST_TEXT,
    MILLI,
    NO_POINTS,
    UNIT_PER_HOUR,
    Floats,
    Integers,
    Points,
    Records,
    directions,
    floats,
    integers,
    laid_out,
    moments_of_dates,
    plausible,
    points_in_units_of_range,
    table_of,
    values_at,
)
from battery_analytics.formats.source_table import BinaryFault, SourceTable

START = b"NEWARE"
_VERSION_PLACE = 14
_MOST_TRIES = 10_000


def tables_of(content: bytes) -> list[SourceTable]:
    """The points of the file as one table, under the names that Neware's own exports give the columns.

    The columns are in ampere, volt, ampere-hour, watt-hour, degree Celsius and, from the start of the test, second; current
    is positive while charging. `Timestamp` is in UTC where the file counts seconds since 1970, and what the cycler's own
    clock showed where it writes dates. Raises BinaryFault.
    """
    if not content.startswith(START) or len(content) <= _VERSION_PLACE:
        raise BinaryFault("it does not begin as a file of Neware does")
    version = content[_VERSION_PLACE]
    if version not in _READERS:
        raise BinaryFault(f"its version {version} is not known")
    with np.errstate(all="ignore"):
        return [table_of(_READERS[version](content), _metadata(content, version))]


_DATE = {
    **{"year": ("<u2", 70), "month": ("u1", 72), "day": ("u1", 73), "hour": ("u1", 74)},
    **{"minute": ("u1", 75), "second": ("u1", 76)},
}
_OLD = laid_out(
    59,
    {
        **{"mark": ("u1", 0), "index": ("<u4", 1), "cycle": ("<u4", 5), "step_index": ("u1", 9), "kind": ("u1", 10)},
        **{"time": ("<u4", 11), "voltage": ("<i4", 15), "current": ("<i4", 19), "charge": ("<i8", 31)},
        **{"energy": ("<i8", 39), "moment": ("<u8", 47)},
    },
)
_USUAL = laid_out(
    86,
    {
        **{"mark": ("<u2", 0), "index": ("<u4", 2), "cycle": ("<u4", 6), "step_index": ("<u2", 10)},
        **{"kind": ("u1", 12), "jump": ("u1", 13), "time": ("<u8", 14), "voltage": ("<i4", 22)},
        **{"current": ("<i4", 26), "charge": ("<i8", 38), "discharge": ("<i8", 46), "charge_energy": ("<i8", 54)},
        **{"discharge_energy": ("<i8", 62), "moment": ("<u8", 70), **_DATE, "range": ("<i4", 78), "end": ("<u4", 82)},
    },
)
_AUXILIARY = laid_out(
    86,
    {"mark": ("u1", 0), "channel": ("u1", 1), "index": ("<u4", 2), "temperature": ("<i2", 34), "end": ("<u4", 82)},
)
_BTS_90 = laid_out(
    88,
    {
        **{"mark": ("<u4", 0), "what": ("u1", 4), "step_index": ("u1", 9), "kind": ("u1", 10), "index": ("<u4", 16)},
        **{"time": ("<u8", 28), "voltage": ("<f4", 36), "current": ("<f4", 40), "charge": ("<f4", 52)},
        **{"charge_energy": ("<f4", 56), "both": ("<f4", 60), "both_energy": ("<f4", 64), "moment": ("<u8", 68)},
    },
)
_BTS_91 = {
    **{"mark": ("<u2", 0), "step_index": ("u1", 2), "kind": ("u1", 3), "index": ("<u4", 8), "time": ("<u4", 12)},
    **{"time_ns": ("<u4", 16), "current": ("<f4", 20), "voltage": ("<f4", 24), "both": ("<f4", 28)},
    **{"both_energy": ("<f4", 32), "cycle": ("<u4", 36), "moment": ("<u4", 44), "moment_ns": ("<u4", 48)},
}
_BTS_91_LENGTHS = (52, 512)
_BTS_9_START = 1024
_BTS_9_END = 18
_WITH_TEMPERATURE = 56


def _read_old(content: bytes) -> Points:
    """The points of version 8, which counts the charge of each step whatever its direction."""
    records = _records(content, _OLD, ((b"\xff\x01\x00\x00\x00", 0),), marks=(0x00, 0xFF))
    records = records[(records["mark"] == 0) & (records["index"] > 0) & (records["kind"] > 0)]
    current = floats(records, "current") / 1e6
    direction = directions(records["kind"])
    charges = np.where(direction != 0, direction, np.sign(current)) > 0
    charge, energy = floats(records, "charge") / UNIT_PER_HOUR / 1e3, floats(records, "energy") / UNIT_PER_HOUR / 1e3
    return Points(
        index=integers(records, "index"),
        cycle=integers(records, "cycle"),
        step=integers(records, "step_index"),
        step_index=integers(records, "step_index"),
        kind=records["kind"].copy(),
        step_time_s=floats(records, "time"),
        moment_s=plausible(floats(records, "moment")),
        voltage_V=floats(records, "voltage") / 1e4,
        current_A=current,
        charge_Ah=np.where(charges, charge, 0.0),
        discharge_Ah=np.where(charges, 0.0, charge),
        charge_Wh=np.where(charges, energy, 0.0),
        discharge_Wh=np.where(charges, 0.0, energy),
    )


def _read_usual(content: bytes) -> Points:
    """The points of the versions 22 to 29, of which the later ones write dates and the earlier ones seconds since 1970."""
    patterns = ((b"\x55\x00\x01\x00\x00\x00", 0), (b"\x00\x00\x00\x00\x55\x00", 4))
    records = _records(content, _USUAL, patterns, marks=(0x55, 0x65, 0xAA))
    auxiliary = records.view(_AUXILIARY)
    records = records[
        (records["mark"] == 0x55) & (records["index"] > 0) & (records["kind"] > 0) & (records["end"] == 0)
    ]
    moments = plausible(floats(records, "moment"))
    if not np.isfinite(moments).any():
        moments = moments_of_dates(records)
    index = integers(records, "index")
    return replace(
        points_in_units_of_range(records),
        step=integers(records, "step_index") << 8 | records["jump"],
        moment_s=moments,
        temperatures_C=_temperatures(auxiliary, index),
    )


def _temperatures(auxiliary: Records, index: Integers) -> tuple[Floats, ...]:
    """The temperatures of the auxiliary channels at these points, in the order of the channels' numbers."""
    found = auxiliary[(auxiliary["mark"] == 0x65) & (auxiliary["end"] == 0)]
    channels = [found[found["channel"] == channel] for channel in np.unique(found["channel"])[:16]]
    return tuple(values_at(index, integers(one, "index"), floats(one, "temperature") / 10) for one in channels)


def _read_bts_9(content: bytes) -> Points:
    """The points of version 130, of which there are two layouts."""
    end = int.from_bytes(content[_BTS_9_END : _BTS_9_END + 8], "little")
    points = memoryview(content)[_BTS_9_START : end if _BTS_9_START < end <= len(content) else len(content)]
    if not len(points):
        raise BinaryFault(NO_POINTS)
    if points[0] not in _BTS_9_READERS:
        raise BinaryFault("its points are of an unknown kind")
    return _BTS_9_READERS[points[0]](points)


def _read_bts_90(points: memoryview) -> Points:
    """The points of BTS 9.0, which counts charges and discharges with their sign, and no cycles."""
    records = np.frombuffer(points, dtype=_BTS_90, count=len(points) // _BTS_90.itemsize)
    records = records[
        (records["mark"] == int.from_bytes(points[:4], "little")) & (records["what"] == 0x55) & (records["index"] > 0)
    ]
    both, both_energy = floats(records, "both"), floats(records, "both_energy")
    charge = np.where(both != 0, both, floats(records, "charge")) / UNIT_PER_HOUR
    energy = np.where(both_energy != 0, both_energy, floats(records, "charge_energy")) / UNIT_PER_HOUR
    return Points(
        index=integers(records, "index"),
        cycle=np.ones(records.shape, dtype=np.int64),
        step=integers(records, "step_index"),
        step_index=integers(records, "step_index"),
        kind=records["kind"].copy(),
        step_time_s=floats(records, "time") / 1e6,
        moment_s=plausible(floats(records, "moment") / 1e6),
        voltage_V=floats(records, "voltage"),
        current_A=floats(records, "current") * MILLI,
        charge_Ah=np.maximum(charge, 0.0),
        discharge_Ah=np.maximum(-charge, 0.0),
        charge_Wh=np.maximum(energy, 0.0),
        discharge_Wh=np.maximum(-energy, 0.0),
    )


def _read_bts_91(points: memoryview) -> Points:
    """The points of BTS 9.1, which counts charges and discharges with their sign, and the time of the whole test."""
    length = _length_of_bts_91(bytes(points[: 2 * _BTS_91_LENGTHS[1]]))
    with_temperature = {"temperature": ("<f4", 52)} if length >= _WITH_TEMPERATURE else {}
    records = np.frombuffer(points, dtype=laid_out(length, _BTS_91 | with_temperature), count=len(points) // length)
    records = records[(records["mark"] == int.from_bytes(points[:2], "little")) & (records["index"] > 0)]
    charge, energy = floats(records, "both") / UNIT_PER_HOUR, floats(records, "both_energy") / UNIT_PER_HOUR
    step = integers(records, "step_index")
    return Points(
        index=integers(records, "index"),
        cycle=integers(records, "cycle") + 1,
        step=step,
        step_index=step,
        kind=records["kind"].copy(),
        step_time_s=_since_step(floats(records, "time") + floats(records, "time_ns") / 1e9, step),
        moment_s=plausible(floats(records, "moment") + floats(records, "moment_ns") / 1e9),
        voltage_V=floats(records, "voltage"),
        current_A=floats(records, "current") * MILLI,
        charge_Ah=np.maximum(charge, 0.0),
        discharge_Ah=np.maximum(-charge, 0.0),
        charge_Wh=np.maximum(energy, 0.0),
        discharge_Wh=np.maximum(-energy, 0.0),
        temperatures_C=(floats(records, "temperature"),) if with_temperature else (),
    )


def _length_of_bts_91(head: bytes) -> int:
    """The length of a record, after which the next one begins with the same mark and a higher index."""
    shortest, longest = _BTS_91_LENGTHS
    if len(head) < shortest:
        raise BinaryFault(NO_POINTS)
    follows = (_number(head[8:12]) + 1).to_bytes(5, "little")[:4]
    for length in range(shortest, longest):
        if head[length : length + 2] == head[:2] and head[length + 8 : length + 12] == follows:
            return length
    return _WITH_TEMPERATURE if len(head) >= _WITH_TEMPERATURE else shortest


def _since_step(time_s: Floats, step: Integers) -> Floats:
    """The time from the last point of the step before, from the time of the whole test."""
    first = np.flatnonzero(np.diff(step, prepend=step[:1]) != 0)
    began = np.concatenate(([0.0], time_s[first - 1]))
    since_s: Floats = time_s - np.repeat(began, np.diff(first, prepend=0, append=time_s.size))
    return np.maximum(since_s, 0.0)


def _records(
    content: bytes, layout: np.dtype[np.void], patterns: Sequence[tuple[bytes, int]], marks: Sequence[int]
) -> Records:
    """The records from the first one, which the first of the patterns that is there finds, each with its place before it."""
    for pattern, before in patterns:
        start = _first_record(content, pattern, before + layout.itemsize, marks)
        if start is not None:
            count = (len(content) - start - before) // layout.itemsize
            return np.frombuffer(content, dtype=layout, count=count, offset=start + before)
    raise BinaryFault(NO_POINTS)


def _first_record(content: bytes, pattern: bytes, length: int, marks: Sequence[int]) -> int | None:
    """The first place of the pattern after which a further record or the end of the file follows."""
    place = content.find(pattern)
    for _ in range(_MOST_TRIES):
        if place < 0 or place + length > len(content):
            return None
        if place + length == len(content) or content[place + length] in marks:
            return place
        place = content.find(pattern, place + 1)
    return None


def _number(content: bytes) -> int:
    return int.from_bytes(content, "little")


_BTS_9_READERS: Mapping[int, Callable[[memoryview], Points]] = {0x12: _read_bts_90, 0x55: _read_bts_91}
_READERS: Mapping[int, Callable[[bytes], Points]] = {
    8: _read_old,
    **dict.fromkeys(range(22, 30), _read_usual),
    130: _read_bts_9,
}

_START_TIME = re.compile(rb"\d{4}([-.])\d\d\1\d\d \d\d:\d\d:\d\d")
_HEADER = slice(2_048, 2_400)
_CREATOR, _REMARKS = 40, 190
_BTS_9_VERSION = re.compile(rb"9\.[01]\.[\x21-\x7e]{1,40}")
_BTS_9_FOOTER = b"\x06\x00\xf0\x1d\x81\x00\x03\x00\x61\x90\x71\x90\x02\x7f\xff\x00"
_BTS_9_FOOTER_SIZE = 499


def _metadata(content: bytes, version: int) -> dict[str, object]:
    """What the header says about the test: start, creator, remarks, active mass, and the versions of the programs."""
    metadata: dict[str, object] = {"nda_version": version, **_programs(content)}
    if version in range(22, 30):
        metadata["active_mass_in_mg"] = _number(content[152:156]) / 1e3 or None
    if version == 130:
        return metadata | _footer(content)
    began = _START_TIME.search(content[_HEADER])
    if began:
        place = _HEADER.start + began.start()
        metadata["start_time"] = began[0].decode().replace(".", "-")
        metadata["creator"] = _text_at(content, place + _CREATOR, 15)
        metadata["remarks"] = _text_at(content, place + _REMARKS, 100) if version in range(22, 30) else ""
    return metadata


def _programs(content: bytes) -> dict[str, object]:
    """The versions of the programs that ran the test, where the header names them."""
    place = content.find(b"BTSServer")
    if place >= 0:
        return {"server_version": _text_at(content, place, 50), "client_version": _text_at(content, place + 100, 50)}
    place = content.find(b"BTS_XWJ", 0, _BTS_9_START)
    if place >= 0:
        return {"server_version": _text_at(content, place, 30)}
    found = _BTS_9_VERSION.search(content[:_BTS_9_START])
    return {"bts_version": found[0].decode("ascii")} if found else {}


def _footer(content: bytes) -> dict[str, object]:
    place = content.rfind(_BTS_9_FOOTER, _BTS_9_START)
    footer = content[place + len(_BTS_9_FOOTER) :][:_BTS_9_FOOTER_SIZE] if place >= 0 else b""
    if len(footer) < _BTS_9_FOOTER_SIZE:
        return {}
    mass_mg = float(np.frombuffer(footer, dtype="<f8", count=1, offset=_BTS_9_FOOTER_SIZE - 8)[0])
    return {"active_mass_in_mg": mass_mg if 0 < mass_mg < 1e9 else None, "remarks": _text_at(footer, 363, 128)}


def _text_at(content: bytes, place: int, size: int) -> str:
    """The text of at most so many bytes, up to the zero that ends it; empty where its bytes are no text."""
    written = content[place : place + size].split(b"\0", 1)[0]
    for encoding in ("utf-8", "gb18030"):
        try:
            text = written.decode(encoding).strip()
        except UnicodeDecodeError:
            continue
        return text[:LONGEST_TEXT] if text.isprintable() else ""
    return ""
