"""Siblings: cells that were tested alike, their mean and spread, and the cells among them that stand out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from battery_analytics.cell import FloatArray
from battery_analytics.comparison.cell_figures import CellFigures
from battery_analytics.fields import Field, finite

FEWEST_SIBLINGS = 3
OUTLYING_Z = 3.5
RECENT_CYCLES = 10
# How far two cells' conditions may differ: absolute, or as a share of the value.
_ABSOLUTE = {"temperature_C": 3.0, "depth": 0.05, "lower_voltage_V": 0.050, "upper_voltage_V": 0.020}
_RELATIVE = {"nominal_capacity_Ah": 0.02, "discharge_rate_C": 0.15, "charge_rate_C": 0.15}
# The least deviation that counts as usual, so that values that agree to the last digit make no outlier of the next one.
_LEAST_DEVIATION = {"fade_percent": 0.05, "coulombic_efficiency_percent": 0.01, "energy_efficiency_percent": 0.05}
_LEAST_SHARE = 0.002
_NAMES = {
    "fade_percent": "fade",
    "first_capacity_Ah": "first capacity",
    "coulombic_efficiency_percent": "coulombic efficiency",
    "energy_efficiency_percent": "energy efficiency",
    "resistance_ohm": "resistance",
    "mean_temperature_C": "mean temperature",
    "duration_s": "duration of a cycle",
}
_UNITS = {"percent": " %", "Ah": " Ah", "ohm": " Ω", "C": " °C", "s": " s"}


@dataclass(frozen=True, slots=True)
class Outlier:
    """A cell that stands out among its siblings in one figure."""

    cell_id: Annotated[str, Field("The cell's name.")]
    figure: Annotated[
        str,
        Field(
            "`fade_percent` at the common cycle; a column of `cycle_table`, its median over the ten compared cycles up to "
            "there; or `first_capacity_Ah`."
        ),
    ]
    value: Annotated[float, Field("The cell's value, in the unit that the figure's name ends with.")]
    median: Annotated[float, Field("The median of the siblings, this cell among them.")]
    robust_z: Annotated[
        float,
        Field(
            "0.6745 times the deviation from the median over the median absolute deviation; 3.5 and more stands out."
        ),
    ]


@dataclass(frozen=True, slots=True)
class Siblings:
    """Cells that were tested alike."""

    cells: Annotated[list[str], Field("Their ids, in the order of the files.")]
    common_cycle: Annotated[int, Field("The last cycle that the compared cycles of all of them reach.")]
    mean_fade_percent: Annotated[float | None, Field("Mean of their fades at that cycle.", "%")]
    spread_fade_percent: Annotated[float | None, Field("Sample standard deviation of these fades.", "%")]
    outliers: Annotated[
        list[Outlier], Field("Who stands out in what, the farthest first; none with fewer than four cells.")
    ]
    worst_cell: Annotated[str | None, Field("The cell with the largest fade at the common cycle.")]
    summary: Annotated[str, Field("The worst cell against the others, and what sets it apart, as text.")]


def siblings(cells: Sequence[CellFigures]) -> list[Siblings]:
    """The groups of three and more cells that were tested alike, in the order of their first cells."""
    return [described for group in _groups(cells) if (described := _described(group)) is not None]


def robust_z(values: FloatArray, least_deviation: float) -> FloatArray:
    """The modified z-scores of values of shape (n,). Source: Iglewicz & Hoaglin, How to Detect and Handle Outliers (1993)."""
    deviation = values - np.median(values)
    usual = max(float(np.median(np.abs(deviation))), least_deviation)
    scores: FloatArray = 0.6745 * deviation / usual
    return scores


def _groups(cells: Sequence[CellFigures]) -> list[list[CellFigures]]:
    groups: list[list[CellFigures]] = []
    for cell in cells:
        group = next((group for group in groups if all(_alike(cell, other) for other in group)), None)
        if group is None:
            groups.append([cell])
        else:
            group.append(cell)
    return [group for group in groups if len(group) >= FEWEST_SIBLINGS]


def _alike(one: CellFigures, other: CellFigures) -> bool:
    """Whether all agrees that is known of both."""
    if one.kind != other.kind or (one.materials and other.materials and one.materials != other.materials):
        return False
    for name, value in one.conditions.items():
        difference, largest = abs(value - other.conditions[name]), max(abs(value), abs(other.conditions[name]))
        if difference > _ABSOLUTE.get(name, _RELATIVE.get(name, np.inf) * largest):
            return False
    return True


def _described(group: list[CellFigures]) -> Siblings | None:
    cycle = min(cell.cycle_number[-1] for cell in group)
    group = [cell for cell in group if np.isfinite(cell.fade_at(cycle))]
    if len(group) < FEWEST_SIBLINGS:
        return None
    fades = np.array([cell.fade_at(cycle) for cell in group])
    columns = {"fade_percent": fades} | {
        name: np.array([_recent(cell, name, cycle) for cell in group]) for name in group[0].figures
    }
    found = _outliers([cell.cell_id for cell in group], columns) if len(group) > FEWEST_SIBLINGS else []
    worst = int(np.argmax(fades))
    return Siblings(
        cells=[cell.cell_id for cell in group],
        common_cycle=int(cycle),
        mean_fade_percent=finite(float(fades.mean())),
        spread_fade_percent=finite(float(fades.std(ddof=1))),
        outliers=found,
        worst_cell=group[worst].cell_id,
        summary=_summary(group[worst].cell_id, int(cycle), fades, found),
    )


def _recent(cell: CellFigures, name: str, cycle: float) -> float:
    values = cell.figures[name][cell.cycle_number <= cycle][-RECENT_CYCLES:]
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else float("nan")


def _outliers(ids: list[str], columns: dict[str, FloatArray]) -> list[Outlier]:
    found: list[Outlier] = []
    for name, values in columns.items():
        known = np.flatnonzero(np.isfinite(values))
        if known.size <= FEWEST_SIBLINGS:
            continue
        middle = float(np.median(values[known]))
        scores = robust_z(values[known], _LEAST_DEVIATION.get(name, _LEAST_SHARE * abs(middle)) or 1.0)
        found += [
            Outlier(ids[place], name, float(values[place]), middle, float(score))
            for place, score in zip(known.tolist(), scores.tolist(), strict=True)
            if abs(score) >= OUTLYING_Z
        ]
    return sorted(found, key=lambda outlier: -abs(outlier.robust_z))


def _summary(worst: str, cycle: int, fades: FloatArray, outliers: list[Outlier]) -> str:
    others = np.delete(fades, int(np.argmax(fades)))
    text = (
        f"{worst} fades fastest: {fades.max():.2f} % at cycle {cycle:,} against {others.mean():.2f} ± "
        f"{others.std(ddof=1):.2f} % of its {others.size} siblings."
    )
    apart = [outlier for outlier in outliers if outlier.cell_id == worst]
    if any(outlier.figure == "fade_percent" for outlier in apart):
        text += " That is an outlier."
    other = next((outlier for outlier in apart if outlier.figure != "fade_percent"), None)
    if other is None:
        return f"{text} No other figure sets it apart."
    unit = _UNITS[other.figure.rsplit("_", 1)[1]]
    name = _NAMES[other.figure]
    return f"{text} Its {name} sets it apart: {other.value:.4g}{unit} against a median of {other.median:.4g}{unit}."
