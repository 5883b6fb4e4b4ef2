"""Efficiency: losses of energy, voltage and charge against values by hand, and what is null without the data for it."""

import io
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from battery_analytics.analysis.cycle_summary import throughput_of_summary
from battery_analytics.analysis.slippage import slippage
from battery_analytics.analysis.throughput import throughput
from battery_analytics.cell import Cell, CycleSummary, CyclingData
from battery_analytics.sections.analysed_cell import AnalysedCell
from battery_analytics.sections.efficiency import EFFICIENCY, MOST_ROWS, Efficiency, efficiency
from PIL import Image

from tests.sections import OPTIONS, analysed_cell
from tests.steps import (
    CELL_AH,
    CHARGE,
    DISCHARGE,
    DISCHARGE_FIRST_CYCLE,
    EMPTY_V,
    FULL_CYCLE,
    FULL_V,
    RESISTANCE_OHM,
    REST,
    Step,
    cell_of,
    cycling,
)

HELD_S, TIME_CONSTANT_S = 1_800.0, 600.0


def found(data: CyclingData, **metadata: Any) -> Efficiency:
    return efficiency(analysed_cell(cell_of(data, **metadata)))


def test_mean_voltages_and_hysteresis_are_those_of_the_resistance() -> None:
    result = found(cycling([FULL_CYCLE] * 4, sample_s=10.0)).table

    # Over the whole capacity the mean of the linear voltage is its middle; the resistance adds and takes 0.1 V at 10 A.
    middle = (EMPTY_V + FULL_V) / 2
    assert result.mean_charge_voltage_V == pytest.approx(middle + 10 * RESISTANCE_OHM, abs=1e-3)
    assert result.mean_discharge_voltage_V == pytest.approx(middle - 10 * RESISTANCE_OHM, abs=1e-3)
    assert result.hysteresis_V == pytest.approx(2 * 10 * RESISTANCE_OHM, abs=1e-3)
    assert result.energy_efficiency_percent == pytest.approx(100 * (middle - 0.1) / (middle + 0.1), rel=1e-3)


def test_the_hysteresis_of_a_cycle_that_discharges_first_is_against_the_charge_before_it() -> None:
    """The charges of the first two cycles run at 10 A and at 5 A: 15 mV less over the resistance in the third."""
    slow_charge = (DISCHARGE, REST, Step(5.0, 120), REST)
    data = cycling([DISCHARGE_FIRST_CYCLE, slow_charge, DISCHARGE_FIRST_CYCLE], sample_s=10.0, soc_Ah=CELL_AH)
    result = found(data).table

    assert np.isnan(result.hysteresis_V[0])
    assert result.hysteresis_V[1:] == pytest.approx([0.20, 0.15], abs=1e-3)


def held_charge(*, falls: bool = True) -> CyclingData:
    """10 A for an hour from 3.0 to 4.19 V, then 4.2 V for half an hour while the current decays, and a discharge."""
    held = np.arange(10.0, HELD_S + 1, 10.0)
    parts = [
        (np.arange(10.0, 3601, 10), np.full(360, 10.0), np.linspace(3.0, 4.19, 360)),
        (held, 10.0 * np.exp(-held / TIME_CONSTANT_S) if falls else np.full(held.size, 10.0), np.full(held.size, 4.2)),
        (np.arange(10.0, 601, 10), np.zeros(60), np.full(60, 4.15)),
        (np.arange(10.0, 3601, 10), np.full(360, -11.0), np.linspace(4.1, 3.0, 360)),
    ]
    starts = np.cumsum([0.0, *(part[0][-1] for part in parts)])
    current = np.concatenate([part[1] for part in parts])
    return CyclingData(
        np.array([1]),
        np.array([0, current.size]),
        voltage_V=np.concatenate([part[2] for part in parts]),
        current_A=current,
        time_s=np.concatenate([part[0] + start for part, start in zip(parts, starts[:-1], strict=True)]),
    )


def test_charge_and_time_at_constant_voltage_are_those_of_the_decaying_current() -> None:
    result = found(held_charge()).table

    held_Ah = 10.0 * TIME_CONSTANT_S * (1 - np.exp(-HELD_S / TIME_CONSTANT_S)) / 3600
    # The interval before the first held point, 10 s of 1800, counts as constant current.
    assert result.constant_voltage_charge_percent == pytest.approx([100 * held_Ah / (10.0 + held_Ah)], rel=0.03)
    assert result.constant_voltage_charge_s == pytest.approx([HELD_S - 10.0])
    assert result.constant_voltage_discharge_percent is None
    assert result.constant_voltage_discharge_s is None


def test_noise_of_the_voltage_does_not_end_the_constant_voltage() -> None:
    data = held_charge()
    noisy = replace(data, voltage_V=data.voltage_V + np.random.default_rng(3).normal(0, 0.001, data.n_points))

    assert found(noisy).table.constant_voltage_charge_s == pytest.approx([HELD_S], abs=40)


def test_a_voltage_at_which_the_current_does_not_fall_is_not_held() -> None:
    assert found(held_charge(falls=False)).table.constant_voltage_charge_s.tolist() == [0.0]


def test_a_discharge_at_constant_voltage_is_told_too() -> None:
    data = held_charge()
    upside_down = replace(data, current_A=-data.current_A, voltage_V=7.2 - data.voltage_V)
    result = found(upside_down, cell_kind="full").table

    assert result.constant_voltage_discharge_s is not None
    assert result.constant_voltage_discharge_s == pytest.approx([HELD_S - 10.0])
    assert result.constant_voltage_charge_s.tolist() == [0.0]


def test_the_coulombic_inefficiency_is_over_the_time_of_the_cycle() -> None:
    """10 Ah in, 9.9 Ah out, in 2 h 19.4 min from the first point to the last."""
    cycle = (CHARGE, REST, Step(-9.9, 60), REST)
    data = cycling([cycle] * 3)
    table = analysed_cell(cell_of(data)).table

    inefficiency = found(data).table.coulombic_inefficiency_percent_per_h
    assert table.duration_s == pytest.approx(139 * 60.0)
    assert inefficiency[1:] == pytest.approx(1.0 / (139 / 60), rel=1e-3)


def test_charge_and_discharge_numbered_apart_take_the_time_of_both() -> None:
    data = cycling([half for _ in range(3) for half in ((CHARGE, REST), (Step(-9.9, 60), REST))])

    inefficiency = found(data).table.coulombic_inefficiency_percent_per_h
    assert np.isnan(inefficiency[::2]).all()
    assert inefficiency[1::2] == pytest.approx(1.0 / (2 * 69 / 60), rel=2e-3)


@pytest.mark.parametrize("discharge_first", [False, True])
def test_the_end_points_move_as_the_cell_was_made_to(discharge_first: bool) -> None:
    """The end of charge moves by 30 mAh per cycle, that of discharge by 50 mAh: in minutes at 10 A, 0.18 and 0.30.

    Of cycles that discharge first, the charge before the first one is not in the file.
    """
    cycles = []
    for number in range(8):
        drawn = 60 + 0.18 * number - 0.30 * number
        put_in = drawn + (0.30 if not discharge_first else 0.18)
        charge = (Step(10.0, put_in if number or discharge_first else 60.0), REST)
        discharge = (Step(-10.0, drawn), REST)
        cycles.append((*discharge, *charge) if discharge_first else (*charge, *discharge))
    table = found(cycling(cycles, sample_s=0.6, soc_Ah=CELL_AH if discharge_first else 0.0)).table

    known = np.arange(1, 8) if discharge_first else np.arange(8)
    assert np.isnan(table.charge_end_slippage_Ah[: known[0]]).all()
    assert table.charge_end_slippage_Ah[known] == pytest.approx(0.03 * (known - known[0]), abs=2e-3)
    assert table.discharge_end_slippage_Ah == pytest.approx(0.05 * np.arange(8), abs=2e-3)


def test_half_cycles_numbered_apart_have_both_ends_in_the_cycle_of_the_discharge() -> None:
    apart = [half for _ in range(3) for half in ((CHARGE, REST), (Step(-9.9, 60), REST))]
    table = found(cycling(apart)).table

    assert table.charge_end_slippage_Ah[1::2] == pytest.approx([0.0, 0.1, 0.2])
    assert table.discharge_end_slippage_Ah[1::2] == pytest.approx([0.0, 0.1, 0.2])
    assert np.isnan(table.charge_end_slippage_Ah[::2]).all()


def test_a_discharge_before_the_first_charge_is_no_end_of_discharge() -> None:
    """A cell from its box is discharged from a third of its charge in the same cycle as its first charge."""
    shipped = (Step(-10.0, 20), REST, *FULL_CYCLE)
    result = found(cycling([shipped, *[FULL_CYCLE] * 4], soc_Ah=CELL_AH / 3)).slippage

    assert result is not None
    assert [result.charge_end_Ah, result.discharge_end_Ah] == pytest.approx([0.0, 0.0], abs=1e-9)


def test_what_a_check_up_moves_counts_and_what_a_gap_moves_does_not() -> None:
    ends = np.array([10.0, 10.1, 30.0, 10.3, 50.0, 50.1])
    compared = np.array([True, True, False, True, True, True])
    broken = np.array([False, False, False, False, True, False])
    result = slippage(ends, ends - 9.0, broken, compared)

    expected = pytest.approx([0.0, 0.1, np.nan, 0.3, 0.3, 0.4], nan_ok=True)
    assert result.charge_end_Ah == expected
    assert result.discharge_end_Ah == expected
    assert result.gaps == 1


def test_missing_cycle_numbers_are_a_gap() -> None:
    cycle = (CHARGE, REST, Step(-9.99, 60), REST)
    result = found(cycling([cycle] * 6, numbers=[1, 2, 3, 7, 8, 9])).slippage

    assert result is not None
    assert result.gaps == 1
    assert result.discharge_end_Ah == pytest.approx(0.04)  # four steps of 0.01 Ah, and none over the gap
    assert "Over 1 gap in the cycles" in result.text


def test_the_slippage_is_told_with_the_loss_of_capacity_between_the_ends() -> None:
    fading = [(Step(10.0, 60), REST, Step(-10.0, 60 - 0.06 * number), REST) for number in range(5)]
    result = found(cycling(fading, sample_s=3.6)).slippage

    assert result is not None
    assert (result.first_cycle, result.last_cycle, result.gaps) == (1, 5, 0)
    lost = result.discharge_end_Ah - result.charge_end_Ah
    assert lost == pytest.approx(10.0 * 4 * 0.06 / 60, rel=1e-6)
    assert "is the loss of capacity between them" in result.text


def test_discharges_alone_say_what_is_not_known() -> None:
    result = found(cycling([(DISCHARGE, REST)] * 4, soc_Ah=CELL_AH))

    unknown = {one.column: one.reason for one in result.unknown}
    assert unknown["energy_efficiency_percent"] == "The file holds no charge."
    assert unknown["charge_end_slippage_Ah"] == "The file holds no charge."
    assert "mean_discharge_voltage_V" not in unknown
    assert result.no_slippage_reason == "The file holds no charge."


def test_without_times_the_inefficiency_says_so() -> None:
    result = found(replace(cycling([FULL_CYCLE] * 4), time_s=None))

    unknown = {one.column: one.reason for one in result.unknown}
    assert unknown["coulombic_inefficiency_percent_per_h"] == "The file has no usable times."
    assert unknown["constant_voltage_charge_s"] == "The file has no usable times."
    assert "energy_efficiency_percent" not in unknown


def summary_cell() -> AnalysedCell:
    none = np.full(3, np.nan)
    stated = CycleSummary(
        charge_capacity_Ah=np.full(3, 2.0),
        discharge_capacity_Ah=np.full(3, 1.9),
        coulombic_efficiency_percent=none,
        charge_energy_Wh=np.full(3, 8.0),
        discharge_energy_Wh=np.full(3, 7.0),
        temperature_C=none,
        resistance_ohm=none,
    )
    data = CyclingData(np.arange(1, 4), np.zeros(4, dtype=np.int64), np.empty(0), np.empty(0))
    cell: Cell = replace(cell_of(cycling([FULL_CYCLE])), cycling=data, summary=stated)
    assert throughput_of_summary(data, stated).charge.believed
    return AnalysedCell.of(cell, OPTIONS)


def test_figures_per_cycle_without_points_still_give_voltages() -> None:
    result = efficiency(summary_cell())

    assert result.table.mean_charge_voltage_V == pytest.approx(4.0)
    assert result.table.mean_discharge_voltage_V == pytest.approx(7.0 / 1.9, rel=1e-4)
    assert result.table.hysteresis_V == pytest.approx(4.0 - 7.0 / 1.9, rel=1e-4)
    unknown = {one.column: one.reason for one in result.unknown}
    assert unknown["constant_voltage_charge_s"] == "The file states figures per cycle without points."
    assert result.slippage is None


def test_a_negative_half_cell_gives_back_what_its_lithiation_took() -> None:
    """Charged at 10 A and discharged at 10 A between 0.2 and 1.4 V: 0.2 V over the resistance, whichever comes first."""
    data = cycling([DISCHARGE_FIRST_CYCLE] * 3, soc_Ah=CELL_AH, sample_s=10.0)
    lower = replace(data, voltage_V=data.voltage_V - 2.8)
    assert throughput(lower).charge.total_Ah == pytest.approx(10.0)
    cell = cell_of(lower)
    made = AnalysedCell.of(cell, OPTIONS)
    assert made.kind.is_negative_half_cell
    assert efficiency(made).table.hysteresis_V == pytest.approx(0.2, abs=1e-3)


def test_of_many_cycles_a_part_is_in_the_table_and_a_finding_says_so() -> None:
    short = (Step(10.0, 1), Step(-10.0, 1))
    result = found(cycling([short] * (MOST_ROWS + 500)))

    numbers = result.table.cycle_number
    assert (numbers.size, numbers[0], numbers[-1]) == (MOST_ROWS, 1, MOST_ROWS + 500)
    assert result.rows_left_out == 500
    assert EFFICIENCY.findings is not None
    (finding,) = EFFICIENCY.findings(result)
    assert finding.code == "efficiency_rows_thinned"
    assert "2,500 cycles" in finding.message
    assert EFFICIENCY.findings(found(cycling([FULL_CYCLE] * 3))) == []


def test_the_picture_has_a_panel_for_each_known_loss() -> None:
    def height(data: CyclingData) -> int | None:
        analysed = analysed_cell(cell_of(data))
        png = EFFICIENCY.plots[0].draw(analysed, efficiency(analysed))
        return None if png is None else Image.open(io.BytesIO(png)).size[1]

    three = height(cycling([FULL_CYCLE] * 4))
    assert three == 74 + 3 * 180 + 2 * 62 + 130
    assert height(cycling([(DISCHARGE, REST)] * 4, soc_Ah=CELL_AH)) is None
    assert height(cycling([FULL_CYCLE])) is None
