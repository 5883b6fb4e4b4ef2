"""A missing or damaged reading of a counter changes no cycle by more than its own interval."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.steps import FULL_CYCLE, Restarts, analysed, cell_of, cycling
from tests.unit.test_quality import findings

PER_INTERVAL_AH = 10.0 * 60 / 3600
N_POINTS = 3 * 140


@examples(60)
@given(
    places=st.lists(st.integers(0, N_POINTS - 1), min_size=1, max_size=3, unique=True),
    restarts=st.sampled_from(["step", "cycle", "test"]),
    value=st.sampled_from([np.nan, np.inf]),
)
def test_a_missing_reading_changes_no_cycle_by_more_than_its_interval(
    places: list[int], restarts: Restarts, value: float
) -> None:
    data = cycling([FULL_CYCLE] * 3, counters=restarts)
    assert data.charge_capacity_Ah is not None
    spoiled = data.charge_capacity_Ah.copy()
    spoiled[places] = value

    _, whole = analysed(data)
    _, found = analysed(replace(data, charge_capacity_Ah=np.where(np.isfinite(spoiled), spoiled, np.nan)))

    change = np.abs(found.charge_capacity_Ah - whole.charge_capacity_Ah)
    assert change.max() <= len(places) * PER_INTERVAL_AH + 1e-9
    untouched = np.setdiff1d(np.arange(3), np.array(places) // 140)
    assert change[untouched] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("damage", [99.0, -7.0, 1e6])
def test_a_single_damaged_reading_is_replaced_and_said(damage: float) -> None:
    data = cycling([FULL_CYCLE] * 3)
    assert data.discharge_capacity_Ah is not None
    spoiled = data.discharge_capacity_Ah.copy()
    spoiled[140 + 100] = damage  # in the middle of the second discharge

    found = findings(replace(data, discharge_capacity_Ah=spoiled))
    _, table = analysed(replace(data, discharge_capacity_Ah=spoiled))

    assert table.discharge_capacity_Ah == pytest.approx(10.0)
    assert found["counter_readings_filled"].cycles == (2,)
    assert found["counter_readings_filled"].message.startswith("1 reading of a capacity counter is missing or damaged")


def test_a_counter_without_gaps_is_not_said_to_have_any() -> None:
    assert "counter_readings_filled" not in findings(cycling([FULL_CYCLE] * 3))
    assert cell_of(cycling([FULL_CYCLE])).findings == ()
