"""The cells side by side: each figure of a row is its own cell's, and the rank follows the retention at the same age."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from battery_analytics.cell_report import CellReport
from battery_analytics.comparison import comparison
from battery_analytics.projection.result import Interval
from battery_analytics.protocol.kinds import Kind
from battery_analytics.sections.battery_health import BATTERY_HEALTH
from battery_analytics.sections.capacity_fade import CAPACITY_FADE
from battery_analytics.sections.cycle_table import CYCLE_TABLE
from battery_analytics.sections.metadata import METADATA
from battery_analytics.sections.registry import SECTIONS
from battery_analytics.sections.statistical_metrics import STATISTICAL_METRICS

from tests.sections import analysed_cell, leaves

VALUES = {section.name: section.compute(analysed_cell()) for section in SECTIONS}


def report(
    cell_id: str,
    *,
    fading: tuple[float, float, int] | None = (50.0, 45.0, 41),
    kind: Kind = "ageing",
    efficiencies: tuple[float, ...] = (99.5,),
) -> CellReport:
    """A report in which no two figures that the comparison reads are equal.

    `fading` are the first capacity, the last one, and the number of the last cycle; the first has the number 1.
    """
    first, last, last_cycle = fading or (50.0, 50.0, 2)
    capacity = np.linspace(first, last, last_cycle)
    group = replace(VALUES[CAPACITY_FADE.name].groups[0], kind=kind, headline=fading is not None)
    columns = VALUES[CYCLE_TABLE.name]
    stretched = {
        name: np.resize(column, last_cycle)
        for name in (field.name for field in fields(columns))
        if isinstance(column := getattr(columns, name), np.ndarray)
    }
    table = replace(
        replace(columns, **stretched),
        cycle_number=np.arange(1, last_cycle + 1),
        group=[group.name] * last_cycle,
        compared_capacity_Ah=capacity,
    )
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
            capacity_fade_rate_per_cycle=0.25,
            capacity_retention_percentage=87.5,
            groups=[group],
            reference_cycle=1 if fading else None,
            last_compared_cycle=last_cycle if fading else None,
        ),
        BATTERY_HEALTH.name: replace(
            VALUES[BATTERY_HEALTH.name], health_score=86.5, health_status="Fair", capacity_retention=85.5
        ),
        CYCLE_TABLE.name: table,
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
        "retention_at_common_cycle": 90.0,
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


def test_cells_are_ranked_by_their_retention_at_the_last_cycle_that_all_reach() -> None:
    # At cycle 21 the long one has lost 5 of 50 Ah, the slow one 2 and the fast one, which ends there, 8.
    found = comparison(
        [
            report("LONG", fading=(50.0, 40.0, 41)),
            report("FAST", fading=(50.0, 42.0, 21)),
            report("SLOW", fading=(50.0, 46.0, 41)),
        ]
    )

    assert (found.ranked_by, found.common_cycle) == ("retention_at_common_cycle", 21)
    assert found.ranking == ["SLOW", "LONG", "FAST"]
    assert [row.rank for row in found.cells] == [2, 3, 1]
    assert [row.retention_at_common_cycle for row in found.cells] == pytest.approx([90.0, 84.0, 96.0])
    assert found.basis.startswith("Ranked by the retention at cycle 21")


def test_a_cell_without_compared_cycles_or_with_others_has_no_rank() -> None:
    found = comparison(
        [
            report("AGED", fading=(50.0, 45.0, 41)),
            report("NOTHING", fading=None),
            report("CHECKED", fading=(50.0, 48.0, 41), kind="check_up"),
            report("AGED TOO", fading=(50.0, 46.0, 41)),
        ]
    )

    assert found.ranking == ["AGED TOO", "AGED"]
    assert [row.rank for row in found.cells] == [2, None, None, 1]


def test_a_small_difference_is_said_to_tell_little() -> None:
    near = comparison([report("A", fading=(50.0, 45.0, 41)), report("B", fading=(50.0, 45.1, 41))])
    apart = comparison([report("A", fading=(50.0, 45.0, 41)), report("B", fading=(50.0, 46.0, 41))])

    assert "differ by 0.20 points only" in near.basis
    assert "differ by" not in apart.basis


def test_nothing_is_ranked_where_no_cell_can_be_compared() -> None:
    found = comparison([report("A", fading=None), report("B", fading=None)])

    assert (found.ranking, found.common_cycle) == ([], None)
    assert found.basis.startswith("Fewer than two cells")


def test_equal_retentions_are_ranked_in_the_order_of_the_files() -> None:
    assert comparison([report("B"), report("A")]).ranking == ["B", "A"]
