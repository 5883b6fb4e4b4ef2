"""A source's metadata as plain JSON values: bounded, finite, and nothing but data."""

import ast
import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, takewhile

import numpy as np

from battery_analytics.cell import Json
from battery_analytics.formats.column_values import number_of_text
from battery_analytics.formats.pickle_values import NumberRun
from battery_analytics.formats.pickled_objects import resolved

MAX_DEPTH = 8
MAX_VALUES = 2_000
MAX_TEXT = 4_000

METADATA_KEYS: tuple[str, ...] = ("cell_id", "form_factor", "nominal_capacity_in_Ah")
NUMERIC_KEYS: tuple[str, ...] = (
    "nominal_capacity_in_Ah",
    "max_voltage_limit_in_V",
    "min_voltage_limit_in_V",
    "max_current_limit_in_A",
    "min_current_limit_in_A",
)


def plain_metadata(source: Mapping[object, object]) -> dict[str, Json]:
    """Every key of the source as JSON; the seed's keys are there even where the source has none.

    Values that are too deep or too many to be metadata become null. Numbers as text become numbers where a number
    belongs.
    """
    budget = _Budget(MAX_VALUES)
    metadata: dict[str, Json] = dict.fromkeys(METADATA_KEYS)
    for key, value in islice(source.items(), MAX_VALUES):
        metadata[_text(key)] = _plain(value, budget, depth=0)
    for key in NUMERIC_KEYS:
        number = metadata.get(key)
        if isinstance(number, str):
            metadata[key] = _number_or_none(number)
    return metadata


def literal(text: str) -> object:
    """The value of a metadata cell of a CSV file: a number, a list or dict in Python's spelling, or the text itself."""
    text = text.strip()
    if not text or text.lower() in {"none", "nan", "null"}:
        return None
    if len(text) > MAX_TEXT:
        return text
    try:
        value: object = ast.literal_eval(text)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        # Not a literal, so it is text: literal_eval runs nothing, and a cell of MAX_TEXT characters bounds its cost.
        return text
    is_decimal_comma = isinstance(value, tuple) and not text.startswith("(")
    return text if is_decimal_comma else value


class _Budget:
    """How many values may still be written; a source can refer to one value over and over."""

    def __init__(self, values: int) -> None:
        self.values = values

    def spend(self, value: object) -> bool:
        """Pay for a value, for a text by its length; False where too little is left."""
        self.values -= 1 + (len(value[:MAX_TEXT]) // 100 if isinstance(value, str | bytes) else 0)
        return self.values >= 0


def _plain(value: object, budget: _Budget, depth: int) -> Json:
    value = resolved(value)
    if isinstance(value, np.ndarray):
        value = value.reshape(-1)[:MAX_VALUES].tolist()
    if depth > MAX_DEPTH or not budget.spend(value):
        return None
    if isinstance(value, Mapping):
        named = takewhile(lambda _item: budget.values > 0, value.items())
        return {_text(key): _plain(item, budget, depth + 1) for key, item in named}
    if isinstance(value, list | tuple):
        items = takewhile(lambda _item: budget.values > 0, _written_out(value))
        return [_plain(item, budget, depth + 1) for item in items]
    return _plain_scalar(value)


def _written_out(items: Sequence[object]) -> Iterator[object]:
    for item in items:
        if isinstance(item, NumberRun):
            yield from item.values.tolist()
        else:
            yield item


def _plain_scalar(value: object) -> Json:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if -(2**53) < value < 2**53 else None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str | bytes):
        return _text(value)
    return None


def _text(value: object) -> str:
    text = value[:MAX_TEXT].decode("latin-1") if isinstance(value, bytes) else str(value)
    return text[:MAX_TEXT].encode("utf-8", "replace").decode("utf-8")


def _number_or_none(text: str) -> float | None:
    number = number_of_text(text)
    return number if number is not None and math.isfinite(number) else None
