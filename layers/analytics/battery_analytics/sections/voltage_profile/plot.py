"""The plot of the voltage over the capacity passed, charge and discharge of each cycle."""

from collections.abc import Sequence

from battery_analytics.analysis.voltage_curves import VoltageCurve
from battery_analytics.plots.cycle_colors import cycle_colors, cycle_key, evenly_spread
from battery_analytics.plots.panel import Panel
from battery_analytics.plots.scale import full_limits, thinned
from battery_analytics.plots.sheet import INK, LEFT_PX, RIGHT_PX, Mark, Sheet
from battery_analytics.plots.units import AMPERE_HOURS, unit_for

_HEIGHT_PX = 640
_MOST_CYCLES = 40


def voltage_profile_plot(curves: Sequence[VoltageCurve], *, title: str) -> bytes:
    """PNG of 1000 × 640 pixels. Of many cycles forty are drawn, evenly spread, the first and the last among them."""
    drawn = [curves[index] for index in evenly_spread(len(curves), _MOST_CYCLES)]
    colors = cycle_colors([curve.cycle_number for curve in drawn])
    branches = [
        (branch, color, dashed)
        for curve, color in zip(drawn, colors, strict=True)
        for branch, dashed in ((curve.charge, False), (curve.discharge, True))
        if branch is not None
    ]
    sheet = Sheet(
        _HEIGHT_PX,
        title,
        [] if len(drawn) == len(curves) else [f"{len(drawn)} of {len(curves):,} cycles, evenly spread"],
    )
    panel = Panel(
        sheet,
        left=LEFT_PX,
        right=RIGHT_PX,
        bottom=74,
        top=_HEIGHT_PX - 124,
        x_limits=full_limits(*(branch.capacity_Ah for branch, _, _ in branches), pad=0.02),
        y_limits=full_limits(*(branch.voltage_V for branch, _, _ in branches)),
    )
    unit = unit_for(AMPERE_HOURS, *(branch.capacity_Ah for branch, _, _ in branches))
    panel.axes("Capacity passed since the start of the charge or discharge", "Voltage (V)", x_unit=unit)
    if panel.x_limits is None or panel.y_limits is None:
        panel.sentence("No cycle has voltage and capacity under current.")
        return sheet.png()
    row_px = panel.top + 20
    names = []
    for name, dashed in (("charge", False), ("discharge", True)):
        lines = [(thinned(branch.capacity_Ah), thinned(branch.voltage_V)) for branch, _, d in branches if d == dashed]
        if lines:
            panel.curves(lines, [color for _, color, d in branches if d == dashed], dashed=dashed)
            names.append((name, Mark(INK, line="--" if dashed else "-")))
        else:
            names.append((f"no {name}", Mark(INK)))
    sheet.legend(LEFT_PX, row_px, names)
    cycle_key(sheet, row_px, [curve.cycle_number for curve in drawn])
    return sheet.png()
