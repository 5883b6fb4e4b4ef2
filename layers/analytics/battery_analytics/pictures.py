"""A cell's pictures as base64 PNG, drawn only where they were asked for."""

import base64
from collections.abc import Callable

from battery_analytics.analysis.differential_voltage import differential_curves
from battery_analytics.analysis.voltage_profile import VoltageCurve, voltage_curves
from battery_analytics.cell_analysis import CellAnalysis
from battery_analytics.options import PLOT_NAMES
from battery_analytics.timing import StageTimer

MOST_CURVES = 30


def pictures(analysis: CellAnalysis, names: frozenset[str], timer: StageTimer) -> dict[str, str | None]:
    """Every plot by name, None for those that were not asked for."""
    drawn: dict[str, str | None] = dict.fromkeys(PLOT_NAMES)
    if not names:
        return drawn
    with timer.stage("import_plots"):
        drawings = _drawings(analysis)
    for name in PLOT_NAMES:
        if name in names:
            with timer.stage(name):
                drawn[name] = base64.b64encode(drawings[name]()).decode("ascii")
    return drawn


def _drawings(analysis: CellAnalysis) -> dict[str, Callable[[], bytes]]:
    # matplotlib takes a third of a second to import, which a request without plots never pays.
    from battery_analytics.plots.capacity import capacity_plot  # noqa: PLC0415
    from battery_analytics.plots.differential_voltage import differential_voltage_plot  # noqa: PLC0415
    from battery_analytics.plots.temperature import temperature_vs_capacity_plot  # noqa: PLC0415
    from battery_analytics.plots.voltage_profile import voltage_profile_plot  # noqa: PLC0415

    title = analysis.cell.cell_id
    return {
        "capacity_plot": lambda: capacity_plot(analysis.fade, analysis.projection, analysis.knee, title=title),
        "voltage_profile_plot": lambda: voltage_profile_plot(_curves(analysis), title=title),
        "differential_voltage_plot": lambda: differential_voltage_plot(
            differential_curves(_curves(analysis)), title=title
        ),
        "temperature_vs_capacity_plot": lambda: temperature_vs_capacity_plot(
            analysis.temperature, analysis.fade, title=title
        ),
    }


def _curves(analysis: CellAnalysis) -> tuple[VoltageCurve, ...]:
    """Curves of cycles spread evenly from the first to the last."""
    n_cycles = analysis.cell.cycling.n_cycles
    count = min(n_cycles, MOST_CURVES)
    indices = [round(place * (n_cycles - 1) / max(count - 1, 1)) for place in range(count)]
    return voltage_curves(analysis.cell.cycling, analysis.flow, indices)
