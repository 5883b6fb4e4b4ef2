"""The plot of the degradation modes over cycles, each with the band of its 90 % interval."""

from typing import TYPE_CHECKING

import numpy as np

from battery_analytics.plots.panel import Panel
from battery_analytics.plots.scale import full_limits
from battery_analytics.plots.sheet import LEFT_PX, RIGHT_PX, Mark, Sheet

if TYPE_CHECKING:
    from battery_analytics.sections.degradation_modes import DegradationModes

_HEIGHT_PX = 640
_COLORS = ("#1f77b4", "#d62728", "#2ca02c")
_NAMES = ("lithium inventory", "negative material", "positive material")


def degradation_modes_plot(found: "DegradationModes", *, title: str) -> bytes | None:
    """PNG of 1000 × 640 pixels; None where there are no modes."""
    losses = (found.lithium_inventory, found.negative_material, found.positive_material)
    known = [(name, color, loss) for name, color, loss in zip(_NAMES, _COLORS, losses, strict=True) if loss is not None]
    if not any(np.isfinite(loss.loss_percent).any() for _, _, loss in known):
        return None
    cycles = found.cycles.astype(np.float64)
    sheet = Sheet(_HEIGHT_PX, title, [found.basis or ""])
    panel = Panel(
        sheet,
        left=LEFT_PX,
        right=RIGHT_PX,
        bottom=74,
        top=_HEIGHT_PX - 124,
        x_limits=full_limits(cycles, pad=0.03),
        y_limits=full_limits(
            *(values for _, _, loss in known for values in (loss.low_percent, loss.high_percent)), pad=0.06
        ),
    )
    panel.axes("Cycle number", "Lost since the first of these (%)", integer_x=True)
    for _, color, loss in known:
        panel.band(cycles, loss.low_percent, loss.high_percent, color)
        panel.series(cycles, loss.loss_percent, Mark(color, line="-", width_px=2))
        panel.series(cycles, loss.loss_percent, Mark(color, marker="o", size_px=7))
    sheet.legend(LEFT_PX, panel.top + 20, [(name, Mark(color, line="-", width_px=2)) for name, color, _ in known])
    return sheet.png()
