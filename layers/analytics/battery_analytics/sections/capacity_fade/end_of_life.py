"""The end of life in the capacity plot: threshold, projected cycle with its interval, and the sentence about them."""

import numpy as np

from battery_analytics.analysis.cycle_table import CycleTable
from battery_analytics.cell import FloatArray
from battery_analytics.plots.panel import Panel
from battery_analytics.plots.scale import Limits
from battery_analytics.plots.sheet import INK, VERMILION, Mark
from battery_analytics.plots.units import AMPERE_HOURS, unit_for
from battery_analytics.projection.knee import FoundKnee
from battery_analytics.projection.result import Projection

TREND = Mark(INK, line="-", width_px=2)

_MOST_LIVES = 3.0
_LEAST_DATA_SHARE = 0.25


def fits_beside_the_data(projection: Projection, last_cycle: float, capacity_limits: Limits) -> bool:
    """Whether the measured cycles stay readable on axes that reach to the end of life."""
    if projection.eol_capacity_Ah is None:
        return True
    low, high = capacity_limits
    with_threshold = max(high, projection.eol_capacity_Ah) - min(low, projection.eol_capacity_Ah)
    near = projection.eol_cycle is None or projection.eol_cycle <= _MOST_LIVES * last_cycle
    return near and high - low >= _LEAST_DATA_SHARE * with_threshold


def reach_cycle(projection: Projection, last_cycle: float) -> float:
    """The last cycle of an axis that shows the end of life, with its interval unless that is much wider."""
    eol_cycle = projection.eol_cycle
    if eol_cycle is None:
        return last_cycle
    high = projection.interval.high if projection.interval else None
    return max(last_cycle, eol_cycle * 1.05, min(high or eol_cycle, 1.6 * eol_cycle))


def draw_trend(panel: Panel, projection: Projection) -> None:
    """The fitted line and its band; where the fit stops before the end of life, a dotted line from there to it."""
    trend = projection.trend
    if trend is None or trend.cycle_number.size == 0:
        return
    panel.band(trend.cycle_number, trend.low_Ah, trend.high_Ah, INK)
    panel.series(trend.cycle_number, trend.capacity_Ah, TREND)
    if projection.eol_cycle is None or projection.eol_capacity_Ah is None:
        return
    end, end_Ah = float(trend.cycle_number[-1]), float(trend.capacity_Ah[-1])
    if projection.eol_cycle > end:
        rest = np.array([end, projection.eol_cycle]), np.array([end_Ah, projection.eol_capacity_Ah])
        panel.series(*rest, Mark(INK, line=":", width_px=2))


def draw_end_of_life(panel: Panel, projection: Projection) -> None:
    """The threshold as a dashed line, the projected cycle as a diamond on it, its interval as a bar."""
    eol_Ah, limits = projection.eol_capacity_Ah, panel.x_limits
    if eol_Ah is None or limits is None:
        return
    panel.series(np.array(limits), _level(eol_Ah), Mark(VERMILION, line="--", width_px=1.5))
    name = f"end of life {_percent(projection.eol_threshold)}: {unit_for(AMPERE_HOURS, eol_Ah).text(eol_Ah, digits=3)}"
    panel.sheet.text(panel.left + 8, panel.y_px(eol_Ah) - 14, name, color=VERMILION)
    if projection.eol_cycle is None:
        return
    if projection.interval is not None:
        low, high = projection.interval.low, projection.interval.high
        bar = np.array([max(low, limits[0]), min(high or np.inf, limits[1])])
        panel.series(bar, _level(eol_Ah), Mark(VERMILION, line="-", width_px=6))
        if high is None or high > limits[1]:
            panel.series(bar[1:], _level(eol_Ah)[1:], Mark(VERMILION, marker=">", size_px=13))
    panel.series(np.array([projection.eol_cycle]), _level(eol_Ah)[1:], Mark(VERMILION, marker="D", size_px=12))


def draw_knee(panel: Panel, found: FoundKnee | None, table: CycleTable) -> None:
    """The knee as a square on the fade with its interval as a bar, and the onset, where there is one, as a triangle."""
    if found is None or panel.y_limits is None:
        return
    knee, height = found.knee, _level(found.capacity_Ah)
    interval = np.array([knee.knee_interval.low, knee.knee_interval.high])
    panel.series(interval, height, Mark(INK, line="-", width_px=4))
    panel.series(np.array([knee.knee_cycle]), height[1:], Mark(INK, marker="s", size_px=12))
    words = f"knee at cycle {knee.knee_cycle:,.0f}"
    if knee.onset_cycle is not None:
        known = np.isfinite(table.discharge_capacity_Ah)
        onset_Ah = np.interp([knee.onset_cycle], table.cycle_number[known], table.discharge_capacity_Ah[known])
        panel.series(np.array([knee.onset_cycle]), onset_Ah, Mark(INK, marker="v", size_px=12, hollow=True))
        words = f"{words}, onset at {knee.onset_cycle:,.0f}"
    panel.sheet.text(panel.left + 8, panel.bottom + 32, words, color=INK)


def end_of_life_sentence(projection: Projection) -> str:
    if projection.eol_cycle is None:
        return f"No end of life projected: {projection.abstention_reason or 'not enough is known.'}"
    verb = "reached" if projection.method == "observed" else "projected"
    sentence = f"End of life ({_percent(projection.eol_threshold)}) {verb} at cycle {projection.eol_cycle:,.0f}"
    interval = projection.interval
    if interval is None:
        return sentence
    until = f"to {interval.high:,.0f}" if interval.high is not None else "or later"
    return f"{sentence}; {interval.basis} {_percent(interval.level)} interval {interval.low:,.0f} {until}"


def _level(capacity_Ah: float) -> FloatArray:
    return np.full(2, capacity_Ah)


def _percent(share: float) -> str:
    return f"{100 * share:g} %"
