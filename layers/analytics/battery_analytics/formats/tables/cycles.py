"""Cuts a table with one row per point into its cycles, its rows brought into the order in which they were measured."""

from collections.abc import Mapping

import numpy as np

from battery_analytics.cell import Finding, FloatArray, IntArray
from battery_analytics.formats.assembly import RawCycle
from battery_analytics.formats.quantities import Quantity, check_size
from battery_analytics.formats.tables.half_cycles import cycle_numbers_of

BACKWARDS_SHARE = 0.9
SCATTERED_SHARE = 0.2
FEWEST_STEPS = 10
UNIQUE_SHARE = 0.95


def cycles_of_table(columns: Mapping[Quantity, FloatArray], file: str) -> tuple[list[RawCycle], list[Finding]]:
    """Cut a table with one row per point into cycles wherever the cycle number changes, and say what was reordered.

    Without a `cycle_number` column, cycles are told from the directions of the current. A row without a number belongs to
    the row before it.
    A table written backwards is turned, and scattered rows are sorted. Numbers that begin again are further cycles.
    """
    measured: dict[Quantity, FloatArray] = {**columns}
    if len({values.size for values in measured.values()}) > 1:
        measured.pop("cycle_number", None)
        return [RawCycle(None, measured)], []  # whether the lengths fit nearly is for the assembly to say
    numbers = measured.pop("cycle_number", None)
    findings: list[Finding] = []
    numbers = None if numbers is None else _filled_forward(numbers)
    order = _order(numbers, measured.get("time_s"), findings)
    if order is not None:
        measured = {quantity: values[order] for quantity, values in measured.items()}
        numbers = None if numbers is None else numbers[order]
    if numbers is None:
        numbers = cycle_numbers_of(measured)
        if numbers is None:
            return [RawCycle(None, measured)], findings
        message = "The file numbers no cycles. They were told from its charges and discharges."
        findings.append(Finding("cycles_from_steps", "info", message))
    starts = np.flatnonzero(np.diff(numbers, prepend=np.nan) != 0)
    check_size(starts.size, numbers.size, file)
    stops = np.append(starts, numbers.size)[1:]
    named = _continued(numbers[starts], findings)
    cycles = [
        RawCycle(
            int(number) if 0 <= number < 2**53 else None,
            {quantity: values[start:stop] for quantity, values in measured.items()},
        )
        for number, start, stop in zip(named.tolist(), starts.tolist(), stops.tolist(), strict=True)
    ]
    return cycles, findings


def _order(numbers: FloatArray | None, time_s: FloatArray | None, findings: list[Finding]) -> IntArray | None:
    """The order in which the rows were measured; None where they are in it."""
    if time_s is not None and _is_backwards(numbers, time_s):
        message = "The rows are in the reverse order of their times. They were turned."
        findings.append(Finding("rows_reversed", "warning", message))
        return np.arange(time_s.size)[::-1]
    if not _is_scattered(numbers, time_s):
        return None
    message = "The rows are not in the order in which they were measured. They were sorted by cycle and time."
    if numbers is None or time_s is None:
        message = "The rows of the cycles are scattered over the file. They were brought together in their order."
    findings.append(Finding("rows_sorted", "warning", message))
    if numbers is None:
        return None if time_s is None else np.argsort(time_s, kind="stable")
    return np.argsort(numbers, kind="stable") if time_s is None else np.lexsort((time_s, numbers))


def _is_backwards(numbers: FloatArray | None, time_s: FloatArray) -> bool:
    """Whether nearly every time is before that of the row above, and the cycle numbers fall too."""
    with np.errstate(invalid="ignore", over="ignore"):
        steps = np.diff(time_s)
    falls, rises = np.count_nonzero(steps < 0), np.count_nonzero(steps > 0)
    if falls < BACKWARDS_SHARE * (falls + rises) or falls < 2:
        return False
    return numbers is None or bool(numbers[-1] <= numbers[0])


def _is_scattered(numbers: FloatArray | None, time_s: FloatArray | None) -> bool:
    """Whether cycle numbers, or times within them, go back and forth too often for a file in the order of measurement."""
    if numbers is not None:
        runs = numbers[np.flatnonzero(np.diff(numbers, prepend=np.nan) != 0)]
        falls = np.count_nonzero(np.diff(runs) < 0)
        if falls > SCATTERED_SHARE * runs.size and runs.size > 2 * np.unique(runs).size:
            return True
    if time_s is None or time_s.size < FEWEST_STEPS:
        return False
    within = np.ones(time_s.size - 1, dtype=bool) if numbers is None else np.diff(numbers) == 0
    with np.errstate(invalid="ignore", over="ignore"):
        steps = np.diff(time_s)[within]
    falls, moves = np.count_nonzero(steps < 0), np.count_nonzero(steps)
    if moves < FEWEST_STEPS or falls <= SCATTERED_SHARE * moves:
        return False
    # A clock that restarts with each short step shows the same times again and again.
    whose = np.zeros(time_s.size) if numbers is None else numbers
    n_different = np.unique(np.column_stack((whose, time_s)), axis=0).shape[0]
    return bool(n_different >= UNIQUE_SHARE * time_s.size)


def _continued(numbers: FloatArray, findings: list[Finding]) -> FloatArray:
    """The numbers of the runs of rows; where numbers that were there before begin again, they go on from the largest."""
    if np.unique(numbers).size == numbers.size:
        return numbers
    shift = np.zeros(numbers.size)
    seen: set[float] = set()
    largest, added = -1.0, 0.0
    for place, number in enumerate(numbers.tolist()):
        if number + added in seen:
            added = largest + 1 - number
        shift[place] = added
        seen.add(number + added)
        largest = max(largest, number + added)
    message = (
        "Cycle numbers that were there before begin again. These are further cycles: they were numbered on from the largest "
        "number before."
    )
    findings.append(Finding("cycles_numbered_on", "warning", message))
    continued: FloatArray = numbers + shift
    return continued


def _filled_forward(numbers: FloatArray) -> FloatArray:
    known = np.isfinite(numbers)
    if known.all():
        return numbers
    last_known = np.maximum.accumulate(np.where(known, np.arange(numbers.size), 0))
    return np.nan_to_num(numbers[last_known], nan=-1.0, posinf=-1.0, neginf=-1.0)
