"""Reads pandas' frames and series from a pickle as their columns, of pandas 1.x to 3.x.

The layouts are those of `BlockManager`, with its state in the object or in its arguments. No function of pandas is called.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from battery_analytics.budget import charge_bytes, charge_values
from battery_analytics.formats.pickles.arrays import AnyArray, array_of, is_array
from battery_analytics.formats.pickles.values import ZONE, ZONE_OF_NAME, Call, GlobalName, MalformedPickle, shown

MAX_FRAME_COLUMNS = 100_000

SLICE = frozenset({"builtins.slice", "__builtin__.slice"})
FRAME = frozenset({"pandas.core.frame.DataFrame", "pandas.DataFrame"})
SERIES = frozenset({"pandas.core.series.Series", "pandas.Series"})
NEW_INDEX = "pandas.core.indexes.base._new_Index"
RANGE_INDEX = frozenset({"pandas.core.indexes.range.RangeIndex", "pandas.RangeIndex"})
_MANAGER = frozenset({f"pandas.core.internals.managers.{name}" for name in ("BlockManager", "SingleBlockManager")})
ARRAY_BACKED = "pandas._libs.arrays.__pyx_unpickle_NDArrayBacked"


def _spellings(module: str, *names: str) -> frozenset[str]:
    """A name as pandas 1 and 2 write it, with its module, and as pandas 3 writes it."""
    short = "pandas" if module.startswith("indexes") or names[0].endswith(("Dtype", "Categorical")) else "pandas.arrays"
    return frozenset({f"pandas.core.{module}.{name}" for name in names} | {f"{short}.{name}" for name in names})


_PLAIN_ARRAYS = (
    _spellings("arrays.datetimes", "DatetimeArray")
    | _spellings("arrays.timedeltas", "TimedeltaArray")
    | _spellings("arrays.string_", "StringArray")
)
_MASKED_ARRAYS = (
    _spellings("arrays.integer", "IntegerArray")
    | _spellings("arrays.floating", "FloatingArray")
    | _spellings("arrays.boolean", "BooleanArray")
)
_INTEGERS = tuple(f"{sign}Int{bits}Dtype" for sign in ("", "U") for bits in (8, 16, 32, 64))
# Columns of other kinds and row labels use these names. They are accepted but not read, as neither is needed.
_SET_ASIDE = (
    _spellings("arrays.categorical", "Categorical")
    | _spellings("dtypes.dtypes", "CategoricalDtype", "DatetimeTZDtype")
    | _spellings("arrays.integer", *_INTEGERS)
    | _spellings("arrays.floating", "Float64Dtype", "Float32Dtype")
    | _spellings("arrays.boolean", "BooleanDtype")
    | _spellings("arrays.string_", "StringDtype")
    | _spellings("indexes.base", "Index")
    | _spellings("indexes.numeric", "Int64Index", "UInt64Index", "Float64Index")
    | _spellings("indexes.category", "CategoricalIndex")
    | _spellings("indexes.multi", "MultiIndex")
    | _spellings("indexes.datetimes", "DatetimeIndex", "_new_DatetimeIndex")
    | _spellings("indexes.timedeltas", "TimedeltaIndex", "_new_TimedeltaIndex")
    | {f"pandas._libs.tslibs.offsets.{step}" for step in ("Day", "Hour", "Minute", "Second", "Milli", "Micro", "Nano")}
    | {"pandas.NA", "pandas._libs.missing.NA", "pandas._libs.missing._NA"}
    | {"pytz._UTC", "pytz._p", "datetime.timezone", "datetime.timedelta", ZONE, ".".join(ZONE_OF_NAME)}
)
ADMITTED_BY_FRAMES = (SLICE | FRAME | SERIES | RANGE_INDEX | _MANAGER | _PLAIN_ARRAYS | _MASKED_ARRAYS | _SET_ASIDE) | {
    NEW_INDEX,
    ARRAY_BACKED,
    "pandas._libs.internals._unpickle_block",
}


@dataclass(frozen=True, slots=True)
class OtherColumn:
    """A column that holds no numbers, such as categories or intervals."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A pandas frame as its columns, each of shape (n_rows,)."""

    columns: Mapping[str, AnyArray | OtherColumn]


def frame_of(call: Call) -> Frame:
    """The frame that a call would create. A repeated column name gets its position added."""
    manager = _part(call.state, "_mgr", "_data")
    blocks = _blocks(manager)
    labels = _labels(manager)
    columns: dict[int, AnyArray | OtherColumn] = {}
    for positions, values in blocks:
        rows = [values] * positions.size if isinstance(values, OtherColumn) else list(values)
        columns.update(zip(positions.tolist(), rows, strict=True))
    if len(labels) != len(columns):
        raise MalformedPickle("a pandas frame has more column names than columns")
    named: dict[str, AnyArray | OtherColumn] = {}
    for position, label in enumerate(labels):
        name = _name(label)
        named[name if name not in named else f"{name} ({position + 1})"] = columns[position]
    labels_of_rows = _row_labels(manager, column=next(iter(columns.values()), None))
    return Frame({**named, **{name: values for name, values in labels_of_rows.items() if name not in named}})


def _name(label: object) -> str:
    """A label of a column as its name: text as it is, of anything but text and numbers the type alone."""
    return str(label) if isinstance(label, str | float) or type(label) is int else shown(label)


def series_of(call: Call) -> AnyArray | OtherColumn:
    """The values of the series that a call would create."""
    _, values = _blocks(_part(call.state, "_mgr", "_data"))[0]
    return values if isinstance(values, OtherColumn) else values[0]


def index_of(call: Call) -> AnyArray | range:
    """The labels that a call to pandas' `_new_Index` would create."""
    kind, parts = call.args
    if not isinstance(kind, GlobalName) or not isinstance(parts, dict):
        raise MalformedPickle("a pandas index has no contents")
    if str(kind) in RANGE_INDEX:
        return range(parts["start"], parts["stop"], parts["step"])
    labels = array_within(parts["data"]) if "data" in parts else OtherColumn()
    if isinstance(labels, OtherColumn):
        raise MalformedPickle("the column names of a pandas frame are not plain text")
    return labels


def array_within(value: object) -> AnyArray | OtherColumn:
    """The array in a pandas object; only kinds that hold no further object, so there is no recursion."""
    if not isinstance(value, Call):
        raise MalformedPickle("a pandas object has no array where one is expected")
    if is_array(value):
        return array_of(value)
    name = str(value.target)
    if name in _MASKED_ARRAYS:
        return _masked(value.state)
    if name == ARRAY_BACKED and isinstance(value.state, tuple) and str(value.args[0]) in _PLAIN_ARRAYS:
        return next(array_of(part) for part in value.state if isinstance(part, Call) and is_array(part))
    if name in _PLAIN_ARRAYS and isinstance(value.state, dict):
        return next(array_of(part) for part in value.state.values() if isinstance(part, Call) and is_array(part))
    return OtherColumn()


def _masked(state: object) -> AnyArray:
    """Integers or floats with a mask; NaN where the mask is set."""
    parts = [_part(state, name) for name in ("_data", "_mask")]
    # Only numpy's own arrays: a masked array within a masked array could be itself.
    data, mask = (array_of(part) if isinstance(part, Call) and is_array(part) else None for part in parts)
    if data is None or mask is None or data.shape != mask.shape or data.dtype.kind not in "iufb":
        raise MalformedPickle("a pandas array has no contents")
    charge_bytes(16 * data.size)
    return np.where(mask.astype(np.bool_), np.nan, data.astype(np.float64))


def _part(state: object, *names: str) -> object:
    if isinstance(state, dict):
        for name in names:
            if name in state:
                return state[name]
    raise MalformedPickle(f"a pandas object has no {names[0]}")


def _blocks(manager: object) -> list[tuple[AnyArray, AnyArray | OtherColumn]]:
    """Each block of a manager: the positions of its columns, and its values of shape (n_columns, n_rows)."""
    if not isinstance(manager, Call) or str(manager.target) not in _MANAGER:
        raise MalformedPickle("a pandas object has no block manager")
    if manager.args:
        pairs = [(block.args[1], block.args[0]) for block in _calls(manager.args[0])]
    else:
        pairs = [(block["mgr_locs"], block["values"]) for block in _state_of_manager(manager)["blocks"]]
    blocks: list[tuple[AnyArray, AnyArray | OtherColumn]] = []
    for placement, content in pairs:
        values = array_within(content)
        positions = _positions(placement)
        charge_values(1 + positions.size)
        blocks.append((positions, values if isinstance(values, OtherColumn) else np.atleast_2d(values)))
    return blocks


def _labels(manager: object) -> AnyArray | range:
    assert isinstance(manager, Call)  # noqa: S101  _blocks has just established it
    axes = manager.args[1] if manager.args else _state_of_manager(manager)["axes"]
    if not isinstance(axes, list) or not isinstance(axes[0], Call) or str(axes[0].target) != NEW_INDEX:
        raise MalformedPickle("a pandas frame has no column names")
    return index_of(axes[0])


def _row_labels(manager: object, column: AnyArray | OtherColumn | None) -> dict[str, AnyArray]:
    """The labels of the rows as columns, by their names; those without a name, or of another kind, are left out.

    `column` is any of the frame's, which has as many values.
    """
    assert isinstance(manager, Call)  # noqa: S101  _blocks has established it
    axes = manager.args[1] if manager.args else _state_of_manager(manager)["axes"]
    labels = axes[1] if isinstance(axes, list) and len(axes) > 1 else None
    if not isinstance(labels, Call) or str(labels.target) != NEW_INDEX or len(labels.args) != 2:
        return {}
    parts = labels.args[1]
    if not isinstance(parts, dict) or not isinstance(column, np.ndarray):
        return {}
    found = _levels(parts) if "levels" in parts else _named_labels(parts)
    return {name: values for name, values in found.items() if values is not None and values.shape == (column.size,)}


def _named_labels(parts: dict[str, object]) -> dict[str, AnyArray | None]:
    name = parts.get("name")
    return {name: _plain_labels(parts.get("data"))} if isinstance(name, str) else {}


def _plain_labels(data: object) -> AnyArray | None:
    if not isinstance(data, Call):
        return None
    values = array_within(data)
    return None if isinstance(values, OtherColumn) or values.ndim != 1 else values


def _levels(parts: dict[str, object]) -> dict[str, AnyArray | None]:
    """The labels of a MultiIndex: each level's labels at the places of its codes; a code of -1 is a missing label.

    Levels without a name are left out, as are those named by anything but text, which may take for ever to compare.
    """
    levels, codes, names = (parts.get(part) for part in ("levels", "codes", "names"))
    if not (isinstance(levels, list) and isinstance(codes, list) and isinstance(names, list)):
        return {}
    found: dict[str, AnyArray | None] = {}
    for level, its_codes, name in zip(levels, codes, names, strict=False):
        if not isinstance(name, str):
            continue
        inner = level.args[1] if isinstance(level, Call) and len(level.args) == 2 else None
        labels = _plain_labels(inner.get("data")) if isinstance(inner, dict) else None
        places = _plain_labels(its_codes)
        if labels is None or places is None or places.dtype.kind not in "iu" or labels.dtype.kind not in "iuf":
            continue
        charge_bytes(8 * labels.size + 24 * places.size)
        numbers, place = labels.astype(np.float64), places.astype(np.int64)
        inside = (place >= 0) & (place < numbers.size)
        values = np.full(place.size, np.nan)
        values[inside] = numbers[place[inside]]
        found[name] = values
    return found


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
    if isinstance(placement, Call) and str(placement.target) in SLICE:
        bounds = [bound for bound in placement.args if isinstance(bound, int) and abs(bound) < MAX_FRAME_COLUMNS]
        if len(bounds) != 3 or bounds[2] == 0:
            raise MalformedPickle("a pandas block lies outside its frame")
        return np.arange(*bounds)
    positions = array_within(placement)
    if isinstance(positions, OtherColumn):
        raise MalformedPickle("a pandas block has no position in its frame")
    return positions
