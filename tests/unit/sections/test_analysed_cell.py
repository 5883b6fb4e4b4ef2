"""What the sections share of a cell: each figure is handed on as itself."""

from dataclasses import fields, replace

import numpy as np
import pytest
from battery_analytics.analysis.cycle_table import CycleTable
from battery_analytics.projection.knee import find_knee
from battery_analytics.sections.analysed_cell import AnalysedCell, history_of

from sample_cells.fade import KneeFade
from tests.sections import OPTIONS, analysed_cell
from tests.steps import FULL_CYCLE, analysed, cell_of, cycling, figures_of

# Column k of the table holds 100·k + 1, 100·k + 2, 100·k + 3 in the order of the fields.
TABLE = CycleTable(
    **{
        field.name: np.array([False, False, True])
        if field.name == "discharge_incomplete"
        else np.array([1.0, 2.0, 3.0]) + 100 * place
        for place, field in enumerate(fields(CycleTable))
    }
)


def test_a_projection_reads_of_the_cell_what_each_name_says() -> None:
    cell = cell_of(cycling([FULL_CYCLE] * 3), nominal_capacity_in_Ah=5.25)
    flow, _ = analysed(cell.cycling)
    found = history_of(cell, flow, TABLE, np.array([201.0, 202.0, np.nan]))

    assert found.metadata == cell.metadata
    assert found.nominal_capacity_Ah == 5.25
    assert found.temperature_C == TABLE.mean_temperature_C[0]
    np.testing.assert_array_equal(found.cycle_number, [1, 2, 3])
    np.testing.assert_array_equal(found.discharge_capacity_Ah, [201, 202, np.nan])  # the last one is not compared
    np.testing.assert_array_equal(found.energy_efficiency_percent, [601, 602, 603])
    np.testing.assert_array_equal(found.resistance_ohm, TABLE.resistance_ohm)
    np.testing.assert_array_equal(found.offsets, cell.cycling.offsets)
    np.testing.assert_array_equal(found.voltage_V, cell.cycling.voltage_V)
    np.testing.assert_array_equal(found.current_A, cell.cycling.current_A)
    np.testing.assert_array_equal(found.discharging, cell.cycling.current_A < 0)
    assert found.discharged_Ah[found.discharging][:60] == pytest.approx(np.arange(1, 61) / 6)


def test_a_knee_is_looked_for_among_the_whole_discharges_alone() -> None:
    cycle = np.arange(1, 501)
    whole = 50 * KneeFade(5e-5, 1e-3, knee_cycle=300, width_cycles=5).relative_capacity(cycle.astype(np.float64))
    expected = find_knee(cycle.astype(np.float64), whole)
    spoiled = np.insert(whole, [100, 200, 400], [np.nan, 0.0, 5.0])
    incomplete = np.insert(np.zeros(500, dtype=bool), [100, 200, 400], [False, False, True])
    numbers = np.insert(cycle, [100, 200, 400], [100, 200, 400])
    found = analysed_cell(table=figures_of(spoiled, cycle_number=numbers, discharge_incomplete=incomplete)).knee

    assert expected is not None
    assert expected.knee.knee_cycle == pytest.approx(300, abs=15)
    assert found == expected


def test_a_current_with_the_other_sign_is_turned_round_with_a_warning() -> None:
    data = cycling([FULL_CYCLE] * 3)
    found = AnalysedCell.of(cell_of(replace(data, current_A=-data.current_A)), OPTIONS).cell

    np.testing.assert_array_equal(found.cycling.current_A, data.current_A)
    assert [(finding.code, finding.severity, finding.cycles) for finding in found.findings] == [
        ("discharge_positive", "warning", ())
    ]
    assert "The sign of the current was reversed" in found.findings[0].message
