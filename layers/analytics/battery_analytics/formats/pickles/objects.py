"""Turns the calls in a pickle into values: which names a pickle may hold, and the value of each call."""

from battery_analytics.formats.pickles.arrays import FROM_BUFFER, RECONSTRUCT, array_of, scalar_of
from battery_analytics.formats.pickles.dtypes import DTYPE, SCALAR
from battery_analytics.formats.pickles.frames import (
    ADMITTED_BY_FRAMES,
    ARRAY_BACKED,
    FRAME,
    NEW_INDEX,
    SERIES,
    array_within,
    frame_of,
    index_of,
    series_of,
)
from battery_analytics.formats.pickles.values import (
    EMPTY_BYTES,
    ENCODE,
    GETATTR,
    Call,
    GlobalName,
    MalformedPickle,
    RefusedPickle,
    bytes_of,
)

_ORDERED_DICT = "collections.OrderedDict"

ADMITTED_GLOBALS: frozenset[str] = (RECONSTRUCT | FROM_BUFFER | SCALAR | ADMITTED_BY_FRAMES | EMPTY_BYTES) | {
    "numpy.ndarray",
    DTYPE,
    ENCODE,
    _ORDERED_DICT,
    *GETATTR,
}


def admits(name: GlobalName) -> bool:
    """Whether a pickle may name this: only what plain data, arrays and frames need."""
    return str(name) in ADMITTED_GLOBALS


def resolved(value: object) -> object:
    """The array, scalar, frame or dict that a call in a pickle would create; any other value as it is.

    Raises MalformedPickle where its arguments do not fit, RefusedPickle where a call has no such meaning.
    """
    if not isinstance(value, Call):
        return value
    if value.meaning is None:
        try:
            value.meaning = _meaning(value)
        except (TypeError, ValueError, KeyError, IndexError, ArithmeticError, StopIteration) as fault:
            # All arguments come from the file, so what does not fit numpy's or pandas' layout is the file's fault.
            raise MalformedPickle(f"{value.target} does not have the layout that its library writes") from fault
    return value.meaning


def _meaning(call: Call) -> object:
    name = str(call.target)
    if name in SCALAR:
        return scalar_of(call)
    if name in RECONSTRUCT or name in FROM_BUFFER:
        return array_of(call)
    if name in FRAME:
        return frame_of(call)
    if name in SERIES:
        return series_of(call)
    if name == NEW_INDEX:
        return index_of(call)
    if name == ARRAY_BACKED:
        return array_within(call)
    if name == ENCODE or name in EMPTY_BYTES:
        return bytes_of(call)
    if name == _ORDERED_DICT:
        items = call.items or []
        return dict(zip(items[::2], items[1::2], strict=True))
    raise RefusedPickle(f"it uses {name} on its own, which is not plain data", name)
