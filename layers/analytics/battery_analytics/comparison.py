"""Several cells side by side: one row a cell, ranked by how slowly it fades."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import cast

from battery_analytics.cell import Json

type _Section = Mapping[str, Json]

RANKED_BY = "capacity_fade_rate_per_cycle"


def comparison(reports: Sequence[Mapping[str, Json]]) -> dict[str, Json]:
    """A row a report, in the reports' order; rank 1 fades slowest, and None is a cell whose rate is unknown."""
    rows = [_row(report) for report in reports]
    rated = [place for place, row in enumerate(rows) if row[RANKED_BY] is not None]
    rated.sort(key=lambda place: cast("float", rows[place][RANKED_BY]))
    for rank, place in enumerate(rated, start=1):
        rows[place]["rank"] = rank
    return {
        "ranked_by": RANKED_BY,
        "cells": [*rows],
        "ranking": [rows[place]["cell_id"] for place in rated],
    }


def _row(report: Mapping[str, Json]) -> dict[str, Json]:
    metadata, fade = _section(report, "metadata"), _section(report, "capacity_fade")
    health = _section(report, "battery_health")
    projection = cast("_Section", _section(report, "statistical_metrics")["cycle_life_projection"])
    efficiencies = cast("list[float | None]", fade["coulombic_efficiencies"])
    known = [efficiency for efficiency in efficiencies if efficiency is not None]
    return {
        "rank": None,
        "cell_id": metadata["cell_id"],
        "total_cycles": metadata["total_cycles"],
        "capacity_retention_percentage": fade["capacity_retention_percentage"],
        "capacity_fade_rate_per_cycle": fade["capacity_fade_rate_per_cycle"],
        "median_coulombic_efficiency": median(known) if known else None,
        "health_score": health["health_score"],
        "health_status": health["health_status"],
        "projected_eol_cycle": projection["projected_eol_cycle"],
        "projection_interval": projection["interval"],
        "projection_method": projection["method"],
    }


def _section(report: Mapping[str, Json], name: str) -> _Section:
    return cast("_Section", report[name])
