"""A pickle's lists and columns as plain Python values and numpy arrays, without calls and runs of numbers."""

from collections.abc import Iterator, Sequence
from itertools import groupby, islice

import numpy as np

from battery_analytics.formats.pickles.arrays import AnyArray
from battery_analytics.formats.pickles.objects import resolved
from battery_analytics.formats.pickles.values import Call, MalformedPickle, NumberRun, RefusedPickle, expanded, length


def items_of(value: object) -> list[object]:
    """A list's, tuple's or array's items as Python values, runs of numbers as single numbers."""
    if isinstance(value, np.ndarray):
        return list(value.reshape(-1).tolist() if value.ndim == 0 else value.tolist())
    if isinstance(value, NumberRun):
        return list(value.values.tolist())
    if isinstance(value, list | tuple):
        return expanded(value)
    raise MalformedPickle("not a list")


def first_items(value: object, most: int) -> object:
    """The value that a call would create; of a list or array only the first `most` items, as single numbers.

    The items are not resolved further, because a file may hold a list that holds itself.
    """
    value = resolved(value)
    if isinstance(value, np.ndarray):
        return value.reshape(-1)[:most].tolist()
    if isinstance(value, list | tuple):
        return list(islice(_written_out(value), most))
    return value


def column_pieces(value: object, most: int) -> list[AnyArray | list[object]] | None:
    """A column as pieces: arrays of numbers that follow each other, and lists of other values; None for no column.

    Raises MalformedPickle where the value is no list or array, RefusedPickle where it has more than `most` items.
    """
    if type(value) is list and len(value) == 1 and type(value[0]) is NumberRun:
        return [value[0].values]  # most columns of most cycles
    value = resolved(value)
    if value is None:
        return None
    if isinstance(value, np.ndarray):
        _check_size(value.size, most)
        flat = value.reshape(-1)
        return [_with_calls_resolved(flat.tolist())] if value.dtype.kind == "O" else [flat]
    if not isinstance(value, list | tuple):
        raise MalformedPickle("not a list of numbers")
    _check_size(length(value), most)
    pieces: list[AnyArray | list[object]] = []
    for is_run, items in groupby(value, key=lambda item: type(item) is NumberRun):
        if is_run:
            pieces.extend(run.values for run in items)
        else:
            pieces.append(_with_calls_resolved(list(items)))
    return pieces


def _check_size(size: int, most: int) -> None:
    if size > most:
        raise RefusedPickle(f"one of its columns has more than {most:,} values")


def _with_calls_resolved(items: list[object]) -> list[object]:
    return [resolved(item) if type(item) is Call else item for item in items]


def _written_out(items: Sequence[object]) -> Iterator[object]:
    for item in items:
        if isinstance(item, NumberRun):
            yield from item.values.tolist()
        else:
            yield item
