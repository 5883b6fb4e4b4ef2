"""Tables with one row per cycle: what they tell, what stays unknown, and how they are told from tables of points."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from battery_analytics import analyze
from battery_analytics.errors import NoCycles
from battery_analytics.files import BatteryFile
from battery_analytics.formats.reading import read_cells

from tests.known_cell import CAPACITIES_AH, COLUMNS, Writer, column, text_table

N_CYCLES = 40


def table(text: str, name: str = "table.csv") -> BatteryFile:
    return BatteryFile(name, text.encode())


def lines(header: str, row: str, capacities_Ah: Sequence[float]) -> list[BatteryFile]:
    """A table whose rows are the pattern `row` with the cycle n, and its charge c and discharge d in Ah."""
    written = [row.format(n=n, c=ah * 1.001, d=ah) for n, ah in enumerate(capacities_Ah, start=1)]
    return [table("\n".join([header, *written]) + "\n")]


def _written(header: str, row: str) -> Writer:
    return lambda: lines(header, row, CAPACITIES_AH)


FILES: dict[str, Writer] = {}
SUMMARY_FILES: dict[str, Writer] = {
    "Arbin cycle summary": _written(
        "Date_Time,Test_Time(s),Cycle_Index,Step_Index,Current(A),Voltage(V),Charge_Capacity(Ah),Discharge_Capacity(Ah)",
        "2024/01/01 00:00:00,{n}000.5,{n},8,0,3.01,{c},{d}",
    ),
    "Battery Archive cycle summary": _written(
        "Cycle_Index,Start_Time,End_Time,Test_Time (s),Min_Current (A),Max_Current (A),Charge_Capacity (Ah),"
        "Discharge_Capacity (Ah)",
        "{n},0,3600,3600,-1,1,{c},{d}",
    ),
    "Neware cycle summary": _written("Cycle Index,Chg. Cap.(Ah),DChg. Cap.(Ah)", "{n},{c},{d}"),
    "cycle summary": _written("cycle,charge capacity (Ah),capacity (Ah)", "{n},{c},{d}"),
}


def fading(n_cycles: int = N_CYCLES) -> list[float]:
    return [3.0 - 0.005 * cycle for cycle in range(n_cycles)]


def report(files: list[BatteryFile], **options: Any) -> dict[str, Any]:
    return dict(json.loads(analyze(files, plots="none", **options).to_json()))


def points() -> str:
    return text_table(",", [(name, column(name)) for name in ("cycle_number", *COLUMNS)])


def findings(one: dict[str, Any]) -> dict[str, str]:
    return {finding["code"]: finding["message"] for finding in one["data_quality"]}


def test_fade_efficiency_and_projection_are_those_of_the_rows() -> None:
    one = report(lines("Cycle,Charge capacity (Ah),Discharge capacity (Ah)", "{n},{c},{d}", fading()))

    fade = one["capacity_fade"]
    assert fade["discharge_capacities"] == pytest.approx(fading())
    assert fade["coulombic_efficiencies"] == pytest.approx([100 / 1.001] * N_CYCLES)
    assert fade["capacity_fade_percentage"] == pytest.approx(100 * 0.005 * (N_CYCLES - 1) / 3)
    assert "file shows nothing" in fade["basis"]
    assert one["statistical_metrics"]["cycle_life_projection"]["projected_eol_cycle"] == pytest.approx(121, abs=2)


def test_what_needs_points_is_null_and_the_report_says_why() -> None:
    one = report(lines("Cycle,Discharge capacity (Ah)", "{n},{d}", fading()))

    assert one["source"]["points"] == 0
    assert one["voltage_profile"]["voltage_curves"] == []
    assert one["voltage_profile"]["voltage_stats"] == {"min_voltage": None, "max_voltage": None, "avg_voltage": None}
    assert one["statistical_metrics"]["voltage_stats"]["mean"] is None
    assert one["cycle_table"]["min_voltage_V"] == [None] * N_CYCLES
    assert one["temperature_analysis"]["has_temperature_data"] is False
    assert one["capacity_fade"]["coulombic_efficiencies"] == [None] * N_CYCLES
    assert "no points" in findings(one)["cycle_summary"]
    assert not {"implausible_voltage", "counter_without_current", "no_current"} & set(findings(one))


def test_pictures_of_a_summary_are_drawn_or_left_out_without_a_fault() -> None:
    one = json.loads(analyze(lines("Cycle,Capacity (mAh)", "{n},{d}", fading()), plots="all").to_json())

    assert one["capacity_fade"]["capacity_plot"]


@pytest.mark.parametrize(
    ("header", "first_Ah"),
    [
        ("cycle,capacity (mAh)", 0.003),
        ("cycle_number,discharge_capacity_mah", 0.003),
        ("Cycle,QDischarge", 3.0),
        ("N;Capacity_in_Ah", 3.0),
        ("循环号,放电容量(mAh)", 0.003),
    ],
)
def test_names_and_units(header: str, first_Ah: float) -> None:
    separator = ";" if ";" in header else ","
    [cell] = read_cells(lines(header, f"{{n}}{separator}{{d}}", fading()))

    assert cell.summary is not None
    assert cell.summary.discharge_capacity_Ah[0] == pytest.approx(first_Ah)


@pytest.mark.parametrize(("scale", "unit", "severity"), [(1.0, "Ah", "info"), (1_000.0, "mAh", "warning")])
def test_a_unit_that_is_not_stated_is_assumed_and_told(scale: float, unit: str, severity: str) -> None:
    one = report(lines("cycle,capacity", "{n},{d}", [scale * value for value in fading()]))

    [assumed] = [finding for finding in one["data_quality"] if finding["code"] == "capacity_unit_assumed"]
    assert one["capacity_fade"]["discharge_capacities"][0] == pytest.approx(3.0)
    assert f"taken as {unit}" in assumed["message"]
    assert assumed["severity"] == severity


def test_a_cycle_unlike_its_neighbours_is_not_compared() -> None:
    capacities = fading()
    capacities[0], capacities[20], capacities[-1] = 3.4, 2.2, 1.0
    one = report(lines("cycle,capacity (Ah)", "{n},{d}", capacities))

    fade = one["capacity_fade"]
    assert (fade["reference_cycle"], fade["last_compared_cycle"]) == (2, N_CYCLES - 1)
    assert one["cycle_table"]["compared_capacity_Ah"][20] is None
    [unlike] = [finding for finding in one["data_quality"] if finding["code"] == "unlike_neighbours"]
    assert unlike["cycles"] == [1, 21, N_CYCLES]


def test_a_fast_fade_after_a_knee_is_compared() -> None:
    capacities = [3.0 - 0.002 * cycle - 0.004 * max(cycle - 25, 0) ** 1.6 for cycle in range(N_CYCLES)]
    one = report(lines("cycle,capacity (Ah)", "{n},{d}", capacities))

    assert "unlike_neighbours" not in findings(one)
    assert one["capacity_fade"]["last_compared_cycle"] == N_CYCLES


def test_columns_that_go_on_counting_give_the_rise_of_each_cycle() -> None:
    total, running = 0.0, []
    for value in fading():
        total += value
        running.append(total)
    one = report(lines("cycle,discharge capacity (Ah)", "{n},{d}", running))

    assert one["capacity_fade"]["discharge_capacities"] == pytest.approx(fading())
    assert "running_totals" in findings(one)


def test_a_counter_that_began_before_the_file_tells_nothing_of_its_first_cycle() -> None:
    rows = "".join(f"{n},{3.0 * n}\n" for n in range(5, 12))
    one = report([table("cycle,discharge capacity (Ah)\n" + rows + "12,33.0\n")])

    # The last cycle adds nothing, as where the test was stopped.
    assert one["capacity_fade"]["discharge_capacities"] == [None, *[pytest.approx(3.0)] * 6, None]


def test_a_column_of_traces_is_no_capacity() -> None:
    one = report(
        lines("cycle,charge capacity (Ah),discharge capacity (Ah)", "{n},{c},0.00000{n}", fading(8)), compare="all"
    )

    assert one["capacity_fade"]["discharge_capacities"] == [None] * 8
    assert one["capacity_fade"]["charge_capacities"][0] == pytest.approx(3.003)
    assert "capacity_of_traces" in findings(one)


@pytest.mark.parametrize(
    ("name", "written", "percent"),
    [("CE", 0.99, 99.0), ("CE (%)", 99.0, 99.0), ("CE (%)", 0.5, 0.5), ("Coulombic efficiency", 99.0, 99.0)],
)
def test_a_stated_efficiency_is_a_share_only_without_its_unit(name: str, written: float, percent: float) -> None:
    rows = "".join(f"{n},3.0,{written}\n" for n in range(1, 6))
    [cell] = read_cells([table(f"cycle,capacity (Ah),{name}\n{rows}")])

    assert cell.summary is not None
    assert cell.summary.coulombic_efficiency_percent == pytest.approx([percent] * 5)


def test_a_table_without_a_usable_cycle_number_is_refused() -> None:
    with pytest.raises(NoCycles, match=r"table\.csv"):
        read_cells([table("cycle,capacity (Ah)\n-2,3\n-1,2.9\n")], "cycle summary")


def test_the_assumed_unit_is_told_with_the_column() -> None:
    [cell] = read_cells(lines("cycle,capacity", "{n},{d}", [1_000 * value for value in fading()]))

    [told] = [column for column in cell.source.columns if column.quantity == "discharge_capacity_Ah"]
    assert (told.unit, told.assumed) == ("mAh", True)


def test_rows_out_of_order_are_sorted_and_repeated_ones_taken_once() -> None:
    text = "cycle,capacity (Ah)\n1,3.0\n2,2.9\n3,2.8\n4,2.7\n" + "3,2.81\n5,2.6\n"
    # The first rows rise only in the part that is looked at.
    filler = "".join(f"{n},{3 - n * 1e-4}\n" for n in range(6, 3_000))
    [cell] = read_cells([table(text.replace("3,2.81\n", "") + filler + "3,2.81\n")])

    assert cell.summary is not None
    assert cell.summary.discharge_capacity_Ah[2] == pytest.approx(2.81)
    assert "cycles_repeated" in {finding.code for finding in cell.findings}


def test_several_cells_in_one_table() -> None:
    text = "cell_id,cycle,capacity (Ah)\n" + "".join(f"A,{n},{3 - n * 0.01}\n" for n in range(1, 9))
    text += "".join(f"B,{n},{2 - n * 0.01}\n" for n in range(1, 9))
    cells = read_cells([table(text)])

    assert [cell.cell_id for cell in cells] == ["A", "B"]


def test_a_table_of_points_is_no_summary() -> None:
    header = "cycle,time_s,voltage (V),current (A),capacity (Ah)\n"
    points = "".join(f"{n},{600 * place},{3.5 - place / 10},-1,{place / 6}\n" for n in (1, 2) for place in range(6))
    [cell] = read_cells([table(header + points)])

    assert cell.summary is None
    assert cell.cycling.n_points == 12


def test_a_number_of_each_point_is_no_number_of_a_cycle() -> None:
    rows = "".join(f"{n},{30 * n},-1,{4 - n / 50},{n / 120}\n" for n in range(40))
    [cell] = read_cells([table("n,Time(s),Current(A),Voltage(V),Capacity(Ah)\n" + rows)])

    assert cell.cycling.n_points == 40


def test_one_beside_the_points_of_its_cell_is_not_needed() -> None:
    [summary] = lines("cycle,charge capacity (Ah),capacity (Ah)", "{n},{c},{d}", CAPACITIES_AH)
    [cell] = read_cells([BatteryFile("cell_A_stats.csv", summary.content), table(points(), "cell_A.csv")])

    assert cell.cycling.n_points
    assert "summary_not_needed" in {finding.code for finding in cell.findings}


def test_one_of_another_cell_is_a_cell() -> None:
    [summary] = lines("cycle,capacity (Ah)", "{n},{d}", [9 * capacity for capacity in CAPACITIES_AH])
    cells = read_cells([BatteryFile("cell_B_stats.csv", summary.content), table(points(), "cell_A.csv")])

    assert [cell.summary is None for cell in cells] == [False, True]
