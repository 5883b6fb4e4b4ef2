"""Oddities of real exports, each in a small file of our own."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from battery_analytics import BatteryFile, analyze
from battery_analytics.analysis.clock import clock_of
from battery_analytics.cell import Cell
from battery_analytics.formats.reading import read_cells

from tests.unit.test_format_binary_tables import workbook

CURRENT_A, STEP_S, N = 2.0, 60.0, 31
MOVED_AH = CURRENT_A * STEP_S * (N - 1) / 3600


def read(content: str | bytes, name: str = "x.csv") -> Cell:
    [cell] = read_cells([BatteryFile(name, content.encode() if isinstance(content, str) else content)])
    return cell


def codes(cell: Cell) -> set[str]:
    return {finding.code for finding in cell.findings}


def discharge(
    *, current: float = -CURRENT_A, capacity: float = 1.0, header: str = "time,voltage,current,capacity"
) -> str:
    """A discharge whose current and capacity are written in other units than their own by these factors."""
    moved = capacity * CURRENT_A * STEP_S / 3600
    rows = [f"{STEP_S * n},{4 - n / 50},{current},{moved * n}" for n in range(N)]
    return "\n".join([header, *rows, ""])


def discharged_Ah(content: str) -> float:
    report = analyze(BatteryFile("x.csv", content.encode()), plots="none")
    return float(report.capacity_fade.discharge_capacities[0])


@pytest.mark.parametrize(
    ("current", "capacity", "header", "units"),
    [
        (-CURRENT_A, 1000.0, "time,voltage,current,capacity", {"step_capacity_Ah": "mAh"}),
        (-1000 * CURRENT_A, 1.0, "time,voltage,current,capacity (Ah)", {"current_A": "mA"}),
        (-1000 * CURRENT_A, 1000.0, "time,voltage,current,capacity", {"current_A": "mA", "step_capacity_Ah": "mAh"}),
    ],
)
def test_a_unit_that_is_not_stated_follows_from_the_other_columns(
    current: float, capacity: float, header: str, units: dict[str, str]
) -> None:
    content = discharge(current=current, capacity=capacity, header=header)
    cell = read(content)

    assert "unit_assumed" in codes(cell)
    assert discharged_Ah(content) == pytest.approx(MOVED_AH)
    told = {column.quantity: column.unit for column in cell.source.columns}
    assert {quantity: told[quantity] for quantity in units} == units


def test_units_that_agree_or_are_stated_are_left_as_they_are() -> None:
    assert "unit_assumed" not in codes(read(discharge()))
    assert "unit_assumed" not in codes(read(discharge(capacity=1000.0, header="time,voltage,current,capacity (Ah)")))


def test_a_capacity_that_never_restarts_flows_in_one_direction_whatever_the_voltage_does() -> None:
    volts = [4.0, 3.5, 3.2, 3.0, 2.9, *np.linspace(2.95, 3.3, 13), *np.linspace(3.3, 2.5, 13)]  # a cold cell warms up
    rows = [f"{STEP_S * n},{volts[n]},{-CURRENT_A},{CURRENT_A * STEP_S * n / 3600}" for n in range(N)]

    assert discharged_Ah("\n".join(["time,voltage,current,capacity", *rows, ""])) == pytest.approx(MOVED_AH)


def test_a_channel_that_counts_the_points_makes_no_summary_of_them() -> None:
    header = "channel_index,cycle_index,date_time_iso_string,test_time_s,current_A,voltage_V,discharge_capacity_Ah"
    rows = [f"{n + 1},1,04/30/2024 14:{n:02d}:00,{60 * n},-2.0,{4 - n / 50},{2 * 60 * n / 3600}" for n in range(N)]
    cell = read("\n".join(["cell model:", header, *rows, ""]))

    assert (cell.source.format, cell.summary, cell.cycling.n_points) == ("Landt csv", None, N)


def test_a_time_that_falls_to_zero_at_one_point_moves_no_charge() -> None:
    clock = clock_of(np.array([0.0, 60.0, 7200.0, 0.0, 7200.5, 7260.0]), np.array([0, 6]))

    assert clock is not None
    np.testing.assert_allclose(clock.interval_s[1:], [60, 7140, 0, 0.5, 59.5])
    assert clock.backwards.tolist() == [3]


def test_a_table_of_bitrode_with_short_names_is_known_by_its_columns() -> None:
    header = "Exclude,Time(s),Cycle,Loop,Loop,Loop,Step,StepTime(s),Current(A),Voltage(V),Power(W),Capacity(Ah),Energy(Wh),Mode"
    rows = [f"No,{60 * n},1,1,1,1,4,{60 * n},2.0,{3 + n / 50},6,{2 * 60 * n / 3600},0,DCHG" for n in range(N)]
    cell = read("\n".join([header, *rows, ""]))

    assert cell.source.format == "Bitrode csv"
    assert cell.cycling.state is not None
    assert set(cell.cycling.state.tolist()) == {-1.0}


IVIUM_ROWS = "".join(f"{9.65837 + n * 5e-5:.5f}E+04,-5.66667E-03,{1 - n / 100:.5f}E+00\n" for n in range(9))


@pytest.mark.parametrize("header", ["", "test_time,amps,volts\n"])
def test_a_table_of_ivium_needs_no_header(header: str) -> None:
    cell = read(header + IVIUM_ROWS.replace("0.9", "9.9").replace("1.00000E+00", "1.00000E+00"))

    assert cell.source.format == "Ivium csv"
    assert cell.cycling.current_A[0] == pytest.approx(-5.66667e-3)


GAMRY = (
    "EXPLAIN\nTAG\tPWR800_CHARGE\nOCVCURVE\tTABLE\t3\n\tPt\tT\tVf\tVm\tAch\tOver\tTemp\n"
    "\t#\ts\tV vs. Ref.\tV\tV\tbits\tdeg C\n{}CURVE\tTABLE\t9\n\tPt\tT\tVf\tIm\tVu\tOver\tTemp\n"
    "\t#\ts\tV vs. Ref.\tA\tV\tbits\tdeg C\n{}"
)


def test_the_rest_before_a_test_of_gamry_is_not_taken_for_it() -> None:
    rest = "".join(f"\t{n}\t{n}\t0,5\t0,5\t0\t......\t1408,0\n" for n in range(3))
    points = "".join(
        f"\t{n}\t{60 * n}\t{0.5 + n / 100:.2f}\t0.1\t0\t......\t1408.0\n".replace(".", ",") for n in range(9)
    )
    cell = read(GAMRY.format(rest, points), "charge.DTA")

    assert cell.source.format == "Gamry DTA"
    assert cell.cycling.current_A.tolist() == [0.1] * 9
    assert cell.cycling.time_s is not None
    assert cell.cycling.time_s.tolist() == [60.0 * n for n in range(9)]
    assert cell.cycling.temperature_C is None  # 1,408 °C is no temperature of a cell
    assert "impossible_temperature" in codes(cell)
    assert "values_not_numbers" not in codes(cell)


def test_names_without_capitals_state_their_units() -> None:
    rows = [f"{60 * n},{3700 - n},{-0.5},{25.0}" for n in range(9)]
    cell = read("\n".join(["time_s,cell_voltage_mv,cell_current_a,cell_temperature_c", *rows, ""]))

    assert cell.cycling.voltage_V[0] == pytest.approx(3.7)
    assert {column.quantity: column.unit for column in cell.source.columns} == {
        **{"time_s": "s", "voltage_V": "mv", "current_A": "a", "temperature_C": "c"},
    }


def test_a_rest_of_biologic_is_known_by_the_mode_of_its_points() -> None:
    rows = "".join(f"3\t0\t{60 * n}\t{3.7 - n / 1000}\n" for n in range(9))
    content = "EC-Lab ASCII FILE\nNb header lines : 3\nmode\terror\ttime/s\tEwe/V\n" + rows

    assert "rest_without_current" in codes(read(content, "ocv.mpt"))


def test_a_summary_of_batterydata_energy_gov_is_read() -> None:
    rows = [f"{n},{86_400 * n},{1.0 - n / 100},{0.99 - n / 100}" for n in range(1, 6)]
    cell = read("\n".join(["Cycle_Index,Time_s,Q_chg,Q_dis", *rows, ""]))

    assert cell.summary is not None
    np.testing.assert_allclose(cell.summary.discharge_capacity_Ah, [0.98, 0.97, 0.96, 0.95, 0.94])
    np.testing.assert_allclose(cell.summary.charge_capacity_Ah, [0.99, 0.98, 0.97, 0.96, 0.95])


NEWARE = ("DataPoint", "Cycle Index", "Step Type", "Time", "Current(A)", "Voltage(V)", "Capacity(Ah)")


def points_of_neware() -> list[Sequence[object]]:
    return [NEWARE, *([n + 1.0, 1.0, "CC DChg", 60.0 * n, -2.0, 4 - n / 50, 2 * n / 60] for n in range(N))]


def test_sheets_of_schedules_and_headers_beside_those_of_a_program_are_no_cells() -> None:
    sheets: Mapping[str, Sequence[Sequence[object]]] = {
        "test": [("Step Index", "Step Name", "Step Time", "Voltage(V)", "Current(A)"), (1.0, "Rest", 5.0, 4.0, 0.0)],
        "record": points_of_neware(),
        "idle": [("No.", "Date", "Voltage(V)", "Current(A)")],
    }
    cell = read(workbook(sheets), "x.xlsx")

    assert (cell.source.format, cell.cycling.n_points) == ("Neware xlsx", N)


def test_the_statistics_of_each_channel_are_no_points() -> None:
    names = (
        "Data_Point",
        "Test_Time(s)",
        "Step_Index",
        "Cycle_Index",
        "Current(A)",
        "Voltage(V)",
        "Discharge_Capacity(Ah)",
    )
    points = [names, *([n + 1.0, 60.0 * n, 1.0, 1.0, -2.0, 4 - n / 50, 2 * n / 60] for n in range(N))]
    sums = ("Cycle_Index", "Test_Time(s)", "Current(A)", "Voltage(V)", "Discharge_Capacity(Ah)", "Vmax_On_Cycle(V)")
    statistics = [sums, *([float(n), 3600.0 * n, -2.0, 2.5, 1.0, 4.0] for n in range(1, 5))]
    content = workbook(
        {
            "Channel_1-001": points,
            "Statistics_1-001": statistics,
            "Channel_1-002": points,
            "Statistics_1-002": statistics,
        }
    )

    cells = read_cells([BatteryFile("x.xlsx", content)])

    assert [cell.source.format for cell in cells] == ["Arbin xlsx", "Arbin xlsx"]
