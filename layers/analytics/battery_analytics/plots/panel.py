"""A panel: a rectangle of the sheet with two linear scales, its grid and labels, and what is drawn to those scales.

Not a matplotlib `Axes`: making and drawing one with its ticks takes 40 ms, and an upload needs up to six.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.patches import Polygon
from matplotlib.transforms import Bbox

from battery_analytics.cell import FloatArray
from battery_analytics.plots.scale import Limits, readable, ticks
from battery_analytics.plots.sheet import GREY, GRID, POINTS_PER_PX, SPINE, Color, Mark, Sheet
from battery_analytics.plots.units import PLAIN, Unit

_FAR_PX = 1e5
_PX_PER_X_TICK = 85
_PX_PER_Y_TICK = 48


@dataclass(frozen=True, slots=True)
class Panel:
    """The rectangle from (`left`, `bottom`) to (`right`, `top`) in pixels; limits are None where there is no value."""

    sheet: Sheet
    left: float
    right: float
    bottom: float
    top: float
    x_limits: Limits | None
    y_limits: Limits | None

    def __post_init__(self) -> None:
        object.__setattr__(self, "x_limits", readable(self.x_limits))
        object.__setattr__(self, "y_limits", readable(self.y_limits))

    def axes(
        self, x_label: str, y_label: str, *, integer_x: bool = False, x_unit: Unit = PLAIN, y_unit: Unit = PLAIN
    ) -> None:
        """Grid, frame, tick labels and axis names; an x axis without a name has no tick labels either.

        Labels are in the axis' unit, whose name follows that of the axis.
        """
        most_x = max(4, int((self.right - self.left) / _PX_PER_X_TICK))
        most_y = max(5, int((self.top - self.bottom) / _PX_PER_Y_TICK))
        x_ticks, x_names = _ticks(self.x_limits, most_x, x_unit, integer=integer_x)
        y_ticks, y_names = _ticks(self.y_limits, most_y, y_unit)
        x_px, y_px = self._x_px(np.array(x_ticks)), self._y_px(np.array(y_ticks))
        grid = [((x, self.bottom), (x, self.top)) for x in x_px] + [((self.left, y), (self.right, y)) for y in y_px]
        self.sheet.add(LineCollection(grid, colors=GRID, linewidths=POINTS_PER_PX))
        corner = np.array([[self.left, self.left, self.right], [self.top, self.bottom, self.bottom]], float)
        self.sheet.mark(corner[0], corner[1], Mark(SPINE, line="-", width_px=1))
        for y, name in zip(y_px, y_names, strict=True):
            self.sheet.text(self.left - 8, y, name, color=GREY, align="right")
        if y_label:
            name = f"{y_label} ({y_unit.name})" if y_unit.name and y_label else y_label
            self.sheet.text(self.left - 76, (self.bottom + self.top) / 2, name, upright=True)
        if x_label:
            for x, name in zip(x_px, x_names, strict=True):
                self.sheet.text(x, self.bottom - 16, name, color=GREY, align="center")
            named = f"{x_label} ({x_unit.name})" if x_unit.name else x_label
            self.sheet.text((self.left + self.right) / 2, self.bottom - 42, named, align="center")

    def series(self, x: FloatArray, y: FloatArray, mark: Mark) -> None:
        """Draw a series; NaN breaks its line, and of markers on the same pixel one is drawn."""
        x_px, y_px = self._x_px(x), self._y_px(y)
        if mark.line == "none":
            x_px, y_px = _one_a_pixel(x_px, y_px)
        self.sheet.mark(x_px, y_px, mark, self._clip(margin_px=0 if mark.line != "none" else 5))

    def curves(self, curves: Sequence[tuple[FloatArray, FloatArray]], colors: Sequence[Color], *, dashed: bool) -> None:
        """Draw many lines, each (x, y) in its own colour, as one artist."""
        segments = [np.column_stack((self._x_px(x), self._y_px(y))) for x, y in curves]
        # Dashes that all began at the same place would make stripes across the curves.
        styles = [(1.7 * number, (5.0, 2.0)) for number in range(len(curves))] if dashed else "solid"
        lines = LineCollection(segments, colors=list(colors), linewidths=1.8 * POINTS_PER_PX, linestyles=styles)
        self.sheet.add(lines, self._clip())

    def band(self, x: FloatArray, low: FloatArray, high: FloatArray, color: Color) -> None:
        """Fill between `low` and `high` with a light shade of the colour."""
        known = np.isfinite(x) & np.isfinite(low) & np.isfinite(high)
        if np.count_nonzero(known) < 2:
            return
        x_px = self._x_px(x[known])
        outline = np.column_stack(
            (np.append(x_px, x_px[::-1]), np.append(self._y_px(low[known]), self._y_px(high[known])[::-1]))
        )
        self.sheet.add(Polygon(outline, closed=True, facecolor=color, edgecolor="none", alpha=0.18), self._clip())

    def edge_markers(self, x: FloatArray, y: FloatArray, color: Color) -> None:
        """Mark each point above or below the panel by a triangle at its edge."""
        if self.y_limits is None:
            return
        low, high = self.y_limits
        for outside, edge_px, marker in ((y < low, self.bottom + 7, "v"), (y > high, self.top - 7, "^")):
            x_px = self._x_px(x[outside])
            if x_px.size:
                edges_px = np.full(x_px.shape, edge_px)
                self.sheet.mark(*_one_a_pixel(x_px, edges_px), Mark(color, marker=marker, size_px=12))

    def outside_remark(self, columns: Sequence[FloatArray], unit: Unit) -> None:
        """Write above the panel, at its right end, how many values its triangles mark and how far outside they are."""
        if self.y_limits is None:
            return
        low, high = self.y_limits
        values = np.concatenate(columns)
        below, above = values[values < low], values[values > high]
        remarks = [f"▼ {below.size:,} below, to {unit.factor * below.min():,.4g} {unit.name}"] if below.size else []
        remarks += [f"▲ {above.size:,} above, to {unit.factor * above.max():,.4g} {unit.name}"] if above.size else []
        if remarks:
            self.sheet.text(self.right, self.top + 18, "   ".join(remarks).replace("-", "−"), color=GREY, align="right")

    def sentence(self, text: str) -> None:
        """Write in the middle of the panel why nothing is drawn in it."""
        self.sheet.text((self.left + self.right) / 2, (self.bottom + self.top) / 2, text, align="center")

    def y_px(self, y: float) -> float:
        return float(self._y_px(np.array(y)))

    def _x_px(self, x: FloatArray) -> FloatArray:
        return _to_px(x, self.x_limits, self.left, self.right)

    def _y_px(self, y: FloatArray) -> FloatArray:
        return _to_px(y, self.y_limits, self.bottom, self.top)

    def _clip(self, margin_px: float = 0) -> Bbox:
        return Bbox.from_extents(self.left, self.bottom - margin_px, self.right + margin_px, self.top + margin_px)


def _ticks(limits: Limits | None, most: int, unit: Unit, *, integer: bool = False) -> tuple[list[float], list[str]]:
    """The places of the ticks in the values' own unit, and their labels in the unit to show."""
    if limits is None:
        return [], []
    places, names = ticks((limits[0] * unit.factor, limits[1] * unit.factor), most, integer=integer)
    return [place / unit.factor for place in places], names


def _to_px(values: FloatArray, limits: Limits | None, start_px: float, end_px: float) -> FloatArray:
    """Linear scale to pixels; far outside values stay finite and small enough for the rasteriser."""
    if limits is None:
        return np.full(np.shape(values), np.nan)
    low, high = limits
    return np.clip(start_px + (values - low) * ((end_px - start_px) / (high - low)), -_FAR_PX, _FAR_PX)


def _one_a_pixel(x_px: FloatArray, y_px: FloatArray) -> tuple[FloatArray, FloatArray]:
    known = np.isfinite(x_px) & np.isfinite(y_px)
    x_px, y_px = x_px[known], y_px[known]
    _, first = np.unique(np.round(x_px) * _FAR_PX + np.round(y_px), return_index=True)
    return x_px[first], y_px[first]
