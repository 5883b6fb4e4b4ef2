"""Turns the points of Neware's binary files of any version into a table, under the names that Neware's own exports give it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from battery_analytics.formats.source_table import BinaryFault, SourceTable

type Floats = npt.NDArray[np.float64]
type Integers = npt.NDArray[np.int64]
type Records = npt.NDArray[np.void]

NO_POINTS = "it holds no measured points"
LONGEST_TEXT = 200
MILLI = 1e-3
UNIT_PER_HOUR = 3.6e6  # milliampere-seconds in an ampere-hour, milliwatt-seconds in a watt-hour

STEP_TYPES: Mapping[int, str] = {
    **{1: "CC_Chg", 2: "CC_DChg", 3: "CV_Chg", 4: "Rest", 5: "Cycle", 7: "CCCV_Chg", 8: "CP_DChg", 9: "CP_Chg"},
    **{10: "CR_DChg", 13: "Pause", 16: "Pulse", 17: "SIM", 18: "PCCCV_Chg", 19: "CV_DChg", 20: "CCCV_DChg"},
    **{21: "Control", 22: "OCV", 25: "Ramp", 26: "CPCV_DChg", 27: "CPCV_Chg"},
}
_TYPE_NAMES = np.array([STEP_TYPES.get(code, f"Step type {code}") for code in range(256)], dtype=object)
_DIRECTIONS = np.array([name.endswith("_Chg") - name.endswith("_DChg") for name in _TYPE_NAMES.tolist()], dtype=np.int8)

_PLAUSIBLE_S = (0.6e9, 4.1e9)  # 1989 to 2099, as seconds since 1970
_PLAUSIBLE_YEARS = (1990, 2098)
_DECADES_OF_RANGES = (10, 100, 1_000)
_LARGEST_RANGE = 10_000_000
_MULTIPLIER_OF_RANGE = {-100_000_000: 10.0, 0: 0.0}


@dataclass(frozen=True, slots=True)
class Points:
    """The points of a test, each array of shape (n_points,).

    `step` changes where a step begins, and `kind` is the code of its type. `moment_s` are seconds since 1970, NaN where they
    are not known. Charge and energy count from 0 in each step; current is positive while charging.
    """

    index: Integers
    cycle: Integers
    step: Integers
    step_index: Integers
    kind: npt.NDArray[np.uint8]
    step_time_s: Floats
    moment_s: Floats
    voltage_V: Floats
    current_A: Floats
    charge_Ah: Floats
    discharge_Ah: Floats
    charge_Wh: Floats
    discharge_Wh: Floats
    temperatures_C: tuple[Floats, ...] = ()


def table_of(points: Points, metadata: Mapping[str, object], *, charge_first: bool = False) -> SourceTable:
    """The points as a table, in the order of their index, the first of those with the same index only.

    Cycles are the file's own. Where it counts one only, or with `charge_first`, each charge after a discharge begins one.
    Raises BinaryFault where there is no point.
    """
    if not points.index.size:
        raise BinaryFault(NO_POINTS)
    if not (np.diff(points.index) > 0).all():
        points = _taken(points, np.unique(points.index, return_index=True)[1])
    is_counted = bool((points.cycle != points.cycle[0]).any()) and not charge_first
    columns: dict[str, npt.NDArray[np.generic]] = {
        "Index": points.index,
        "Cycle Index": points.cycle if is_counted else _charges_after_discharges(points.kind),
        "Step Index": points.step_index,
        "Step Type": _TYPE_NAMES[points.kind],
        "Total Time (s)": _total_time(points),
        "Voltage (V)": points.voltage_V,
        "Current (A)": points.current_A,
        "Chg. Cap. (Ah)": points.charge_Ah,
        "DChg. Cap. (Ah)": points.discharge_Ah,
        "Chg. Energy (Wh)": points.charge_Wh,
        "DChg. Energy (Wh)": points.discharge_Wh,
    }
    if np.isfinite(points.moment_s).any():
        columns["Timestamp"] = _timestamps(points.moment_s)
    measured = [values for values in points.temperatures_C if (np.isfinite(values) & (values != 0)).any()]
    columns |= {f"T{number} (°C)": values for number, values in enumerate(measured, start=1)}
    return SourceTable(columns, {key: value for key, value in metadata.items() if value not in ("", None)})


def _taken(points: Points, rows: Integers) -> Points:
    arrays = {field.name: getattr(points, field.name) for field in fields(points)}
    temperatures = tuple(values[rows] for values in arrays.pop("temperatures_C"))
    return Points(**{name: values[rows] for name, values in arrays.items()}, temperatures_C=temperatures)


def points_in_units_of_range(records: Records) -> Points:
    """The points of records whose values are whole numbers in units of the current range: those of BTS 7 and early BTS 8."""
    unit = _multipliers(records["range"])
    per_hour = unit / UNIT_PER_HOUR
    return Points(
        index=integers(records, "index"),
        cycle=integers(records, "cycle") + 1,
        step=integers(records, "step_index"),
        step_index=integers(records, "step_index"),
        kind=records["kind"].copy(),
        step_time_s=floats(records, "time") * MILLI,
        moment_s=moments_of_dates(records),
        voltage_V=floats(records, "voltage") / 1e4,
        current_A=floats(records, "current") * unit * MILLI,
        charge_Ah=floats(records, "charge") * per_hour,
        discharge_Ah=floats(records, "discharge") * per_hour,
        charge_Wh=floats(records, "charge_energy") * per_hour,
        discharge_Wh=floats(records, "discharge_energy") * per_hour,
    )


def _multipliers(ranges: npt.NDArray[np.int32]) -> Floats:
    """What one unit of a stored current or charge is in mA or mAs, by the current range of each point in mA.

    A device with finer resolution gives its ranges as negative numbers. NaN for a range that no device has.
    """
    size = np.abs(ranges.astype(np.int64))
    digits = np.searchsorted(_DECADES_OF_RANGES, size, side="right")
    unit = np.where(size > _LARGEST_RANGE, np.nan, 10.0 ** (digits - np.where(ranges > 0, 4.0, 5.0)))
    for special, multiplier in _MULTIPLIER_OF_RANGE.items():
        unit[ranges == special] = multiplier
    return unit


def moments_of_dates(records: Records) -> Floats:
    """Seconds since 1970 by the clock of the cycler, from the fields year to second; NaN where they are no date."""
    year, month, day, hour, minute, second = (
        records[name].astype(np.int64) for name in ("year", "month", "day", "hour", "minute", "second")
    )
    is_date = (year >= _PLAUSIBLE_YEARS[0]) & (year <= _PLAUSIBLE_YEARS[1]) & (month >= 1) & (month <= 12)
    is_date &= (day >= 1) & (day <= 31) & (hour < 24) & (minute < 60) & (second < 60)
    months = np.where(is_date, (year - 1970) * 12 + month - 1, 0)
    days = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + day - 1
    return np.where(is_date, ((days * 24 + hour) * 60 + minute) * 60.0 + second, np.nan)


def plausible(moments_s: Floats) -> Floats:
    """Seconds since 1970, NaN where they are no moment at which a cycler can have run."""
    return np.where((moments_s > _PLAUSIBLE_S[0]) & (moments_s < _PLAUSIBLE_S[1]), moments_s, np.nan)


def values_at(index: Integers, known: Integers, values: Floats) -> Floats:
    """The values that are known at some indices at each point, shape (n_points,), NaN where none is known."""
    if not known.size:
        return np.full(index.shape, np.nan)
    indices, first = np.unique(known, return_index=True)
    places = np.minimum(np.searchsorted(indices, index), indices.size - 1)
    return np.where(indices[places] == index, values[first][places], np.nan)


def directions(kinds: npt.NDArray[np.uint8]) -> npt.NDArray[np.int8]:
    """1 where the type of a step says that it charges, -1 where it discharges, 0 for any other."""
    return _DIRECTIONS[kinds]


def _charges_after_discharges(kinds: npt.NDArray[np.uint8]) -> Integers:
    """The number of the cycle of each point, from 1, where each charge after a discharge begins a cycle."""
    direction = directions(kinds)
    last = np.maximum.accumulate(np.where(direction != 0, np.arange(direction.size), 0))
    direction = direction[last]
    begins = np.zeros(direction.shape, dtype=np.int64)
    begins[1:] = (direction[1:] > 0) & (direction[:-1] < 0)
    return 1 + np.cumsum(begins)


def _total_time(points: Points) -> Floats:
    """Seconds from the start of the test: steps follow each other, later where the clock shows a pause between them."""
    time = points.step_time_s
    is_first = np.ones(time.shape, dtype=np.bool_)
    is_first[1:] = (np.diff(points.step) != 0) | (np.diff(time) < 0)
    first = np.flatnonzero(is_first)
    last = np.append(first[1:], time.size) - 1
    began = np.concatenate(([0.0], np.cumsum(np.maximum(time[last], 0.0))[:-1]))
    late = points.moment_s[first] - time[first] - began
    known = late[np.isfinite(late)]
    if known.size:
        pauses = np.maximum.accumulate(np.where(np.isfinite(late), late, -np.inf)) - known[0]
        began += np.round(np.maximum(pauses, 0.0), 3)
    return np.repeat(began, np.diff(first, append=time.size)) + time


def _timestamps(moments_s: Floats) -> npt.NDArray[np.datetime64]:
    is_known = np.isfinite(moments_s)
    milliseconds = np.round(np.where(is_known, moments_s, 0.0) * 1e3).astype(np.int64).astype("datetime64[ms]")
    return np.where(is_known, milliseconds, np.datetime64("NaT", "ms"))


def laid_out(size: int, places: Mapping[str, tuple[str, int]]) -> np.dtype[np.void]:
    """A record of so many bytes, with the type and place of each value."""
    kinds, offsets = zip(*places.values(), strict=True)
    return np.dtype({"names": list(places), "formats": kinds, "offsets": offsets, "itemsize": size})


def integers(records: Records, name: str) -> Integers:
    return records[name].astype(np.int64)


def floats(records: Records, name: str) -> Floats:
    return records[name].astype(np.float64)
