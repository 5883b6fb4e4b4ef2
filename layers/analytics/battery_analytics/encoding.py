"""Encodes dataclasses and arrays as JSON: finite numbers or null, in the order in which the fields are declared."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Annotated, Any, get_origin, get_type_hints

import numpy as np
import orjson

from battery_analytics.fields import OtherKeys

_BYTES_OF_ESCAPE = 6
_MOST_UNLIKE_ITEMS = 2_000  # metadata have no more; longer lists are of like items


def encoded(value: object) -> bytes:
    """UTF-8 JSON of dicts, lists, dataclasses and arrays; NaN and infinities become null."""
    return orjson.dumps(value, default=_plain, option=orjson.OPT_SERIALIZE_NUMPY)


def keys_of(value: object) -> object:
    """A dataclass as a dict of its fields, those of a mapping marked `OtherKeys` first; anything else as it is."""
    if not is_dataclass(value) or isinstance(value, type):
        return value
    names, other = _names_of(type(value))
    others = () if other is None else getattr(value, other).items()
    return {**dict(others), **{name: getattr(value, name) for name in names}}


def estimated_size(value: object) -> int:
    """About how many bytes the JSON of a value takes, without making it."""
    if isinstance(value, np.ndarray):
        return 9 * value.size
    if isinstance(value, str):
        return (1 if value.isascii() and value.isprintable() else _BYTES_OF_ESCAPE) * len(value) + 3
    if isinstance(value, Mapping):
        return sum(len(str(key)) + 4 + estimated_size(item) for key, item in value.items())
    if isinstance(value, list | tuple):
        if len(value) <= _MOST_UNLIKE_ITEMS:
            return 2 + sum(map(estimated_size, value))
        return 2 + len(value) * estimated_size(value[-1])
    if is_dataclass(value) and not isinstance(value, type):
        return sum(len(field.name) + 4 + estimated_size(getattr(value, field.name)) for field in fields(value))
    return 8


@cache
def _names_of(kind: type[Any]) -> tuple[tuple[str, ...], str | None]:
    hints = get_type_hints(kind, include_extras=True)
    marked = [
        name
        for name, hint in hints.items()
        if get_origin(hint) is Annotated and any(isinstance(mark, OtherKeys) for mark in hint.__metadata__)
    ]
    return tuple(field.name for field in fields(kind) if field.name not in marked), marked[0] if marked else None


def _plain(value: object) -> object:
    if isinstance(value, np.ndarray):  # an array that is not a contiguous block of memory
        return value.tolist()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a {type(value).__name__} cannot be written in a report")
