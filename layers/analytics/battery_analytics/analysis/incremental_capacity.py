"""dQ/dV of chosen cycles with its peaks, and each peak over many cycles.

Source: Dubarry & Anseán, Front. Energy Res. 10, 1023555 (2022).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from battery_analytics.analysis.charge_by_voltage import charge_density, strokes_of, voltage_grid
from battery_analytics.analysis.peak_fit import FittedPeaks, fitted_peaks
from battery_analytics.analysis.peaks import Track, peak_places, tracked
from battery_analytics.analysis.smoothing import Width, smoothed, width_for
from battery_analytics.analysis.throughput import Branches
from battery_analytics.cell import CyclingData, FloatArray, IntArray

MOST_TRACKED = 24
WIDEST_MOVE_V = 0.030
STEPS_OF_TRACKS = 4
START_WIDTH_SHARE = 0.04
MERGED_SHARE = 0.7
FEWEST_INTERVALS = 80
WIDEST_PEAK_SHARE = 0.15


@dataclass(frozen=True, slots=True)
class PeakOverCycles:
    """One peak: its voltage, height in Ah/V and area, NaN in a cycle without it; `cycles` are indices, all (n_tracked,)."""

    cycles: IntArray
    voltage_V: FloatArray
    height: FloatArray
    area_Ah: FloatArray


@dataclass(frozen=True, slots=True)
class IncrementalCurves:
    """dQ/dV of the cycles `shown`, (n_shown, n_voltages), their peaks, and the peaks of many cycles as tracks.

    `current_A` is the set current of each cycle shown, NaN for one that has no such curve.
    """

    shown: list[int]
    voltage_V: FloatArray
    dQ_dV: FloatArray
    current_A: FloatArray
    peaks: list[FittedPeaks | None]
    tracks: list[PeakOverCycles]
    width: Width


def incremental_curves(
    cycling: CyclingData, flowed: Branches, shown: Sequence[int], members: IntArray
) -> IncrementalCurves | None:
    """The curves of the charges, or the discharges, of these cycles; None where none has a constant current.

    Of more than `MOST_TRACKED` members some are tracked, spread evenly from the first to the last.
    """
    if not shown:
        return None
    spread = np.unique(np.linspace(0, members.size - 1, min(members.size, MOST_TRACKED)).round().astype(int))
    cycles = sorted({*shown, *members[spread].tolist()})
    strokes = strokes_of(cycling, flowed, cycles)
    if not strokes.row.size:
        return None
    edges = voltage_grid(strokes)
    if edges.size < 3:
        return None
    density = charge_density(strokes, edges)
    width = width_for(strokes, edges)
    smooth = smoothed(density, edges, width.width_V)
    known = np.isfinite(strokes.current_A)
    voltage = (edges[1:] + edges[:-1]) / 2
    places = [
        peak_places(row, width.noise_share) if is_known else _NONE for row, is_known in zip(smooth, known, strict=True)
    ]
    rows = [cycles.index(cycle) for cycle in shown]
    merged_V, merged = _merged(voltage, density, width.width_V)
    return IncrementalCurves(
        shown=list(shown),
        voltage_V=voltage,
        dQ_dV=smooth[rows],
        current_A=strokes.current_A[rows],
        peaks=_fitted(merged_V, merged[rows], [voltage[places[row]] for row in rows]),
        tracks=_tracks(merged_V, merged, [voltage[place] for place in places], np.array(cycles), known),
        width=width,
    )


_NONE = np.empty(0, dtype=np.int64)


def _merged(voltage_V: FloatArray, density: FloatArray, width_V: float) -> tuple[FloatArray, FloatArray]:
    """The curves on intervals that are wider, but narrower than the smoothing, so that a fit of them takes less time."""
    interval = voltage_V[1] - voltage_V[0]
    n = max(min(int(MERGED_SHARE * width_V / interval), voltage_V.size // FEWEST_INTERVALS), 1)
    kept = voltage_V.size // n * n
    return voltage_V[:kept].reshape(-1, n).mean(axis=1), density[:, :kept].reshape(density.shape[0], -1, n).mean(axis=2)


def _fitted(voltage_V: FloatArray, curves: FloatArray, places_V: list[FloatArray]) -> list[FittedPeaks | None]:
    """The fit of each curve's peaks, those with as many peaks together; a peak of no area is none, and is left out."""
    found: list[FittedPeaks | None] = [None] * len(places_V)
    for n_peaks in sorted({places.size for places in places_V} - {0}, reverse=True):
        alike = [row for row, places in enumerate(places_V) if places.size == n_peaks]
        begin = np.array([places_V[row] for row in alike])
        fitted = fitted_peaks(voltage_V, curves[alike], begin, _first_widths(voltage_V, begin), bootstrap=True)
        for place, row in enumerate(alike):
            real = fitted.area_Ah[place] > 0
            if real.all():
                found[row] = _without_wide_areas(fitted.of(place), voltage_V)
            elif real.any():
                [found[row]] = _fitted(voltage_V, curves[row : row + 1], [begin[place][real]])
    return found


def _first_widths(voltage_V: FloatArray, places_V: FloatArray) -> FloatArray:
    return np.full(places_V.shape, START_WIDTH_SHARE * (voltage_V[-1] - voltage_V[0]))


def _without_wide_areas(fitted: FittedPeaks, voltage_V: FloatArray) -> FittedPeaks:
    """NaN for the areas of peaks that are so wide that the fit cannot tell them from the base."""
    wide = fitted.width_V > WIDEST_PEAK_SHARE * (voltage_V[-1] - voltage_V[0])
    found = replace(fitted, area_Ah=np.where(wide, np.nan, fitted.area_Ah))
    if fitted.uncertainty is None:
        return found
    uncertain = replace(fitted.uncertainty, area_Ah=np.where(wide, np.nan, fitted.uncertainty.area_Ah))
    return replace(found, uncertainty=uncertain)


def _tracks(
    voltage_V: FloatArray, curves: FloatArray, places_V: list[FloatArray], cycles: IntArray, known: np.ndarray
) -> list[PeakOverCycles]:
    rows = np.flatnonzero(known)
    tracks = tracked([places_V[row] for row in rows.tolist()], WIDEST_MOVE_V)
    if not tracks or rows.size < 2:
        return []
    seen = np.array([track.places for track in tracks]).T >= 0
    figures = np.full((3, len(tracks), rows.size), np.nan)
    widths = _first_widths(voltage_V, np.empty(len(tracks)))
    patterns, counts = np.unique(seen, axis=0, return_counts=True)
    for pattern in patterns[np.argsort(-counts)]:
        if not pattern.any():
            continue
        alike = np.flatnonzero((seen == pattern).all(axis=1))
        numbers = np.flatnonzero(pattern)
        begin = _places(places_V, rows[alike], alike, tracks, numbers)
        fitted = fitted_peaks(
            voltage_V, curves[rows[alike]], begin, np.tile(widths[numbers], (alike.size, 1)), n_steps=STEPS_OF_TRACKS
        )
        widths[numbers] = np.median(fitted.width_V, axis=0)
        fitted = _without_wide_areas(fitted, voltage_V)
        for part, values in enumerate((fitted.place_V, fitted.height, fitted.area_Ah)):
            figures[part][np.ix_(numbers, alike)] = np.where(fitted.height > 0, values, np.nan).T
    found = [PeakOverCycles(cycles[rows], *figures[:, number]) for number in range(len(tracks))]
    return [track for track in found if np.isfinite(track.height).any()]


def _places(
    places_V: list[FloatArray], rows: IntArray, alike: IntArray, tracks: list[Track], numbers: IntArray
) -> FloatArray:
    return np.array(
        [
            [places_V[row][tracks[number].places[cycle]] for number in numbers.tolist()]
            for row, cycle in zip(rows.tolist(), alike.tolist(), strict=True)
        ]
    )
