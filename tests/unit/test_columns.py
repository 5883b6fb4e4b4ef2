"""Columns by the names and units of common cyclers, and their values as numbers."""

import numpy as np
import pytest
from battery_analytics.formats.cycle_summary import SUMMARY_COLUMNS
from battery_analytics.formats.quantities import Quantity
from battery_analytics.formats.tables.column_values import NotNumbers, number_of_text, numbers, numbers_of_pieces
from battery_analytics.formats.tables.columns import (
    GENERAL_COLUMNS,
    GENERAL_NAMES,
    ColumnNames,
    ColumnRule,
)
from battery_analytics.formats.tables.told_columns import extra_columns
from battery_analytics.formats.tables.units import UNITS
from hypothesis import given
from hypothesis import strategies as st

# Headers of real exports, and which column is which quantity; all others are extra.
EXPORTS: dict[str, tuple[str, str, dict[str, tuple[str, float]]]] = {
    "CALB": (
        ",",
        "cycle_number,current_in_A,voltage_in_V,charge_capacity_in_Ah,discharge_capacity_in_Ah,time_in_s,temperature_in_C,"
        "internal_resistance_in_ohm",
        {
            "cycle_number": ("cycle_number", 1),
            "current_A": ("current_in_A", 1),
            "voltage_V": ("voltage_in_V", 1),
            "charge_capacity_Ah": ("charge_capacity_in_Ah", 1),
            "discharge_capacity_Ah": ("discharge_capacity_in_Ah", 1),
            "time_s": ("time_in_s", 1),
            "temperature_C": ("temperature_in_C", 1),
        },
    ),
    "Arbin": (
        ",",
        "Data_Point,Test_Time(s),Date_Time,Step_Time(s),Step_Index,Cycle_Index,Current(A),Voltage(V),Charge_Capacity(Ah),"
        "Discharge_Capacity(Ah),Charge_Energy(Wh),Discharge_Energy(Wh),dV/dt(V/s),Internal_Resistance(Ohm),"
        "Is_FC_Data,Aux_Temperature(℃)_1",
        {
            "cycle_number": ("Cycle_Index", 1),
            "current_A": ("Current(A)", 1),
            "voltage_V": ("Voltage(V)", 1),
            "charge_capacity_Ah": ("Charge_Capacity(Ah)", 1),
            "discharge_capacity_Ah": ("Discharge_Capacity(Ah)", 1),
            "time_s": ("Test_Time(s)", 1),
            "temperature_C": ("Aux_Temperature(℃)_1", 1),
        },
    ),
    "BatteryArchive": (
        ",",
        "Date_Time,Test_Time (s),Cycle_Index,Current (A),Voltage (V),Charge_Capacity (Ah),Discharge_Capacity (Ah),"
        "Charge_Energy (Wh),Discharge_Energy (Wh),Environment_Temperature (C),Cell_Temperature (C)",
        {
            "cycle_number": ("Cycle_Index", 1),
            "current_A": ("Current (A)", 1),
            "voltage_V": ("Voltage (V)", 1),
            "charge_capacity_Ah": ("Charge_Capacity (Ah)", 1),
            "discharge_capacity_Ah": ("Discharge_Capacity (Ah)", 1),
            "time_s": ("Test_Time (s)", 1),
            "temperature_C": ("Cell_Temperature (C)", 1),
        },
    ),
    "BioLogic": (
        "\t",
        "mode\tox/red\terror\tcontrol changes\tNs changes\tcounter inc.\tNs\ttime/s\tdq/mA.h\t(Q-Qo)/mA.h\tcontrol/V/mA\t"
        "Ecell/V\tI Range\tQ discharge/mA.h\tQ charge/mA.h\tEnergy/W.h\t<I>/mA\tI/mA\tcycle number\tTemperature/°C\t"
        "Capacity/mA.h\tEfficiency/%",
        {
            "cycle_number": ("cycle number", 1),
            "current_A": ("I/mA", 1e-3),
            "voltage_V": ("Ecell/V", 1),
            "charge_capacity_Ah": ("Q charge/mA.h", 1e-3),
            "discharge_capacity_Ah": ("Q discharge/mA.h", 1e-3),
            "time_s": ("time/s", 1),
            "temperature_C": ("Temperature/°C", 1),
        },
    ),
    "Neware": (
        ",",
        "DataPoint,Cycle Index,Step Index,Step Type,Time,Total Time,Current(mA),Voltage(V),Capacity(mAh),"
        "Spec. Cap.(mAh/g),Chg. Cap.(mAh),DChg. Cap.(mAh),Energy(Wh),Date,Power(W),T1(℃)",
        {
            "cycle_number": ("Cycle Index", 1),
            "current_A": ("Current(mA)", 1e-3),
            "voltage_V": ("Voltage(V)", 1),
            "charge_capacity_Ah": ("Chg. Cap.(mAh)", 1e-3),
            "discharge_capacity_Ah": ("DChg. Cap.(mAh)", 1e-3),
            "time_s": ("Total Time", 1),
            "temperature_C": ("T1(℃)", 1),
            "state": ("Step Type", 1),
        },
    ),
    "Maccor": (
        ",",
        "Rec#,Cyc#,Step,TestTime,StepTime,Amp-hr,Watt-hr,Amps,Volts,State,ES,DPt Time,Temp 1",
        {
            "cycle_number": ("Cyc#", 1),
            "current_A": ("Amps", 1),
            "step_capacity_Ah": ("Amp-hr", 1),
            "state": ("State", 1),
            "voltage_V": ("Volts", 1),
            "time_s": ("TestTime", 1),
            "temperature_C": ("Temp 1", 1),
        },
    ),
    "Basytec": (
        ",",
        "~Time[h],DataSet,DateTime,t-Step[h],Line,Command,U[V],I[A],Ah[Ah],Ah-Step[Ah],Wh[Wh],T1[°C],Cyc-Count,State",
        {
            "cycle_number": ("Cyc-Count", 1),
            "current_A": ("I[A]", 1),
            "step_capacity_Ah": ("Ah[Ah]", 1),
            "state": ("Command", 1),
            "voltage_V": ("U[V]", 1),
            "time_s": ("~Time[h]", 3600),
            "temperature_C": ("T1[°C]", 1),
        },
    ),
    "Novonix": (
        ",",
        "Date and Time,Cycle Number,Step Type,Run Time (h),Step Time (h),Current (A),Potential (V),Capacity (Ah),"
        "Temperature (°C),Circuit Temperature (°C)",
        {
            "cycle_number": ("Cycle Number", 1),
            "current_A": ("Current (A)", 1),
            "voltage_V": ("Potential (V)", 1),
            "step_capacity_Ah": ("Capacity (Ah)", 1),
            "state": ("Step Type", 1),
            "time_s": ("Run Time (h)", 3600),
            "temperature_C": ("Temperature (°C)", 1),
        },
    ),
    "Battery data format": (
        ",",
        "Test Time / s,Voltage / V,Current / A,Cycle Count / 1,Step Count / 1,Ambient Temperature / degC,"
        "Charging Capacity / Ah,Discharging Capacity / Ah",
        {
            "cycle_number": ("Cycle Count / 1", 1),
            "current_A": ("Current / A", 1),
            "voltage_V": ("Voltage / V", 1),
            "charge_capacity_Ah": ("Charging Capacity / Ah", 1),
            "discharge_capacity_Ah": ("Discharging Capacity / Ah", 1),
            "time_s": ("Test Time / s", 1),
        },
    ),
    "PyProBE": (
        ",",
        "Time [s],Step,Cycle,Voltage [V],Current [mA],Temperature [C]",
        {
            "cycle_number": ("Cycle", 1),
            "current_A": ("Current [mA]", 1e-3),
            "voltage_V": ("Voltage [V]", 1),
            "time_s": ("Time [s]", 1),
            "temperature_C": ("Temperature [C]", 1),
        },
    ),
}


@pytest.mark.parametrize("cycler", EXPORTS)
def test_the_columns_of_common_cyclers_are_recognised_with_their_units(cycler: str) -> None:
    separator, header, expected = EXPORTS[cycler]

    layout = GENERAL_NAMES.layout(header.split(separator))

    assert {quantity: (column.name, column.factor) for quantity, column in layout.items()} == expected


@pytest.mark.parametrize("cycler", EXPORTS)
def test_what_is_not_recognised_is_an_extra_column_in_the_sources_words(cycler: str) -> None:
    separator, header, expected = EXPORTS[cycler]
    names = header.split(separator)

    extra = extra_columns(names, GENERAL_NAMES.layout(names))

    assert sorted([*extra, *(name for name, _ in expected.values())]) == sorted(names)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Step_Time(s)",
        "dV/dt(V/s)",
        "Voltage (degC)",
        "Current (V)",
        "Energy/Wh",
        "x" * 500,
    ],
)
def test_a_name_or_unit_that_does_not_say_a_quantity_is_not_guessed(name: str) -> None:
    assert GENERAL_NAMES.recognised(name) is None


@pytest.mark.parametrize("names", [("Time", "Test_Time"), ("Test_Time", "Time")])
def test_of_two_columns_of_one_quantity_the_name_of_first_choice_counts_and_the_other_is_kept(
    names: tuple[str, ...],
) -> None:
    layout = GENERAL_NAMES.layout(names)

    assert layout["time_s"].name == "Test_Time"
    assert extra_columns(names, layout) == ("Time",)


def test_of_two_columns_of_one_name_the_first_counts_and_the_second_is_kept() -> None:
    names = ("Voltage(V)", "Current(A)", "Voltage(V)")

    assert extra_columns(names, GENERAL_NAMES.layout(names)) == ("Voltage(V)",)


def test_no_name_stands_for_two_quantities() -> None:
    names = [name for rule in GENERAL_COLUMNS.values() for name in rule.names]

    assert len(set(names)) == len(names)


def test_a_rule_whose_name_stands_for_two_quantities_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="'u' means current_A and voltage_V"):
        ColumnNames({"voltage_V": ColumnRule("U"), "current_A": ColumnRule("I", "U [A]")})


def test_a_rule_with_a_unit_of_another_quantity_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="'mv' is no unit of current_A"):
        ColumnNames({"current_A": ColumnRule("I", unit="mV")})


def test_a_rule_may_say_the_unit_of_a_name_that_says_none_and_the_file_may_say_another() -> None:
    names = ColumnNames({"current_A": ColumnRule("Strom", unit="µA")})

    # 1 µA = 1e-6 A, 1 mA = 1e-3 A
    assert {
        name: column.factor
        for name in ("Strom", "STROM", "Strom/mA", "Strom [A]")
        if (column := names.recognised(name))
    } == {
        "Strom": 1e-6,
        "STROM": 1e-6,
        "Strom/mA": 1e-3,
        "Strom [A]": 1.0,
    }


def test_a_name_may_be_declared_as_the_file_writes_it() -> None:
    names = ColumnNames({"time_s": ColumnRule("Test_Time(s)")})

    assert [names.recognised(name) is not None for name in ("Test_Time(s)", "test time/h", "TestTime")] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("quantity", GENERAL_COLUMNS)
def test_every_declared_name_is_recognised_with_its_rank(quantity: Quantity) -> None:
    rule = GENERAL_COLUMNS[quantity]
    for rank, name in enumerate(rule.names):
        column = GENERAL_NAMES.recognised(f"{name}/s" if name in rule.with_unit else name)

        assert column is not None
        factor = UNITS[quantity][rule.units[name]] if name in rule.units else 1.0
        assert (column.quantity, column.rank, column.factor) == (quantity, rank, factor)


@pytest.mark.parametrize(
    ("name", "quantity", "factor"), [("<Ewe/V>", "voltage_V", 1.0), ("<I/mA>", "current_A", 0.001)]
)
def test_a_mean_may_have_its_unit_within_the_brackets(name: str, quantity: Quantity, factor: float) -> None:
    column = GENERAL_NAMES.recognised(name)

    assert column is not None
    assert (column.quantity, column.factor, column.name) == (quantity, factor, name)


@pytest.mark.parametrize("name", ["T", "t", "Test"])
def test_a_name_that_may_mean_something_else_is_a_time_only_with_its_unit(name: str) -> None:
    assert GENERAL_NAMES.recognised(name) is None
    assert GENERAL_NAMES.recognised(f"{name} (°C)") is None
    column = GENERAL_NAMES.recognised(f"{name} (min)")
    assert column is not None
    assert (column.quantity, column.factor) == ("time_s", 60.0)


# What one of each unit is, in the quantity's own unit: worked out by hand, not taken from the rules.
CAPACITY_UNITS = {
    **{"Ah": 1, "A.h": 1, "A-h": 1, "mAh": 0.001, "mA.h": 0.001, "mA-h": 0.001, "milliampere_hour": 0.001},
    **{"µAh": 1e-6, "uAh": 1e-6, "µA.h": 1e-6, "uA.h": 1e-6, "uA-h": 1e-6},
    **{"ampere hour": 1, "ampere_hour": 1, "amp-hr": 1, "As": 1 / 3600, "A.s": 1 / 3600, "mAs": 1 / 3_600_000},
    **{"C": 1 / 3600, "coulomb": 1 / 3600},
}
ENERGY_UNITS = {"Wh": 1, "W.h": 1, "watt hour": 1, "watt_hour": 1, "mWh": 0.001, "mW.h": 0.001, "J": 1 / 3600}
ONE_OF_EACH_UNIT: dict[Quantity, dict[str, float]] = {
    "cell": {},
    "cycle_number": {"1": 1, "#": 1, "-": 1, "unity": 1, "dimensionless": 1},
    "voltage_V": {"V": 1, "Volt": 1, "volts": 1, "mV": 0.001, "millivolt": 0.001, "µV": 1e-6}
    | {"V vs. Ref.": 1, "V vs Ref": 1},
    "current_A": {
        "A": 1,
        "Amp": 1,
        "amps": 1,
        "ampere": 1,
        "amperes": 1,
        "milliampere": 0.001,
        "mA": 0.001,
        "µA": 1e-6,
        "μA": 1e-6,
        "uA": 1e-6,
        "nA": 1e-9,
    },
    "charge_capacity_Ah": CAPACITY_UNITS,
    "discharge_capacity_Ah": CAPACITY_UNITS,
    "step_capacity_Ah": CAPACITY_UNITS,
    "state": {},
    "time_s": {
        **{"s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1, "ms": 0.001},
        **{"msec": 0.001, "millisecond": 0.001, "milliseconds": 0.001},
        **{"us": 1e-6, "usec": 1e-6, "microsecond": 1e-6, "microseconds": 1e-6},
        **{"ns": 1e-9, "nsec": 1e-9, "nanosecond": 1e-9, "nanoseconds": 1e-9},
        **{"d": 86_400, "day": 86_400, "days": 86_400, "mins": 60, "minute": 60},
        **{"hh:mm:ss.xxx": 1, "Hours in hh:mm:ss.xxx": 1, "Hours in hh:mm:ss": 1, "d hh:mm:ss": 1, "epoch": 1},
        **{"h:min:s.ms": 1, "hh:mm:ss": 1, "h:m:s": 1, "hh:mm:ss.ms": 1, "hh:mm:ss.sss": 1},
        **{"min": 60, "minutes": 60, "h": 3600, "hr": 3600, "hrs": 3600, "hour": 3600, "hours": 3600},
    },
    "temperature_C": {"C": 1, "°C": 1, "℃": 1, "degC": 1, "deg C": 1, "degree C": 1, "Celsius": 1}
    | {"deg. C": 1, "degrees C": 1, "�C": 1, "?C": 1, "¡æ": 1, "ºC": 1, "Â°C": 1, "oC": 1, "°": 1}
    | {"K": 1, "Kelvin": 1, "F": 5 / 9, "°F": 5 / 9, "degF": 5 / 9, "Fahrenheit": 5 / 9},
    "coulombic_efficiency_percent": {"%": 1, "percent": 1, "1": 100},
    "charge_energy_Wh": ENERGY_UNITS,
    "discharge_energy_Wh": ENERGY_UNITS,
    "resistance_ohm": {"Ohm": 1, "ohms": 1, "Ω": 1, "mOhm": 0.001, "mΩ": 0.001, "milliohm": 0.001},
}


@pytest.mark.parametrize(
    ("quantity", "unit", "factor"),
    [(quantity, unit, factor) for quantity, units in ONE_OF_EACH_UNIT.items() for unit, factor in units.items()],
)
def test_a_unit_in_a_columns_name_is_the_factor_to_the_quantitys_own_unit(
    quantity: Quantity, unit: str, factor: float
) -> None:
    of_a_cycle = quantity not in GENERAL_COLUMNS
    rules, names = (SUMMARY_COLUMNS, ColumnNames(SUMMARY_COLUMNS)) if of_a_cycle else (GENERAL_COLUMNS, GENERAL_NAMES)
    name = rules[quantity].names[0]

    for spelled in (f"{name}({unit})", f"{name} [{unit}]", f"{name} / {unit}"):
        column = names.recognised(spelled)

        assert column is not None
        assert column.quantity == quantity
        assert column.factor == pytest.approx(factor, rel=1e-12)


def test_every_unit_has_its_value_above() -> None:
    spelled = {
        quantity: {unit.lower().replace("µ", "u").replace("μ", "u") for unit in units}
        for quantity, units in ONE_OF_EACH_UNIT.items()
    }

    assert spelled == {quantity: set(units) for quantity, units in UNITS.items()}


@given(st.text(max_size=120))
def test_any_text_is_a_column_name_that_is_recognised_or_not(name: str) -> None:
    column = GENERAL_NAMES.recognised(name)

    assert column is None or column.name == name


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3.7", 3.7),
        (" -3.7e-2 ", -0.037),
        ("3,7", 3.7),
        ("1,234", 1.234),
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("1 234,5", 1234.5),
        ("1,234,567", 1234567.0),
        ("1,234,567.25", 1234567.25),
        ("12,34,5", None),
        ("1_000", None),
        ("3.7 V", None),
        ("12:30", None),
        ("9" * 65, None),
    ],
)
def test_numbers_as_text_are_read_with_point_comma_and_grouped_thousands(text: str, number: float | None) -> None:
    assert number_of_text(text) == number


@pytest.mark.parametrize("text", ["", "nan", "None", "NULL", "n/a", " - "])
def test_a_text_that_says_not_measured_is_nan(text: str) -> None:
    assert np.isnan(number_of_text(text) or 0.0)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0:00:30", 30),
        ("26:00:00.5", 93_600.5),
        ("1d 02:03:04", 93_784),
        ("1 day, 02:03:04", 93_784),
        ("1970-01-02 00:00:10", 86_410),
        ("1970-01-01T01:00:00+01:00", 0),
    ],
)
def test_a_clock_a_duration_or_a_date_is_seconds_where_a_time_belongs(text: str, seconds: float) -> None:
    read = numbers([text], clock=True)

    assert read.values.tolist() == [seconds]
    assert number_of_text(text) is None


def test_a_list_of_anything_becomes_numbers_and_what_is_none_is_counted() -> None:
    read = numbers([1, 2.5, "3,5", b"4", None, "", "text", [5], 10**400, np.float64(6.0), True])

    np.testing.assert_array_equal(read.values, [1, 2.5, 3.5, 4, np.nan, np.nan, np.nan, np.nan, np.nan, 6, 1])
    assert read.unreadable == 3


def test_a_long_column_of_words_is_no_number_at_all() -> None:
    read = numbers(["rest"] * 5_000)

    assert read.unreadable == 5_000
    assert np.isnan(read.values).all()


@pytest.mark.parametrize("value", [None, "3.7", 3.7, {"a": 1}, np.array([1j])])
def test_what_is_no_column_is_said_to_be_none(value: object) -> None:
    with pytest.raises(NotNumbers):
        numbers(value)


def test_the_pieces_of_a_column_lie_one_after_the_other_and_what_is_no_number_is_counted_over_all() -> None:
    whole = numbers_of_pieces([[1.0, "x"], np.array([2, 3]), ["?", "4,5"]])

    np.testing.assert_array_equal(whole.values, [1, np.nan, 2, 3, np.nan, 4.5])
    assert whole.unreadable == 2
    assert numbers_of_pieces([]).values.size == 0
