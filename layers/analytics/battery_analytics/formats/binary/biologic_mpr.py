"""Reads BioLogic's binary files (.mpr): modules, of which one holds the points as records of named columns.

The layout is not published; the numbers of columns and modules are facts that others have found out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

from battery_analytics.formats.source_table import BinaryFault, SourceTable

START = b"BIO-LOGIC MODULAR FILE"
_FIRST_MODULE = 52
_MODULE = b"MODULE"
_LONG_HEADER = b"\xff\xff\xff\xff"
_MOST_COLUMNS = 200
_LATEST_HEADER = 1_007
_DAYS = (20_000.0, 80_000.0)
_LOG_PLACES = (465, 469, 473, 585)
_SECONDS_PER_HOUR = 3600.0

# Columns by their number: bits of the one byte of flags, and values with their type.
_FLAGS: Mapping[int, tuple[str, int]] = {
    **{1: ("mode", 0x03), 2: ("ox/red", 0x04), 3: ("error", 0x08), 21: ("control changes", 0x10)},
    **{31: ("Ns changes", 0x20), 65: ("counter inc.", 0x80)},
}
_F8: Mapping[int, str] = {
    **{4: "time/s", 7: "dq/mA.h", 11: "<I>/mA", 13: "(Q-Qo)/mA.h", 23: "dQ/mA.h", 24: "cycle number"},
    **{74: "|Energy|/W.h", 123: "Energy charge/W.h", 124: "Energy discharge/W.h", 125: "Capacitance charge/µF"},
    **{126: "Capacitance discharge/µF", 211: "Q charge/discharge/mA.h", 467: "Q charge/discharge/mA.h"},
    **{438: "step time/s", 498: "Q charge/mA.h", 499: "Q discharge/mA.h", 500: "step time/s"},
    **{501: "Efficiency/%", 502: "Capacity/mA.h"},
}
_F4: Mapping[int, str] = {
    **{5: "control/V/mA", 6: "Ewe/V", 8: "I/mA", 9: "Ece/V", 16: "Analog IN 1/V", 17: "Analog IN 2/V"},
    **{18: "Analog IN 3/V", 19: "control/V", 20: "control/mA", 26: "Rapp/Ohm", 27: "Ewe-Ece/V", 32: "freq/Hz"},
    **{33: "|Ewe|/V", 34: "|I|/A", 35: "Phase(Z)/deg", 36: "|Z|/Ohm", 37: "Re(Z)/Ohm", 38: "-Im(Z)/Ohm"},
    **{69: "R/Ohm", 70: "P/W", 75: "Analog OUT/V", 76: "<I>/mA", 77: "<Ewe>/V", 78: "Cs-2/µF-2", 96: "|Ece|/V"},
    **{98: "Phase(Zce)/deg", 99: "|Zce|/Ohm", 100: "Re(Zce)/Ohm", 101: "-Im(Zce)/Ohm", 163: "|Estack|/V"},
    **{168: "Rcmp/Ohm", 169: "Cs/µF", 172: "Cp/µF", 173: "Cp-2/µF-2", 174: "<Ewe>/V", 178: "(Q-Qo)/C", 179: "dQ/C"},
    **dict.fromkeys((217, 473), "THD Ewe/%"),
    **dict.fromkeys((218, 474), "THD I/%"),
    **dict.fromkeys((220, 476), "NSD Ewe/%"),
    **dict.fromkeys((221, 477), "NSD I/%"),
    **dict.fromkeys((223, 479), "NSR Ewe/%"),
    **dict.fromkeys((224, 480), "NSR I/%"),
    **{first + place: f"|Ewe h{place + 2}|/V" for first in (230, 486) for place in range(6)},
    **{first + place: f"|I h{place + 2}|/A" for first in (236, 492) for place in range(6)},
    **{242: "|E2|/V", 271: "Phase(Z1)/deg", 272: "Phase(Z2)/deg", 301: "|Z1|/Ohm", 302: "|Z2|/Ohm"},
    **{331: "Re(Z1)/Ohm", 332: "Re(Z2)/Ohm", 361: "-Im(Z1)/Ohm", 362: "-Im(Z2)/Ohm", 391: "<E1>/V", 392: "<E2>/V"},
    **{422: "Phase(Zstack)/deg", 423: "|Zstack|/Ohm", 424: "Re(Zstack)/Ohm", 425: "-Im(Zstack)/Ohm"},
    **{426: "<Estack>/V", 430: "Phase(Zwe-ce)/deg", 431: "|Zwe-ce|/Ohm", 432: "Re(Zwe-ce)/Ohm"},
    **{433: "-Im(Zwe-ce)/Ohm", 434: "(Q-Qo)/C", 435: "dQ/C", 441: "<Ecv>/V", 462: "Temperature/°C"},
    **{471: "<Ece>/V", 505: "Rdc/Ohm"},
}
_OTHER: Mapping[int, tuple[str, str]] = {
    **{39: ("I Range", "<u2"), 131: ("Ns", "<u2"), 212: ("half cycle", "<u4"), 213: ("z cycle", "<u4")},
    **{468: ("half cycle", "<u4"), 469: ("z cycle", "<u4"), 509: ("Acir/Dcir Control", "u1")},
}
_VALUES: Mapping[int, tuple[str, str]] = {
    **{number: (name, "<f8") for number, name in _F8.items()},
    **{number: (name, "<f4") for number, name in _F4.items()},
    **_OTHER,
}


@dataclass(frozen=True, slots=True)
class _Module:
    name: str
    version: int
    data: memoryview


def tables_of(content: bytes) -> list[SourceTable]:
    """The points of the file as one table, with the names that EC-Lab's text export gives the columns.

    Where the file has no current, it is that which moves the charge `dq` between the points. Raises BinaryFault.
    """
    modules = {module.name: module for module in _modules(content)}
    if "VMP data" not in modules:
        raise BinaryFault("it holds no measured points")
    columns = _columns(modules["VMP data"])
    if "I/mA" not in columns and "<I>/mA" not in columns:
        columns |= _current(columns)
    if "cycle number" not in columns and "half cycle" in columns:
        columns["cycle number"] = columns["half cycle"].astype(np.float64) // 2
    return [SourceTable(columns, _metadata(modules.get("VMP LOG")))]


def _modules(content: bytes) -> Iterator[_Module]:
    """The modules, a last one that is cut off included as far as it goes."""
    place = _FIRST_MODULE
    while content[place : place + len(_MODULE)] == _MODULE:
        head = place + len(_MODULE)
        is_long = content[head + 35 : head + 39] == _LONG_HEADER
        sizes = head + (39 if is_long else 35)
        start = sizes + (20 if is_long else 16)
        if start > len(content):
            raise BinaryFault("it is cut off")
        length = int.from_bytes(content[sizes : sizes + 4], "little")
        version = int.from_bytes(content[sizes + 4 : sizes + 8], "little")
        name = content[head : head + 10].decode("latin-1").strip()
        yield _Module(name, version, memoryview(content)[start : start + length])
        place = start + length


def _columns(module: _Module) -> dict[str, npt.NDArray[np.generic]]:
    data = module.data
    if len(data) < _FIRST_MODULE:
        raise BinaryFault("it is cut off")
    n_points = int.from_bytes(data[:4], "little")
    n_columns = data[4]
    if not n_points or not 0 < n_columns <= _MOST_COLUMNS:
        raise BinaryFault("it holds no measured points")
    fault = BinaryFault("its columns are of an unknown kind")
    for numbers in _numbers(data, n_columns):
        try:
            record, flags = _record(numbers)
        except BinaryFault as unknown:
            fault = unknown
            continue
        size = n_points * record.itemsize
        start = len(data) - size
        if 5 + n_columns <= start <= _LATEST_HEADER:
            return _named(np.frombuffer(data, dtype=record, count=n_points, offset=start), flags)
        fault = BinaryFault("its points do not fill the bytes that hold them")
    raise fault


def _numbers(data: memoryview, n_columns: int) -> Iterator[list[int]]:
    """The columns' numbers, as each version of the program may have written them."""
    if len(data) >= 5 + 2 * n_columns:
        yield np.frombuffer(data, dtype="<u2", count=n_columns, offset=5).tolist()
        yield np.frombuffer(data, dtype="u1", count=2 * n_columns, offset=5)[1::2].tolist()
    if len(data) >= 5 + n_columns:
        yield np.frombuffer(data, dtype="u1", count=n_columns, offset=5).tolist()


def _record(numbers: Sequence[int]) -> tuple[np.dtype[np.void], dict[str, int]]:
    """The layout of a record, and the masks of its flags by name. Raises BinaryFault for an unknown column."""
    fields: dict[str, str] = {}
    flags: dict[str, int] = {}
    for number in numbers:
        if number in _FLAGS:
            fields.setdefault("flags", "u1")
            name, mask = _FLAGS[number]
            flags[name] = mask
        elif number in _VALUES:
            name, kind = _VALUES[number]
            fields[name if name not in fields else f"{name} {len(fields)}"] = kind
        else:
            raise BinaryFault(f"it has a column of the unknown number {number}")
    return np.dtype(list(fields.items())), flags


def _named(points: npt.NDArray[np.void], flags: Mapping[str, int]) -> dict[str, npt.NDArray[np.generic]]:
    found: dict[str, npt.NDArray[np.generic]] = {
        name: np.ascontiguousarray(points[name]) for name in points.dtype.names or () if name != "flags"
    }
    return found | {name: (points["flags"] & mask) // (mask & -mask) for name, mask in flags.items()}


def _current(columns: Mapping[str, npt.NDArray[np.generic]]) -> dict[str, npt.NDArray[np.generic]]:
    """The mean current in mA since the point before, from the charge that the file counts; none where it counts none."""
    name = next((one for one in ("dq/mA.h", "dQ/mA.h", "(Q-Qo)/mA.h") if one in columns), None)
    if name is None or "time/s" not in columns:
        return {}
    charge_mAh = columns[name].astype(np.float64)
    with np.errstate(all="ignore"):
        if name == "(Q-Qo)/mA.h":
            charge_mAh = np.diff(charge_mAh, prepend=charge_mAh[0])
        interval_s = np.diff(columns["time/s"].astype(np.float64), prepend=np.nan)
        current = charge_mAh / interval_s * _SECONDS_PER_HOUR
    return {"I/mA": np.where(interval_s > 0, current, 0.0)}


def _metadata(log: _Module | None) -> dict[str, object]:
    """The time at which the test began, where the log has it."""
    if log is None:
        return {}
    for place in _LOG_PLACES:
        if len(log.data) >= place + 8:
            days = float(np.frombuffer(log.data, dtype="<f8", count=1, offset=place)[0])
            if _DAYS[0] < days < _DAYS[1]:
                began = datetime(1899, 12, 30, tzinfo=UTC) + timedelta(days=days)
                return {"start_time": began.replace(tzinfo=None).isoformat(" ", "seconds")}
    return {}
