"""Tells the unit of capacities or currents that state none, from what the current moves in the time between points."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from battery_analytics.cell import Finding, FloatArray
from battery_analytics.formats.quantities import Quantity, listed
from battery_analytics.formats.tables.columns import Layout

CAPACITIES: tuple[Quantity, ...] = ("charge_capacity_Ah", "discharge_capacity_Ah", "step_capacity_Ah")
FEWEST_INTERVALS = 10
LONGEST_INTERVAL_S = 3_600.0
SECONDS_PER_HOUR = 3_600.0
NEAR = 0.3
# A cell whose capacity and current, without units, are beyond these has them in thousandths.
LARGEST_CAPACITY, LARGEST_CURRENT = 1_000.0, 300.0
THOUSANDTH = 1e-3


@dataclass(frozen=True, slots=True)
class Units:
    """Columns in other units than those assumed: the unit and the factor of each, and the finding that says so."""

    of: Mapping[Quantity, str]
    factor: float
    finding: Finding


def units_by_current(columns: Mapping[Quantity, FloatArray], layout: Layout) -> Units | None:
    """The units of columns that state none, where capacities are a thousand times what the current moves, or a thousandth.

    `columns` are arrays of shape (n_rows,) as if columns without unit had ampere-hours and amperes. None where units are
    stated, where the two agree, and where they disagree otherwise.
    """
    capacities = [name for name in CAPACITIES if name in columns and name in layout]
    ratio = _ratio(columns, capacities)
    if ratio is None:
        return None
    unstated = [name for name in capacities if layout[name].unit is None]
    current_unstated = layout["current_A"].unit is None
    if unstated and len(unstated) == len(capacities) and abs(ratio * THOUSANDTH - 1) < NEAR:
        return _units(dict.fromkeys(unstated, "mAh"), layout, "The current and the times show that")
    if current_unstated and not unstated and abs(ratio / THOUSANDTH - 1) < NEAR:
        return _units({"current_A": "mA"}, layout, "The capacities and the times show that")
    both = current_unstated and len(unstated) == len(capacities) and abs(ratio - 1) < NEAR
    if both and _are_large(columns, capacities):
        return _units({"current_A": "mA", **dict.fromkeys(unstated, "mAh")}, layout, "By their size")
    return None


def _ratio(columns: Mapping[Quantity, FloatArray], capacities: list[Quantity]) -> float | None:
    """How many times as much the capacities change between points as the current moves, in the median."""
    if "time_s" not in columns or not capacities:
        return None
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        interval_s = np.diff(columns["time_s"])
        moved = np.abs(columns["current_A"][1:]) * interval_s / SECONDS_PER_HOUR
        changes = np.max([np.abs(np.nan_to_num(np.diff(columns[name]))) for name in capacities], axis=0)
        known = (interval_s > 0) & (interval_s < LONGEST_INTERVAL_S) & (moved > 0) & (changes > 0)
        if np.count_nonzero(known) < FEWEST_INTERVALS:
            return None
        return float(np.median(changes[known] / moved[known]))


def _are_large(columns: Mapping[Quantity, FloatArray], capacities: list[Quantity]) -> bool:
    largest = max(float(np.ptp(values[np.isfinite(values)])) for name in capacities if (values := columns[name]).size)
    flowing = np.abs(columns["current_A"][np.nan_to_num(columns["current_A"]) != 0])
    return largest > LARGEST_CAPACITY and float(np.median(flowing)) > LARGEST_CURRENT


def _units(of: dict[Quantity, str], layout: Layout, why: str) -> Units:
    names = listed([layout[name].name for name in of])
    units = listed(list(dict.fromkeys(of.values())))
    several = len(of) > 1
    message = (
        f"The {'columns' if several else 'column'} {names} {'state' if several else 'states'} no unit. "
        f"{why} {'they are' if several else 'it is'} in {units}."
    )
    return Units(of, THOUSANDTH, Finding("unit_assumed", "warning", message))
