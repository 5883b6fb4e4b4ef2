"""The plot of the efficiency: panels over the cycle number, one for each kind of loss that is known."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from battery_analytics.cell import FloatArray
from battery_analytics.plots.panel import Panel
from battery_analytics.plots.scale import robust_limits
from battery_analytics.plots.sheet import BLUE, LEFT_PX, ORANGE, PURPLE, RIGHT_PX, VERMILION, Mark, Sheet
from battery_analytics.plots.units import AMPERE_HOURS, Unit, unit_for

if TYPE_CHECKING:
    from battery_analytics.sections.efficiency import Efficiency, EfficiencyTable

_PANEL_PX, _BETWEEN_PX, _BOTTOM_PX, _HEADER_PX = 180, 62, 74, 130
_SECONDS_PER_MINUTE = 60.0

type Series = tuple[str, FloatArray, str]


@dataclass(frozen=True, slots=True)
class _Shown:
    """What one panel shows: its axis' name and unit, and its series, each with a name and a colour."""

    label: str
    unit: Unit
    series: tuple[Series, ...]

    @property
    def columns(self) -> list[FloatArray]:
        return [values for _, values, _ in self.series]


def efficiency_plot(found: "Efficiency", *, title: str) -> bytes | None:
    """PNG 1000 pixels wide, as high as its panels need; None where nothing is known of two cycles."""
    table = found.table
    panels = [one for one in _panels(table) if any(np.count_nonzero(np.isfinite(column)) > 1 for column in one.columns)]
    if not panels:
        return None
    height = _BOTTOM_PX + len(panels) * _PANEL_PX + (len(panels) - 1) * _BETWEEN_PX + _HEADER_PX
    sheet = Sheet(height, title, [found.slippage.text if found.slippage else found.no_slippage_reason or ""])
    number = table.cycle_number.astype(np.float64)
    pad = max(0.5, 0.02 * float(np.ptp(number)))
    x_limits = float(number.min()) - pad, float(number.max()) + pad
    for place, shown in enumerate(panels):
        top = height - _HEADER_PX - place * (_PANEL_PX + _BETWEEN_PX)
        limits = robust_limits(*shown.columns)
        panel = Panel(sheet, LEFT_PX, RIGHT_PX, top - _PANEL_PX, top, x_limits, limits)
        panel.axes("Cycle number" if place == len(panels) - 1 else "", shown.label, integer_x=True, y_unit=shown.unit)
        _draw(panel, number, shown)
    return sheet.png()


def _panels(table: "EfficiencyTable") -> list[_Shown]:
    held = [("time at constant voltage, charge", table.constant_voltage_charge_s / _SECONDS_PER_MINUTE, ORANGE)]
    if table.constant_voltage_discharge_s is not None:
        held.append(("discharge", table.constant_voltage_discharge_s / _SECONDS_PER_MINUTE, BLUE))
    ends = (
        ("end of charge", table.charge_end_slippage_Ah, ORANGE),
        ("end of discharge", table.discharge_end_slippage_Ah, BLUE),
    )
    return [
        _Shown("Efficiency", Unit("%"), (("energy efficiency", table.energy_efficiency_percent, PURPLE),)),
        _Shown(
            "Hysteresis", Unit("mV", 1e3), (("mean voltage, charge less discharge", table.hysteresis_V, VERMILION),)
        ),
        _Shown("Held", Unit("min"), tuple(one for one in held if np.nanmax(np.append(one[1], 0.0)) > 0)),
        _Shown("Slippage", unit_for(AMPERE_HOURS, *(values for _, values, _ in ends)), ends),
    ]


def _draw(panel: Panel, number: FloatArray, shown: _Shown) -> None:
    entries = []
    for name, values, color in shown.series:
        mark = Mark(color, marker="o", size_px=6.0 if number.size <= 300 else 4.0)
        panel.series(number, values, mark)
        panel.edge_markers(number, values, color)
        entries.append((name, mark))
    panel.sheet.legend(panel.left, panel.top + 18, entries)
    panel.outside_remark(shown.columns, shown.unit)
