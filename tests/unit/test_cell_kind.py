"""Full cells and half cells, and the efficiency of a negative electrode against lithium."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from battery_analytics.analysis.cell_kind import cell_kind_of
from battery_analytics.cell import CyclingData
from battery_analytics.sections.analysed_cell import AnalysedCell
from battery_analytics.sections.data_quality import data_quality

from tests.sections import OPTIONS
from tests.steps import FULL_CYCLE, REST, Step, analysed, cell_of, cycling


def half_cell() -> CyclingData:
    """A negative electrode between 0 and 1.2 V: lithiated by 10 Ah, delithiated by 9; later by 9 and 8.91 each."""
    first = (Step(-10.0, 60), REST, Step(10.0, 54), REST)
    later = (Step(-9.0, 60), REST, Step(8.91, 60), REST)
    data = cycling([first, later, later, later], soc_Ah=10.0)
    return replace(data, voltage_V=data.voltage_V - 3.0)


def test_a_negative_electrode_has_delithiation_over_lithiation_and_its_first_cycle_apart() -> None:
    analysed_cell = AnalysedCell.of(cell_of(half_cell()), OPTIONS)

    assert analysed_cell.kind.kind == "negative_half_cell"
    assert "the voltage window" in analysed_cell.kind.known_from
    assert analysed_cell.table.coulombic_efficiency_percent == pytest.approx([90.0, 99.0, 99.0, 99.0])
    said = next(finding.message for finding in data_quality(analysed_cell) if finding.code == "half_cell")
    assert "In its first cycle it is 90.00 %, in the median of the later ones 99.00 %" in said


def test_a_negative_electrode_that_is_delithiated_first_takes_the_lithiation_before() -> None:
    cycles = [(Step(9.9, 60), REST, Step(-10.0, 60), REST)] * 3
    data = cycling(cycles, soc_Ah=1.0)
    table = AnalysedCell.of(cell_of(replace(data, voltage_V=data.voltage_V - 3.0)), OPTIONS).table

    assert np.isnan(table.coulombic_efficiency_percent[0])
    assert table.coulombic_efficiency_percent[1:] == pytest.approx(99.0)


@pytest.mark.parametrize(
    ("metadata", "kind"),
    [
        ({}, "full_cell"),
        ({"cell_type": "half cell", "anode_material": "graphite"}, "negative_half_cell"),
        ({"cell_configuration": "NMC vs Li"}, "positive_half_cell"),
        ({"cell_type": "full cell"}, "full_cell"),
        ({"cell_type": "18650"}, "full_cell"),
    ],
)
def test_what_the_file_says_is_believed(metadata: dict[str, Any], kind: str) -> None:
    data = cycling([FULL_CYCLE])
    found = cell_kind_of(metadata, data, analysed(data)[0])

    assert found.kind == kind
    assert found.known_from == (
        "the voltage window" if not metadata or metadata == {"cell_type": "18650"} else "the file"
    )
