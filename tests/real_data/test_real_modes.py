"""dQ/dV and degradation modes of real cells: shown where the test allows it, and a reason where it does not."""

from typing import Any

import pytest
from battery_analytics import analyze

from tests.real_data.folder import CALB, DATA, needs_real_cells

pytestmark = needs_real_cells


def section_of(name: str, path: Any) -> Any:
    return analyze(path, plots="none", sections=name)[name]


def test_cells_that_were_cycled_at_1C_only_have_no_modes() -> None:
    found = section_of("degradation_modes", CALB / "CALB_35_B249.pkl")

    assert found["reason"] == "Two comparable whole discharges at C/2 or slower are needed, and the test has none."


def test_dQ_dV_of_a_cell_at_1C_is_called_distorted_and_its_peak_moves_little_over_100_cycles() -> None:
    found = section_of("incremental_capacity", CALB / "CALB_35_B249.pkl")

    assert {curve["distorted"] for curve in found["curves"]} == {True}
    [tracks] = [one for one in found["tracks"] if one["direction"] == "discharge"]
    voltages_V = [value for value in tracks["peaks"][0]["voltages_V"] if value is not None]
    assert max(voltages_V) - min(voltages_V) < 0.02
    assert voltages_V[0] == pytest.approx(3.52, abs=0.03)


def test_the_peaks_of_an_18650_with_silicon_and_nickel_are_found_at_half_of_C() -> None:
    """LG HG2: peaks of the discharge near 3.44, 3.62 and 4.03 V."""
    [path] = (DATA / "cyclers" / "arbin-hves-rpt").iterdir()
    found = section_of("incremental_capacity", path)

    [discharge] = [curve for curve in found["curves"] if curve["direction"] == "discharge"]
    voltages_V = discharge["peaks"]["voltages_V"]
    for expected_V in (3.44, 3.62, 4.03):
        assert min(abs(voltage_V - expected_V) for voltage_V in voltages_V) < 0.03
