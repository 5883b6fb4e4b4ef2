"""What an export says of its cell and its test, under the report's names: serial number, mass, capacity, schedule, start.

Exports name these in many ways. The names here are compared without unit, case and separators; of several the first in
a list counts. The source's own keys stay beside them.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from battery_analytics.cell import Json
from battery_analytics.formats.tables.column_values import number_of_text
from battery_analytics.formats.tables.columns import name_and_unit, words
from battery_analytics.formats.tables.units import UNITS

FACTS: Mapping[str, tuple[str, ...]] = {
    "serial_number": (
        *("serial number", "serial no", "serial nr", "serial", "seriennummer", "barcode", "comment/barcode", "条码"),
        *("条形码", "item id"),
    ),
    "schedule": (
        *("schedule", "schedule file name", "schedule name", "procedure", "test procedure", "testplan", "test plan"),
        *("step file", "step name file", "protocol file", "test program", "testregime name", "loaded setting file"),
        *("process name", "工步文件", "流程名称"),
    ),
    "start_time": (
        *("start time", "start datetime", "first start datetime", "start of test", "date of test", "test start time"),
        *(
            "started",
            "acquisition started on",
            "technique started on",
            "begin time",
            "start date",
            "启动时间",
            "开始时间",
        ),
    ),
    "active_mass_in_g": (
        *(
            "active mass",
            "mass of active material",
            "active material mass",
            "active material",
            "活性物质",
            "活性物质质量",
        ),
    ),
    "mass_in_g": ("mass", "cell mass", "weight", "cell weight"),
    "nominal_capacity_in_Ah": (
        *(
            "nominal capacity",
            "rated capacity",
            "capacity nominal",
            "design capacity",
            "nominal cap",
            "battery capacity",
        ),
        *("nennkapazität", "标称容量", "额定容量", "nom cap", "norminal capacity"),
    ),
}
# A capacity that states its unit in its name is what the user entered; one with the unit in its value was measured.
_ENTERED_CAPACITY = "capacity"
_GRAMS = {"g": 1.0, "mg": 1e-3, "kg": 1e3, "ug": 1e-6}
# What BioLogic's program writes where no mass was entered, in grams.
_NO_MASS = 1e-6
LONGEST_NAME = 60  # of a serial number; a longer text is a comment
_NO_TEXT = frozenset({"", "-", "none", "n/a", "na", "null", "<none>", "default", "unknown", "0"})
_NUMBER_AND_UNIT = re.compile(r"\s*([+-]?[\d.,]+(?:[eE][+-]?\d+)?)\s*([^\W\d_][\w.µμ]*)?\s*")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(
    r"(?P<first>\d{1,4})(?P<mark>[./-])(?P<second>\d{1,2}|[A-Za-z]{3})(?P=mark)(?P<third>\d{1,4})"
    r"(?:[ T,]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second_of_minute>\d{2})(?:[.,]\d{1,9})?)?"
    r"\s*(?P<half>[AaPp])?\.?[Mm]?\.?)?"
)
_OFFICE_DAY_0 = datetime(1899, 12, 30)
_UNIX_0 = datetime(1970, 1, 1)
_OFFICE_DAYS, _MILLISECONDS = (20_000, 80_000), (5e11, 5e12)

_PLACES = {name: (field, rank) for field, names in FACTS.items() for rank, name in enumerate(names)}


def is_fact(name: str) -> bool:
    """Whether a text is a name of one of the facts."""
    return _stem_and_unit(name)[0] in _PLACES


def facts_of(metadata: Mapping[str, Json]) -> dict[str, Json]:
    """The facts that the metadata state under any of their names; a value that does not fit its name is none."""
    best: dict[str, tuple[int, Json]] = {}
    for key, value in metadata.items():
        stem, unit = _stem_and_unit(key)
        field, rank = _PLACES.get(stem, ("", 0))
        if stem == _ENTERED_CAPACITY and unit is not None:
            field, rank = "nominal_capacity_in_Ah", len(FACTS["nominal_capacity_in_Ah"])
        fact = _fact(field, value, unit)
        if fact is not None and rank < best.get(field, (len(_PLACES), None))[0]:
            best[field] = (rank, fact)
    return {field: fact for field, (_, fact) in best.items()}


def _stem_and_unit(name: str) -> tuple[str, str | None]:
    """A name as the names above are written, and its unit; "comment/barcode" is a name, and not a comment in barcodes."""
    whole = words(name.strip(" :"))
    if whole in _PLACES:
        return whole, None
    stem, unit = name_and_unit(name.strip(" :"))
    return words(stem), unit


def _fact(field: str, value: Json, unit: str | None) -> Json:
    if isinstance(value, bool) or not isinstance(value, str | int | float) or not field:
        return None
    if field == "start_time":
        return start_time(value)
    if field.endswith("_in_g"):
        grams = _amount(value, unit, _GRAMS)
        return None if grams is None or abs(grams - _NO_MASS) < 1e-9 else grams
    if field == "nominal_capacity_in_Ah":
        return _amount(value, unit or "ah", UNITS["step_capacity_Ah"])
    text = str(int(value) if isinstance(value, float) and value.is_integer() else value).strip()
    return None if text.lower() in _NO_TEXT or (field == "serial_number" and len(text) > LONGEST_NAME) else text


def _amount(value: str | float, unit: str | None, factors: Mapping[str, float]) -> float | None:
    """A positive number in the unit of the factors; None where the unit is not known."""
    number: float | None
    if isinstance(value, str):
        match = _NUMBER_AND_UNIT.fullmatch(value)
        if match is None:
            return None
        number = number_of_text(match[1])
        unit = match[2] or unit
    else:
        number = float(value)
    factor = None if unit is None else factors.get(unit.lower().replace("µ", "u").replace("μ", "u"))
    if number is None or factor is None or not 0 < number < 1e9:
        return None
    return float(f"{number * factor:.12g}")


def start_time(value: str | float) -> str | None:
    """A moment as ISO 8601; the text itself where day and month cannot be told apart, None where it is no moment."""
    number = value if not isinstance(value, str) else number_of_text(value)
    if number is not None:
        return _of_number(float(number))
    text = str(value).strip()
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    first, second, third = match["first"], match["second"], match["third"]
    if second.isalpha():
        if second.lower() not in _MONTHS:
            return None
        second = str(_MONTHS.index(second.lower()) + 1)
        year, month, day = (first, second, third) if len(first) == 4 else (third, second, first)
    elif len(first) == 4:
        year, month, day = first, second, third
    elif match["mark"] == "." or int(first) > 12:
        year, month, day = third, second, first
    elif (
        int(second) > 12 or match["half"] or first == second
    ):  # a clock of twelve hours is that of dates that begin with the month
        year, month, day = third, first, second
    else:
        return text
    hour = int(match["hour"] or 0)
    if match["half"]:
        hour = hour % 12 + (12 if match["half"] in "Pp" else 0)
    try:
        moment = datetime(
            int(year) + (2000 if len(year) <= 2 else 0),
            int(month),
            int(day),
            hour,
            int(match["minute"] or 0),
            int(match["second_of_minute"] or 0),
        )
    except ValueError:
        return None
    return moment.isoformat()


def _of_number(number: float) -> str | None:
    """A moment from the days of office programs, or milliseconds since 1970 (in UTC)."""
    if _OFFICE_DAYS[0] < number < _OFFICE_DAYS[1]:
        return (_OFFICE_DAY_0 + timedelta(seconds=round(number * 86_400))).isoformat()
    if _MILLISECONDS[0] < number < _MILLISECONDS[1]:
        return (_UNIX_0 + timedelta(seconds=round(number / 1000))).isoformat() + "Z"
    return None
