"""Which columns cycling data have, under which names and units sources write them, and how their values become numbers.

A format is a short list of rules: a source's column is recognised by its name without unit and spelling, and its unit
says the factor to the SI-suffixed quantity of `CyclingData`.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from battery_analytics.cell import FloatArray
from battery_analytics.formats.pickle_machine import Call, MalformedPickle, NumberRun, expanded
from battery_analytics.formats.pickled_arrays import resolved

type Quantity = Literal[
    "cycle_number",
    "voltage_V",
    "current_A",
    "charge_capacity_Ah",
    "discharge_capacity_Ah",
    "time_s",
    "temperature_C",
]


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """A quantity, the names that sources give it (lower case, spaces for every separator), and its units' factors."""

    quantity: Quantity
    names: tuple[str, ...]
    units: dict[str, float]


_VOLT = {"v": 1.0, "mv": 1e-3}
_AMPERE = {"a": 1.0, "ma": 1e-3}
_AMPERE_HOUR = {"ah": 1.0, "mah": 1e-3, "a.h": 1.0, "ma.h": 1e-3}
_SECOND = {"s": 1.0, "sec": 1.0, "ms": 1e-3, "min": 60.0, "h": 3600.0}
_CELSIUS = {"c": 1.0, "°c": 1.0, "degc": 1.0, "deg c": 1.0}

COLUMN_RULES: tuple[ColumnRule, ...] = (
    ColumnRule("cycle_number", ("cycle number", "cycle", "cycle index", "cycle no", "cycle id"), {}),
    ColumnRule("voltage_V", ("voltage", "cell voltage", "ecell", "potential", "u"), _VOLT),
    ColumnRule("current_A", ("current", "cell current", "i"), _AMPERE),
    ColumnRule("charge_capacity_Ah", ("charge capacity", "q charge", "chg capacity", "cap chg"), _AMPERE_HOUR),
    ColumnRule(
        "discharge_capacity_Ah", ("discharge capacity", "q discharge", "dchg capacity", "cap dchg"), _AMPERE_HOUR
    ),
    ColumnRule("time_s", ("time", "test time", "elapsed time", "total time"), _SECOND),
    ColumnRule("temperature_C", ("temperature", "cell temperature", "temp", "aux temperature 1"), _CELSIUS),
)

_BRACKETED_UNIT = re.compile(r"\s*[(\[/]\s*([^)\]]*?)\s*[)\]]?\s*$")
_SUFFIXED_UNIT = re.compile(r"[_\s]in[_\s](\S+)$", re.IGNORECASE)
_BARE_UNIT = re.compile(r"[_\s](m?[VA]|m?Ah|s|C|degC)$")


@dataclass(frozen=True, slots=True)
class RecognisedColumn:
    """A source's column as a quantity, and the factor that turns its values into the quantity's unit."""

    name: str
    quantity: Quantity
    factor: float


def recognised(name: str) -> RecognisedColumn | None:
    """The quantity that a source's column name means, None where no rule knows it."""
    stem, unit = _without_unit(name.strip())
    words = " ".join(re.split(r"[\s_\-.]+", stem.lower())).strip()
    for rule in COLUMN_RULES:
        if words in rule.names and (unit is None or unit in rule.units):
            return RecognisedColumn(name, rule.quantity, rule.units.get(unit or "", 1.0))
    return None


def _without_unit(name: str) -> tuple[str, str | None]:
    for pattern in (_SUFFIXED_UNIT, _BRACKETED_UNIT, _BARE_UNIT):
        match = pattern.search(name)
        if match and match.start() > 0:
            return name[: match.start()], match.group(1).lower()
    return name, None


def recognised_columns(names: Iterable[str]) -> dict[Quantity, RecognisedColumn]:
    """The first column of each quantity, in the order of the source."""
    found: dict[Quantity, RecognisedColumn] = {}
    for name in names:
        column = recognised(name)
        if column is not None:
            found.setdefault(column.quantity, column)
    return found


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column's values as float64 of shape (n,), NaN where a value is missing, and how many were not numbers."""

    values: FloatArray
    unreadable: int = 0


def numbers(value: object) -> Numbers | None:
    """A column of whatever type a source uses as numbers; None where there is no column.

    Lists, tuples, arrays, series, numbers as text and None within them are read; raises MalformedPickle where the value
    is no column at all.
    """
    if value is None:
        return None
    if isinstance(value, Call):
        value = resolved(value)
    if isinstance(value, list | tuple):
        return _numbers_of_list(value)
    if isinstance(value, np.ndarray):
        if value.dtype.kind in "fiub":
            return Numbers(value.reshape(-1).astype(np.float64))
        if value.dtype.kind in "OUS":
            return _numbers_of_list(value.reshape(-1).tolist())
    raise MalformedPickle("not a list of numbers")


def _numbers_of_list(value: Sequence[object]) -> Numbers:
    if len(value) == 1 and isinstance(value[0], NumberRun):
        return Numbers(value[0].values.astype(np.float64, copy=False))
    if value and all(type(item) is NumberRun for item in value[:-1]) and type(value[-1]) in (NumberRun, float):
        pieces = [item.values if isinstance(item, NumberRun) else np.array([item]) for item in value]
        return Numbers(np.concatenate(pieces).astype(np.float64, copy=False))
    if all(type(item) is float for item in value):
        return Numbers(np.array(value, dtype=np.float64))
    items = [resolved(item) for item in expanded(value)]
    parsed = [_number(item) for item in items]
    unreadable = sum(number is None for number in parsed)
    return Numbers(np.array([np.nan if number is None else number for number in parsed], dtype=np.float64), unreadable)


_NOT_MEASURED = frozenset({"", "nan", "none", "null", "na", "n/a", "-"})


def _number(item: object) -> float | None:
    """One value as a float: NaN where it says that there is none, None where it is not a number."""
    if item is None:
        return np.nan
    if isinstance(item, bytes):
        item = item.decode("latin-1")
    if isinstance(item, str):
        text = item.strip()
        if text.lower() in _NOT_MEASURED:
            return np.nan
        try:
            return float(text.replace(",", ".")) if len(text) <= 64 and "_" not in text else None
        except ValueError:
            return None
    if isinstance(item, int | float):
        try:
            return float(item)
        except OverflowError:
            return None
    return None
