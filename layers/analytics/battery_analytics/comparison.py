"""Several cells side by side, ranked by how slowly they fade."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Annotated

import numpy as np

from battery_analytics.fields import Field
from battery_analytics.projection.result import Interval
from battery_analytics.sections.registry import Sections

RANKED_BY = "capacity_fade_rate_per_cycle"


@dataclass(frozen=True, slots=True)
class ComparedCell:
    """One cell among others."""

    rank: Annotated[int | None, Field("1 fades slowest; null without a fade rate.")]
    cell_id: Annotated[str, Field("The cell's name.")]
    total_cycles: Annotated[int, Field("How many cycles were read.")]
    capacity_retention_percentage: Annotated[float | None, Field("As in the cell's report.", "%")]
    capacity_fade_rate_per_cycle: Annotated[float | None, Field("As in the cell's report.", "% per cycle")]
    median_coulombic_efficiency: Annotated[float | None, Field("Median over the cycles where it is known.", "%")]
    health_score: Annotated[float | None, Field("0..100.", "%")]
    health_status: Annotated[str, Field("As in the cell's report.")]
    projected_eol_cycle: Annotated[float | None, Field("Cycle number.")]
    projection_interval: Annotated[Interval | None, Field("Cycles between which the end of life is expected.")]
    projection_method: Annotated[str, Field("As in the cell's report.")]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The cells side by side."""

    ranked_by: Annotated[str, Field("The field that decides the rank; the lowest is first.")]
    cells: Annotated[list[ComparedCell], Field("One row per cell, in the order of the files.")]
    ranking: Annotated[list[str], Field("The cells' ids, best first.")]


def comparison(reports: Sequence[Sections]) -> Comparison:
    """One row per report, in the reports' order."""
    rates = [report.capacity_fade.capacity_fade_rate_per_cycle for report in reports]
    places = [place for place, rate in enumerate(rates) if rate is not None]
    places.sort(key=lambda place: rates[place] or 0.0)
    rank_of = {place: rank for rank, place in enumerate(places, start=1)}
    cells = [_row(report, rank_of.get(place)) for place, report in enumerate(reports)]
    return Comparison(RANKED_BY, cells, ranking=[cells[place].cell_id for place in places])


def _row(report: Sections, rank: int | None) -> ComparedCell:
    fade, health = report.capacity_fade, report.battery_health
    projection = report.statistical_metrics.cycle_life_projection
    efficiencies = fade.coulombic_efficiencies[np.isfinite(fade.coulombic_efficiencies)]
    return ComparedCell(
        rank=rank,
        cell_id=report.metadata.cell_id,
        total_cycles=report.metadata.total_cycles,
        capacity_retention_percentage=fade.capacity_retention_percentage,
        capacity_fade_rate_per_cycle=fade.capacity_fade_rate_per_cycle,
        median_coulombic_efficiency=median(efficiencies.tolist()) if efficiencies.size else None,
        health_score=health.health_score,
        health_status=health.health_status,
        projected_eol_cycle=projection.projected_eol_cycle,
        projection_interval=projection.interval,
        projection_method=projection.method,
    )
