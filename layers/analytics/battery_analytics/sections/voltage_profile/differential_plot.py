"""The plot of dV/dQ over the discharged capacity, whose peaks show the electrodes' phase changes."""

from collections.abc import Sequence

import numpy as np

from battery_analytics.analysis.differential_voltage import DifferentialCurve
from battery_analytics.plots.cycle_colors import cycle_colors, cycle_key, evenly_spread
from battery_analytics.plots.panel import Panel
from battery_analytics.plots.scale import Limits, full_limits, padded, thinned
from battery_analytics.plots.sheet import LEFT_PX, RIGHT_PX, Sheet
from battery_analytics.plots.units import AMPERE_HOURS, unit_for

_HEIGHT_PX = 640
_MOST_CYCLES = 40
_END_SHARE = 0.12


def differential_voltage_plot(curves: Sequence[DifferentialCurve], *, title: str) -> bytes:
    """PNG of 1000 × 640 pixels, in mV/Ah or mV/mAh, scaled to the peaks: the steep ends may be outside the plot.

    Of many cycles forty are drawn, evenly spread, the first and the last among them.
    """
    drawn = [curves[index] for index in evenly_spread(len(curves), _MOST_CYCLES)]
    numbers = [curve.cycle_number for curve in drawn]
    unit = unit_for(AMPERE_HOURS, *(curve.capacity_Ah for curve in drawn))
    lines = [(thinned(curve.capacity_Ah), thinned(curve.dV_dQ_V_per_Ah) * 1000 / unit.factor) for curve in drawn]
    summary = ["Discharge; the steep ends may be outside the plot"]
    if len(drawn) < len(curves):
        summary = [f"{summary[0]}. {len(drawn)} of {len(curves):,} cycles, evenly spread"]
    sheet = Sheet(_HEIGHT_PX, title, summary)
    panel = Panel(
        sheet,
        left=LEFT_PX,
        right=RIGHT_PX,
        bottom=74,
        top=_HEIGHT_PX - 124,
        x_limits=full_limits(*(capacity for capacity, _ in lines), pad=0.02),
        y_limits=_feature_limits([dV_dQ for _, dV_dQ in lines]),
    )
    panel.axes("Discharged capacity", f"dV/dQ (mV/{unit.name})", x_unit=unit)
    if panel.x_limits is None or panel.y_limits is None:
        panel.sentence("No cycle has a discharge from which dV/dQ can be derived.")
        return sheet.png()
    panel.curves(lines, cycle_colors(numbers), dashed=False)
    cycle_key(sheet, panel.top + 20, numbers)
    return sheet.png()


def _feature_limits(columns: Sequence[np.ndarray[tuple[int, ...], np.dtype[np.float64]]]) -> Limits | None:
    """The range of dV/dQ between the ends of the curves, widened to show where the steep ends begin."""
    inner = []
    for column in columns:
        known = column[np.isfinite(column)]
        end = int(_END_SHARE * known.size)
        inner.append(known[end : known.size - end])
    limits = full_limits(*inner, pad=0.0)
    return padded(*limits, pad=0.25) if limits else None
