"""What a report tells of the recognition of its source, and how a request overrules it."""

import pytest
from battery_analytics import BatteryFile, analyze
from battery_analytics.errors import InvalidOption, MissingColumns
from battery_analytics.formats.reading import read_cells

HEADER = (
    "Data_Point,Test_Time(min),Cycle_Index,Step_Index,Current(mA),Voltage,Charge_Capacity(Ah),Discharge_Capacity(Ah)"
)
ROWS = "".join(f"{n},{n},1,1,{1000 if n < 20 else -1000},{3.5 + n / 100},{n / 60},0\n" for n in range(40))


def arbin(header: str = HEADER) -> BatteryFile:
    return BatteryFile("cell.csv", f"{header}\n{ROWS}".encode())


def test_each_column_is_told_with_its_quantity_and_unit() -> None:
    source = analyze(arbin(), plots="none").source
    columns = {column.source_name: (column.quantity, column.unit, column.assumed) for column in source.columns}

    assert columns == {
        "Test_Time(min)": ("time_s", "min", False),
        "Cycle_Index": ("cycle_number", None, False),
        "Current(mA)": ("current_A", "mA", False),
        "Voltage": ("voltage_V", "V", True),
        "Charge_Capacity(Ah)": ("charge_capacity_Ah", "Ah", False),
        "Discharge_Capacity(Ah)": ("discharge_capacity_Ah", "Ah", False),
    }
    assert source.extra_columns == ("Data_Point", "Step_Index")


def test_the_evidence_and_a_close_runner_up_are_told() -> None:
    source = analyze(arbin(), plots="none").source

    assert (source.format, source.certainty) == ("Arbin csv", 0.95)
    assert "Data_Point" in source.evidence[0]
    assert source.runner_up is None

    general = analyze(arbin("n,Test_Time(s),Cycle,step,Current(A),Voltage(V),a,Capacity(Ah)"), plots="none").source
    assert (general.format, general.certainty) == ("cycles table", 0.8)


def test_a_table_with_fewer_marks_is_less_certain() -> None:
    source = analyze(arbin("n,Test_Time(s),x,step,Current(A),Voltage(V),a,Capacity(Ah)"), plots="none").source

    assert source.certainty == pytest.approx(0.8 * 2 / 3)


@pytest.mark.parametrize("name", ["cycles table", "Cycles Table"])
def test_a_request_may_overrule_the_format(name: str) -> None:
    source = analyze(arbin(), format=name, plots="none").source

    assert source.format == "cycles table"
    assert source.evidence == ("the request asked for this format",)


def test_a_format_that_is_not_there_is_refused_with_the_nearest() -> None:
    with pytest.raises(InvalidOption, match="no 'Arbin cvs'; the nearest is 'Arbin csv'") as refused:
        analyze(arbin(), format="Arbin cvs")
    assert refused.value.details["option"] == "format"
    assert "Maccor text" in str(refused.value.details["allowed"])


def test_a_missing_column_is_told_with_the_nearest_names_that_are_known() -> None:
    with pytest.raises(MissingColumns, match="voltage_in_V would be known as “voltage”") as refused:
        read_cells([arbin(HEADER.replace("Voltage", "Voltge"))])
    nearest = refused.value.details["nearest_names"]
    assert isinstance(nearest, dict)
    assert nearest["voltage_in_V"][0] == "voltage"


def test_a_name_that_is_far_from_all_is_not_guessed_at() -> None:
    with pytest.raises(MissingColumns) as refused:
        read_cells([arbin(HEADER.replace("Voltage", "Zyx").replace("Current", "Qwrt"))])
    assert refused.value.details["nearest_names"] == {"current_in_A": [], "voltage_in_V": []}
