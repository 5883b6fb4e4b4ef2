"""Resistance of real cells: exports with pulses, and CALB cells whose steps from rest and between currents must agree."""

from typing import Any

import numpy as np
import pytest
from battery_analytics import analyze

from tests.real_data.folder import CALB, DATA, needs_real_cells

pytestmark = needs_real_cells


def resistance_of(path: str) -> Any:
    return analyze(DATA / path, plots="none", sections="resistance")["resistance"]


def test_the_pulses_of_rovis_example_show_the_resistor_that_it_was_made_with() -> None:
    """0.1 Ω in series with a linear voltage of 1 V/Ah, currents of 1, −2, 2, 1 and −1 A without a rest between."""
    found = resistance_of("cyclers/rovi-pq/raw_data.parquet")

    table = found["steps"]
    currents = list(zip(table["current_before_A"], table["current_A"], strict=True))
    assert currents == [(1.0, -2.0), (-2.0, 2.0), (2.0, 1.0), (1.0, -1.0)]
    for name, time_s in (("first_point_ohm", 2.0), ("after_10_s_ohm", 10.0), ("after_30_s_ohm", 30.0)):
        assert table[name] == pytest.approx([0.1 + time_s / 3600] * 4, rel=1e-3), name
    assert table["after_1_s_ohm"] == [None] * 4
    assert found["known_at"][1]["reason"] == "4: first point later than that."


@pytest.mark.parametrize(
    ("path", "first_s", "ohm_after_1_s"),
    [
        # By hand from the exports: (V at 1 s − V of the rest) / I.
        ("arbin-pyprobe/sample_data_arbin.csv", 0.694, 0.02389),
        ("maccor-pyprobe/sample_data_maccor.csv", 0.06, 0.00156),
        ("basytec-pyprobe/sample_data_basytec.txt", 0.006, 0.01114),
        # The first point is 1.28 s after the rest, and its counter has gained 0.972 s of its current.
        ("novonix-pyprobe/sample_data_novonix.csv", 0.972, None),
    ],
)
def test_the_step_in_each_of_pyprobes_samples_is_found(path: str, first_s: float, ohm_after_1_s: float | None) -> None:
    found = resistance_of(f"cyclers/{path}")

    assert found["steps_found"] == 1
    assert found["steps"]["direction"] == ["charge"]
    assert found["steps"]["first_point_s"] == pytest.approx([first_s], abs=1e-3)
    assert found["steps"]["after_1_s_ohm"] == (
        [None] if ohm_after_1_s is None else pytest.approx([ohm_after_1_s], rel=1e-3)
    )


def test_steps_between_currents_agree_with_those_from_rest() -> None:
    """The multi-step charge at 35 °C: with the drift of the voltage taken out, 30 s values join those from rest."""
    found = analyze(CALB / "CALB_35_B249.pkl", plots="none", sections="resistance").resistance

    between = [one for one in found.like_steps if not one.from_rest and (one.state_of_charge_percent or 0.0) > 80]
    rest = next(one for one in found.like_steps if one.from_rest and one.direction == "discharge")
    assert len(between) >= 2
    assert all(one.time_s == rest.time_s == 30.0 for one in between)
    assert [one.first_ohm for one in between] == pytest.approx([rest.first_ohm] * len(between), rel=0.06)
    assert found.tests == []
    assert found.per_cycle is not None
    growth = found.per_cycle.steps.growth
    assert growth is not None
    assert 2.0 < growth.percent < 3.5


def test_resistance_at_zero_degrees_is_more_than_twice_that_at_35() -> None:
    cold = analyze(CALB / "CALB_0_B183.pkl", plots="none", sections="resistance").resistance
    warm = analyze(CALB / "CALB_35_B249.pkl", plots="none", sections="resistance").resistance

    assert cold.per_cycle is not None
    assert warm.per_cycle is not None
    assert np.median(cold.per_cycle.resistance_ohm) > 2 * np.median(warm.per_cycle.resistance_ohm)
