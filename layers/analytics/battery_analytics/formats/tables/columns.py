"""Recognises the columns of a source by their names and units.

Names are compared without unit, case and separators. The unit gives the factor to the quantity of `CyclingData`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import islice

from battery_analytics.formats.quantities import LONGEST_NAME, Quantity
from battery_analytics.formats.tables.units import OFFSETS, UNITS, spelled

MOST_NAMES_COMPARED = 60
NEAREST_LIKENESS = 0.7
SHORTEST_NEAREST = 4

_SUFFIXED_UNIT = re.compile(r"[_ ]in[_ ](\S+)$", re.IGNORECASE)
_BRACKETED_UNIT = re.compile(r" ?(?:/ ?([^()\[\]/]+)|[(\[（] ?([^()\[\]（）]*)[)\]）])(?:_1)?$")
_BARE_UNIT = re.compile(
    r"[_ ](m?[VA]|[mµu]?Ah|[mun]?s|sec|seconds?|min|h|hours?|minutes|C|K|degC|celsius|volts?|amperes?|milliampere|ampere_hour|"
    r"milliseconds?|microseconds?|minute|millivolt|milliampere_hour|unity|dimensionless)$"
)

# As programs write names that have no capitals: `cell_voltage_v`.
_SMALL_UNIT = re.compile(r"_(m?[va]|m?ah|c)$")
# A mean value as some versions of EC-Lab write it, `<Ewe/V>` for `<Ewe>/V`.
_MEAN = re.compile(r"<([^<>/]+)/([^<>/]+)>")


def words(stem: str) -> str:
    """A name in lower case, with single spaces for all separators."""
    return " ".join(re.split(r"[\s_\-.]+", stem.lower())).strip()


def has_unit(name: str) -> bool:
    """Whether a column's name states its unit."""
    return name_and_unit(name)[1] is not None


def name_and_unit(name: str) -> tuple[str, str | None]:
    """A name without its unit, and the unit as `UNITS` spells it, None where the name states none."""
    return _split(_MEAN.sub(r"<\1>/\2", name), (_BRACKETED_UNIT, _SUFFIXED_UNIT, _BARE_UNIT, _SMALL_UNIT))


def _split(name: str, patterns: Sequence[re.Pattern[str]]) -> tuple[str, str | None]:
    for pattern in patterns:
        match = pattern.search(name)
        if match and match.start() > 0:
            unit = next(group for group in match.groups() if group is not None)
            return name[: match.start()], spelled(unit) or None
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
        own = {words(name): spelled(own_unit) for name, own_unit in (units or {}).items()}
        self.names = (*(words(_split(name, (_BRACKETED_UNIT, _SUFFIXED_UNIT))[0]) for name in names), *own, *with_unit)
        self.unit = None if unit is None else spelled(unit)
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
