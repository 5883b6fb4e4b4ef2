"""Half-cell curves that are sent beside a cell: told from other files, read, and used."""

import io

import numpy as np
import pytest
from battery_analytics import BatteryFile, analyze
from battery_analytics.degradation.half_cells import NEGATIVE, POSITIVE
from battery_analytics.errors import BatteryDataError, CorruptedFile, NoFiles, UnsupportedStructure
from battery_analytics.formats.half_cell_file import half_cell_curve_of, role_of
from battery_analytics.formats.reading import read_cells

from tests.degraded_cells import DegradedCell, pair_of

SHARES = np.linspace(0.01, 0.98, 300)
GRAPHITE = next(one for one in NEGATIVE if one.name == "graphite")
NCA = next(one for one in POSITIVE if one.name == "NCA")


def table(name: str, header: str, *columns: np.ndarray, separator: str = ",") -> BatteryFile:
    text = io.StringIO()
    if header:
        text.write(header + "\n")
    np.savetxt(text, np.column_stack(columns), delimiter=separator, fmt="%.6f")
    return BatteryFile(name, text.getvalue().encode())


def graphite(name: str = "my_negative_ocp.csv") -> BatteryFile:
    return table(name, "stoichiometry,potential (V)", SHARES, GRAPHITE.potential(SHARES))


def nca(name: str = "positive-ocp.csv") -> BatteryFile:
    shares = np.linspace(NCA.lowest, NCA.highest, 300)
    return table(name, "x,U", shares, NCA.potential(shares))


def csv_of_cell() -> BatteryFile:
    """A cell of known losses as a table, without its materials."""
    data = DegradedCell(pair_of("graphite", "NCA"), losses=(0.05, 0.03, 0.08)).cycling(3)
    assert data.charge_capacity_Ah is not None
    assert data.discharge_capacity_Ah is not None
    assert data.time_s is not None
    return table(
        "cell_7.csv",
        "cycle_number,time_in_s,voltage_in_V,current_in_A,charge_capacity_in_Ah,discharge_capacity_in_Ah",
        np.repeat(data.cycle_number, np.diff(data.offsets)),
        *(data.time_s, data.voltage_V, data.current_A, data.charge_capacity_Ah, data.discharge_capacity_Ah),
    )


@pytest.mark.parametrize(
    ("file", "role"),
    [
        (graphite(), "negative_ocp"),
        (nca(), "positive_ocp"),
        (BatteryFile("folder/Cell A positive_OCP.txt", b""), "positive_ocp"),
        (BatteryFile("curve.csv", b"role,x,U\npositive_ocp,0.1,4.3\n"), "positive_ocp"),
        (BatteryFile("curve.csv", b"x,U,role\n0.1,0.3,negative_ocp\n"), "negative_ocp"),
        (BatteryFile("curve.csv", b"role,x,U\npositive,0.1,4.3\n"), None),
        (BatteryFile("positive_ocps.csv", b""), None),
        (BatteryFile("cell_7.csv", b"cycle_number,voltage_in_V\n1,3.3\n"), None),
    ],
)
def test_a_role_is_told_by_name_or_column(file: BatteryFile, role: str | None) -> None:
    assert role_of(file) == role


def test_columns_are_found_by_name_in_any_order() -> None:
    file = table("negative_ocp.csv", "time;potential (V);lithiation", SHARES, 1 - SHARES, SHARES, separator=";")

    curve = half_cell_curve_of(file, "negative_ocp")

    assert curve.stoichiometry == pytest.approx(SHARES, abs=1e-5)
    assert curve.potential_V == pytest.approx(1 - SHARES, abs=1e-5)


def test_without_names_the_first_two_columns_count() -> None:
    curve = half_cell_curve_of(table("negative_ocp.csv", "", SHARES, 1 - SHARES), "negative_ocp")

    assert curve.potential_V == pytest.approx(1 - curve.stoichiometry, abs=1e-5)


def test_a_share_taken_out_is_turned_round_and_percent_becomes_a_share() -> None:
    """A charge of a positive electrode: the potential rises with the capacity, from 0 to 100 %."""
    percent = np.linspace(0, 100, 50)

    curve = half_cell_curve_of(table("p.csv", "capacity (%),voltage", percent, 3.5 + percent / 100), "positive_ocp")

    assert curve.stoichiometry == pytest.approx(np.linspace(0, 1, 50))
    assert curve.potential_V == pytest.approx(np.linspace(4.5, 3.5, 50))


@pytest.mark.parametrize("content", [b"", b"x,U\n0.1,0.2\n", b"x,U\n" + b"0.5,0.2\n" * 30, b"x,U\n" + b"a,b\n" * 30])
def test_a_file_without_a_curve_is_refused(content: bytes) -> None:
    with pytest.raises(CorruptedFile, match="holds no half-cell curve"):
        half_cell_curve_of(BatteryFile("negative_ocp.csv", content), "negative_ocp")


def test_curves_belong_to_every_cell_of_the_request_and_are_no_cells() -> None:
    cells = read_cells([graphite(), csv_of_cell(), nca()])

    assert [one.source.files for one in cells] == [("cell_7.csv",)]
    assert {one.role: one.file for one in cells[0].half_cells} == {
        "negative_ocp": "my_negative_ocp.csv",
        "positive_ocp": "positive-ocp.csv",
    }


@pytest.mark.parametrize(
    ("files", "error"),
    [
        (lambda: [graphite(), nca()], NoFiles),
        (lambda: [graphite("a_negative_ocp.csv"), graphite("b_negative_ocp.csv"), csv_of_cell()], UnsupportedStructure),
    ],
    ids=["no cell", "two of one role"],
)
def test_what_cannot_be_used_is_refused(files: object, error: type[BatteryDataError]) -> None:
    with pytest.raises(error):
        read_cells(files())  # type: ignore[operator]


def test_the_modes_are_those_of_the_curves_that_were_sent() -> None:
    report = analyze([csv_of_cell(), graphite(), nca()], plots="none").body

    modes = report["degradation_modes"]
    assert modes["reason"] is None
    assert modes["negative_electrode"] == {
        "name": "my_negative_ocp.csv",
        "source": "the request's file my_negative_ocp.csv",
    }
    assert modes["positive_electrode"]["name"] == "positive-ocp.csv"
    assert modes["as_good"] == []
    assert modes["lithium_inventory"]["loss_percent"][-1] == pytest.approx(8.0, abs=1.0)
    assert modes["positive_material"]["loss_percent"][-1] == pytest.approx(3.0, abs=1.0)
    assert modes["negative_material"]["loss_percent"][-1] == pytest.approx(5.0, abs=1.5)
