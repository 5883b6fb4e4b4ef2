"""Efficiency and rates of real cells: figures that must agree with what the report says of the same cell elsewhere."""

import numpy as np
import pytest
from battery_analytics import analyze

from tests.real_data.folder import CALB, DATA, needs_real_cells

pytestmark = needs_real_cells


@pytest.mark.parametrize("cell_id", ["CALB_0_B183", "CALB_35_B249", "CALB_45_B256"])
def test_the_end_points_drift_apart_by_the_loss_of_capacity(cell_id: str) -> None:
    """The first cell discharges first in each cycle, the second charges first."""
    report = analyze(CALB / f"{cell_id}.pkl", plots="none")
    slippage = report.efficiency.slippage

    assert slippage is not None
    capacity = dict(zip(report.cycle_table.cycle_number.tolist(), report.cycle_table.compared_capacity_Ah, strict=True))
    first, last = capacity[slippage.first_cycle], capacity[slippage.last_cycle]
    lost = slippage.discharge_end_Ah - slippage.charge_end_Ah
    assert slippage.gaps == 0
    assert lost == pytest.approx(first - last, abs=1e-3)


def test_cells_at_zero_degrees_are_held_longer_at_constant_voltage_than_those_at_35() -> None:
    """At 0 °C the charge is 1C and then constant voltage; at 35 °C its last of eight steps is at 0.15C."""
    cold = analyze(CALB / "CALB_0_B183.pkl", plots="none", sections="efficiency").efficiency.table
    warm = analyze(CALB / "CALB_35_B249.pkl", plots="none", sections="efficiency").efficiency.table

    assert 15 < np.nanmedian(cold.constant_voltage_charge_percent) < 30
    assert np.nanmedian(warm.constant_voltage_charge_percent) < 2
    assert np.nanmedian(cold.hysteresis_V) > 2 * np.nanmedian(warm.hysteresis_V)


def test_the_rate_test_among_the_cases_is_a_set_of_five_rates_and_its_fastest_fails_the_law() -> None:
    (one,) = analyze(DATA / "cases" / "rate_test_ends_fast.csv", plots="none").rate_capability.sets

    shares = [rate.share_of_slowest_percent for rate in one.rates]
    assert len(shares) == 5
    assert shares == sorted(shares, reverse=True)
    assert one.peukert is None


def test_check_ups_of_a_case_are_set_against_the_ageing_cycles_around_them() -> None:
    sets = analyze(DATA / "cases" / "rpt_to_end_of_life.csv", plots="none").rate_capability.sets

    assert len(sets) == 4
    assert [one.rates[1].basis for one in sets] == ["nearest", "interpolated", "interpolated", "interpolated"]
    # The simulated loss per rate is the same at every age.
    assert [one.rates[1].share_of_slowest_percent for one in sets] == pytest.approx([92.9] * 4, abs=0.2)
