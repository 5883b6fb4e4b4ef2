"""The plot of the resistance: over the state of charge, and that of like steps over the cycles."""

from typing import TYPE_CHECKING

import numpy as np

from battery_analytics.cell import BoolArray, FloatArray
from battery_analytics.plots.cycle_colors import cycle_colors, cycle_key
from battery_analytics.plots.panel import Panel
from battery_analytics.plots.scale import Limits, robust_limits
from battery_analytics.plots.sheet import BLUE, INK, LEFT_PX, ORANGE, RIGHT_PX, Mark, Sheet
from battery_analytics.plots.units import OHMS, unit_for

if TYPE_CHECKING:
    from battery_analytics.sections.resistance import PerCycle, Resistance, StepTable

_ONE_HEIGHT_PX, _TWO_HEIGHT_PX = 640, 920
_FEWEST_STATES = 3
_SAME_STATE_PERCENT = 5.0
_COLOR_GROUPS = 24
_KNOWN_SHARE = 0.5
_TIMES = (("after_10_s_ohm", "after 10 s"), ("after_1_s_ohm", "after 1 s"), ("after_30_s_ohm", "after 30 s"))
_HEADER_PX = 146


def resistance_plot(found: "Resistance", *, title: str) -> bytes | None:
    """PNG 1000 pixels wide: a panel over the state of charge, one over the cycles, or both; None without either."""
    table = found.steps
    over_charge = np.isfinite(table.state_of_charge_percent) & table.from_rest
    states = np.unique(np.round(table.state_of_charge_percent[over_charge] / _SAME_STATE_PERCENT))
    has_charge = states.size >= _FEWEST_STATES
    if not has_charge and found.per_cycle is None:
        return None
    height = _TWO_HEIGHT_PX if has_charge and found.per_cycle is not None else _ONE_HEIGHT_PX
    sheet = Sheet(height, title, [found.summary])
    top, half = height - _HEADER_PX, 74 + (height - _HEADER_PX - 74) // 2
    if has_charge:
        _draw_over_charge(sheet, table, over_charge, 74 if found.per_cycle is None else half + 60, top)
    if found.per_cycle is not None:
        _draw_over_cycles(sheet, found.per_cycle, 74, half - 60 if has_charge else top)
    return sheet.png()


def _draw_over_charge(sheet: Sheet, table: "StepTable", shown: BoolArray, bottom: float, top: float) -> None:
    ohm, when = _best_known(table, shown)
    percent = table.state_of_charge_percent
    shown = shown & np.isfinite(ohm)
    unit = unit_for(OHMS, ohm[shown])
    panel = Panel(sheet, LEFT_PX, RIGHT_PX, bottom, top, (-3.0, 103.0), robust_limits(ohm[shown]))
    panel.axes("State of charge before the step (%)", f"Resistance {when}", y_unit=unit)
    rises = np.array([direction == "charge" for direction in table.direction])
    numbers = table.cycle_number
    entries = []
    for which, marker, name in ((~rises, "v", "discharge step"), (rises, "^", "charge step")):
        places = np.flatnonzero(shown & which)
        if not places.size:
            continue
        ordered = places[np.argsort(numbers[places], kind="stable")]
        groups = np.array_split(ordered, min(_COLOR_GROUPS, ordered.size))
        colors = cycle_colors([int(numbers[group[0]]) for group in groups])
        for group, color in zip(groups, colors, strict=True):
            panel.series(percent[group], ohm[group], Mark(color, marker=marker, size_px=9))
        entries.append((name, Mark(INK, marker=marker, size_px=9)))
    sheet.legend(LEFT_PX, top + 18, entries)
    if np.unique(numbers[shown]).size > 1:
        cycle_key(sheet, top + 18, sorted(set(numbers[shown].tolist())))
    panel.edge_markers(percent[shown], ohm[shown], INK)


def _draw_over_cycles(sheet: Sheet, series: "PerCycle", bottom: float, top: float) -> None:
    number, ohm = series.cycle_number.astype(np.float64), series.resistance_ohm
    unit = unit_for(OHMS, ohm)
    panel = Panel(sheet, LEFT_PX, RIGHT_PX, bottom, top, _cycle_limits(number), robust_limits(ohm))
    time_s = series.steps.time_s
    panel.axes(
        "Cycle number",
        "Resistance, first point" if series.steps.at_first_point else f"Resistance after {time_s:.3g} s",
        integer_x=True,
        y_unit=unit,
    )
    color = ORANGE if series.steps.direction == "charge" else BLUE
    mark = Mark(color, marker="o", size_px=7.0 if number.size <= 300 else 4.0)
    panel.series(number, ohm, mark)
    entries = [(f"like {series.steps.direction} steps", mark)]
    growth = series.steps.growth
    if growth is not None:
        line = Mark(INK, line="-", width_px=2)
        count = growth.cycles_at_either_end
        heights = np.array([growth.start_ohm, growth.end_ohm])
        if count is None:
            panel.series(number[[0, -1]], heights, line)
        else:
            panel.series(number[[0, count - 1]], heights[[0, 0]], line)
            panel.series(number[[-count, -1]], heights[[1, 1]], line)
        entries.append(("straight line" if count is None else f"means of {count} cycles", line))
    sheet.legend(LEFT_PX, top + 18, entries)
    panel.edge_markers(number, ohm, color)
    panel.outside_remark([ohm], unit)


def _best_known(table: "StepTable", shown: BoolArray) -> tuple[FloatArray, str]:
    """The resistance at the time that most steps have a value for, 10 s before others, and that time."""
    for name, words in _TIMES:
        ohm: FloatArray = getattr(table, name)
        if np.isfinite(ohm[shown]).mean() >= _KNOWN_SHARE:
            return ohm, words
    return table.first_point_ohm, "at the first point"


def _cycle_limits(number: FloatArray) -> Limits:
    pad = max(0.5, 0.02 * float(number[-1] - number[0]))
    return float(number[0]) - pad, float(number[-1]) + pad
