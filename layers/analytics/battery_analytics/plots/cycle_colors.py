"""The colours of cycles: which of many cycles are drawn, the colour of each, and the legend."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from matplotlib import colormaps
from matplotlib.collections import LineCollection

from battery_analytics.plots.sheet import GREY, POINTS_PER_PX, RIGHT_PX, Color, Mark, Sheet

# Cividis reads the same with any colour vision (Nuñez et al., PLoS ONE 13, e0199239, 2018); its palest end is left out.
_SCALE = colormaps["cividis"](np.linspace(0.0, 0.9, 64))[:, :3]
_MOST_NAMED = 4
_STRIP_PX = 150


def evenly_spread(count: int, most: int) -> list[int]:
    """At most `most` indices from 0 to count - 1, first and last among them."""
    return sorted({round(place) for place in np.linspace(0, count - 1, min(count, most))}) if count else []


def cycle_colors(cycle_numbers: Sequence[int]) -> list[Color]:
    """A colour for each cycle, from dark (the first) to light (the last), by its number."""
    first, last = min(cycle_numbers, default=0), max(cycle_numbers, default=0)
    steps = (len(_SCALE) - 1) / max(1, last - first)
    return [_color(round((number - first) * steps)) for number in cycle_numbers]


def cycle_key(sheet: Sheet, y_px: float, cycle_numbers: Sequence[int]) -> None:
    """Draw the legend, right-aligned at this height: each of few cycles, else a strip from the first to the last."""
    if len(cycle_numbers) <= _MOST_NAMED:
        colors = cycle_colors(cycle_numbers)
        entries = [
            (f"cycle {number:,}", Mark(color, line="-", width_px=4))
            for number, color in zip(cycle_numbers, colors, strict=True)
        ]
        width_px = sum(sheet.text_width_px(name) + 53 for name, _ in entries) - 20
        sheet.legend(RIGHT_PX - width_px, y_px, entries)
        return
    first, last = f"cycle {min(cycle_numbers):,}", f"{max(cycle_numbers):,}"
    end_px = RIGHT_PX - round(sheet.text_width_px(last)) - 8
    edges_px = np.linspace(end_px - _STRIP_PX, end_px, len(_SCALE) + 1).round()
    strip = [((left, y_px), (right, y_px)) for left, right in pairwise(edges_px)]
    sheet.add(LineCollection(strip, colors=_SCALE, linewidths=14 * POINTS_PER_PX, capstyle="butt"))
    sheet.text(end_px - _STRIP_PX - 8, y_px, first, color=GREY, align="right")
    sheet.text(end_px + 8, y_px, last, color=GREY)


def _color(step: int) -> Color:
    red, green, blue = _SCALE[step].tolist()
    return red, green, blue
