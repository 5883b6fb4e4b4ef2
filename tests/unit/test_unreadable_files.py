"""A file that cannot be read ends in an error whose details name the file and what is wrong, each under its own key."""

import pickle
from typing import Any

import numpy as np
import pytest
from battery_analytics.errors import BatteryDataError
from battery_analytics.files import BatteryFile
from battery_analytics.formats.reading import read_cells

VOLTAGE, CURRENT, TIME = [3.0, 3.1, 3.2], [1.0, 1.0, 1.0], [0, 30, 60]


def cell(without: str = "", **columns: object) -> dict[str, object]:
    cycle = {"cycle_number": 7, "voltage_in_V": VOLTAGE, "current_in_A": CURRENT, "time_in_s": TIME, **columns}
    return {"cell_id": "A", "cycle_data": [{name: values for name, values in cycle.items() if name != without}]}


FAULTS: dict[str, tuple[object, str, dict[str, Any]]] = {
    "lengths": (
        cell(current_in_A=[1.0] * 90),
        "inconsistent_lengths",
        {"cycle": 7, "lengths": {"voltage_V": 3, "current_A": 90, "time_s": 3}},
    ),
    "no voltage": (
        cell(without="voltage_in_V"),
        "missing_columns",
        {"missing": ["voltage_in_V"], "columns": ["cycle_number", "current_in_A", "time_in_s"]},
    ),
    "neither capacity nor time": (
        cell(without="time_in_s"),
        "missing_columns",
        {
            "missing": ["discharge_capacity_in_Ah", "time_in_s"],
            "columns": ["cycle_number", "voltage_in_V", "current_in_A"],
        },
    ),
    "no list": (cell(voltage_in_V={"a": 1}), "unsupported_structure", {"column": "voltage_in_V"}),
    "no cycles": ({"cell_id": "A", "cycle_data": []}, "no_cycles", {}),
    "another thing": ("a text", "unsupported_structure", {"expected": ["cycle_data"]}),
    "a type alone": ({"cell_id": "A", "cycle_data": np.dtype("f8")}, "unsafe_pickle", {"name": "numpy.dtype"}),
}


@pytest.mark.parametrize("case", FAULTS)
def test_the_details_of_an_error_are_under_their_own_names(case: str) -> None:
    value, code, details = FAULTS[case]

    with pytest.raises(BatteryDataError) as fault:
        read_cells([BatteryFile("cell.pkl", pickle.dumps(value))])

    assert fault.value.code == code
    told = {name: value for name, value in fault.value.details.items() if name != "nearest_names"}
    assert told == {"file": "cell.pkl", **details}
    assert "cell.pkl" in fault.value.message
