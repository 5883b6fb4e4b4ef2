"""Voltage profile: voltage over capacity of chosen cycles, separate for charge and discharge."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from battery_analytics.analysis import voltage_curves as curves_of
from battery_analytics.fields import Field, Numbers, finite
from battery_analytics.sections.analysed_cell import AnalysedCell
from battery_analytics.sections.declaration import Plot, Section

MOST_CURVES_DRAWN = 30


@dataclass(frozen=True, slots=True)
class Branch:
    """The points with this direction of current; null where the cycle has none."""

    capacities: Annotated[Numbers, Field("Charge passed since the branch began.", "Ah")]
    voltages: Annotated[Numbers, Field("Cell voltage.", "V")]


@dataclass(frozen=True, slots=True)
class VoltageCurve:
    """One cycle's curves."""

    cycle_number: Annotated[int, Field("Cycle number.")]
    charge_data: Annotated[Branch | None, Field("The points with charging current; null where there are none.")]
    discharge_data: Annotated[Branch | None, Field("The points with discharging current; null where there are none.")]


@dataclass(frozen=True, slots=True)
class VoltageStats:
    """Over all points of the returned curves' cycles, rests included."""

    min_voltage: Annotated[float | None, Field("Lowest voltage.", "V")]
    max_voltage: Annotated[float | None, Field("Highest voltage.", "V")]
    avg_voltage: Annotated[float | None, Field("Mean voltage.", "V")]


@dataclass(frozen=True, slots=True)
class VoltageProfile:
    """Voltage over capacity of chosen cycles: first, middle and last, or those of the option `cycles`."""

    voltage_curves: Annotated[list[VoltageCurve], Field("The chosen cycles' curves.")]
    voltage_stats: Annotated[VoltageStats, Field("Over all points of the returned curves' cycles.")]


def voltage_profile(analysed: AnalysedCell) -> VoltageProfile:
    cycling = analysed.cell.cycling
    chosen = _chosen_cycles(analysed)
    if not cycling.n_points:
        return VoltageProfile([], VoltageStats(None, None, None))
    voltage = np.concatenate([cycling.voltage_V[cycling.points(index)] for index in chosen])
    curves = curves_of.voltage_curves(cycling, analysed.flow, chosen)
    return VoltageProfile(
        voltage_curves=[
            VoltageCurve(curve.cycle_number, _branch(curve.charge), _branch(curve.discharge)) for curve in curves
        ],
        voltage_stats=VoltageStats(
            min_voltage=finite(float(voltage.min())),
            max_voltage=finite(float(voltage.max())),
            avg_voltage=finite(float(voltage.mean())),
        ),
    )


def _branch(branch: curves_of.Branch | None) -> Branch | None:
    return None if branch is None else Branch(branch.capacity_Ah, branch.voltage_V)


def _chosen_cycles(analysed: AnalysedCell) -> list[int]:
    """The indices of the cycles in the option; where this cell has none of them, first, middle and last."""
    numbers, asked = analysed.table.cycle_number, analysed.options.cycles
    chosen: list[int] = np.flatnonzero(np.isin(numbers, asked)).tolist() if asked else []
    return chosen or sorted({0, numbers.size // 2, numbers.size - 1})


def _curves_to_draw(analysed: AnalysedCell) -> tuple[curves_of.VoltageCurve, ...]:
    """Curves of cycles spread evenly from the first to the last."""
    n_cycles = analysed.cell.cycling.n_cycles
    count = min(n_cycles, MOST_CURVES_DRAWN)
    indices = [round(place * (n_cycles - 1) / max(count - 1, 1)) for place in range(count)]
    return curves_of.voltage_curves(analysed.cell.cycling, analysed.flow, indices)


def _profile_plot(analysed: AnalysedCell, _: VoltageProfile) -> bytes:
    from battery_analytics.sections.voltage_profile.plot import voltage_profile_plot  # noqa: PLC0415  # imports matplotlib

    return voltage_profile_plot(_curves_to_draw(analysed), title=analysed.cell.cell_id)


def _differential_plot(analysed: AnalysedCell, _: VoltageProfile) -> bytes:
    from battery_analytics.analysis.differential_voltage import differential_curves  # noqa: PLC0415  # only for the plot
    from battery_analytics.sections.voltage_profile.differential_plot import (  # noqa: PLC0415  # imports matplotlib
        differential_voltage_plot,
    )

    return differential_voltage_plot(differential_curves(_curves_to_draw(analysed)), title=analysed.cell.cell_id)


VOLTAGE_PROFILE = Section(
    "voltage_profile",
    VoltageProfile,
    voltage_profile,
    plots=(
        Plot("voltage_profile_plot", "Voltage over capacity", "Voltage over capacity.", _profile_plot, standard=True),
        Plot(
            "differential_voltage_plot",
            "Differential voltage, dV/dQ",
            "dV/dQ on a uniform capacity grid, smoothed (Dubarry & Anseán 2022).",
            _differential_plot,
            standard=True,
        ),
    ),
)
