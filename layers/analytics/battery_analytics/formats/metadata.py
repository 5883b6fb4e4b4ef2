"""A source's metadata as plain JSON values, limited in number and depth, with finite numbers only."""

import ast
import math
import re
from collections.abc import Callable, Mapping
from itertools import islice, takewhile

import numpy as np

from battery_analytics.cell import Json
from battery_analytics.formats.stated_facts import facts_of
from battery_analytics.formats.tables.column_values import number_of_text
from battery_analytics.formats.tables.units import UNITS

MAX_DEPTH = 8
MAX_VALUES = 2_000
MAX_TEXT = 4_000

METADATA_KEYS: tuple[str, ...] = ("cell_id", "form_factor", "nominal_capacity_in_Ah")
# The keys that hold a number, and its unit.
NUMERIC_KEYS: Mapping[str, str] = {
    "nominal_capacity_in_Ah": "Ah",
    "max_voltage_limit_in_V": "V",
    "min_voltage_limit_in_V": "V",
    "max_current_limit_in_A": "A",
    "min_current_limit_in_A": "A",
}
_WITH_UNIT = re.compile(r"(?P<number>[^A-Za-zµμ]+?)\s*(?P<unit>[A-Za-zµμ.]+)")


def _as_it_is(value: object) -> object:
    return value


def plain_metadata(source: Mapping[object, object], opened: Callable[[object], object] = _as_it_is) -> dict[str, Json]:
    """Every key of the source as JSON; the keys of `METADATA_KEYS` are there even where the source has none.

    Values that are too deep or too many to be metadata become null. Text becomes a number where a number is expected.
    What `stated_facts` knows under other names is there under the report's names too. `opened` turns a value of the
    source's own kind into a plain one, whose items may again be of that kind. It is called only for values that are
    written.
    """
    writer = _Writer(opened, MAX_VALUES)
    metadata: dict[str, Json] = dict.fromkeys(METADATA_KEYS)
    for key, value in islice(source.items(), MAX_VALUES):
        metadata[_text(key)] = writer.plain(value, depth=0)
    for key, unit in NUMERIC_KEYS.items():
        given = metadata.get(key)
        if isinstance(given, str):
            metadata[key] = _number_in(given, unit)
        elif given is not None and (isinstance(given, bool) or not isinstance(given, int | float)):
            metadata[key], metadata[f"{key} as given"] = None, given
    for key, fact in facts_of(metadata).items():
        if metadata.get(key) is None or key == "start_time":
            metadata[key] = fact
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
        # Not a literal, so it is text. literal_eval runs nothing, and MAX_TEXT characters limit its cost.
        return text
    is_decimal_comma = isinstance(value, tuple) and not text.startswith("(")
    return text if is_decimal_comma else value


class _Writer:
    """Writes values until its budget is spent, because a source can refer to one value many times."""

    def __init__(self, opened: Callable[[object], object], budget: int) -> None:
        self.opened = opened
        self.budget = budget

    def plain(self, value: object, depth: int) -> Json:
        value = self.opened(value)
        if isinstance(value, np.ndarray):
            value = value.reshape(-1)[:MAX_VALUES].tolist()
        if depth > MAX_DEPTH or not self._spend(value):
            return None
        if isinstance(value, Mapping):
            named = takewhile(lambda _item: self.budget > 0, value.items())
            return {_text(key): self.plain(item, depth + 1) for key, item in named}
        if isinstance(value, list | tuple):
            items = takewhile(lambda _item: self.budget > 0, value)
            return [self.plain(item, depth + 1) for item in items]
        return _plain_scalar(value)

    def _spend(self, value: object) -> bool:
        """Take the cost of a value from the budget, for a text its length; False where too little is left."""
        self.budget -= 1 + (len(value[:MAX_TEXT]) // 100 if isinstance(value, str | bytes) else 0)
        return self.budget >= 0


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
    if isinstance(value, int) and abs(value) >= 2**53:
        return "a very large number"  # it may have more digits than Python writes
    text = value[:MAX_TEXT].decode("latin-1") if isinstance(value, bytes) else str(value)
    return text[:MAX_TEXT].encode("utf-8", "replace").decode("utf-8")


def _number_in(text: str, unit: str) -> float | None:
    """The number of a text such as "1900 mAh" in this unit; None where it holds none, or has the unit of another quantity."""
    quantity = {"Ah": UNITS["step_capacity_Ah"], "V": UNITS["voltage_V"], "A": UNITS["current_A"]}[unit]
    match = _WITH_UNIT.fullmatch(text.strip())
    number = number_of_text(match["number"] if match else text)
    factor = quantity.get(match["unit"].lower().replace("µ", "u").replace("μ", "u")) if match else 1.0
    if number is None or factor is None or not math.isfinite(number):
        return None
    return number * factor
