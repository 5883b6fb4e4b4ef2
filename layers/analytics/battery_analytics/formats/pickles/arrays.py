"""Reads numpy's arrays and scalars from a pickle, of any of numpy's versions.

The layouts are those of numpy 1.x and 2.x (`_reconstruct`, `_frombuffer`, `scalar`). No function of numpy is called for them.
"""

import math
import sys

import numpy as np
import numpy.typing as npt

from battery_analytics.budget import charge_bytes
from battery_analytics.formats.pickles.dtypes import SCALAR, dtype_of
from battery_analytics.formats.pickles.values import Call, MalformedPickle, bytes_of, expanded

type AnyArray = npt.NDArray[np.generic]

MAX_DIMENSIONS = 8
MAX_LENGTH = 2**32

RECONSTRUCT = frozenset({"numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct"})
FROM_BUFFER = frozenset({"numpy.core.numeric._frombuffer", "numpy._core.numeric._frombuffer"})


def is_array(value: object) -> bool:
    """Whether this call creates an array."""
    return isinstance(value, Call) and str(value.target) in RECONSTRUCT | FROM_BUFFER


def array_of(call: Call) -> AnyArray:
    """The array that a call would create. Raises MalformedPickle, or Python's own exceptions for wrong arguments."""
    if isinstance(call.meaning, np.ndarray):
        return call.meaning
    if str(call.target) in FROM_BUFFER:
        buffer, dtype, shape, order = call.args
        call.meaning = _array(bytes_of(buffer), dtype_of(dtype), shape, fortran=order == "F")
    else:
        call.meaning = _reconstructed(call)
    return call.meaning


def scalar_of(call: Call) -> object:
    """The number or text that a call would create."""
    dtype, content = call.args
    return _plain_text(np.frombuffer(bytes_of(content), dtype=dtype_of(dtype), count=1))[0].item()


def _reconstructed(call: Call) -> AnyArray:
    if not isinstance(call.state, tuple):
        raise MalformedPickle("an array has no contents")
    *_, shape, dtype, fortran, content = call.state
    dtype = dtype_of(dtype)
    if dtype.hasobject:
        return _object_array(content, shape)
    return _array(bytes_of(content), dtype, shape, fortran=bool(fortran))


def _lengths(shape: object) -> tuple[int, ...]:
    """An array's shape, each length limited so that their product is quick to compute."""
    if isinstance(shape, tuple) and len(shape) <= MAX_DIMENSIONS:
        lengths = tuple(length for length in shape if type(length) is int and 0 <= length <= MAX_LENGTH)
        if len(lengths) == len(shape):
            return lengths
    raise MalformedPickle("an array's shape is not made of lengths")


def _array(content: bytes, dtype: np.dtype[np.generic], shape: object, *, fortran: bool) -> AnyArray:
    lengths = _lengths(shape)
    if dtype.hasobject or math.prod(lengths) * dtype.itemsize != len(content):
        raise MalformedPickle(f"an array of shape {lengths} does not match the bytes that it holds")
    return _plain_text(np.frombuffer(content, dtype=dtype)).reshape(lengths, order="F" if fortran else "C")


def _plain_text(values: AnyArray) -> AnyArray:
    """The values as they are. Raises MalformedPickle for text with characters that Unicode does not have."""
    if values.dtype.kind == "U" and values.size and values.dtype.itemsize:
        characters = values.view(np.dtype(np.uint32).newbyteorder(values.dtype.byteorder))
        if characters.max() > sys.maxunicode:
            raise MalformedPickle("an array of text holds what is no character")
    return values


def _object_array(items: object, shape: object) -> AnyArray:
    """An array of Python objects; numpy lists them row by row, in Fortran's order too."""
    values = expanded(items) if isinstance(items, list) else []
    lengths = _lengths(shape)
    if math.prod(lengths) != len(values):
        raise MalformedPickle("an array of objects does not match its shape")
    charge_bytes(8 * len(values))
    array = np.empty(len(values), dtype=object)
    for place, value in enumerate(values):
        array[place] = scalar_of(value) if isinstance(value, Call) and str(value.target) in SCALAR else value
    return array.reshape(lengths)
