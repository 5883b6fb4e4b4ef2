"""Which columns cycling data have, and under which names and units sources write them.

A format is a short list of rules: a source's column is recognised by its name without unit and spelling, and its unit
says the factor to the SI-suffixed quantity of `CyclingData`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

MAX_COLUMNS = 500
LONGEST_NAME = 100

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
    """A quantity, the names that sources give it, and its units' factors.

    Names are in lower case with a space for every separator. Where a source has several of them, the one that stands
    first here is the quantity, the others are extra columns.
    """

    quantity: Quantity
    names: tuple[str, ...]
    units: Mapping[str, float]


_VOLT = {"v": 1.0, "volt": 1.0, "volts": 1.0, "mv": 1e-3}
_AMPERE = {"a": 1.0, "amp": 1.0, "amps": 1.0, "ma": 1e-3, "ua": 1e-6}
_AMPERE_HOUR = {"ah": 1.0, "a.h": 1.0, "mah": 1e-3, "ma.h": 1e-3, "uah": 1e-6, "ua.h": 1e-6}
_SECOND = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1.0),
    **dict.fromkeys(("h:min:s.ms", "hh:mm:ss", "h:m:s", "hh:mm:ss.ms", "hh:mm:ss.sss"), 1.0),
    "ms": 1e-3,
    **dict.fromkeys(("min", "minutes"), 60.0),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3600.0),
}
_CELSIUS = dict.fromkeys(("c", "°c", "℃", "degc", "deg c", "degree c", "celsius"), 1.0)

# From exports of Arbin, BatteryArchive, BioLogic, Neware, Maccor, Basytec, Novonix, PEC, and the battery data format.
COLUMN_RULES: tuple[ColumnRule, ...] = (
    ColumnRule(
        "cycle_number",
        (
            *("cycle number", "cycle index", "cycle", "cycle no", "cycle id", "cycle count", "cycle#"),
            *("cyc#", "cyc count", "cyc", "cycle p"),
        ),
        {"1": 1.0, "#": 1.0},
    ),
    ColumnRule(
        "voltage_V",
        (
            *("voltage", "cell voltage", "ecell", "<ecell>", "ewe ece", "<ewe ece>", "ewe", "<ewe>"),
            *("potential", "volts", "voltage measured", "u", "v"),
        ),
        _VOLT,
    ),
    ColumnRule("current_A", ("current", "cell current", "i", "<i>", "amps", "current measured"), _AMPERE),
    ColumnRule(
        "charge_capacity_Ah",
        (
            *("charge capacity", "charging capacity", "q charge", "chg capacity", "cap chg", "chg cap"),
            *("capacity charge", "charge q", "qc"),
        ),
        _AMPERE_HOUR,
    ),
    ColumnRule(
        "discharge_capacity_Ah",
        (
            *("discharge capacity", "discharging capacity", "q discharge", "dchg capacity", "cap dchg", "dchg cap"),
            *("capacity discharge", "discharge q", "qd"),
        ),
        _AMPERE_HOUR,
    ),
    ColumnRule(
        "time_s",
        ("test time", "testtime", "total time", "elapsed time", "run time", "runtime", "time", "~time"),
        _SECOND,
    ),
    ColumnRule(
        "temperature_C",
        (
            *("cell temperature", "temperature", "temp", "surface temperature", "aux temperature 1", "aux temperature"),
            *("temperature 1", "temp 1", "t1", "temperature measured"),
        ),
        _CELSIUS,
    ),
)

_SUFFIXED_UNIT = re.compile(r"[_ ]in[_ ](\S+)$", re.IGNORECASE)
_BRACKETED_UNIT = re.compile(r" ?(?:/ ?([^()\[\]]+)|[(\[] ?([^()\[\]]*)[)\]])(?:_1)?$")
_BARE_UNIT = re.compile(r"[_ ](m?[VA]|m?Ah|s|C|degC)$")


@dataclass(frozen=True, slots=True)
class RecognisedColumn:
    """A source's column as a quantity, the factor that turns its values into the quantity's unit, and its rank among
    the names of that quantity, from 0 for the name of first choice."""

    name: str
    quantity: Quantity
    factor: float
    rank: int


@lru_cache(maxsize=4_096)
def recognised(name: str) -> RecognisedColumn | None:
    """The quantity that a source's column name means, None where no rule knows it."""
    if len(name) > LONGEST_NAME:
        return None
    stem, unit = _without_unit(" ".join(name.split()))
    words = " ".join(re.split(r"[\s_\-.]+", stem.lower())).strip()
    for rule in COLUMN_RULES:
        if words in rule.names and (unit is None or unit in rule.units):
            return RecognisedColumn(name, rule.quantity, rule.units.get(unit or "", 1.0), rule.names.index(words))
    return None


def _without_unit(name: str) -> tuple[str, str | None]:
    for pattern in (_SUFFIXED_UNIT, _BRACKETED_UNIT, _BARE_UNIT):
        match = pattern.search(name)
        if match and match.start() > 0:
            unit = next(group for group in match.groups() if group is not None)
            return name[: match.start()], unit.strip().lower().replace("µ", "u").replace("μ", "u") or None
    return name, None


def recognised_columns(names: Iterable[str]) -> dict[Quantity, RecognisedColumn]:
    """The column of each quantity: the name of first choice, and of equal names the first."""
    found: dict[Quantity, RecognisedColumn] = {}
    for name in names:
        column = recognised(name)
        if column is not None and (column.quantity not in found or column.rank < found[column.quantity].rank):
            found[column.quantity] = column
    return found


def extra_columns(names: Sequence[str], layout: Mapping[Quantity, RecognisedColumn]) -> tuple[str, ...]:
    """The source's columns that are none of the recognised ones, in its words."""
    extra = [name for name in names if name]
    for column in layout.values():
        extra.remove(column.name)
    return tuple(printable(name) for name in extra)


def printable(name: str) -> str:
    """A name of the file as it may stand in a message: short, and whole characters only."""
    return name[:LONGEST_NAME].encode("utf-8", "replace").decode("utf-8")


def listed(names: Sequence[str], most: int = 20) -> str:
    """Some names of the file in a message."""
    shown = ", ".join(printable(name) for name in names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown or "none"
