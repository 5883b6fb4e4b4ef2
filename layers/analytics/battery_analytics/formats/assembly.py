"""Assembles `CyclingData` from the cycles of a source: equal lengths, numbered cycles in order, gaps found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from battery_analytics.cell import CyclingData, Finding, FloatArray
from battery_analytics.errors import InconsistentLengths, MissingColumns, NoCycles
from battery_analytics.formats.quantities import NAMES_OF_FIRST_CHOICE, Quantity, check_size, listed, printable

LARGEST_READING = 1e20
LENGTH_TOLERANCE_POINTS = 2
LENGTH_TOLERANCE_SHARE = 0.05

HIGHEST_TEMPERATURE_C = 200.0
LOWEST_MILLIVOLT, HIGHEST_MILLIVOLT = 900.0, 6_000.0
ABSOLUTE_ZERO_C = -273.15
# Numbers that are later than the year 5000 in the unit before them.
EPOCHS = ((1e17, 1e-9, "nanoseconds"), (1e14, 1e-6, "microseconds"), (1e11, 1e-3, "milliseconds"))

REQUIRED: tuple[Quantity, ...] = ("voltage_V", "current_A")
OPTIONAL: tuple[Quantity, ...] = (
    *("charge_capacity_Ah", "discharge_capacity_Ah", "step_capacity_Ah"),
    *("state", "time_s", "temperature_C"),
)


@dataclass(frozen=True, slots=True)
class RawCycle:
    """One cycle as its source holds it: its number, if it has one, and the columns that it has."""

    number: int | None
    columns: Mapping[Quantity, FloatArray]

    @property
    def n_points(self) -> int:
        return min((self.columns[quantity].size for quantity in REQUIRED if quantity in self.columns), default=0)


def assembled(
    cycles: Sequence[RawCycle], *, file: str, column_names: Sequence[str]
) -> tuple[CyclingData, list[Finding]]:
    """The cycles as columns over all points, and a finding for each thing that had to be repaired.

    Raises MissingColumns where no cycle has voltage or current, InconsistentLengths where the columns of most cycles
    differ too much in length, NoCycles where nothing is left, UnsupportedStructure beyond `MAX_POINTS`.
    """
    _check_required(cycles, file, column_names)
    check_size(len(cycles), sum(cycle.n_points for cycle in cycles), file)
    findings: list[Finding] = []
    usable = _numbered(_reconciled(cycles, file, findings), findings)
    data = _in_usual_units(_without_unmeasured_points(_concatenated(usable), file, findings), findings)
    if data.discharge_capacity_Ah is None and data.step_capacity_Ah is None and data.time_s is None:
        raise MissingColumns(
            f"{file} has neither discharge_capacity_in_Ah nor time_in_s, so the capacity can be neither read nor "
            f"integrated; its columns are {listed(column_names)}.",
            file=file,
            missing=["discharge_capacity_in_Ah", "time_in_s"],
            columns=[printable(name) for name in column_names],
        )
    return data, findings


def _check_required(cycles: Sequence[RawCycle], file: str, column_names: Sequence[str]) -> None:
    if not cycles:
        raise NoCycles(f"{file} holds no cycles.", file=file)
    missing = [quantity for quantity in REQUIRED if not any(quantity in cycle.columns for cycle in cycles)]
    if missing:
        raise without_columns(file, missing, column_names)


def without_columns(file: str, missing: Sequence[Quantity], column_names: Sequence[str]) -> MissingColumns:
    """The error of a file that lacks these quantities, with the columns that it has."""
    expected = [NAMES_OF_FIRST_CHOICE[quantity] for quantity in missing]
    return MissingColumns(
        f"{file} has no column for {' and '.join(expected)}; its columns are {listed(column_names)}.",
        file=file,
        missing=expected,
        columns=[printable(name) for name in column_names],
    )


def _reconciled(cycles: Sequence[RawCycle], file: str, findings: list[Finding]) -> list[RawCycle]:
    """The cycles whose columns have about one length, each cut to the shortest; empty ones left out."""
    usable: list[RawCycle] = []
    empty: list[int] = []
    cut: list[int] = []
    beyond: list[int] = []
    worst = 0
    for position, cycle in enumerate(cycles):
        number = position + 1 if cycle.number is None else cycle.number
        if any(quantity not in cycle.columns for quantity in REQUIRED) or cycle.n_points == 0:
            empty.append(number)
            continue
        lengths = {values.size for values in cycle.columns.values()}
        if len(lengths) == 1:
            usable.append(cycle)
            continue
        trimmed = _trimmed(cycle)
        if trimmed is None:
            worst = worst if beyond else position
            beyond.append(number)
        else:
            usable.append(trimmed)
            cut.append(number)
    if beyond and len(beyond) >= len(usable):
        lengths_by_column = {str(quantity): int(values.size) for quantity, values in cycles[worst].columns.items()}
        raise InconsistentLengths(
            f"The columns of cycle {beyond[0]} in {file} differ in length ({_spelled(lengths_by_column)}); "
            "each column needs one value per point.",
            file=file,
            cycle=beyond[0],
            lengths=lengths_by_column,
        )
    if not usable:
        raise NoCycles(f"{file} holds {len(cycles)} cycles, but none with a measured point.", file=file)
    if empty:
        findings.append(
            Finding("empty_cycles", "warning", "These cycles have no measured point. They were left out.", tuple(empty))
        )
    if cut:
        message = "The columns of these cycles differ in length. Each cycle was cut to its shortest column."
        findings.append(Finding("unequal_lengths", "warning", message, tuple(cut)))
    if beyond:
        message = "The columns of these cycles differ too much in length. These cycles were left out."
        findings.append(Finding("unusable_cycles", "error", message, tuple(beyond)))
    return usable


def _spelled(lengths: Mapping[str, int]) -> str:
    return ", ".join(f"{quantity} {length}" for quantity, length in lengths.items())


def _trimmed(cycle: RawCycle) -> RawCycle | None:
    """The cycle cut to its shortest column; an optional column that is far too short is left out instead."""
    required = [cycle.columns[quantity].size for quantity in REQUIRED]
    tolerance = max(LENGTH_TOLERANCE_POINTS, int(LENGTH_TOLERANCE_SHARE * max(required)))
    if max(required) - min(required) > tolerance or min(required) == 0:
        return None
    kept = {
        quantity: values
        for quantity, values in cycle.columns.items()
        if quantity in REQUIRED or (values.size > 0 and abs(values.size - min(required)) <= tolerance)
    }
    length = min(values.size for values in kept.values())
    return replace(cycle, columns={quantity: values[:length] for quantity, values in kept.items()})


def _numbered(cycles: Sequence[RawCycle], findings: list[Finding]) -> list[RawCycle]:
    """Cycles sorted by the source's numbers where each has a number of its own, else numbered from 1."""
    numbers = [cycle.number for cycle in cycles]
    if None in numbers or len(set(numbers)) < len(numbers):
        reason = "have no number" if None in numbers else "have the same number as others"
        message = f"Some cycles {reason}. All cycles were numbered from 1 in the order of the file."
        findings.append(Finding("cycles_renumbered", "warning", message))
        return [replace(cycle, number=position) for position, cycle in enumerate(cycles, start=1)]
    ordered = sorted(cycles, key=lambda cycle: cycle.number or 0)
    if [cycle.number for cycle in ordered] != numbers:
        findings.append(
            Finding("cycles_reordered", "info", "The cycles were not in the order of their numbers. They were sorted.")
        )
    present = {number for number in numbers if number is not None}
    missing = _gaps(sorted(present))
    if missing:
        message = (
            "The cycle numbers have gaps. Rates per cycle count the missing cycles; no values were added for them."
        )
        findings.append(Finding("missing_cycle_numbers", "info", message, missing))
    return ordered


def _gaps(numbers: Sequence[int], most: int = 1_000) -> tuple[int, ...]:
    missing: list[int] = []
    for before, after in pairwise(numbers):
        missing.extend(range(before + 1, min(after, before + 1 + most - len(missing))))
    return tuple(missing)


def _concatenated(cycles: Sequence[RawCycle]) -> CyclingData:
    lengths = np.array([cycle.n_points for cycle in cycles], dtype=np.int64)

    present = {quantity for cycle in cycles for quantity in cycle.columns}

    def column(quantity: Quantity) -> FloatArray:
        return np.concatenate(
            [
                cycle.columns[quantity] if quantity in cycle.columns else np.full(length, np.nan)
                for cycle, length in zip(cycles, lengths.tolist(), strict=True)
            ]
        )

    def column_if_any(quantity: Quantity) -> FloatArray | None:
        return column(quantity) if quantity in present else None

    return CyclingData(
        cycle_number=np.array([cycle.number for cycle in cycles], dtype=np.int64),
        offsets=np.concatenate(([0], np.cumsum(lengths))),
        voltage_V=column("voltage_V"),
        current_A=column("current_A"),
        **{quantity: column_if_any(quantity) for quantity in OPTIONAL},
    )


def _without_unmeasured_points(data: CyclingData, file: str, findings: list[Finding]) -> CyclingData:
    """The points at which both voltage and current were measured. A quantity without any measured value becomes None."""
    data = replace(
        data,
        voltage_V=_finite(data.voltage_V),
        current_A=_finite(data.current_A),
    )
    optional: dict[str, Any] = {name: _measured_anywhere(getattr(data, name)) for name in OPTIONAL}
    data = replace(data, **optional)
    measured = np.isfinite(data.voltage_V) & np.isfinite(data.current_A)
    if measured.all():
        return data
    if not measured.any():
        raise NoCycles(f"{file} holds no point at which both voltage and current were measured.", file=file)
    counts = np.add.reduceat(measured, data.offsets[:-1], dtype=np.int64)
    affected = data.cycle_number[counts < np.diff(data.offsets)]
    left_out = int((~measured).sum())
    message = (
        "1 point has no voltage or no current. It was left out."
        if left_out == 1
        else f"{left_out:,} points have no voltage or no current. They were left out."
    )
    findings.append(Finding("points_without_values", "warning", message, tuple(affected.tolist())))

    def kept(values: FloatArray | None) -> FloatArray | None:
        return None if values is None else _measured_anywhere(values[measured])

    return CyclingData(
        cycle_number=data.cycle_number[counts > 0],
        offsets=np.concatenate(([0], np.cumsum(counts[counts > 0]))),
        voltage_V=data.voltage_V[measured],
        current_A=data.current_A[measured],
        **{quantity: kept(getattr(data, quantity)) for quantity in OPTIONAL},
    )


def _in_usual_units(data: CyclingData, findings: list[Finding]) -> CyclingData:
    """The data with voltages, temperatures and times that can only be in another unit brought into their own."""
    highest_V = float(data.voltage_V.max())
    if LOWEST_MILLIVOLT < highest_V < HIGHEST_MILLIVOLT and np.median(np.abs(data.voltage_V)) > LOWEST_MILLIVOLT:
        message = "The voltages can only be millivolts. They were taken so."
        findings.append(Finding("voltage_unit_assumed", "warning", message))
        data = replace(data, voltage_V=data.voltage_V / 1000)
    if data.temperature_C is not None and np.nanmedian(data.temperature_C) > HIGHEST_TEMPERATURE_C - ABSOLUTE_ZERO_C:
        message = "The temperatures are those of no cell, as where no sensor is connected. They were left out."
        findings.append(Finding("impossible_temperature", "warning", message))
        data = replace(data, temperature_C=None)
    if data.temperature_C is not None and np.nanmedian(data.temperature_C) > HIGHEST_TEMPERATURE_C:
        message = "The temperatures can only be in Kelvin. They were taken so."
        findings.append(Finding("temperature_in_kelvin", "warning", message))
        data = replace(data, temperature_C=data.temperature_C + ABSOLUTE_ZERO_C)
    if data.time_s is None:
        return data
    earliest = float(np.nanmin(data.time_s))
    for limit, factor, unit in EPOCHS:
        if earliest > limit:
            message = f"The times can only be {unit} since 1970. They were taken so."
            findings.append(Finding("time_unit_assumed", "warning", message))
            return replace(data, time_s=data.time_s * factor)
    return data


def _finite(values: FloatArray) -> FloatArray:
    """The values, NaN for readings that no instrument gives, such as an infinity or 1e300."""
    finite = np.abs(values) < LARGEST_READING
    return values if finite.all() else np.where(finite, values, np.nan)


def _measured_anywhere(values: FloatArray | None) -> FloatArray | None:
    finite = None if values is None else _finite(values)
    return None if finite is None or np.isnan(finite).all() else finite
