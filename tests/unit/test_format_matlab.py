"""MATLAB files: the layouts of NASA, Oxford and MATR and plain structs, in versions 5, 7 and 7.3; damaged ones are refused."""

import struct
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from battery_analytics.cell import Cell
from battery_analytics.errors import BatteryDataError, CorruptedFile, UnsupportedStructure
from battery_analytics.files import BatteryFile
from battery_analytics.formats.reading import read_cells

from tests.known_cell import COLUMNS, Writer, cycles
from tests.matlab_files import version_5, version_7_3

type Write = Callable[[Mapping[str, Any]], bytes]
each_version = pytest.mark.parametrize("write", [version_5, version_7_3], ids=["5", "7.3"])

NAMES = {
    "current_in_A": "I",
    "voltage_in_V": "V",
    "charge_capacity_in_Ah": "Qc",
    "discharge_capacity_in_Ah": "Qd",
    "time_in_s": "t",
    "temperature_in_C": "T",
}


def known_struct() -> list[BatteryFile]:
    """The known cell as an array of structs, one per cycle."""
    structs = tuple({NAMES[column]: np.asarray(cycle[column]) for column in COLUMNS} for cycle in cycles())
    return [BatteryFile("known.mat", version_5({"data": structs}))]


FILES: dict[str, Writer] = {"MATLAB file": known_struct}


def read(content: bytes, name: str = "x.mat") -> list[Cell]:
    return read_cells([BatteryFile(name, content)])


def operation(kind: str, start: tuple[float, ...], *, hours: float = 1.0) -> dict[str, Any]:
    """A charge or discharge of 2 A as NASA writes it, with its start as a date vector."""
    way = 1 if kind == "charge" else -1
    n = 30
    data = {
        "Voltage_measured": np.linspace(3.3, 4.2, n)[::way],
        "Current_measured": np.full(n, 2.0 * way),
        "Temperature_measured": np.linspace(24.0, 25.0, n),
        f"Current_{'charge' if way > 0 else 'load'}": np.full(n, 2.0),
        f"Voltage_{'charge' if way > 0 else 'load'}": np.full(n, 4.0),
        "Time": np.linspace(0, hours * 3600, n),
    }
    return {"type": kind, "ambient_temperature": 24.0, "time": np.array(start), "data": data}


def spectrum(start: tuple[float, ...]) -> dict[str, Any]:
    data = {"Sense_current": np.arange(48.0), "Battery_impedance": np.arange(48.0), "Re": 0.05}
    return {"type": "impedance", "ambient_temperature": 24.0, "time": np.array(start), "data": data}


def nasa() -> dict[str, Any]:
    day = (2008.0, 4.0, 2.0)
    return {
        "B0005": {
            "cycle": (
                operation("charge", (*day, 13.0, 8.0, 17.5)),
                operation("discharge", (*day, 15.0, 25.0, 41.25)),
                spectrum((*day, 16.5, 0.0, 0.0)),
                operation("discharge", (*day, 18.0, 0.0, 0.0), hours=0.5),
                operation("charge", (*day, 20.0, 0.0, 0.0)),
                operation("discharge", (*day, 22.0, 0.0, 0.0), hours=0.75),
                operation("charge", (*day, 23.0, 0.0, 0.0)),
            )
        }
    }


@each_version
def test_nasa_operations_are_cycles_that_end_with_their_discharge(write: Write) -> None:
    [cell] = read(write(nasa()), "B0005.mat")

    assert cell.source.format == "NASA mat"
    assert cell.cell_id == "B0005"
    assert cell.cycling.cycle_number.tolist() == [1, 2, 3, 4]
    assert np.diff(cell.cycling.offsets).tolist() == [60, 30, 60, 30]
    assert cell.metadata["start_time"] == "2008-04-02T13:08:18"
    assert {"impedance_set_aside", "times_run_on"} <= {finding.code for finding in cell.findings}


def test_nasa_times_run_on_by_the_dates_of_the_operations() -> None:
    [cell] = read(version_5(nasa()), "B0005.mat")

    assert cell.cycling.time_s is not None
    starts = cell.cycling.time_s[[0, 30, 60]]
    assert starts.tolist() == pytest.approx([0, 2 * 3600 + 17 * 60 + 23.75, 4 * 3600 + 51 * 60 + 42.5])


def oxford_cell(capacities_mAh: Mapping[int, float]) -> dict[str, Any]:
    n = 73

    def phase(day: float, hours: float, charge_mAh: float) -> dict[str, Any]:
        return {
            "t": 735_954 + day + np.linspace(0, hours, n) / 24,
            "v": np.linspace(2.7, 4.2, n)[:: 1 if charge_mAh > 0 else -1],
            "q": np.linspace(0, charge_mAh, n),
            "T": np.full(n, 40.0),
        }

    return {
        f"cyc{number:04d}": {
            "C1ch": phase(number, 1, capacity),
            "C1dc": phase(number + 0.05, 1, -capacity),
            "OCVch": phase(number + 0.1, 18, capacity),
            "OCVdc": phase(number + 0.9, 18, -capacity),
        }
        for number, capacity in capacities_mAh.items()
    }


@each_version
def test_oxford_cells_have_the_current_that_their_charge_and_days_give(write: Write) -> None:
    first, second = read(
        write({"Cell1": oxford_cell({0: 720, 100: 700}), "Cell2": oxford_cell({0: 740})}), "Oxford.mat"
    )

    assert [first.cell_id, second.cell_id] == ["Cell1", "Cell2"]
    assert first.source.format == "Oxford mat"
    assert first.cycling.cycle_number.tolist() == [0, 1, 100, 101]
    at_1C, slowly = (first.cycling.current_A[first.cycling.points(place)] for place in (0, 1))
    assert at_1C.max() == pytest.approx(0.72, rel=1e-4)
    assert at_1C.min() == pytest.approx(-0.72, rel=1e-4)
    assert slowly.max() == pytest.approx(0.04, rel=1e-4)
    assert first.cycling.discharge_capacity_Ah is not None
    assert first.cycling.discharge_capacity_Ah[first.cycling.points(2)].max() == pytest.approx(0.7)
    assert {"current_from_charge", "cycles_numbered_on"} <= {finding.code for finding in first.findings}


def matr_cell(barcode: str, *, rates: bool, n_cycles: int = 4) -> dict[str, Any]:
    n = 40
    structs = []
    for place in range(n_cycles):
        capacity = 1.08 - 0.01 * place
        minutes = np.linspace(0, 15, n)
        amperes = 4 * capacity
        structs.append(
            {
                "V": np.r_[np.linspace(2.5, 3.6, n), np.linspace(3.6, 2.0, n)],
                "I": np.r_[np.full(n, amperes), np.full(n, -amperes)] / (1.1 if rates else 1.0),
                "T": np.full(2 * n, 30.0),
                "Qc": np.r_[minutes / 15 * capacity, np.full(n, capacity)],
                "Qd": np.r_[np.zeros(n), minutes / 15 * capacity],
                "t": np.r_[minutes, minutes + 16],
                "Qdlin": np.linspace(0, 1, 1000),
                "discharge_dQdV": np.linspace(0, 1, 1000),
            }
        )
    return {
        "policy_readable": "3.6C(80%)-3.6C",
        "barcode": barcode,
        "cycle_life": 1852.0,
        "cycles": tuple(structs),
        "summary": {"cycle": np.arange(n_cycles) + 1.0, "QDischarge": np.ones(n_cycles), "IR": np.ones(n_cycles)},
    }


@each_version
@pytest.mark.parametrize("rates", [True, False], ids=["C rates", "amperes"])
def test_a_batch_holds_cells_whose_counters_tell_the_units(write: Write, rates: bool) -> None:
    batch = (matr_cell("EL150800460514", rates=rates), matr_cell("EL150800460486", rates=rates))

    first, second = read(write({"batch": batch, "batch_date": "2017-05-12"}), "2017-05-12_batchdata.mat")

    assert [first.cell_id, second.cell_id] == ["EL150800460514", "EL150800460486"]
    assert first.source.format == "MATR mat"
    assert first.metadata["cycle_life"] == 1852
    assert first.cycling.cycle_number.tolist() == [1, 2, 3, 4]
    assert first.cycling.current_A.max() == pytest.approx(4 * 1.08, rel=1e-3)
    assert first.cycling.time_s is not None
    assert first.cycling.time_s[79] == pytest.approx(31 * 60)
    codes = {finding.code for finding in first.findings}
    assert "time_unit_assumed" in codes
    assert ("current_unit_assumed" in codes) == rates


@each_version
def test_one_cell_of_a_batch_is_read_alone(write: Write) -> None:
    [cell] = read(write(matr_cell("A1", rates=False)), "b1c3.mat")

    assert cell.cell_id == "A1"
    assert cell.cycling.n_cycles == 4


def test_steps_whose_discharge_is_positive_have_their_direction_from_their_types() -> None:
    n, clock, steps = 50, 0.0, []
    for _ in range(3):
        for kind, comment, amperes in (
            ("D", "discharge (random walk)", 2.0),
            ("R", "rest", 0.0),
            ("C", "charge (after random walk discharge)", -2.0),
        ):
            relative = np.linspace(10, 3600, n)
            steps.append(
                {
                    "comment": comment,
                    "type": kind,
                    "relativeTime": relative,
                    "time": relative + clock,
                    "voltage": np.linspace(4.2, 3.2, n)[:: 1 if amperes >= 0 else -1],
                    "current": np.full(n, amperes),
                    "temperature": np.linspace(24, 25, n),
                    "date": "02-Jan-2014 12:00:00",
                }
            )
            clock += 3610
    [cell] = read(version_5({"data": {"step": tuple(steps), "procedure": "random walk"}}), "RW9.mat")

    assert cell.cell_id == "RW9"
    assert cell.cycling.n_cycles == 3
    assert cell.cycling.state is not None
    assert set(cell.cycling.state[:n]) == {-1.0}
    assert set(cell.cycling.state[2 * n : 3 * n]) == {1.0}


@each_version
@pytest.mark.parametrize("place", ["variables", "struct", "column"])
def test_the_vectors_of_a_test_are_read_wherever_they_lie(write: Write, place: str) -> None:
    n = 60
    vectors: dict[str, Any] = {
        "Voltage": np.r_[np.linspace(3, 4, n), np.linspace(4, 3, n)],
        "Current": np.r_[np.full(n, 1.0), np.full(n, -1.0)],
        "Time": np.arange(2.0 * n) * 60,
        "Battery_Temp_degC": np.linspace(20, 25, 2 * n),
    }
    if place == "column":
        vectors = {name: vector[:, None] for name, vector in vectors.items()}
    [cell] = read(write(vectors if place == "variables" else {"meas": vectors, "note": "drive"}), "551_US06.mat")

    assert cell.cell_id == "551_US06"
    assert cell.cycling.n_points == 2 * n
    assert cell.cycling.temperature_C is not None


def test_big_endian_and_uncompressed_files_are_read() -> None:
    for content in (version_5(nasa(), order=">"), version_5(nasa(), compressed=False)):
        [cell] = read(content, "B0005.mat")
        assert cell.cycling.n_points == 180


def test_a_file_without_points_says_what_it_holds() -> None:
    with pytest.raises(UnsupportedStructure, match="its vectors are C5, Q5"):
        read(version_5({"C5": np.arange(168.0), "Q5": np.arange(168.0)}))


def test_a_table_of_matlab_is_refused_with_the_way_to_save_it() -> None:
    flags = struct.pack("<IIII", 6, 8, 17, 0)
    name, system, kind = (struct.pack("<II", 1, 8) + text.ljust(8, b"\0") for text in (b"T", b"MCOS", b"table"))
    opaque = flags + name + system + kind
    content = version_5({}) + struct.pack("<II", 14, len(opaque)) + opaque

    with pytest.raises(UnsupportedStructure, match="table2struct"):
        read(content)


def compressed_variable(unpacked: bytes) -> bytes:
    packed = zlib.compress(unpacked)
    return version_5({}) + struct.pack("<II", 15, len(packed)) + packed


DAMAGED = {
    "header alone": version_5({})[:100],
    "cut off": version_5(nasa(), compressed=False)[:3_000],
    "size beyond the file": version_5({}) + struct.pack("<II", 14, 2**31),
    "bad stream": version_5({}) + struct.pack("<II", 15, 16) + b"\x78\x9c" + b"\xff" * 14,
    "expands too far": compressed_variable(b"\0" * 400_000_000),
    "many parts": compressed_variable(
        struct.pack("<IIIIII", 14, 56, 6, 8, 1, 0)
        + struct.pack("<IIii", 5, 8, 2**30, 1)
        + struct.pack("<II", 1, 0)
        + b"\0" * 24
    ),
    "7.3 cut off": version_7_3(nasa())[:2_000],
}


@pytest.mark.parametrize("content", list(DAMAGED.values()), ids=list(DAMAGED))
def test_a_damaged_file_is_refused_by_name(content: bytes) -> None:
    with pytest.raises(BatteryDataError, match=r"x\.mat") as fault:
        read(content)
    assert "known program" not in fault.value.message
    assert isinstance(fault.value, CorruptedFile | UnsupportedStructure)


def test_a_struct_that_lies_within_itself_is_refused() -> None:
    inner: dict[str, Any] = {"a": np.arange(3.0)}
    for _ in range(60):
        inner = {"a": inner}

    with pytest.raises(CorruptedFile, match="nested too deeply"):
        read(version_5(inner))
