"""The nominal capacity as files state it: with a unit, under another name, or in mAh without saying so."""

from typing import Any

import pytest
from battery_analytics import BatteryFile, analyze
from battery_analytics.formats.metadata import plain_metadata

from sample_cells.plain import cell, pickled


@pytest.mark.parametrize(
    ("stated", "capacity_Ah"),
    [
        ({"nominal_capacity_in_Ah": 1.9}, 1.9),
        ({"nominal_capacity_in_Ah": "1.9"}, 1.9),
        ({"nominal_capacity_in_Ah": "1900 mAh"}, 1.9),
        ({"nominal_capacity_in_Ah": "1,9 Ah"}, 1.9),
        ({"nominal_capacity_in_Ah": "1.9Ah"}, 1.9),
        ({"nominal_capacity_in_mAh": 1900}, 1.9),
        ({"nominal_capacity_in_mAh": "1900"}, 1.9),
        ({"Nominal Capacity (mAh)": 1900}, 1.9),
        ({"rated_capacity": "1900 mAh"}, 1.9),
        ({"nominal_capacity": 1.9}, 1.9),
        ({"nominal_capacity_in_Ah": "some"}, None),
        ({"nominal_capacity_in_Ah": "3.7 V"}, None),
        ({"nominal_voltage": 3.7}, None),
        ({"nominal_capacity": True}, None),
    ],
)
def test_the_nominal_capacity_is_read_with_its_unit(stated: dict[object, object], capacity_Ah: float | None) -> None:
    found = plain_metadata(stated)["nominal_capacity_in_Ah"]
    assert found == (None if capacity_Ah is None else pytest.approx(capacity_Ah))


@pytest.mark.parametrize(
    ("key", "text", "value"), [("max_voltage_limit_in_V", "4200 mV", 4.2), ("max_current_limit_in_A", "500mA", 0.5)]
)
def test_limits_are_read_with_their_unit(key: str, text: str, value: float) -> None:
    assert plain_metadata({key: text})[key] == pytest.approx(value)


def test_a_nominal_capacity_a_thousand_times_what_the_cell_delivers_is_taken_as_mAh() -> None:
    plain: Any = analyze(BatteryFile("A.pkl", pickled(cell("A"))), plots="none").body
    delivered = max(plain["capacity_fade"]["discharge_capacities"])

    def report(nominal: float) -> Any:
        stated = {**cell("A"), "nominal_capacity_in_Ah": nominal}
        return analyze(BatteryFile("A.pkl", pickled(stated)), plots="none").body

    assert report(1000 * delivered)["metadata"]["nominal_capacity_in_Ah"] == pytest.approx(delivered)
    assert "nominal_capacity_in_mAh" in [finding["code"] for finding in report(1000 * delivered)["data_quality"]]
    assert report(100 * delivered)["metadata"]["nominal_capacity_in_Ah"] == pytest.approx(100 * delivered)
