"""The strategies give what they say, so that a property test that passes has seen what it claims to have seen."""

import pickle
from collections.abc import Callable, Mapping
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import Phase, find, given, settings

from tests.strategies import DEFECTS, MEASUREMENTS, CalbCell, Defect, calb_cells, calb_cells_with, clean_calb_cells


@given(clean_calb_cells())
def test_a_clean_cell_has_finite_lists_of_one_length_and_both_directions(cell: CalbCell) -> None:
    assert 1 <= len(cell["cycle_data"]) <= 5
    for cycle in cell["cycle_data"]:
        columns = [cycle[name] for name in MEASUREMENTS]
        assert {type(column) for column in columns} == {list}
        assert len({len(column) for column in columns}) == 1
        assert np.isfinite(columns).all()
        assert len(columns[0]) <= 40
        assert min(cycle["current_in_A"]) < 0 < max(cycle["current_in_A"])


@given(clean_calb_cells())
def test_the_counters_of_a_clean_cell_are_the_integral_of_its_current(cell: CalbCell) -> None:
    for cycle in cell["cycle_data"]:
        current_A = np.array(cycle["current_in_A"])
        assert max(cycle["charge_capacity_in_Ah"]) == pytest.approx(current_A[current_A > 0].sum() * 30 / 3600)
        assert max(cycle["discharge_capacity_in_Ah"]) == pytest.approx(-current_A[current_A < 0].sum() * 30 / 3600)


@given(calb_cells())
def test_any_cell_can_be_pickled_and_has_rising_cycle_numbers(cell: CalbCell) -> None:
    numbers = [cycle["cycle_number"] for cycle in pickle.loads(pickle.dumps(cell))["cycle_data"]]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("defect", DEFECTS)
def test_each_defect_can_be_found_in_some_cell(defect: Defect) -> None:
    no_shrinking = settings(max_examples=500, database=None, derandomize=True, phases=[Phase.generate])
    assert find(calb_cells_with(defect), _SIGNS[defect], settings=no_shrinking)


def _columns(cell: CalbCell) -> list[object]:
    return [cycle.get(name, "absent") for cycle in cell["cycle_data"] for name in MEASUREMENTS]


def _lists(cell: CalbCell) -> list[list[float]]:
    return [column for column in _columns(cell) if isinstance(column, list)]


def _rises_again(values: list[float]) -> bool:
    counts = [value for value in values if value > 0]
    return any(later < earlier for earlier, later in pairwise(counts))


_SIGNS: Mapping[Defect, Callable[[CalbCell], bool]] = {
    "cell_without_metadata": lambda cell: set(cell) == {"cell_id", "cycle_data"},
    "charge_counter_repeats_discharge": lambda cell: cell["cycle_data"][0]["charge_capacity_in_Ah"][-1] > 0,
    "clock_wraps_at_midnight": lambda cell: any(_rises_again(cycle["time_in_s"]) for cycle in cell["cycle_data"]),
    "columns_as_arrays": lambda cell: any(isinstance(column, np.ndarray) for column in _columns(cell)),
    "columns_as_text": lambda cell: any(column and isinstance(column[0], str) for column in _lists(cell)),
    "columns_missing": lambda cell: any(column == "absent" for column in _columns(cell)),
    "columns_none": lambda cell: None in _columns(cell),
    "counters_restart": lambda cell: _rises_again(cell["cycle_data"][0]["charge_capacity_in_Ah"]),
    "cycles_empty": lambda cell: [] in _columns(cell),
    "cycles_without_charge": lambda cell: max(cell["cycle_data"][0]["current_in_A"]) <= 0,
    "cycles_without_discharge": lambda cell: min(cell["cycle_data"][0]["current_in_A"]) >= 0,
    "infinities": lambda cell: any(np.isinf(column).any() for column in _lists(cell)),
    "lengths_unequal": lambda cell: len({len(column) for column in _lists(cell)[: len(MEASUREMENTS)]}) > 1,
    "not_a_number": lambda cell: any(np.isnan(column).any() for column in _lists(cell)),
    "numbers_missing": lambda cell: cell["cycle_data"][-1]["cycle_number"] > len(cell["cycle_data"]),
}
