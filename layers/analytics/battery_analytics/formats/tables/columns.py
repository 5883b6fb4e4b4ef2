"""Recognises the columns of a source by their names and units.

Names are compared without unit, case and separators. The unit gives the factor to the quantity of `CyclingData`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import islice

from battery_analytics.cell import SourceColumn
from battery_analytics.formats.quantities import LONGEST_NAME, Quantity, printable

_VOLT = {"v": 1.0, "volt": 1.0, "volts": 1.0, "mv": 1e-3, "millivolt": 1e-3, "uv": 1e-6}
_AMPERE = {
    **dict.fromkeys(("a", "amp", "amps", "ampere", "amperes"), 1.0),
    **{"ma": 1e-3, "milliampere": 1e-3, "ua": 1e-6, "na": 1e-9},
}
_AMPERE_HOUR = {
    **dict.fromkeys(("ah", "a.h", "a-h", "ampere hour", "ampere_hour", "amp-hr"), 1.0),
    **dict.fromkeys(("mah", "ma.h", "ma-h", "milliampere_hour"), 1e-3),
    **dict.fromkeys(("uah", "ua.h", "ua-h"), 1e-6),
    **{"as": 1 / 3600, "a.s": 1 / 3600, "mas": 1e-3 / 3600, "c": 1 / 3600, "coulomb": 1 / 3600},
}
_SECOND = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1.0),
    **dict.fromkeys(("h:min:s.ms", "hh:mm:ss", "h:m:s", "hh:mm:ss.ms", "hh:mm:ss.sss", "hh:mm:ss.xxx"), 1.0),
    **dict.fromkeys(("hours in hh:mm:ss.xxx", "hours in hh:mm:ss", "d hh:mm:ss", "epoch"), 1.0),
    **dict.fromkeys(("ms", "msec", "millisecond", "milliseconds"), 1e-3),
    **dict.fromkeys(("us", "usec", "microsecond", "microseconds"), 1e-6),
    **dict.fromkeys(("ns", "nsec", "nanosecond", "nanoseconds"), 1e-9),
    **dict.fromkeys(("d", "day", "days"), 86_400.0),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3600.0),
}
_TEMPERATURE = {
    **dict.fromkeys(
        ("c", "°c", "℃", "degc", "deg c", "deg. c", "degree c", "degrees c", "celsius", "k", "kelvin"), 1.0
    ),
    **dict.fromkeys(("�c", "?c", "¡æ", "ºc", "â°c", "oc", "°"), 1.0),  # °C in a wrong encoding
    **dict.fromkeys(("f", "°f", "degf", "fahrenheit"), 5 / 9),
}
_WATT_HOUR = {"wh": 1.0, "w.h": 1.0, "watt hour": 1.0, "watt_hour": 1.0, "mwh": 1e-3, "mw.h": 1e-3, "j": 1 / 3600}
_OHM = {"ohm": 1.0, "ω": 1.0, "ohms": 1.0, "mohm": 1e-3, "mω": 1e-3, "milliohm": 1e-3}
# What is added to a temperature after the factor of its unit.
OFFSETS: Mapping[str, float] = {
    **dict.fromkeys(("k", "kelvin"), -273.15),
    **dict.fromkeys(("f", "°f", "degf", "fahrenheit"), -160 / 9),
}

# Each unit in lower case, with u for µ, and the factor from it to the quantity's own unit.
UNITS: Mapping[Quantity, Mapping[str, float]] = {
    "cell": {},
    "cycle_number": {"1": 1.0, "#": 1.0, "-": 1.0, "unity": 1.0, "dimensionless": 1.0},
    "voltage_V": _VOLT,
    "current_A": _AMPERE,
    "charge_capacity_Ah": _AMPERE_HOUR,
    "discharge_capacity_Ah": _AMPERE_HOUR,
    "step_capacity_Ah": _AMPERE_HOUR,
    "state": {},
    "time_s": _SECOND,
    "temperature_C": _TEMPERATURE,
    "coulombic_efficiency_percent": {"%": 1.0, "percent": 1.0, "1": 100.0},
    "charge_energy_Wh": _WATT_HOUR,
    "discharge_energy_Wh": _WATT_HOUR,
    "resistance_ohm": _OHM,
}


# The quantity's own unit, which is assumed of a column that states none.
OWN_UNITS: Mapping[Quantity, str] = {
    **{"voltage_V": "V", "current_A": "A", "time_s": "s", "temperature_C": "°C", "resistance_ohm": "Ω"},
    **dict.fromkeys(("charge_capacity_Ah", "discharge_capacity_Ah", "step_capacity_Ah"), "Ah"),
    **dict.fromkeys(("charge_energy_Wh", "discharge_energy_Wh"), "Wh"),
    "coulombic_efficiency_percent": "%",
}
MOST_NAMES_COMPARED = 60
NEAREST_LIKENESS = 0.7
SHORTEST_NEAREST = 4

# Units of columns that are not read, which may stand in a row of units.
_OTHER_UNITS = frozenset(
    {"wh", "mwh", "w", "mw", "ohm", "mohm", "ω", "mω", "%", "-", "v/s", "dv/dt", "mah/g", "ah/kg", "hz"}
    | {"none", "percent", "watt", "watt_hour", "watt hour", "bits", "n/a", "bar", "kpa", "psi"}
)

_SUFFIXED_UNIT = re.compile(r"[_ ]in[_ ](\S+)$", re.IGNORECASE)
_BRACKETED_UNIT = re.compile(r" ?(?:/ ?([^()\[\]/]+)|[(\[（] ?([^()\[\]（）]*)[)\]）])(?:_1)?$")
_BARE_UNIT = re.compile(
    r"[_ ](m?[VA]|[mµu]?Ah|[mun]?s|sec|seconds?|min|h|hours?|minutes|C|K|degC|celsius|volts?|amperes?|milliampere|ampere_hour|"
    r"milliseconds?|microseconds?|minute|millivolt|milliampere_hour|unity|dimensionless)$"
)


def words(stem: str) -> str:
    """A name in lower case, with single spaces for all separators."""
    return " ".join(re.split(r"[\s_\-.]+", stem.lower())).strip()


def _spelled(unit: str) -> str:
    return unit.strip().lower().replace("µ", "u").replace("μ", "u")


def known_unit(text: str) -> bool:
    """Whether a text, with or without brackets, is a unit of any quantity."""
    unit = _spelled(text.strip().strip("()[]"))
    return any(unit in units for units in UNITS.values()) or unit in _OTHER_UNITS


def has_unit(name: str) -> bool:
    """Whether a column's name states its unit."""
    return name_and_unit(name)[1] is not None


def name_and_unit(name: str) -> tuple[str, str | None]:
    """A name without its unit, and the unit as `UNITS` spells it, None where the name states none."""
    return _split(name, (_BRACKETED_UNIT, _SUFFIXED_UNIT, _BARE_UNIT))


def _split(name: str, patterns: Sequence[re.Pattern[str]]) -> tuple[str, str | None]:
    for pattern in patterns:
        match = pattern.search(name)
        if match and match.start() > 0:
            unit = next(group for group in match.groups() if group is not None)
            return name[: match.start()], _spelled(unit) or None
    return name, None


class ColumnRule:
    """The names that a source gives a quantity, and the unit of names that do not state one.

    Names are compared without unit, case and separators: "Test_Time(s)" matches "test time". Where a source has
    several of them, the first in this list is the quantity and the others are extra columns. Without `unit` a name
    that states none means volts, amperes, ampere-hours, seconds or degrees Celsius. `units` has names that are units
    themselves, such as "mAmps". `with_unit` are names that mean the quantity only where they state a unit, such as "t/s".
    """

    def __init__(
        self,
        *names: str,
        unit: str | None = None,
        units: Mapping[str, str] | None = None,
        with_unit: tuple[str, ...] = (),
    ) -> None:
        own = {words(name): _spelled(own_unit) for name, own_unit in (units or {}).items()}
        self.names = (*(words(_split(name, (_BRACKETED_UNIT, _SUFFIXED_UNIT))[0]) for name in names), *own, *with_unit)
        self.unit = None if unit is None else _spelled(unit)
        self.units = own
        self.with_unit = frozenset(with_unit)


type ColumnRules = Mapping[Quantity, ColumnRule]

# From exports of Arbin, BatteryArchive, BioLogic, Neware, Maccor, Basytec, Novonix, PEC, and the battery data format.
GENERAL_COLUMNS: ColumnRules = {
    "cell": ColumnRule(
        *("cell id", "cell name", "cell", "cell no", "cell number", "battery id", "battery name", "battery", "barcode"),
        *("serial number", "serial no", "sample id", "sample name", "sample", "device id"),
        *("channel", "channel id", "channel number", "channel no", "channel index", "chan", "chl id"),
    ),
    "cycle_number": ColumnRule(
        *("cycle number", "cycle index", "cycle", "cycle no", "cycle id", "cycle count", "cycle#"),
        *(
            "cyc#",
            "cyc count",
            "cyc",
            "cycle c",
            "cycle p",
            "cyclec",
            "cyclep",
            "cycle nr",
            "full cycle count",
            "total cycle",
        ),
        *("zyklus", "zyklusnummer", "zyklen", "numéro de cycle", "循环号", "循环序号", "循环", "循环数"),
    ),
    "voltage_V": ColumnRule(
        *("voltage", "cell voltage", "ecell", "<ecell>", "ewe ece", "<ewe ece>", "ewe", "<ewe>"),
        *(
            "potential",
            "volts",
            "voltage measured",
            "u",
            "v",
            "vol",
            "volt",
            "terminal voltage",
            "battery voltage",
            "e",
            "vf",
        ),
        *("spannung", "zellspannung", "tension", "电压", "voltage avg"),
        units={"mvolts": "mv"},
    ),
    "current_A": ColumnRule(
        *("current", "cell current", "i", "<i>", "amps", "current measured", "cur", "amp", "battery current"),
        *("strom", "courant", "电流", "current avg", "im"),
        units={"mamps": "ma", "uamps": "ua"},
    ),
    "charge_capacity_Ah": ColumnRule(
        *("charge capacity", "charging capacity", "q charge", "chg capacity", "cap chg", "chg cap"),
        *(
            "capacity charge",
            "charge q",
            "qc",
            "charge cap",
            "cap charge",
            "ah charge",
            "amp hours charge",
            "chargecapacity",
        ),
        *("ah cyc charge", "cycle charge capacity", "charged capacity", "charging cap", "cell charge capacity"),
        *("ladekapazität", "capacité de charge", "充电容量", "charge capacity cycle", "capacitance chg"),
    ),
    "discharge_capacity_Ah": ColumnRule(
        *("discharge capacity", "discharging capacity", "q discharge", "dchg capacity", "cap dchg", "dchg cap"),
        *(
            "capacity discharge",
            "discharge q",
            "qd",
            "discharge cap",
            "cap discharge",
            "ah discharge",
            "amp hours discharge",
        ),
        *(
            "dischargecapacity",
            "ah cyc discharge",
            "cycle discharge capacity",
            "discharged capacity",
            "discharging cap",
        ),
        *(
            "cell discharge capacity",
            "entladekapazität",
            "capacité de décharge",
            "capacitance dchg",
            "放电容量",
            "discharge capacity cycle",
        ),
    ),
    "step_capacity_Ah": ColumnRule(
        *("capacity", "step capacity", "amp hr", "amp hrs", "amp hours", "ah", "q", "cap", "cell capacity"),
        *("capacity step", "ah step", "q step", "ampere hours", "ampere hour", "amphr", "amphrs", "kapazität", "容量"),
        units={"mamp hr": "mah", "mamp hrs": "mah"},
    ),
    "state": ColumnRule(
        *("command", "state", "status", "step type", "step name", "step status", "md"),
        *(
            "charge discharge",
            "cycler state",
            "step state",
            "zustand",
            "instruction name",
            "step mode",
            "work mode",
        ),
        *("工步类型", "工步状态", "状态", "工作模式", "工步名称"),
    ),
    "time_s": ColumnRule(
        *(
            "test time",
            "testtime",
            "total time",
            "elapsed time",
            "run time",
            "runtime",
            "cumulative time",
            "prog time",
            "total elapsed time",
            "total test time",
            "programmdauer",
            "总时间",
            "测试时间",
            "time",
            "~time",
            "zeit",
            "temps",
        ),
        *(
            "date time",
            "datetime",
            "timestamp",
            "time stamp",
            "date and time",
            "dpt time",
            "absolute time",
            "realtime",
            "real time",
            "system time",
            "systime",
            "epoch time",
            "unix time",
            "datum",
            "绝对时间",
            "系统时间",
            "日期",
            "date",
            "时间",
            "relative time",
        ),
        with_unit=("test", "t"),
    ),
    "temperature_C": ColumnRule(
        *("cell temperature", "temperature", "temp", "surface temperature", "aux temperature 1", "aux temperature"),
        *(
            *("battery temperature", "battery temp", "batt temp", "cell temp"),
            "temperature 1",
            "temp 1",
            "t1",
            "temperature measured",
            "temp1",
            "temperatur",
            "zelltemperatur",
            "température",
        ),
        *("温度", "电池温度"),
    ),
}


@dataclass(frozen=True, slots=True)
class RecognisedColumn:
    """A source's column as a quantity, the factor from its unit to the quantity's, its rank among the names of that
    quantity, from 0 for the preferred name, and what is added after the factor.

    `unit` is the unit that its name or the format's declaration states; None where neither does.
    """

    name: str
    quantity: Quantity
    factor: float
    rank: int
    offset: float = 0.0
    unit: str | None = None


type Layout = Mapping[Quantity, RecognisedColumn]


class ColumnNames:
    """The rules as a look-up by name. Raises ValueError where a name has two meanings, or a unit has none."""

    def __init__(self, rules: ColumnRules) -> None:
        self._known: dict[str, tuple[Quantity, int]] = {}
        self._unit_unless_said: dict[str, float] = {}
        self._declared: dict[str, str | None] = {}
        self._needs_unit: frozenset[str] = frozenset()
        for quantity, rule in rules.items():
            if rule.unit is not None and rule.unit not in UNITS[quantity]:
                raise ValueError(f"{rule.unit!r} is no unit of {quantity}; those are {', '.join(UNITS[quantity])}.")
            self._needs_unit |= rule.with_unit
            usual = 1.0 if rule.unit is None else UNITS[quantity][rule.unit]
            for rank, name in enumerate(rule.names):
                self._declared[name] = rule.units.get(name, rule.unit)
                self._unit_unless_said[name] = UNITS[quantity][rule.units[name]] if name in rule.units else usual
                if name in self._known:
                    raise ValueError(f"The column name {name!r} means {quantity} and {self._known[name][0]}.")
                self._known[name] = (quantity, rank)
        self.recognised = lru_cache(maxsize=4_096)(self._recognised)

    def _recognised(self, name: str) -> RecognisedColumn | None:
        """The quantity that a source's column name means, None where no rule has it."""
        if len(name) > LONGEST_NAME:
            return None
        whole = " ".join(name.split())
        # "Amp hours" is a name, and not an "Amp" in hours.
        known_whole = words(whole) in self._known and words(whole) not in self._needs_unit
        stem, unit = (whole, None) if known_whole else name_and_unit(whole)
        name_alone = words(stem)
        quantity, rank = self._known.get(name_alone, (None, 0))
        if quantity is None or (name_alone in self._needs_unit if unit is None else unit not in UNITS[quantity]):
            return None
        factor = self._unit_unless_said[name_alone] if unit is None else UNITS[quantity][unit]
        offset = OFFSETS.get(unit or "", 0.0) if quantity == "temperature_C" else 0.0
        stated = unit if unit is not None else self._declared[name_alone]
        return RecognisedColumn(name, quantity, factor, rank, offset, stated)

    def nearest(self, quantity: Quantity, names: Iterable[str], most: int = 3) -> list[str]:
        """The names of the quantity that are nearest in spelling to any of these, the nearest first; none that is far."""
        there = {words(name_and_unit(" ".join(name.split()))[0]) for name in islice(names, MOST_NAMES_COMPARED)}
        known = [
            name for name, (other, _) in self._known.items() if other == quantity and len(name) >= SHORTEST_NEAREST
        ]
        scored = [(max((_likeness(name, one) for one in there), default=0.0), name) for name in known]
        return [name for likeness, name in sorted(scored, reverse=True)[:most] if likeness >= NEAREST_LIKENESS]

    def layout(self, names: Iterable[str]) -> dict[Quantity, RecognisedColumn]:
        """The column of each quantity: the one with the preferred name, and of equal names the first."""
        found: dict[Quantity, RecognisedColumn] = {}
        for name in names:
            column = self.recognised(name)
            if column is not None and (column.quantity not in found or column.rank < found[column.quantity].rank):
                found[column.quantity] = column
        if "charge_capacity_Ah" in found or "discharge_capacity_Ah" in found:
            found.pop("step_capacity_Ah", None)  # one capacity beside those of each direction repeats them
        return found


GENERAL_NAMES = ColumnNames(GENERAL_COLUMNS)


def _likeness(name: str, other: str) -> float:
    return SequenceMatcher(None, name, other[:LONGEST_NAME]).ratio()


def _as_written(column: RecognisedColumn) -> str | None:
    """The unit of a column as its name writes it, where it states one."""
    unit = column.unit or ""
    place = column.name.lower().rfind(unit)
    same = place >= 0 and _spelled(column.name[place : place + len(unit)]) == unit
    return (column.name[place : place + len(unit)] if same else unit) or None


def used_columns(columns: Iterable[RecognisedColumn]) -> tuple[SourceColumn, ...]:
    """The columns that were used, as the report lists them."""
    return tuple(
        SourceColumn(
            printable(column.name),
            column.quantity,
            None if column.quantity not in OWN_UNITS else _as_written(column) or OWN_UNITS[column.quantity],
            assumed=column.unit is None and column.quantity in OWN_UNITS,
        )
        for column in columns
    )


def extra_columns(names: Sequence[str], layout: Layout) -> tuple[str, ...]:
    """The source's columns that were not recognised, by the source's names."""
    extra = [name for name in names if name]
    for column in layout.values():
        extra.remove(column.name)
    return tuple(printable(name) for name in extra)
