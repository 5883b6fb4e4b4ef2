"""What numpy and pandas write into a pickle, read as data: arrays, scalars, series and frames of any of their versions.

The layouts are those of numpy 1.x and 2.x (`_reconstruct`, `_frombuffer`, `scalar`) and of pandas 1.x to 3.x
(`BlockManager`, with its state in the object or in its arguments). No function of either library is called.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from battery_analytics.formats.numpy_dtypes import DTYPE, SCALAR, dtype_of
from battery_analytics.formats.pickle_values import (
    Call,
    GlobalName,
    MalformedPickle,
    NumberRun,
    RefusedPickle,
    expanded,
)

type AnyArray = npt.NDArray[np.generic]

MAX_FRAME_COLUMNS = 100_000
MAX_DIMENSIONS = 8
MAX_LENGTH = 2**32

_RECONSTRUCT = frozenset({"numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct"})
_FROM_BUFFER = frozenset({"numpy.core.numeric._frombuffer", "numpy._core.numeric._frombuffer"})
_SLICE = frozenset({"builtins.slice", "__builtin__.slice"})
_FRAME = frozenset({"pandas.core.frame.DataFrame", "pandas.DataFrame"})
_SERIES = frozenset({"pandas.core.series.Series", "pandas.Series"})
_NEW_INDEX = "pandas.core.indexes.base._new_Index"
_RANGE_INDEX = frozenset({"pandas.core.indexes.range.RangeIndex", "pandas.RangeIndex"})
_INDEX = frozenset(
    {
        "pandas.core.indexes.base.Index",
        "pandas.Index",
        "pandas.core.indexes.numeric.Int64Index",
        "pandas.core.indexes.numeric.UInt64Index",
        "pandas.core.indexes.numeric.Float64Index",
    }
)
_MANAGER = frozenset({f"pandas.core.internals.managers.{name}" for name in ("BlockManager", "SingleBlockManager")})
_BLOCK = "pandas._libs.internals._unpickle_block"
_ARRAY_BACKED = "pandas._libs.arrays.__pyx_unpickle_NDArrayBacked"
_STRING_TYPES = frozenset({"pandas.arrays.StringArray", "pandas.StringDtype"})
_ENCODE = "_codecs.encode"
_ORDERED_DICT = "collections.OrderedDict"

ADMITTED_GLOBALS: frozenset[str] = (
    _RECONSTRUCT | _FROM_BUFFER | SCALAR | _SLICE | _FRAME | _SERIES | _RANGE_INDEX | _INDEX | _MANAGER | _STRING_TYPES
) | {"numpy.ndarray", DTYPE, _NEW_INDEX, _BLOCK, _ARRAY_BACKED, _ENCODE, _ORDERED_DICT}


@dataclass(frozen=True, slots=True)
class Frame:
    """A pandas frame as its columns, each of shape (n_rows,)."""

    columns: dict[str, AnyArray]


def admits(name: GlobalName) -> bool:
    """Whether a pickle may name this: plain data, arrays and frames need no more."""
    return str(name) in ADMITTED_GLOBALS


def resolved(value: object) -> object:
    """The array, scalar, frame or dict that a call in a pickle stands for; anything else as it is.

    Raises MalformedPickle where its parts do not fit together, RefusedPickle where a call has no such meaning.
    """
    if not isinstance(value, Call):
        return value
    if value.meaning is None:
        try:
            value.meaning = _resolved_call(value)
        except (TypeError, ValueError, KeyError, IndexError, OverflowError) as fault:
            # The parts come from the file alone: what does not fit numpy's or pandas' layout is the file's fault.
            raise MalformedPickle(f"{value.target} is not laid out as its library writes it") from fault
    return value.meaning


def _resolved_call(call: Call) -> object:
    name = str(call.target)
    if name in _RECONSTRUCT:
        return _reconstructed(call)
    if name in _FROM_BUFFER:
        buffer, dtype, shape, order = call.args
        return _array(_bytes(buffer), dtype_of(dtype), shape, fortran=order == "F")
    if name in SCALAR:
        dtype, content = call.args
        return np.frombuffer(_bytes(content), dtype=dtype_of(dtype), count=1)[0].item()
    if name in _FRAME:
        return _frame(call)
    if name in _SERIES:
        return _blocks(_part(call.state, "_mgr", "_data"))[0][1][0]
    if name == _NEW_INDEX:
        return _index(call)
    if name == _ARRAY_BACKED:
        return _array_backed(call)
    if name == _ENCODE:
        return _bytes(call)
    if name == _ORDERED_DICT:
        items = call.items or []
        return dict(zip(items[::2], items[1::2], strict=True))
    raise RefusedPickle(f"it uses {name} on its own, which is not plain data", name)


def _part(state: object, *names: str) -> object:
    if isinstance(state, dict):
        for name in names:
            if name in state:
                return state[name]
    raise MalformedPickle(f"a pandas object has no {names[0]}")


def _bytes(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode("latin-1")
    if isinstance(value, Call) and str(value.target) == _ENCODE:
        text, encoding = value.args
        if encoding == "latin1" and isinstance(text, str):
            return text.encode("latin-1")
    raise MalformedPickle("an array's contents are not bytes")


def _lengths(shape: object) -> tuple[int, ...]:
    """An array's shape, its product known to be no more than what fits in memory addresses."""
    if isinstance(shape, tuple) and len(shape) <= MAX_DIMENSIONS:
        lengths = tuple(length for length in shape if type(length) is int and 0 <= length <= MAX_LENGTH)
        if len(lengths) == len(shape):
            return lengths
    raise MalformedPickle("an array's shape is not made of lengths")


def _array(content: bytes, dtype: np.dtype[np.generic], shape: object, *, fortran: bool) -> AnyArray:
    lengths = _lengths(shape)
    if dtype.hasobject or math.prod(lengths) * dtype.itemsize != len(content):
        raise MalformedPickle(f"an array of shape {lengths} does not match the bytes that it holds")
    return np.frombuffer(content, dtype=dtype).reshape(lengths, order="F" if fortran else "C")


def _object_array(items: object, shape: object) -> AnyArray:
    values = expanded(items) if isinstance(items, list) else []
    lengths = _lengths(shape)
    if math.prod(lengths) != len(values):
        raise MalformedPickle("an array of objects does not match its shape")
    array = np.empty(len(values), dtype=object)
    for place, value in enumerate(values):
        is_scalar = isinstance(value, Call) and str(value.target) in SCALAR
        array[place] = resolved(value) if is_scalar else value
    return array.reshape(lengths)


def _array_within(value: object) -> AnyArray:
    """The array that is part of a pandas object; only kinds that hold no further object, so that nothing can recur."""
    if isinstance(value, Call) and str(value.target) in _RECONSTRUCT | _FROM_BUFFER | {_ARRAY_BACKED}:
        array = resolved(value)
        if isinstance(array, np.ndarray):
            return array
    raise MalformedPickle("a pandas object has no array where one belongs")


def _reconstructed(call: Call) -> AnyArray:
    if not isinstance(call.state, tuple):
        raise MalformedPickle("an array has no contents")
    *_, shape, dtype, fortran, content = call.state
    dtype = dtype_of(dtype)
    if dtype.hasobject:
        return _object_array(content, shape)
    return _array(_bytes(content), dtype, shape, fortran=bool(fortran))


def _array_backed(call: Call) -> AnyArray:
    if isinstance(call.state, tuple):
        for part in call.state:
            if isinstance(part, Call) and str(part.target) in _RECONSTRUCT | _FROM_BUFFER:
                return _array_within(part)
    raise MalformedPickle("a pandas array has no contents")


def _index(call: Call) -> AnyArray | range:
    kind, parts = call.args
    if not isinstance(kind, GlobalName) or not isinstance(parts, dict):
        raise MalformedPickle("a pandas index has no contents")
    if str(kind) in _RANGE_INDEX:
        return range(parts["start"], parts["stop"], parts["step"])
    return _array_within(parts["data"])


def _blocks(manager: object) -> list[tuple[AnyArray, AnyArray]]:
    """Each block of a manager: the positions of its columns, and its values of shape (n_columns, n_rows)."""
    if not isinstance(manager, Call) or str(manager.target) not in _MANAGER:
        raise MalformedPickle("a pandas object has no block manager")
    blocks: list[tuple[AnyArray, AnyArray]] = []
    if manager.args:
        pairs = [(block.args[1], block.args[0]) for block in _calls(manager.args[0])]
    else:
        newest = _state_of_manager(manager)
        pairs = [(block["mgr_locs"], block["values"]) for block in newest["blocks"]]
    for placement, values in pairs:
        blocks.append((_positions(placement), np.atleast_2d(_array_within(values))))
    return blocks


def _calls(blocks: object) -> list[Call]:
    if not isinstance(blocks, tuple) or not all(isinstance(block, Call) for block in blocks):
        raise MalformedPickle("a pandas object has no blocks")
    return [block for block in blocks if isinstance(block, Call)]


def _state_of_manager(manager: Call) -> dict[str, list[dict[str, object]]]:
    state = manager.state[3] if isinstance(manager.state, tuple) else None
    newest = state.get("0.14.1") if isinstance(state, dict) else None
    if not isinstance(newest, dict):
        raise MalformedPickle("a pandas object of an unknown version")
    return newest


def _positions(placement: object) -> AnyArray:
    if isinstance(placement, Call) and str(placement.target) in _SLICE:
        bounds = [bound for bound in placement.args if isinstance(bound, int) and abs(bound) < MAX_FRAME_COLUMNS]
        if len(bounds) != 3:
            raise MalformedPickle("a pandas block lies outside its frame")
        return np.arange(*bounds)
    return _array_within(placement)


def _frame(call: Call) -> Frame:
    manager = _part(call.state, "_mgr", "_data")
    blocks = _blocks(manager)
    assert isinstance(manager, Call)  # noqa: S101  _blocks has just established it
    axes = manager.args[1] if manager.args else _state_of_manager(manager)["axes"]
    if not isinstance(axes, list) or not isinstance(axes[0], Call) or str(axes[0].target) != _NEW_INDEX:
        raise MalformedPickle("a pandas frame has no column names")
    labels = _index(axes[0])
    columns: dict[int, AnyArray] = {}
    for positions, values in blocks:
        columns.update(zip(positions.tolist(), values, strict=True))
    if len(labels) != len(columns):
        raise MalformedPickle("a pandas frame has more column names than columns")
    return Frame({str(label): columns[position] for position, label in enumerate(labels)})


def items_of(value: object) -> list[object]:
    """A list's, tuple's or array's items as Python values, runs of numbers written out."""
    if isinstance(value, np.ndarray):
        return list(value.tolist())
    if isinstance(value, NumberRun):
        return list(value.values.tolist())
    if isinstance(value, list | tuple):
        return expanded(value)
    raise MalformedPickle("not a list")
