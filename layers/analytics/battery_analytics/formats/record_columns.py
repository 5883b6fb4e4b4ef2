"""The columns of a record under names that are known, and what tells their units where their names do not."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from battery_analytics.cell import Finding, FloatArray
from battery_analytics.formats.binary.matlab_values import Record, Step
from battery_analytics.formats.tables.columns import GENERAL_NAMES, has_unit

type Column = npt.NDArray[np.generic]

DAYS_SINCE_YEAR_0 = (600_000.0, 850_000.0)
TIME_UNITS = {1.0: "s", 60.0: "min", 3_600.0: "h"}
RATIO_RANGE = (0.75, 1.3)
SAME_AS_ONE = 0.03
STEADY = 0.02


@dataclass(slots=True)
class Part:
    """A record with its columns under general names, and its place within its cell."""

    record: Record
    columns: dict[str, Column]
    rest: tuple[Step, ...]
    number: int | None = None
    start_s: float | None = None


def general_columns(record: Record) -> dict[str, Column] | None:
    """The record's columns under names that are known, with a current; None where it holds no points of cycling."""
    columns = dict(record.columns.items())
    layout = GENERAL_NAMES.layout(columns)
    for letter, name, quantity in (("t", "time", "time_s"), ("T", "temperature", "temperature_C")):
        if letter in columns and quantity not in layout and name not in columns:
            columns = {name if key == letter else key: values for key, values in columns.items()}
    layout = GENERAL_NAMES.layout(columns)
    if "voltage_V" not in layout or len(layout) < 2 or not is_numbers(columns[layout["voltage_V"].name]):
        return None
    time = layout.get("time_s")
    if time is not None and not has_unit(time.name) and _are_days(columns[time.name]):
        columns = {f"{key} (d)" if key == time.name else key: values for key, values in columns.items()}
        layout = GENERAL_NAMES.layout(columns)
    if "current_A" in layout and len(layout) > 2:
        return columns
    if "current_A" not in layout and {"time_s", "step_capacity_Ah"} <= set(layout):
        numbers = (columns[layout[quantity].name] for quantity in ("time_s", "step_capacity_Ah"))
        return columns if all(map(is_numbers, numbers)) else None
    return None


def is_numbers(values: Column) -> bool:
    return values.dtype.kind in "fiub"


def _are_days(values: Column) -> bool:
    if not is_numbers(values):
        return False
    numbers = values.astype(np.float64)
    lowest, highest = DAYS_SINCE_YEAR_0
    return bool(np.isfinite(numbers).any() and lowest < np.nanmin(numbers) and np.nanmax(numbers) < highest)


def with_current(columns: dict[str, Column], unit: str) -> dict[str, Column]:
    """The columns with the current as the slope of the charge over time, and the charge as a counter of each direction."""
    layout = GENERAL_NAMES.layout(columns)
    if "current_A" in layout:
        return columns
    charge, time = layout["step_capacity_Ah"], layout["time_s"]
    factor = charge.factor if has_unit(charge.name) or unit == "Ah" else 1e-3
    moved_Ah = np.diff(columns[charge.name].astype(np.float64) * factor, prepend=np.nan)
    passed_s = np.diff(columns[time.name].astype(np.float64) * time.factor, prepend=np.nan)
    with np.errstate(all="ignore"):
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


def units_by_counters(columns: dict[str, Column]) -> tuple[dict[str, Column], list[Finding]]:
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
        columns = {
            f"{key} ({TIME_UNITS[factor]})" if key == time.name else key: values for key, values in columns.items()
        }
    by_current = ratio / factor
    steady = float(np.median(np.abs(ratios / ratio - 1))) < STEADY
    if abs(by_current - 1) > SAME_AS_ONE and steady:
        message = (
            f"The counted capacity is {by_current:.3g} times what current and time give, in all cycles alike. The current "
            f"is in multiples of a capacity of {by_current:.3g} Ah, and was multiplied by it."
        )
        findings.append(Finding("current_unit_assumed", "warning", message))
        with np.errstate(over="ignore"):
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
    before = np.concatenate(([0.0], amperes[:-1]))
    # Where the current begins or ends, the time at which it did so is not known.
    within &= (amperes > 0) & (before > 0) & (passed > 0) & np.isfinite(risen)
    integrated = np.add.reduceat(np.where(within, (amperes + before) / 2 * passed, 0.0), starts)
    counted = np.add.reduceat(np.where(within, risen, 0.0), starts) * 3600
    usable = (integrated > 0) & (counted > 0)
    if not usable.any():
        return np.empty(0)
    usable &= counted > 0.5 * np.median(counted[usable])
    ratios: FloatArray = counted[usable] / integrated[usable]
    return ratios
