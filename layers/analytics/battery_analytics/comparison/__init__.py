"""Several cells side by side: ranked by retention at the same age, against their siblings, and over the test's factors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Annotated

import numpy as np

from battery_analytics.comparison.cell_figures import cell_figures
from battery_analytics.comparison.factors import Factors, factors
from battery_analytics.comparison.siblings import Siblings, siblings
from battery_analytics.fields import Field
from battery_analytics.projection.result import Interval
from battery_analytics.sections.registry import Sections

RANKED_BY = "retention_at_common_cycle"
TELLING_DIFFERENCE_PERCENT = 1.0


@dataclass(frozen=True, slots=True)
class ComparedCell:
    """One cell among others."""

    rank: Annotated[int | None, Field("1 retains most at the common cycle; null where the cell is not compared.")]
    cell_id: Annotated[str, Field("The cell's name.")]
    total_cycles: Annotated[int, Field("How many cycles were read.")]
    capacity_retention_percentage: Annotated[float | None, Field("As in the cell's report.", "%")]
    retention_at_common_cycle: Annotated[
        float | None, Field("The share of the first compared capacity that is left at `common_cycle`.", "%")
    ]
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

    ranked_by: Annotated[str, Field("The field that decides the rank; the highest is first.")]
    common_cycle: Annotated[
        int | None, Field("The last cycle that the compared cycles of all ranked cells reach; null without a ranking.")
    ]
    basis: Annotated[str, Field("How the cells were ranked, and how much that says.")]
    cells: Annotated[list[ComparedCell], Field("One row per cell, in the order of the files.")]
    ranking: Annotated[list[str], Field("The cells' ids, best first.")]
    siblings: Annotated[
        list[Siblings], Field("The groups of three and more cells that were tested alike; empty where there are none.")
    ]
    factors: Annotated[Factors, Field("Fade over the conditions of the test, over the ranked cells.")]
    summary: Annotated[str, Field("Which cell ages fastest and what sets it apart, as text.")]


def comparison(reports: Sequence[Sections]) -> Comparison:
    """One row per report, in the reports' order, ranked by the retention at the last cycle that all ranked cells reach.

    Only cells whose compared cycles are of one kind are ranked, the kind that most cells have.
    """
    kinds = [_headline_kind(report) for report in reports]
    known = [kind for kind in kinds if kind is not None]
    ranked_kind = max(known, key=known.count, default=None)
    places = [place for place, kind in enumerate(kinds) if kind is not None and kind == ranked_kind]
    common_cycle = min((reports[place].capacity_fade.last_compared_cycle or 0 for place in places), default=None)
    retention_at = {place: _retention_at(reports[place], common_cycle) for place in places}
    ranked = {place: value for place, value in retention_at.items() if value is not None}
    order = sorted(ranked, key=lambda place: -ranked[place])
    rank_of = {place: rank for rank, place in enumerate(order, start=1)}
    tested = {place: one for place, report in enumerate(reports) if (one := cell_figures(report)) is not None}
    groups = siblings(list(tested.values()))
    cells = [_row(report, rank_of.get(place), ranked.get(place)) for place, report in enumerate(reports)]
    return Comparison(
        RANKED_BY,
        common_cycle if ranked else None,
        _basis(ranked, common_cycle, ranked_kind),
        cells,
        ranking=[cells[place].cell_id for place in order],
        siblings=groups,
        factors=factors([tested[place] for place in places if place in tested], common_cycle),
        summary=_summary(groups),
    )


def _summary(groups: Sequence[Siblings]) -> str:
    """The text of the group whose worst cell is farthest from the mean of its group, in points of fade."""
    if not groups:
        return "No three cells were tested alike, so no cell can be set against siblings."
    return max(groups, key=lambda group: group.spread_fade_percent or 0.0).summary


def _headline_kind(report: Sections) -> str | None:
    """The kind of the compared cycles, `all` where all were asked for; None where none are compared."""
    fade = report.capacity_fade
    unnamed = None if fade.reference_cycle is None else "all"
    return next((group.kind for group in fade.groups if group.headline), unnamed)


def _retention_at(report: Sections, cycle: int | None) -> float | None:
    """The capacity at a cycle, interpolated between compared cycles, as percent of the first compared one."""
    fade, table = report.capacity_fade, report.cycle_table
    if cycle is None or fade.reference_cycle is None or cycle <= fade.reference_cycle:
        return None
    names = {group.name for group in fade.groups if group.headline}
    of_headline = np.array([not names or name in names for name in table.group])
    compared = of_headline & np.isfinite(table.compared_capacity_Ah)
    capacity = table.compared_capacity_Ah[compared]
    return float(100 * np.interp(cycle, table.cycle_number[compared], capacity) / capacity[0])


def _basis(ranked: Mapping[int, float], cycle: int | None, kind: str | None) -> str:
    if len(ranked) < 2 or cycle is None or kind is None:
        return "Fewer than two cells have comparable cycles of one kind up to a common cycle."
    apart = max(ranked.values()) - min(ranked.values())
    said = (
        f"Ranked by the retention at cycle {cycle:,}, the last that the compared cycles ({kind.replace('_', '-')}) of all "
        "ranked cells reach."
    )
    if apart < TELLING_DIFFERENCE_PERCENT:
        said += f" The retentions differ by {apart:.2f} points only. That says little about which cell lives longer."
    return said


def _row(report: Sections, rank: int | None, retention: float | None) -> ComparedCell:
    fade, health = report.capacity_fade, report.battery_health
    projection = report.statistical_metrics.cycle_life_projection
    efficiencies = fade.coulombic_efficiencies[np.isfinite(fade.coulombic_efficiencies)]
    return ComparedCell(
        rank=rank,
        cell_id=report.metadata.cell_id,
        total_cycles=report.metadata.total_cycles,
        capacity_retention_percentage=fade.capacity_retention_percentage,
        retention_at_common_cycle=retention,
        capacity_fade_rate_per_cycle=fade.capacity_fade_rate_per_cycle,
        median_coulombic_efficiency=median(efficiencies.tolist()) if efficiencies.size else None,
        health_score=health.health_score,
        health_status=health.health_status,
        projected_eol_cycle=projection.projected_eol_cycle,
        projection_interval=projection.interval,
        projection_method=projection.method,
    )
