"""The plot of dQ/dV over voltage, whose peaks show the electrodes' reactions."""

from collections.abc import Sequence

import numpy as np

from battery_analytics.cell import FloatArray
from battery_analytics.plots.cycle_colors import cycle_colors, cycle_key
from battery_analytics.plots.panel import Panel
from battery_analytics.plots.scale import full_limits
from battery_analytics.plots.sheet import LEFT_PX, RIGHT_PX, Sheet
from battery_analytics.plots.units import AMPERE_HOURS, unit_for

_HEIGHT_PX = 640


def incremental_capacity_plot(lines: Sequence[tuple[int, str, FloatArray, FloatArray]], *, title: str) -> bytes:
    """PNG of 1000 × 640 pixels of curves (cycle, direction, voltages, dQ/dV): charges above zero, discharges below."""
    numbers = [cycle for cycle, *_ in lines]
    unit = unit_for(AMPERE_HOURS, *(dQ_dV for *_, dQ_dV in lines))
    signed = [
        (voltage, dQ_dV * unit.factor * (1 if direction == "charge" else -1)) for _, direction, voltage, dQ_dV in lines
    ]
    sheet = Sheet(_HEIGHT_PX, title, ["Charge above zero, discharge below; constant current only"])
    panel = Panel(
        sheet,
        left=LEFT_PX,
        right=RIGHT_PX,
        bottom=74,
        top=_HEIGHT_PX - 124,
        x_limits=full_limits(*(voltage for voltage, _ in signed), pad=0.02),
        y_limits=full_limits(np.zeros(1), *(dQ_dV for _, dQ_dV in signed), pad=0.08),
    )
    panel.axes("Voltage (V)", f"dQ/dV ({unit.name}/V)")
    panel.curves(signed, cycle_colors(numbers), dashed=False)
    cycle_key(sheet, panel.top + 20, sorted(set(numbers)))
    return sheet.png()
