"""Columns by the names and units of common cyclers, and their values as numbers."""

import numpy as np
import pytest
from battery_analytics.formats.column_values import number_of_text, numbers
from battery_analytics.formats.columns import COLUMN_RULES, extra_columns, recognised, recognised_columns
from battery_analytics.formats.pickle_values import MalformedPickle
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
        },
    ),
    "Maccor": (
        ",",
        "Rec#,Cyc#,Step,TestTime,StepTime,Amp-hr,Watt-hr,Amps,Volts,State,ES,DPt Time,Temp 1",
        {
            "cycle_number": ("Cyc#", 1),
            "current_A": ("Amps", 1),
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

    layout = recognised_columns(header.split(separator))

    assert {quantity: (column.name, column.factor) for quantity, column in layout.items()} == expected


@pytest.mark.parametrize("cycler", EXPORTS)
def test_what_is_not_recognised_is_an_extra_column_in_the_sources_words(cycler: str) -> None:
    separator, header, expected = EXPORTS[cycler]
    names = header.split(separator)

    extra = extra_columns(names, recognised_columns(names))

    assert sorted([*extra, *(name for name, _ in expected.values())]) == sorted(names)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Capacity(Ah)",
        "Step_Time(s)",
        "dV/dt(V/s)",
        "Voltage (degC)",
        "Current (V)",
        "Temperature (K)",
        "Energy/Wh",
        "x" * 500,
    ],
)
def test_a_name_or_unit_that_does_not_say_a_quantity_is_not_guessed(name: str) -> None:
    assert recognised(name) is None


@pytest.mark.parametrize("names", [("Time", "Test_Time"), ("Test_Time", "Time")])
def test_of_two_columns_of_one_quantity_the_name_of_first_choice_counts_and_the_other_is_kept(
    names: tuple[str, ...],
) -> None:
    layout = recognised_columns(names)

    assert layout["time_s"].name == "Test_Time"
    assert extra_columns(names, layout) == ("Time",)


def test_of_two_columns_of_one_name_the_first_counts_and_the_second_is_kept() -> None:
    names = ("Voltage(V)", "Current(A)", "Voltage(V)")

    assert extra_columns(names, recognised_columns(names)) == ("Voltage(V)",)


def test_no_name_stands_for_two_quantities() -> None:
    names = [name for rule in COLUMN_RULES for name in rule.names]

    assert len(set(names)) == len(names)


@given(st.text(max_size=120))
def test_any_text_is_a_column_name_that_is_recognised_or_not(name: str) -> None:
    column = recognised(name)

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

    assert read is not None
    assert read.values.tolist() == [seconds]
    assert number_of_text(text) is None


def test_a_list_of_anything_becomes_numbers_and_what_is_none_is_counted() -> None:
    read = numbers([1, 2.5, "3,5", b"4", None, "", "text", [5], 10**400, np.float64(6.0), True])

    assert read is not None
    np.testing.assert_array_equal(read.values, [1, 2.5, 3.5, 4, np.nan, np.nan, np.nan, np.nan, np.nan, 6, 1])
    assert read.unreadable == 3


def test_a_long_column_of_words_is_no_number_at_all() -> None:
    read = numbers(["rest"] * 5_000)

    assert read is not None
    assert read.unreadable == 5_000
    assert np.isnan(read.values).all()


@pytest.mark.parametrize("value", ["3.7", 3.7, {"a": 1}, np.array([1j])])
def test_what_is_no_column_is_said_to_be_none(value: object) -> None:
    with pytest.raises(MalformedPickle):
        numbers(value)


def test_no_column_is_none() -> None:
    assert numbers(None) is None
