"""The units of a source's columns, and the factor from each to the quantity's own unit."""

from collections.abc import Mapping

from battery_analytics.formats.quantities import Quantity

_VOLT = {
    "v": 1.0,
    "v vs. ref.": 1.0,
    "v vs ref": 1.0,
    "volt": 1.0,
    "volts": 1.0,
    "mv": 1e-3,
    "millivolt": 1e-3,
    "uv": 1e-6,
}
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

# Units of columns that are not read, which may stand in a row of units.
_OTHER_UNITS = frozenset(
    {"wh", "mwh", "w", "mw", "ohm", "mohm", "ω", "mω", "%", "-", "v/s", "dv/dt", "mah/g", "ah/kg", "hz"}
    | {"none", "percent", "watt", "watt_hour", "watt hour", "bits", "n/a", "bar", "kpa", "psi"}
)


def spelled(unit: str) -> str:
    """A unit as `UNITS` spells it."""
    return unit.strip().lower().replace("µ", "u").replace("μ", "u")


def known_unit(text: str) -> bool:
    """Whether a text, with or without brackets, is a unit of any quantity."""
    unit = spelled(text.strip().strip("()[]"))
    return any(unit in units for units in UNITS.values()) or unit in _OTHER_UNITS
