"""The text exports of common cyclers: each is known by its own marks, and read with its own traps."""

from collections.abc import Sequence

import numpy as np
import pytest
from battery_analytics.cell import Cell
from battery_analytics.files import BatteryFile
from battery_analytics.formats.builtin.cycler_tables import CYCLER_TABLES
from battery_analytics.formats.reading import read_cells
from battery_analytics.formats.registry import recognise

from tests.known_cell import FloatArray, Writer, column, text_table

ROWS = np.arange(1.0, 187.0)
STATES = np.where(column("current_in_A") > 0, 1.0, -1.0)


def known(name: str, factor: float = 1.0) -> FloatArray:
    return column(name) * factor


def amounts(*names: str) -> list[tuple[str, FloatArray]]:
    """Columns under these names, for current, voltage, charge, discharge, time and temperature in this order."""
    order = (
        *("current_in_A", "voltage_in_V", "charge_capacity_in_Ah", "discharge_capacity_in_Ah", "time_in_s"),
        "temperature_in_C",
    )
    return [(name, known(quantity)) for name, quantity in zip(names, order, strict=True)]


def table(
    columns: Sequence[tuple[str, FloatArray]], *, separator: str = ",", above: str = "", name: str, decimal: str = "."
) -> Writer:
    content = above + text_table(separator, columns, decimal=decimal)
    return lambda: [BatteryFile(name, content.encode())]


CYCLES = ("Cycle_Index", column("cycle_number"))
GENERAL = ("Charge Capacity (Ah)", "Discharge Capacity (Ah)")

FILES: dict[str, Writer] = {
    "Arbin csv": table(
        [
            ("Data_Point", ROWS),
            ("Step_Index", ROWS),
            CYCLES,
            *amounts(
                *("Current(A)", "Voltage(V)", "Charge_Capacity(Ah)", "Discharge_Capacity(Ah)", "Test_Time(s)"),
                "Aux_Temperature(C)_1",
            ),
        ],
        name="arbin.csv",
    ),
    "Battery Archive csv": table(
        [
            ("Date_Time", 1.7e9 + ROWS),
            CYCLES,
            *amounts(
                *("Current (A)", "Voltage (V)", "Charge_Capacity (Ah)", "Discharge_Capacity (Ah)", "Test_Time (s)"),
                "Cell_Temperature (C)",
            ),
            ("Environment_Temperature (C)", 0 * ROWS),
        ],
        name="archive.csv",
    ),
    "Maccor text": table(
        [
            ("Rec#", ROWS),
            ("Cyc#", column("cycle_number")),
            ("Step", ROWS),
            *amounts("Amps", "Volts", *GENERAL, "Test (Sec)", "Temp 1"),
        ],
        separator="\t",
        above="Today's Date\t01/02/2026\n\nFilename:\tcell.001\n",
        name="maccor.052",
    ),
    "BioLogic text": table(
        [
            ("mode", ROWS),
            ("Ns", ROWS),
            ("cycle number", column("cycle_number")),
            ("I/mA", known("current_in_A", 1e3)),
            ("Ecell/V", known("voltage_in_V")),
            ("Q charge/mA.h", known("charge_capacity_in_Ah", 1e3)),
            ("Q discharge/mA.h", known("discharge_capacity_in_Ah", 1e3)),
            ("time/s", known("time_in_s")),
            ("Temperature/°C", known("temperature_in_C")),
        ],
        separator="\t",
        above="EC-Lab ASCII FILE\nNb header lines : 5\n\nVoltage, Current, Time, Cycle\n",
        name="biologic.mpt",
        decimal=",",
    ),
    "Neware csv": table(
        [
            ("DataPoint", ROWS),
            ("Cycle Index", column("cycle_number")),
            ("Step Type", STATES),
            ("Current(mA)", known("current_in_A", 1e3)),
            ("Voltage(mV)", known("voltage_in_V", 1e3)),
            ("Chg. Cap.(mAs)", known("charge_capacity_in_Ah", 3.6e6)),
            ("DChg. Cap.(mAs)", known("discharge_capacity_in_Ah", 3.6e6)),
            ("Total Time", known("time_in_s")),
            ("T1(℃)", known("temperature_in_C")),
        ],
        name="neware.csv",
    ),
    "Landt csv": table(
        [
            ("Index", ROWS),
            ("Cycle", column("cycle_number")),
            *amounts("Current/A", "Voltage/V", *GENERAL, "TestTime/s", "T1/°C"),
            ("SysTime", 1.7e9 + ROWS),
        ],
        name="land.csv",
    ),
    "Novonix csv": table(
        [
            ("Cycle Number", column("cycle_number")),
            ("Current (A)", known("current_in_A")),
            ("Potential (V)", known("voltage_in_V")),
            *zip(GENERAL, (known("charge_capacity_in_Ah"), known("discharge_capacity_in_Ah")), strict=True),
            ("Run Time (h)", known("time_in_s", 1 / 3600)),
            ("Temperature (°C)", known("temperature_in_C")),
            ("Circuit Temperature (°C)", ROWS),
        ],
        above="[Summary]\nNovonix UHPC data file\nNovonix\nCell: A7\n[Data]\n",
        name="novonix.csv",
    ),
    "Basytec text": table(
        [
            ("~Time[h]", known("time_in_s", 1 / 3600)),
            ("DataSet", ROWS),
            ("U[V]", known("voltage_in_V")),
            ("I[A]", known("current_in_A")),
            ("Ah-Cyc-Charge", known("charge_capacity_in_Ah")),
            ("Ah-Cyc-Discharge", known("discharge_capacity_in_Ah")),
            ("T1[�C]", known("temperature_in_C")),
            ("Cyc-Count", column("cycle_number")),
        ],
        separator="\t",
        above="~Resultfile from Basytec Battery Test System\n~Battery: A7\n~\n",
        name="basytec.txt",
    ),
    "PEC csv": table(
        [
            ("Rack", 1 + 0 * ROWS),
            ("Shelf", 1 + 0 * ROWS),
            ("Position", 1 + 0 * ROWS),
            ("Cycle", column("cycle_number")),
            ("Total Time (Seconds)", known("time_in_s")),
            ("Voltage (V)", known("voltage_in_V")),
            ("Current (A)", known("current_in_A")),
            ("Charge Capacity (mAh)", known("charge_capacity_in_Ah", 1e3)),
            ("Discharge Capacity (mAh)", known("discharge_capacity_in_Ah", 1e3)),
            ("Temperature (°C)", known("temperature_in_C")),
        ],
        above="Test:,25\nVoltage limits,none\n",
        name="pec.csv",
    ),
    "Bitrode csv": table(
        [
            ("Exclude", 0 * ROWS),
            ("Total Time", known("time_in_s")),
            ("Cycle", column("cycle_number")),
            ("Loop Count 1", 0 * ROWS),
            ("Step", ROWS),
            ("Step Time", ROWS),
            ("Current", known("current_in_A")),
            ("Voltage", known("voltage_in_V")),
            *zip(GENERAL, (known("charge_capacity_in_Ah"), known("discharge_capacity_in_Ah")), strict=True),
            ("Temperature A1", 0 * ROWS),
            ("Temperature", known("temperature_in_C")),
        ],
        name="bitrode.csv",
    ),
    "ZKETECH EBC csv": table(
        [
            ("Time(S)", known("time_in_s")),
            ("Cur(A)", known("current_in_A")),
            ("Vol(V)", known("voltage_in_V")),
            *zip(GENERAL, (known("charge_capacity_in_Ah"), known("discharge_capacity_in_Ah")), strict=True),
            ("Temp(C)", known("temperature_in_C")),
        ],
        above="-----EB Tester Software-----\nDevice:EBC-A20\n",
        name="ebc.csv",
    ),
    "Gamry DTA": table(
        [
            ("Pt", ROWS),
            ("T", known("time_in_s")),
            ("Vf", known("voltage_in_V")),
            ("Im", known("current_in_A")),
        ],
        separator="\t",
        above="EXPLAIN\nTAG\tPWR\nTITLE\tLABEL\tA7\nCURVE\tTABLE\t186\n",
        name="gamry.DTA",
        decimal=",",
    ),
    "Ivium csv": table(
        [("cycle", column("cycle_number")), *amounts("amps", "volts", *GENERAL, "test_time", "temperature")],
        above="# A few lines of Ivium_Cell.idf\n",
        name="ivium.csv",
    ),
    "Digatron csv": table(
        [
            ("Step", ROWS),
            ("Procedure", ROWS),
            ("Cycle", column("cycle_number")),
            *amounts("Current (A)", "Voltage (V)", *GENERAL, "Prog Time (s)", "Temperature (°C)"),
            ("Step Time (s)", ROWS),
            ("AhAccu (Ah)", ROWS),
        ],
        name="digatron.csv",
    ),
    "Voltaiq vdf": table(
        [
            ("Datapoint Number", ROWS),
            ("Cycle", column("cycle_number")),
            *amounts("Current", "Potential", *GENERAL, "Test Time", "Temperature"),
        ],
        separator="\t",
        above="Start Time: 1666404198225\nChannel Number: 1\n[DATA START]\n",
        name="voltaiq.vdf",
    ),
    "BDF csv": table(
        [
            ("test_time_second", known("time_in_s")),
            ("voltage_volt", known("voltage_in_V")),
            ("current_ampere", known("current_in_A")),
            ("cycle_count", column("cycle_number")),
            ("charging_capacity_ampere_hour", known("charge_capacity_in_Ah")),
            ("discharging_capacity_ampere_hour", known("discharge_capacity_in_Ah")),
            ("temperature_celsius", known("temperature_in_C")),
        ],
        name="cell.bdf.csv",
    ),
    "NASA csv": table(
        [
            *amounts("Current_measured", "Voltage_measured", *GENERAL, "Time", "Temperature_measured"),
            ("Voltage_load", ROWS),
        ],
        name="00001.csv",
    ),
}
# The quantities that a format's files do not have.
ABSENT = {"Gamry DTA": {"charge_capacity_Ah", "discharge_capacity_Ah", "temperature_C"}}


def read(content: str | bytes, name: str = "x.csv") -> Cell:
    [cell] = read_cells([BatteryFile(name, content.encode() if isinstance(content, str) else content)])
    return cell


def test_every_format_has_a_file() -> None:
    assert set(FILES) == {known.name for known in CYCLER_TABLES}


def test_the_direction_of_an_unsigned_current_stands_above_the_header() -> None:
    rows = "\n".join(f"{60 * place},2.00,{3.9 - 0.01 * place}" for place in range(20))
    above = "-----EB Tester Software-----\nMode:{}-CC 2.00A\n"

    cell = read(f"{above.format('D')}Time(S),Cur(A),Vol(V)\n{rows}\n")

    assert cell.cycling.state is not None
    assert set(cell.cycling.state.tolist()) == {-1.0}
    charged = read(f"{above.format('C')}Time(S),Cur(A),Vol(V)\n{rows}\n")
    assert charged.cycling.state is not None
    assert set(charged.cycling.state.tolist()) == {1.0}


def test_a_bitrode_table_without_a_header_is_known_by_its_rows() -> None:
    rows = [
        f"No,{10.0 * place},1,1,1,1,3,{10.0 * place},15.30,3.{200 + place},48.9,0.0{place},0.1,CHRG, ,"
        for place in range(9)
    ]

    cell = read("\n".join(rows) + "\n")

    assert cell.source.format == "Bitrode csv"
    assert cell.cycling.current_A.tolist() == [15.3] * 9
    assert cell.cycling.time_s is not None
    assert cell.cycling.time_s[-1] == 80.0
    assert cell.cycling.state is not None
    assert set(cell.cycling.state.tolist()) == {1.0}


@pytest.mark.parametrize("n_lines", [3, 150, 1_900])
def test_a_preamble_is_as_long_as_the_file_says(n_lines: int) -> None:
    filler = "Current, Voltage, Time, Cycle\n" * (n_lines - 3)
    header = "time/s\tEwe/V\tI/mA\tcycle number\n"

    cell = read(
        f"EC-Lab ASCII FILE\nNb header lines : {n_lines}\n{filler}{header}0\t3.5\t100\t1\n1\t3.6\t100\t1\n", "x.mpt"
    )

    assert cell.source.format == "BioLogic text"
    assert cell.cycling.current_A.tolist() == pytest.approx([0.1, 0.1])


def test_a_chinese_export_is_read_in_its_own_encoding() -> None:
    table = (
        "循环号,工步类型,总时间,电流(mA),电压(V),充电容量(mAh),放电容量(mAh)\n"
        "1,恒流充电,0:00:00,1000,3.5,0,0\n1,恒流充电,0:30:00,1000,3.9,500,0\n1,恒流放电,1:00:00,1000,3.7,500,100\n"
    )

    for encoding in ("utf-8", "gbk", "utf-16"):
        cell = read(table.encode(encoding))

        assert cell.source.format == "Neware csv"
        assert cell.cycling.state is not None
        assert cell.cycling.state.tolist() == [1, 1, -1]
        assert cell.cycling.charge_capacity_Ah is not None
        assert cell.cycling.charge_capacity_Ah.tolist() == pytest.approx([0, 0.5, 0.5])


def test_a_table_whose_lines_are_in_quotes_is_read_without_them() -> None:
    table = text_table(
        ",", [("Cycle", column("cycle_number")), ("I/A", known("current_in_A")), ("U/V", known("voltage_in_V"))]
    )
    table += ""
    quoted = "\n".join(f'"{line}"' for line in table.replace("U/V", "U/V,t/s").splitlines()[:1])
    rows = "\n".join(f'"{line},{60 * place}"' for place, line in enumerate(table.splitlines()[1:]))

    assert read(f"{quoted}\n{rows}\n").cycling.n_cycles == 3


def test_a_table_without_cycle_numbers_gets_them_from_its_charges_and_discharges() -> None:
    [file] = FILES["NASA csv"]()

    [cell] = read_cells([file])

    assert cell.cycling.cycle_number.tolist() == [1, 2, 3]
    assert "cycles_from_steps" in [finding.code for finding in cell.findings]


def test_what_stands_above_the_header_is_metadata() -> None:
    [file] = FILES["Novonix csv"]()

    [cell] = read_cells([file])

    assert cell.cell_id == "A7"
    assert cell.metadata["Cell"] == "A7"


def test_a_table_of_no_known_program_is_a_cycles_table() -> None:
    content = "t/s;U/V;I/A;Zyklus\n0;3,5;1;1\n60;3,6;1;1\n"

    assert recognise(BatteryFile("x.txt", content.encode())).formats[0].format.name == "cycles table"


def test_a_nested_export_is_read_point_by_point_with_the_cycles_of_its_rows() -> None:
    nested = (
        "Cycle ID,Cap_Chg(mAh),Cap_DChg(mAh)\n,Step ID,Step Name\n,,Record ID,Time,Voltage(V),Current(mA)\n"
        "1,10,9\n,1,Rest\n,,1,0:00:00,3.5,0\n,2,CC_Chg\n,,2,0:00:10,3.6,100\n2,10,9,3,CC_DChg\n,,3,0:00:20,3.4,-100\n"
    )

    cell = read(nested)

    assert cell.source.format == "Neware csv"
    assert cell.cycling.cycle_number.tolist() == [1, 2]
    assert cell.cycling.current_A.tolist() == pytest.approx([0, 0.1, -0.1])


def test_a_table_whose_rows_alone_are_in_quotes_is_read_without_them() -> None:
    rows = "\n".join(f'"{60 * place},1,1.0,{3.5 + place / 100}"' for place in range(20))

    cell = read(f'[Summary]\nNovonix\nCell: A7\n"Run Time (s),Cycle Number,Current (A),Potential (V)"\n{rows}\n')

    assert (cell.source.format, cell.cycling.n_points) == ("Novonix csv", 20)


@pytest.mark.parametrize(("step", "seconds"), [(1.0, 60.0), (60.0, 60.0), (1 / 60, 60.0)])
def test_a_time_without_a_unit_is_in_the_unit_that_the_dates_beside_it_show(step: float, seconds: float) -> None:
    rows = "\n".join(
        f"{place},1,1,{place * step:.6f},1.0,3.{500 + place},05/11/2021 3:{place:02d}:24 PM" for place in range(40)
    )

    cell = read(f"Rec,Cycle C,Step,TestTime,Current [A],Voltage [V],DPT Time\n{rows}\n")

    assert cell.cycling.time_s is not None
    assert np.diff(cell.cycling.time_s) == pytest.approx(np.full(39, seconds), rel=1e-3)
    assert ("time_unit_assumed" in [finding.code for finding in cell.findings]) == (step != 60.0)


def test_a_metadata_file_beside_a_table_of_its_name_belongs_to_it() -> None:
    [table] = FILES["Arbin csv"]()
    files = [
        BatteryFile("x_Metadata.csv", b"cell_id,nominal_capacity_in_Ah\nB7,10\n"),
        BatteryFile("x.csv", table.content),
    ]

    [cell] = read_cells(files)

    assert (cell.cell_id, cell.nominal_capacity_Ah) == ("B7", 10.0)
