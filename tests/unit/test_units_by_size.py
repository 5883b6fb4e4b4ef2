"""Small and large cells are shown in units of their size."""

import numpy as np
import pytest
from battery_analytics.plots.units import AMPERE_HOURS, OHMS, Unit, unit_for


@pytest.mark.parametrize(
    ("largest", "name", "text"),
    [
        (58.0, "Ah", "58.0 Ah"),
        (0.1, "Ah", "0.100 Ah"),
        (0.0019, "mAh", "1.90 mAh"),
        (2e-5, "µAh", "20.0 µAh"),
        (1234.0, "Ah", "1,234.0 Ah"),
    ],
)
def test_the_unit_of_a_capacity_goes_by_the_largest(largest: float, name: str, text: str) -> None:
    unit = unit_for(AMPERE_HOURS, np.array([np.nan, largest, largest / 50]), None)

    assert unit.name == name
    assert unit.text(largest, digits=3) == text


@pytest.mark.parametrize(
    ("resistance", "text"), [(0.00081, "0.810 mΩ"), (0.052, "52.0 mΩ"), (3.2, "3.20 Ω"), (2e-5, "20.0 µΩ")]
)
def test_resistances_of_large_and_small_cells(resistance: float, text: str) -> None:
    assert unit_for(OHMS, resistance).text(resistance, 3) == text


def test_without_a_known_value_the_unit_is_the_usual_one() -> None:
    assert unit_for(AMPERE_HOURS, np.array([np.nan])) == Unit("Ah")
    assert unit_for(AMPERE_HOURS, 0.0).text(0.0) == "0.000 Ah"
