"""The plot of the capacity over the rate, one line per age; the rates on a logarithmic scale."""

from typing import TYPE_CHECKING

import numpy as np

from battery_analytics.cell import FloatArray
from battery_analytics.plots.cycle_colors import cycle_colors, cycle_key, evenly_spread
from battery_analytics.plots.panel import Panel
from battery_analytics.plots.scale import full_limits
from battery_analytics.plots.sheet import GREY, GRID, INK, LEFT_PX, RIGHT_PX, Color, Mark, Sheet
from battery_analytics.plots.units import AMPERE_HOURS, unit_for
from battery_analytics.protocol.names import rate_words

if TYPE_CHECKING:
    from battery_analytics.sections.rate_capability import RateCapability, RatesAtAge

_HEIGHT_PX = 640
_MOST_SETS = 12
_LEAST_LABEL_PX = 58
_PAD_SHARE = 0.06


def rate_capability_plot(found: "RateCapability", *, title: str) -> bytes | None:
    """PNG of 1000 × 640 pixels; None where there is no set, or no capacity to state rates by."""
    sets = [one for one in found.sets if all(rate.rate_C for rate in one.rates)]
    if not sets:
        return None
    drawn = [sets[place] for place in evenly_spread(len(sets), _MOST_SETS)]
    rates = np.unique([rate.rate_C for one in drawn for rate in one.rates if rate.rate_C])
    low, high = float(np.log(rates[0])), float(np.log(rates[-1]))
    pad = _PAD_SHARE * (high - low)
    capacities = np.array([rate.capacity_Ah for one in drawn for rate in one.rates])
    unit = unit_for(AMPERE_HOURS, capacities)
    sheet = Sheet(_HEIGHT_PX, title, [drawn[0].text] if len(sets) == 1 else [drawn[0].text, drawn[-1].text])
    frame = sheet, LEFT_PX, RIGHT_PX, 74, _HEIGHT_PX - 160
    Panel(*frame, None, full_limits(capacities)).axes("", "Discharge capacity", y_unit=unit)
    panel = Panel(*frame, (low - pad, high + pad), full_limits(capacities))
    _draw_rates(panel, rates)
    ages = [round(one.age_cycle) for one in drawn]
    for one, color in zip(drawn, cycle_colors(ages), strict=True):
        _draw_set(panel, one, color)
    entries = [("measured", Mark(INK, marker="o", size_px=9))]
    if any(rate.basis != "measured" for one in drawn for rate in one.rates):
        entries.append(("of ageing cycles beside", Mark(INK, marker="o", size_px=9, hollow=True)))
    sheet.legend(LEFT_PX, panel.top + 18, entries)
    cycle_key(sheet, panel.top + 18, ages)
    return sheet.png()


def _draw_set(panel: Panel, one: "RatesAtAge", color: Color) -> None:
    x = np.log([rate.rate_C or np.nan for rate in one.rates])
    y = np.array([rate.capacity_Ah for rate in one.rates])
    measured = np.array([rate.basis == "measured" for rate in one.rates])
    panel.series(x, y, Mark(color, line="-", width_px=1.5))
    panel.series(x[measured], y[measured], Mark(color, marker="o", size_px=9))
    panel.series(x[~measured], y[~measured], Mark(color, marker="o", size_px=9, hollow=True))


def _draw_rates(panel: Panel, rates: FloatArray) -> None:
    """A line of the grid at each rate, with its name where there is space for it."""
    limits = panel.x_limits
    if limits is None or panel.y_limits is None:
        return
    per_px = (panel.right - panel.left) / (limits[1] - limits[0])
    named_px = -np.inf
    for rate in rates.tolist():
        x_px = panel.left + (np.log(rate) - limits[0]) * per_px
        panel.series(np.full(2, np.log(rate)), np.array(panel.y_limits), Mark(GRID, line="-", width_px=1))
        if x_px - named_px >= _LEAST_LABEL_PX:
            panel.sheet.text(x_px, panel.bottom - 16, rate_words(rate), color=GREY, align="center")
            named_px = x_px
    panel.sheet.text((panel.left + panel.right) / 2, panel.bottom - 42, "Discharge rate", align="center")
