"""Capacity fade: capacity over cycle number with the projected end of life, and coulombic efficiency below."""

import numpy as np

from battery_analytics.analysis.capacity_fade import Fade
from battery_analytics.analysis.cycle_table import CycleTable
from battery_analytics.plots.panel import Panel
from battery_analytics.plots.scale import Limits, full_limits, robust_limits
from battery_analytics.plots.sheet import BLUE, GREY, LEFT_PX, ORANGE, PURPLE, RIGHT_PX, Mark, Sheet
from battery_analytics.plots.units import AMPERE_HOURS, Unit, unit_for
from battery_analytics.projection.knee import FoundKnee
from battery_analytics.projection.result import Projection
from battery_analytics.sections.capacity_fade.end_of_life import (
    TREND,
    draw_end_of_life,
    draw_knee,
    draw_trend,
    end_of_life_sentence,
    fits_beside_the_data,
    reach_cycle,
)

_HEIGHT_PX = 800
_BESIDE_OUTLOOK_PX = 664
_OUTLOOK_LEFT_PX = 740
_LEAST_EFFICIENCY_SPAN = 0.2


def capacity_plot(
    table: CycleTable, fade: Fade, projection: Projection, knee: FoundKnee | None = None, *, title: str
) -> bytes:
    """PNG of 1000 × 800 pixels.

    Where the end of life is so far away that the measured cycles would be too small to read, it has a panel of its own.
    """
    cycles = table.cycle_number.astype(np.float64)
    last_cycle = float(cycles.max(initial=1))
    sheet = Sheet(_HEIGHT_PX, title, [_fade_sentence(table, fade), end_of_life_sentence(projection)])
    y_limits = robust_limits(table.discharge_capacity_Ah, table.charge_capacity_Ah)
    one_scale = y_limits is None or fits_beside_the_data(projection, last_cycle, y_limits)
    right = RIGHT_PX if one_scale else _BESIDE_OUTLOOK_PX
    end_cycle = reach_cycle(projection, last_cycle) if one_scale else last_cycle
    x_limits = _cycle_limits(float(cycles.min(initial=last_cycle)), end_cycle)
    if one_scale and y_limits and projection.eol_capacity_Ah is not None:
        y_limits = full_limits(np.array([*y_limits, projection.eol_capacity_Ah]))

    main = Panel(sheet, LEFT_PX, right, bottom=320, top=_HEIGHT_PX - 144, x_limits=x_limits, y_limits=y_limits)
    _draw_capacity(main, table, projection)
    draw_knee(main, knee, table)
    if one_scale:
        draw_end_of_life(main, projection)
    else:
        _draw_outlook(sheet, table, projection, last_cycle)
    efficiency_limits = robust_limits(table.coulombic_efficiency_percent, least_span=_LEAST_EFFICIENCY_SPAN)
    _draw_efficiency(Panel(sheet, LEFT_PX, right, 74, 280, x_limits, efficiency_limits), table)
    return sheet.png()


def _draw_capacity(panel: Panel, table: CycleTable, projection: Projection) -> None:
    unit = unit_for(AMPERE_HOURS, table.discharge_capacity_Ah, table.charge_capacity_Ah)
    panel.axes("", "Capacity", integer_x=True, y_unit=unit)
    if panel.y_limits is None:
        panel.sentence("No cycle has a known capacity.")
        return
    size_px = _marker_px(table)
    charge, discharge = (
        Mark(ORANGE, marker="o", size_px=size_px + 2, hollow=True),
        Mark(BLUE, marker="o", size_px=size_px),
    )
    cycles = table.cycle_number.astype(np.float64)
    panel.series(cycles, table.charge_capacity_Ah, charge)
    panel.series(cycles, table.discharge_capacity_Ah, discharge)
    draw_trend(panel, projection)
    known = [("discharge", discharge, table.discharge_capacity_Ah), ("charge", charge, table.charge_capacity_Ah)]
    entries = [(name, mark) for name, mark, column in known if np.isfinite(column).any()]
    entries += [("trend and its band", TREND)] if projection.trend else []
    panel.sheet.legend(panel.left, panel.top + 18, entries)
    panel.edge_markers(cycles, table.charge_capacity_Ah, ORANGE)
    panel.edge_markers(cycles, table.discharge_capacity_Ah, BLUE)
    panel.outside_remark([table.discharge_capacity_Ah, table.charge_capacity_Ah], unit)


def _draw_outlook(sheet: Sheet, table: CycleTable, projection: Projection, last_cycle: float) -> None:
    """The same capacity on axes that reach to the end of life."""
    usual = robust_limits(table.discharge_capacity_Ah)
    levels = np.array([*(usual or ()), projection.eol_capacity_Ah or np.nan])
    panel = Panel(
        sheet,
        left=_OUTLOOK_LEFT_PX,
        right=RIGHT_PX,
        bottom=74,
        top=_HEIGHT_PX - 144,
        x_limits=_cycle_limits(0.0, reach_cycle(projection, last_cycle)),
        y_limits=full_limits(levels),
    )
    panel.axes("Cycle number", "", integer_x=True, y_unit=unit_for(AMPERE_HOURS, table.discharge_capacity_Ah))
    sheet.text(panel.left, panel.top + 18, "Up to the end of life", color=GREY)
    draw_trend(panel, projection)
    panel.series(table.cycle_number.astype(np.float64), table.discharge_capacity_Ah, Mark(BLUE, marker="o", size_px=5))
    draw_end_of_life(panel, projection)


def _draw_efficiency(panel: Panel, table: CycleTable) -> None:
    panel.axes("Cycle number", "Coulombic efficiency (%)", integer_x=True)
    efficiency = table.coulombic_efficiency_percent
    if panel.y_limits is None or panel.x_limits is None:
        panel.sentence("No cycle has a known coulombic efficiency.")
        return
    cycles = table.cycle_number.astype(np.float64)
    low, high = panel.y_limits
    if low < 100 < high:
        panel.series(np.array(panel.x_limits), np.full(2, 100.0), Mark(GREY, line="--", width_px=1))
    panel.series(cycles, efficiency, Mark(PURPLE, marker="o", size_px=_marker_px(table)))
    panel.edge_markers(cycles, efficiency, PURPLE)
    panel.outside_remark([efficiency], Unit("%"))


def _fade_sentence(table: CycleTable, fade: Fade) -> str:
    if fade.fade_percent is None or table.cycle_number.size == 0:
        return f"{table.cycle_number.size:,} cycles"
    first, last = fade.first_cycle, fade.last_cycle
    change = "Fade" if fade.fade_percent >= 0 else "Gain"
    return f"{change} of {abs(fade.fade_percent):.2f} % from cycle {first} to {last}"


def _marker_px(table: CycleTable) -> float:
    return 7.0 if table.cycle_number.size <= 300 else 4.0


def _cycle_limits(first: float, last: float) -> Limits:
    pad = max(0.5, 0.02 * (last - first))
    return first - pad, last + pad
