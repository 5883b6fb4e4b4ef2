"""Reads the points of BioLogic's binary files (`.mpr` of EC-Lab and BT-Lab) under the names of EC-Lab's text export.

Nobody but BioLogic has described the format. What is read here was found by comparing files with their text exports, and each
record is checked against the number of bytes that the file has for a point.
"""

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from battery_analytics.formats.binary.biologic_columns import FLAGS, KNOWN, StoredColumn
from battery_analytics.formats.source_table import BinaryFault, SourceTable

type Columns = dict[str, npt.NDArray[np.generic]]
type Floats = npt.NDArray[np.float64]

START = b"BIO-LOGIC MODULAR FILE"
MAGIC = (START + b"\x1a").ljust(48) + bytes(4)
SECONDS_PER_HOUR = 3600.0
_FIRST_DAY = datetime(1899, 12, 30)
_MILLISECONDS_PER_DAY = 86_400_000
# Days from `_FIRST_DAY` to the years 2000 and 2100: a number between them is a date.
_EARLIEST_DAY, _LATEST_DAY = 36_526.0, 73_051.0
_LISTED_IDS = 10


def tables_of(content: bytes) -> list[SourceTable]:
    """The one table of a file: its points, each column of shape (n_points,) in the unit after the slash of its name.

    The flags `mode`, `ox/red`, `error`, `control changes`, `Ns changes` and `counter inc.` are columns of their own. Columns
    that EC-Lab does not store but exports are computed: `I/mA` from `dq/mA.h` and `time/s` where there is no current,
    `cycle number` from `half cycle`, `Q charge/mA.h` and `Q discharge/mA.h` from `Q charge/discharge/mA.h`, and `Ewe-Ece/V`.
    The metadata are `start_time` in ISO 8601 without time zone, `technique`, `device_serial`, and the mass and the capacity
    that the user entered, each where it is found.
    Raises BinaryFault.
    """
    modules = _modules_of(content)
    if "VMP data" not in modules:
        raise BinaryFault("it has no module with data")
    settings = modules.get("VMP Set")
    technique = settings.data[0] if settings is not None and len(settings.data) else None
    columns = _stored_columns(modules["VMP data"])
    if technique == _CAPACITY_DETERMINATION and "Ewe/V" in columns:
        columns = {"Ecell/V" if name == "Ewe/V" else name: values for name, values in columns.items()}
    return [SourceTable(columns | _computed_columns(columns), _metadata(technique, settings, modules.get("VMP LOG")))]


@dataclass(frozen=True, slots=True)
class _Module:
    """A part of a file. `is_newer` is one of EC-Lab 11.50 and later, whose headers are longer."""

    name: str
    version: int
    is_newer: bool
    data: memoryview


# A mark, a short and a long name, the number of bytes, the version and a date. The newer one has the largest length before
# the number of bytes, and a second version before the date.
_HEADER = struct.Struct("<6s10s25sII8s")
_NEWER_HEADER = struct.Struct("<6s10s25sIIII8s")
_LARGEST = 0xFFFFFFFF


def _modules_of(content: bytes) -> Mapping[str, _Module]:
    """The modules by their short names, the first of each name."""
    if not content.startswith(MAGIC):
        raise BinaryFault("it does not begin as a file of EC-Lab does")
    found: dict[str, _Module] = {}
    for module in _each_module(memoryview(content)):
        found.setdefault(module.name, module)
    return found


def _each_module(content: memoryview) -> Iterator[_Module]:
    place = len(MAGIC)
    while place < len(content):
        if len(content) - place < _HEADER.size:
            raise BinaryFault(f"it ends within the header of a module, at byte {len(content)}")
        mark, short_name, _, n_bytes, version, _ = _HEADER.unpack_from(content, place)
        if mark != b"MODULE":
            raise BinaryFault(f"it has no module at byte {place}")
        is_newer = n_bytes == _LARGEST
        header = _NEWER_HEADER if is_newer else _HEADER
        if is_newer:
            if len(content) - place < header.size:
                raise BinaryFault(f"it ends within the header of a module, at byte {len(content)}")
            _, _, _, _, n_bytes, version, _, _ = header.unpack_from(content, place)
        name = short_name.decode("latin-1").strip()
        place += header.size
        if n_bytes > len(content) - place:
            raise BinaryFault(f"it is cut off: {name} has {n_bytes} bytes, but {len(content) - place} are left")
        yield _Module(name, version, is_newer, content[place : place + n_bytes])
        place += n_bytes


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where a module of data has its columns' number and ids, and its first point. The number of points is at 0."""

    count: str
    id: str
    points_at: int

    @property
    def ids_at(self) -> int:
        return _COUNT_AT + np.dtype(self.count).itemsize


_COUNT_AT = 4
_LAYOUTS: Mapping[int, _Layout] = MappingProxyType(
    {0: _Layout("u1", "u1", 100), 2: _Layout("u1", "<u2", 405), 3: _Layout("u1", "<u2", 406)}
)
_NEWER_LAYOUT = _Layout("<u2", "<u2", 1007)


def _stored_columns(module: _Module) -> Columns:
    layout = _NEWER_LAYOUT if module.is_newer else _LAYOUTS.get(module.version)
    if layout is None:
        raise BinaryFault(f"its data are of version {module.version}, which is not known")
    if len(module.data) < layout.points_at:
        raise BinaryFault("its data end before the first point")
    ids = _ids(module.data, layout)
    n_points = int.from_bytes(module.data[:_COUNT_AT], "little")
    points = module.data[layout.points_at :]
    n_bytes, rest = divmod(len(points), n_points) if n_points else (0, len(points))
    if rest:
        raise BinaryFault(f"its {len(points)} bytes of data are not those of {n_points} points")
    stored = _stored(ids)
    formats = _formats(stored, n_bytes if n_points else None)
    record = np.dtype([(f"{place}", each) for place, each in enumerate(formats)])
    records = np.frombuffer(points, dtype=record) if n_points else np.empty(0, dtype=record)
    columns: Columns = {}
    for place, (column, each) in enumerate(zip(stored, formats, strict=True)):
        values = records[f"{place}"]
        if column.is_flags:
            columns |= _flags(values, ids)
        elif not each.startswith("V"):
            columns[_unused(column.name, columns)] = values.astype(values.dtype.newbyteorder("="))
    if not columns:
        raise BinaryFault("none of its columns is known")
    return columns


def _ids(data: memoryview, layout: _Layout) -> list[int]:
    n_columns = int(np.frombuffer(data, layout.count, count=1, offset=_COUNT_AT)[0])
    n_bytes = n_columns * np.dtype(layout.id).itemsize
    if n_columns == 0 or layout.ids_at + n_bytes > layout.points_at:
        raise BinaryFault(f"it has {n_columns} columns, which do not fit in its header")
    return [int(each) for each in np.frombuffer(data, layout.id, count=n_columns, offset=layout.ids_at)]


def _unused(name: str, columns: Columns) -> str:
    number, unused = 1, name
    while unused in columns:
        number += 1
        unused = f"{name} {number}"
    return unused


def _stored(ids: Sequence[int]) -> list[StoredColumn]:
    """The columns of a record in their order. All flags share the byte of the first."""
    found: list[StoredColumn] = []
    for each in ids:
        if each not in FLAGS:
            found.append(KNOWN.get(each) or StoredColumn(each, "", "", is_sure=False))
        elif not any(column.is_flags for column in found):
            found.append(StoredColumn(each, "flags", "u1", is_sure=True))
    return found


def _flags(values: npt.NDArray[np.generic], ids: Sequence[int]) -> Columns:
    """Each flag that the file names, of shape (n_points,), from the bytes that hold all of them."""
    bits = values.astype(np.uint8)
    found: Columns = {}
    for each in ids:
        if each in FLAGS:
            name, mask, shift = FLAGS[each]
            found[name] = (bits & np.uint8(mask)) >> np.uint8(shift)
    return found


def _formats(stored: Sequence[StoredColumn], n_bytes: int | None) -> list[str]:
    """The format of each column of a record of `n_bytes`, None where there is no record; one that begins with V is skipped.

    Widths that are not known follow from what the other columns leave, where only one answer is possible.
    """
    if n_bytes is None:
        return [column.format or "V1" for column in stored]
    widths = [np.dtype(column.format).itemsize if column.format else 0 for column in stored]
    if all(widths) and sum(widths) == n_bytes:
        return [column.format for column in stored]
    places = [place for place, column in enumerate(stored) if not column.is_sure]
    if not places:
        raise BinaryFault(f"its columns have {sum(widths)} bytes, but its points have {n_bytes}")
    left = n_bytes - sum(width for width, column in zip(widths, stored, strict=True) if column.is_sure)
    are_adjacent = places[-1] - places[0] == len(places) - 1
    uncertain = _uncertain_formats([stored[place] for place in places], left, are_adjacent=are_adjacent)
    inferred = dict(zip(places, uncertain, strict=True))
    return [inferred.get(place, column.format) for place, column in enumerate(stored)]


def _uncertain_formats(columns: Sequence[StoredColumn], left: int, *, are_adjacent: bool) -> list[str]:
    """The formats of columns that share `left` bytes of a record. Raises BinaryFault where that is ambiguous.

    A number has 1, 2, 4 or 8 bytes. So the widths are known where they are all the least or the greatest, or where one or
    two columns may have equal ones. Adjacent columns are skipped together, whatever the width of each.
    """
    count = len(columns)
    width, rest = divmod(left, count)
    if rest == 0 and (width in {1, 8} or (width in {2, 4} and count <= 2)):
        return [_format_of_width(column, width) for column in columns]
    if are_adjacent and 1 < count <= left <= 8 * count:
        return [f"V{left - count + 1}", *["V1"] * (count - 1)]
    listed = ", ".join(f"{column.id}" for column in columns[:_LISTED_IDS])
    raise BinaryFault(f"it has columns whose layout is not known, with the ids {listed}")


def _format_of_width(column: StoredColumn, width: int) -> str:
    is_known = column.format and np.dtype(column.format).itemsize == width
    return column.format if is_known else f"V{width}"


def _computed_columns(stored: Columns) -> Columns:
    """The columns that EC-Lab exports without storing them, each of shape (n_points,), except those that are stored."""
    found: Columns = {}
    if not {"I/mA", "<I>/mA"} & stored.keys() and {"dq/mA.h", "time/s"} <= stored.keys():
        found["I/mA"] = _current_mA(stored["dq/mA.h"].astype(np.float64), stored["time/s"].astype(np.float64))
    if "half cycle" in stored:
        found["cycle number"] = stored["half cycle"].astype(np.uint32) // 2
    if "Q charge/discharge/mA.h" in stored:
        moved = stored["Q charge/discharge/mA.h"].astype(np.float64)
        found["Q discharge/mA.h"] = np.where(moved < 0, -moved, 0.0)
        found["Q charge/mA.h"] = np.where(moved > 0, moved, 0.0)
    working = stored.get("Ewe/V", stored.get("<Ewe>/V"))
    counter = stored.get("Ece/V", stored.get("<Ece>/V"))
    if working is not None and counter is not None:
        with np.errstate(invalid="ignore", over="ignore"):
            found["Ewe-Ece/V"] = working.astype(np.float64) - counter.astype(np.float64)
    return {name: values for name, values in found.items() if name not in stored}


def _current_mA(moved_mAh: Floats, time_s: Floats) -> Floats:
    """The mean current of each step in mA, positive for a charge, shape (n_points,); 0 first and where no time has passed."""
    current_mA = np.zeros(time_s.size)
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        interval_s = np.diff(time_s)
        has_passed = interval_s > 0
        current_mA[1:][has_passed] = SECONDS_PER_HOUR * moved_mAh[1:][has_passed] / interval_s[has_passed]
    return current_mA


def _metadata(technique: int | None, settings: _Module | None, log: _Module | None) -> dict[str, object]:
    found = {
        "Mass of active material (mg)": None if settings is None else _entered(settings.data, _MASS_MG_AT),
        "Battery capacity (mA.h)": None if settings is None else _entered(settings.data, _CAPACITY_MAH_AT),
        "start_time": None if log is None else _start_time(log.data),
        "technique": None if technique is None else _TECHNIQUES.get(technique),
        "device_serial": None if log is None else _short_text(log.data, _DEVICE_SERIAL_AT),
    }
    return {key: value for key, value in found.items() if value}


_MASS_MG_AT, _CAPACITY_MAH_AT = 0x107, 0x25C
_LEAST_ENTERED, _LARGEST_ENTERED = 1e-6, 1e7
_START_TIME_AT = (585, 473, 469, 465)
_DEVICE_SERIAL_AT = 975
_LONGEST_SHORT_TEXT = 30


def _entered(settings: memoryview, place: int) -> float | None:
    """The positive number at a place in the settings; None where there is none."""
    if place + 4 > len(settings):
        return None
    value = float(f"{struct.unpack_from('<f', settings, place)[0]:.7g}")
    return value if _LEAST_ENTERED < value < _LARGEST_ENTERED else None


def _start_time(log: memoryview) -> str | None:
    """The start of the test from the log, which has it as days since the end of 1899; where depends on the version."""
    for place in _START_TIME_AT:
        if place + 8 <= len(log):
            (days,) = struct.unpack_from("<d", log, place)
            if _EARLIEST_DAY <= days < _LATEST_DAY:
                start = _FIRST_DAY + timedelta(milliseconds=round(days * _MILLISECONDS_PER_DAY))
                return start.isoformat(timespec="milliseconds")
    return None


def _short_text(log: memoryview, place: int) -> str | None:
    """The text at a place in the log, whose first byte is its length; None where that is no text."""
    if place >= len(log) or log[place] > min(_LONGEST_SHORT_TEXT, len(log) - place - 1):
        return None
    text = bytes(log[place + 1 : place + 1 + log[place]]).decode("latin-1").strip()
    return text if text.isascii() and text.isprintable() else None


_CAPACITY_DETERMINATION = 0x88
_TECHNIQUES: Mapping[int, str] = MappingProxyType(
    {
        0x04: "Galvanostatic Cycling with Potential Limitation",
        0x06: "Cyclic Voltammetry",
        0x0B: "Open Circuit Voltage",
        0x16: "Modular Potentio",
        0x18: "Chronoamperometry / Chronocoulometry",
        0x19: "Chronopotentiometry",
        0x1C: "Wait",
        0x1D: "Potentio Electrochemical Impedance Spectroscopy",
        0x1E: "Galvano Electrochemical Impedance Spectroscopy",
        0x30: "Cyclic Voltammetry",
        0x32: "IR compensation (PEIS)",
        0x33: "Cyclic Voltammetry Advanced",
        0x6C: "Linear Sweep Voltammetry",
        0x75: "Constant Voltage",
        0x76: "Constant Current",
        0x77: "Galvanostatic Cycling with Potential Limitation",
        0x7F: "Modulo Bat",
        _CAPACITY_DETERMINATION: "Battery Capacity Determination",
    }
)
