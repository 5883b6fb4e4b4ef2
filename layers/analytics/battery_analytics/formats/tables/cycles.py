"""Cuts a table with one row per point into its cycles."""

from collections.abc import Mapping

import numpy as np

from battery_analytics.cell import FloatArray
from battery_analytics.formats.assembly import RawCycle
from battery_analytics.formats.quantities import Quantity, check_size


def cycles_of_table(columns: Mapping[Quantity, FloatArray], file: str) -> list[RawCycle]:
    """Cut a table with one row per point into cycles wherever the cycle number changes.

    Without a `cycle_number` column the whole table is one cycle. A row without a number belongs to the row before it.
    Separated rows of a cycle, as after sorting a table by another column, are brought together in their order.
    """
    numbers = columns.get("cycle_number")
    measured: dict[Quantity, FloatArray] = {**columns}
    measured.pop("cycle_number", None)
    if numbers is None:
        return [RawCycle(None, measured)]
    numbers = _filled_forward(numbers)
    starts = np.flatnonzero(np.diff(numbers, prepend=np.nan) != 0)
    if starts.size > 2 * np.unique(numbers).size:
        order = np.argsort(numbers, kind="stable")
        numbers = numbers[order]
        measured = {quantity: values[order] for quantity, values in measured.items()}
        starts = np.flatnonzero(np.diff(numbers, prepend=np.nan) != 0)
    check_size(starts.size, numbers.size, file)
    stops = np.append(starts[1:], numbers.size)
    return [
        RawCycle(
            int(numbers[start]) if 0 <= numbers[start] < 2**53 else None,
            {quantity: values[start:stop] for quantity, values in measured.items()},
        )
        for start, stop in zip(starts.tolist(), stops.tolist(), strict=True)
    ]


def _filled_forward(numbers: FloatArray) -> FloatArray:
    known = np.isfinite(numbers)
    if known.all():
        return numbers
    last_known = np.maximum.accumulate(np.where(known, np.arange(numbers.size), 0))
    return np.nan_to_num(numbers[last_known], nan=-1.0, posinf=-1.0, neginf=-1.0)
