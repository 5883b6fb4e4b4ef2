"""Reads the type of numpy's arrays and scalars from a pickle; the names that numpy has for them in one."""

import re

import numpy as np

from battery_analytics.formats.pickles.values import Call, MalformedPickle, bytes_of, shown

SCALAR = frozenset({"numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar"})
DTYPE = "numpy.dtype"

_PLAIN = re.compile(r"[<>|=]?(?:[biufc]\d{1,2}|b1|O8?|[SU]\d{1,6}|[Mm]8)")
_TIME_UNITS = frozenset({"h", "m", "s", "ms", "us", "ns", "D"})


def dtype_of(value: object) -> np.dtype[np.generic]:
    """The type that a call to `numpy.dtype` would create: numbers, text, times or objects, nothing compound."""
    if not isinstance(value, Call) or str(value.target) != DTYPE:
        raise MalformedPickle("an array has no type")
    if not isinstance(value.meaning, np.dtype):
        value.meaning = _dtype_of_call(value)
    return value.meaning


def _dtype_of_call(value: Call) -> np.dtype[np.generic]:
    name = _ascii(value.args[0])
    if name is None or not _PLAIN.fullmatch(name):
        raise MalformedPickle(f"an array is of type {shown(value.args[0])}, not of numbers or text")
    state = value.state if isinstance(value.state, tuple) else ()
    if name.lstrip("<>|=") in {"M8", "m8"}:
        name = f"{name}[{_time_unit(state)}]"
    order = _ascii(state[1]) if len(state) > 1 else None
    return np.dtype(name).newbyteorder("<" if order == "<" else ">" if order == ">" else "=")


def _ascii(value: object) -> str | None:
    return bytes_of(value).decode("latin-1") if isinstance(value, str | bytes | Call) else None


def _time_unit(state: tuple[object, ...]) -> str:
    """The unit of a time type, which numpy keeps in the last part of the type's state."""
    parts = state[-1] if state else None
    parts = parts[1] if isinstance(parts, tuple) and len(parts) == 2 else parts
    unit = _ascii(parts[0]) if isinstance(parts, tuple) and len(parts) == 4 and parts[1:] == (1, 1, 1) else None
    if unit not in _TIME_UNITS:
        raise MalformedPickle("an array holds times of an unknown unit")
    return unit
