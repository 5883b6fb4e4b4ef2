"""Incremental capacity, dQ/dV, and differential voltage, dV/dQ: their curves, their peaks, and each peak over the cycles."""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from battery_analytics.analysis.differential_voltage import differential_noise, differential_voltage
from battery_analytics.analysis.incremental_capacity import IncrementalCurves, PeakOverCycles, incremental_curves
from battery_analytics.analysis.peak_fit import FittedPeaks
from battery_analytics.analysis.peaks import peak_places
from battery_analytics.analysis.rounding import rounded
from battery_analytics.analysis.throughput import Branches
from battery_analytics.analysis.voltage_curves import Branch, branch_of
from battery_analytics.cell import FloatArray, IntArray
from battery_analytics.fields import Field, Numbers, WholeNumbers, finite
from battery_analytics.sections.analysed_cell import AnalysedCell
from battery_analytics.sections.declaration import Plot, Section
from battery_analytics.sections.test_protocol import rated_capacity_Ah

type Direction = Literal["charge", "discharge"]

MOST_SHOWN = 3
SLOW_RATE_C = 1 / 3
RATE_TOLERANCE = 1.05
END_SHARE = 0.06
MOST_VOLTAGES, MOST_CAPACITIES, FINEST_SHARE = 256, 96, 0.75
DIGITS, CURVE_DIGITS = 5, 4


@dataclass(frozen=True, slots=True)
class Peaks:
    """The peaks of dQ/dV, from a fit of all peaks of the curve over a straight base, with their standard deviations.

    Each array has one value per peak, in the order of their voltages.
    """

    voltages_V: Annotated[Numbers, Field("Where each peak is.", "V")]
    voltage_uncertainties_V: Annotated[Numbers, Field("Standard deviations of the voltages.", "V")]
    heights_Ah_per_V: Annotated[Numbers, Field("Their heights above the base.", "Ah/V")]
    height_uncertainties_Ah_per_V: Annotated[Numbers, Field("Standard deviations of the heights.", "Ah/V")]
    areas_Ah: Annotated[
        Numbers, Field("The charge in each above the base; null where it is too wide to be told from that.", "Ah")
    ]
    area_uncertainties_Ah: Annotated[Numbers, Field("Standard deviations of the areas.", "Ah")]
    widths_V: Annotated[Numbers, Field("Their widths at half of their heights.", "V")]
    width_uncertainties_V: Annotated[Numbers, Field("Standard deviations of the widths.", "V")]


@dataclass(frozen=True, slots=True)
class IncrementalCurve:
    """dQ/dV of one cycle at constant current, on a uniform grid of voltages."""

    cycle_number: Annotated[int, Field("Cycle number.")]
    direction: Annotated[Direction, Field("Whether the cell was charged or discharged.")]
    rate_C: Annotated[float | None, Field("The current over the cell's capacity; null where that is unknown.", "1/h")]
    distorted: Annotated[
        bool,
        Field("True above C/3: the overpotential moves and widens the peaks, so that they are not the electrodes'."),
    ]
    first_voltage_V: Annotated[float, Field("The voltage of the first value.", "V")]
    voltage_step_V: Annotated[float, Field("The distance of the voltages of neighbouring values.", "V")]
    dQ_dV: Annotated[Numbers, Field("The smoothed charge over voltage, positive in both directions.", "Ah/V")]
    peaks: Annotated[Peaks, Field("Its peaks.")]


@dataclass(frozen=True, slots=True)
class DifferentialCurve:
    """dV/dQ of one cycle on a uniform grid of capacities, smoothed. Its peaks are changes between phases of an electrode."""

    cycle_number: Annotated[int, Field("Cycle number.")]
    direction: Annotated[Direction, Field("Whether the cell was charged or discharged.")]
    first_capacity_Ah: Annotated[float, Field("The charge passed since the branch began, at the first value.", "Ah")]
    capacity_step_Ah: Annotated[float, Field("The charge between neighbouring values.", "Ah")]
    dV_dQ: Annotated[Numbers, Field("Voltage over charge, positive in both directions.", "V/Ah")]
    peak_capacities_Ah: Annotated[Numbers, Field("Where its peaks are, away from the steep ends, in order.", "Ah")]
    peak_heights_V_per_Ah: Annotated[Numbers, Field("The heights of these peaks.", "V/Ah")]


@dataclass(frozen=True, slots=True)
class PeakTrack:
    """One peak of dQ/dV over the cycles; null in a cycle in which it is not seen."""

    voltages_V: Annotated[Numbers, Field("Where the peak is.", "V")]
    heights_Ah_per_V: Annotated[Numbers, Field("Its height above the base.", "Ah/V")]
    areas_Ah: Annotated[Numbers, Field("The charge in it above the base; null also where it is too wide.", "Ah")]


@dataclass(frozen=True, slots=True)
class PeakTracks:
    """The peaks of dQ/dV in one direction over the cycles; the arrays have one value per cycle of `cycles`."""

    direction: Annotated[Direction, Field("Whether the cell was charged or discharged.")]
    cycles: Annotated[WholeNumbers, Field("Cycle numbers.")]
    peaks: Annotated[list[PeakTrack], Field("Each peak, in the order of their voltages.")]


@dataclass(frozen=True, slots=True)
class Smoothing:
    """How dQ/dV of a direction was smoothed, and what that was chosen from."""

    direction: Annotated[Direction, Field("Charge or discharge.")]
    width_V: Annotated[float, Field("The standard deviation of the Gaussian weights of a local quadratic fit.", "V")]
    noise_V: Annotated[float, Field("The voltage's noise, from its second differences, or its resolution.", "V")]
    spacing_V: Annotated[float, Field("The mean distance of the points.", "V")]
    noise_left_share: Annotated[float, Field("The noise that is left in dQ/dV, as a share of it.")]


@dataclass(frozen=True, slots=True)
class IncrementalCapacity:
    """dQ/dV and dV/dQ of at most three cycles at constant current, and the peaks of dQ/dV over the comparable cycles."""

    curves: Annotated[list[IncrementalCurve], Field("dQ/dV by cycle and direction.")]
    differential_curves: Annotated[list[DifferentialCurve], Field("dV/dQ by cycle and direction.")]
    tracks: Annotated[list[PeakTracks], Field("The peaks of dQ/dV over the cycles, by direction.")]
    smoothing: Annotated[list[Smoothing], Field("How dQ/dV was smoothed, by direction.")]
    basis: Annotated[str | None, Field("Which cycles were taken, and what limits their curves.")]
    reason: Annotated[str | None, Field("Why there are no curves; null where there are.")]


def incremental_capacity(analysed: AnalysedCell) -> IncrementalCapacity:
    if not analysed.cell.cycling.n_points:
        return _nothing("The file has no points, but one row per cycle.")
    members, shown, basis = _cycles(analysed)
    capacity_Ah = rated_capacity_Ah(analysed)
    curves: list[IncrementalCurve] = []
    differential: list[DifferentialCurve] = []
    tracks: list[PeakTracks] = []
    smoothing: list[Smoothing] = []
    for direction, flowed in _directions(analysed):
        found = incremental_curves(analysed.cell.cycling, flowed, shown, members)
        if found is None:
            continue
        numbers = analysed.table.cycle_number
        curves += _curves(found, direction, numbers, capacity_Ah)
        if found.tracks:
            peaks = [_track(track) for track in found.tracks]
            tracks.append(PeakTracks(direction, numbers[found.tracks[0].cycles], peaks))
        width = found.width
        smoothing.append(Smoothing(direction, width.width_V, width.noise_V, width.spacing_V, width.noise_share))
        differential += _differential(analysed, direction, flowed, shown)
    if not curves:
        return _nothing("No cycle has a charge or a discharge at constant current with enough points.")
    if any(curve.distorted for curve in curves):
        basis += " They ran faster than C/3, so the overpotential moves and widens their peaks."
    return IncrementalCapacity(curves, differential, tracks, smoothing, basis, None)


def _nothing(reason: str) -> IncrementalCapacity:
    return IncrementalCapacity([], [], [], [], None, reason)


def _directions(analysed: AnalysedCell) -> tuple[tuple[Direction, Branches], ...]:
    return ("charge", analysed.flow.charge), ("discharge", analysed.flow.discharge)


def _cycles(analysed: AnalysedCell) -> tuple[IntArray, list[int], str]:
    """The indices of the cycles to track and of those to show, and which they are as text."""
    protocol, numbers = analysed.protocol, analysed.table.cycle_number
    capacity_Ah = rated_capacity_Ah(analysed)
    slow = [one for one in protocol.groups if one.discharge_current_A <= RATE_TOLERANCE * SLOW_RATE_C * capacity_Ah]
    group = max(slow, key=lambda one: one.members.size, default=None)
    members = protocol.headline.members if group is None else group.members
    basis = (
        "The slowest comparable cycles, at most C/3, were taken."
        if group is not None
        else ("The compared cycles were taken; none ran at C/3 or slower.")
    )
    if not members.size:
        members = np.flatnonzero(analysed.flow.discharge.points.counts + analysed.flow.charge.points.counts)
        basis = "All cycles were taken, since none can be compared."
    asked = np.flatnonzero(np.isin(numbers, analysed.options.cycles or ()))
    chosen = asked if asked.size else members
    shown = sorted({int(chosen[0]), int(chosen[chosen.size // 2]), int(chosen[-1])}) if chosen.size else []
    if asked.size > MOST_SHOWN:
        basis += f" Of the {asked.size} cycles that were asked for, the first, the middle and the last are shown."
    return members, shown, basis


def _curves(
    found: IncrementalCurves, direction: Direction, numbers: IntArray, capacity_Ah: float
) -> list[IncrementalCurve]:
    curves = []
    interval = found.voltage_V[1] - found.voltage_V[0]
    finest = int(FINEST_SHARE * found.width.width_V / interval)
    every = max(_every(found.voltage_V.size, MOST_VOLTAGES), min(finest, found.voltage_V.size - 1))
    for row, cycle in enumerate(found.shown):
        if not np.isfinite(found.current_A[row]):
            continue
        rate = finite(found.current_A[row] / capacity_Ah) if capacity_Ah > 0 else None
        curves.append(
            IncrementalCurve(
                int(numbers[cycle]),
                direction,
                rate,
                distorted=rate is not None and rate > RATE_TOLERANCE * SLOW_RATE_C,
                first_voltage_V=float(found.voltage_V[0]),
                voltage_step_V=float(found.voltage_V[every] - found.voltage_V[0]),
                dQ_dV=rounded(found.dQ_dV[row, ::every], CURVE_DIGITS),
                peaks=_peaks(found.peaks[row]),
            )
        )
    return curves


def _peaks(fitted: FittedPeaks | None) -> Peaks:
    if fitted is None or fitted.uncertainty is None:
        return Peaks(*[np.empty(0)] * 8)
    deviations = fitted.uncertainty
    return Peaks(
        _short(fitted.place_V[0]),
        _short(deviations.place_V[0]),
        _short(fitted.height[0]),
        _short(deviations.height[0]),
        _short(fitted.area_Ah[0]),
        _short(deviations.area_Ah[0]),
        _short(fitted.width_V[0]),
        _short(deviations.width_V[0]),
    )


def _track(track: PeakOverCycles) -> PeakTrack:
    return PeakTrack(_short(track.voltage_V), _short(track.height), _short(track.area_Ah))


def _short(values: FloatArray) -> FloatArray:
    """The values to as many digits as a reader needs, so that the report stays short."""
    return rounded(values, DIGITS)


def _differential(
    analysed: AnalysedCell, direction: Direction, flowed: Branches, shown: list[int]
) -> list[DifferentialCurve]:
    curves = []
    for cycle in shown:
        branch = branch_of(analysed.cell.cycling, flowed, cycle)
        found = None if branch is None else differential_voltage(branch := _charged(branch))
        if branch is None or found is None:
            continue
        noise = differential_noise(branch)
        capacity, slope = found
        slope = slope if direction == "charge" else -slope
        places = _differential_peaks(slope, noise)
        every = _every(capacity.size, MOST_CAPACITIES)
        curves.append(
            DifferentialCurve(
                int(analysed.table.cycle_number[cycle]),
                direction,
                float(capacity[0]),
                float(capacity[every] - capacity[0]),
                rounded(slope[::every], CURVE_DIGITS),
                _short(capacity[places]),
                _short(slope[places]),
            )
        )
    return curves


def _every(n_points: int, most: int) -> int:
    """The distance between the points of a curve to keep, so that at most so many are left."""
    return -(-n_points // most)


def _charged(branch: Branch) -> Branch:
    known = np.isfinite(branch.capacity_Ah) & np.isfinite(branch.voltage_V)
    return Branch(branch.capacity_Ah[known], branch.voltage_V[known])


def _differential_peaks(slope: FloatArray, noise: float) -> IntArray:
    end = int(END_SHARE * slope.size)
    inner = slope[end : slope.size - end]
    height = float(np.median(inner)) if inner.size else 0.0
    return peak_places(inner, noise / height) + end if height > 0 else np.empty(0, dtype=np.int64)


def _plot(analysed: AnalysedCell, value: IncrementalCapacity) -> bytes | None:
    from battery_analytics.sections.incremental_capacity.plot import (  # noqa: PLC0415  # imports matplotlib
        incremental_capacity_plot,
    )

    lines = [
        (
            curve.cycle_number,
            curve.direction,
            curve.first_voltage_V + curve.voltage_step_V * np.arange(curve.dQ_dV.size, dtype=np.float64),
            curve.dQ_dV,
        )
        for curve in value.curves
    ]
    return incremental_capacity_plot(lines, title=analysed.cell.cell_id) if lines else None


INCREMENTAL_CAPACITY = Section(
    "incremental_capacity",
    IncrementalCapacity,
    incremental_capacity,
    plots=(
        Plot(
            "incremental_capacity_plot",
            "Incremental capacity, dQ/dV",
            "dQ/dV over voltage, smoothed (Dubarry & Anseán 2022), charge above and discharge below zero.",
            _plot,
        ),
    ),
)
