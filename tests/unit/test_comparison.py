"""The cells side by side: each figure of a row is its own cell's, and the rank follows the rate of fade."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from battery_analytics.cell_report import CellReport
from battery_analytics.comparison import comparison
from battery_analytics.projection.result import Interval
from battery_analytics.sections.battery_health import BATTERY_HEALTH
from battery_analytics.sections.capacity_fade import CAPACITY_FADE
from battery_analytics.sections.metadata import METADATA
from battery_analytics.sections.registry import SECTIONS
from battery_analytics.sections.statistical_metrics import STATISTICAL_METRICS

from tests.sections import analysed_cell, leaves

VALUES = {section.name: section.compute(analysed_cell()) for section in SECTIONS}


def report(cell_id: str, rate: float | None = 0.25, *, efficiencies: tuple[float, ...] = (99.5,)) -> CellReport:
    """A report in which no two figures that the comparison reads are equal."""
    metrics = VALUES[STATISTICAL_METRICS.name]
    projection = replace(
        metrics.cycle_life_projection,
        projected_eol_cycle=812.0,
        interval=Interval(701.0, 903.0, 0.85, "indicative"),
        method="trajectory",
        confidence=0.66,
        r_squared=0.91,
    )
    given: dict[str, Any] = {
        METADATA.name: replace(VALUES[METADATA.name], cell_id=cell_id, total_cycles=17),
        CAPACITY_FADE.name: replace(
            VALUES[CAPACITY_FADE.name],
            coulombic_efficiencies=np.array(efficiencies),
            capacity_fade_percentage=12.5,
            capacity_fade_rate_per_cycle=rate,
            capacity_retention_percentage=87.5,
        ),
        BATTERY_HEALTH.name: replace(
            VALUES[BATTERY_HEALTH.name], health_score=86.5, health_status="Fair", capacity_retention=85.5
        ),
        STATISTICAL_METRICS.name: replace(metrics, cycle_life_projection=projection),
    }
    return CellReport(VALUES | given, {})


def row_of(*reports: CellReport) -> dict[str, Any]:
    return {name: getattr(comparison(reports).cells[0], name) for name in comparison(reports).cells[0].__slots__}


def test_each_figure_of_a_row_is_that_of_the_cells_report() -> None:
    assert dict(leaves(row_of(report("A1", efficiencies=(99.1, 99.4, 98.0))))) == {
        "rank": 1,
        "cell_id": "A1",
        "total_cycles": 17,
        "capacity_retention_percentage": 87.5,
        "capacity_fade_rate_per_cycle": 0.25,
        "median_coulombic_efficiency": 99.1,
        "health_score": 86.5,
        "health_status": "Fair",
        "projected_eol_cycle": 812.0,
        "projection_interval": Interval(701.0, 903.0, 0.85, "indicative"),
        "projection_method": "trajectory",
    }


@pytest.mark.parametrize(
    ("efficiencies", "median"),
    [
        ((90.0, 99.0, 99.5), 99.0),
        ((90.0, 98.0, 99.0, 100.0), 98.5),
        ((np.nan, 97.0, np.inf, 99.0), 98.0),
        ((np.nan, np.nan), None),
        ((), None),
    ],
)
def test_the_efficiency_is_the_median_of_the_known_ones(efficiencies: tuple[float, ...], median: float | None) -> None:
    assert row_of(report("A1", efficiencies=efficiencies))["median_coulombic_efficiency"] == median


def test_the_slowest_fade_is_first_and_a_cell_without_a_rate_has_no_rank() -> None:
    found = comparison(
        [report("GROWS", -0.1), report("FAST", 0.5), report("UNKNOWN", None), report("SLOW", 0.1), report("NONE", 0.0)]
    )

    assert found.ranked_by == "capacity_fade_rate_per_cycle"
    assert found.ranking == ["GROWS", "NONE", "SLOW", "FAST"]
    assert [(row.cell_id, row.rank) for row in found.cells] == [
        ("GROWS", 1),
        ("FAST", 4),
        ("UNKNOWN", None),
        ("SLOW", 3),
        ("NONE", 2),
    ]


def test_equal_rates_are_ranked_in_the_order_of_the_files() -> None:
    assert comparison([report("B", 0.2), report("A", 0.2)]).ranking == ["B", "A"]
