"""The charge that flows in each interval of voltage, at constant current: the raw form of dQ/dV.

Counting charge by voltage needs no derivative, keeps the area exactly, and takes a voltage that stands still or goes back
by noise as it comes: noise only widens a peak by itself.

Source: level evaluation, Feng et al., eTransportation 3, 100051 (2020).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from battery_analytics.analysis.throughput import Branches
from battery_analytics.cell import CyclingData, FloatArray, IntArray

LEVEL_SHARE = 0.05
FEWEST_POINTS = 20
MOST_INTERVALS = 400
SMALLEST_INTERVAL_V = 2.5e-4
MOST_PARTS = 16
EDGE_SHARE = 0.005


@dataclass(frozen=True, slots=True)
class Strokes:
    """The intervals between neighbouring points of constant current, of several cycles one after the other.

    `row` numbers the cycle of each; from `start_V` to `end_V` the charge `charge_Ah` flowed. `current_A` has one value per
    cycle, NaN where it has no such current. All other arrays have shape (n_strokes,).
    """

    row: IntArray
    start_V: FloatArray
    end_V: FloatArray
    charge_Ah: FloatArray
    current_A: FloatArray


def strokes_of(cycling: CyclingData, flowed: Branches, cycles: Sequence[int]) -> Strokes:
    """The parts of these cycles' charges, or discharges, that ran at the current at which most charge flowed."""
    points, parts, levels = flowed.points, [], np.full(len(cycles), np.nan)
    for row, cycle in enumerate(cycles):
        places = points.places(cycle)
        index = points.index[places]
        if index.size < FEWEST_POINTS:
            continue
        current = np.abs(cycling.current_A[index])
        capacity = flowed.capacity_Ah[places]
        level = _level(current, np.diff(capacity, append=capacity[-1]))
        constant = np.abs(current - level) <= LEVEL_SHARE * level
        joined = constant[:-1] & constant[1:] & (np.diff(index) == 1)
        start_V, end_V = cycling.voltage_V[index[:-1]], cycling.voltage_V[index[1:]]
        charge = np.diff(capacity)
        used = joined & np.isfinite(charge) & (charge > 0) & np.isfinite(start_V) & np.isfinite(end_V)
        if np.count_nonzero(used) < FEWEST_POINTS:
            continue
        levels[row] = level
        parts.append((np.full(np.count_nonzero(used), row), start_V[used], end_V[used], charge[used]))
    if not parts:
        empty = np.empty(0)
        return Strokes(np.empty(0, dtype=np.int64), empty, empty, empty, levels)
    rows, starts, ends, charges = zip(*parts, strict=True)
    return Strokes(np.concatenate(rows), np.concatenate(starts), np.concatenate(ends), np.concatenate(charges), levels)


def _level(current_A: FloatArray, charge_Ah: FloatArray) -> float:
    """The current at which half of the charge had flowed at lower currents, and half at higher ones."""
    order = np.argsort(current_A)
    weight = np.cumsum(np.maximum(np.nan_to_num(charge_Ah[order]), 0.0))
    place = int(np.searchsorted(weight, weight[-1] / 2)) if weight[-1] > 0 else current_A.size // 2
    return float(current_A[order[min(place, current_A.size - 1)]])


def voltage_grid(strokes: Strokes) -> FloatArray:
    """The edges of equal intervals that hold 99 % of the charge of all cycles, shape (n_intervals + 1,)."""
    middle = (strokes.start_V + strokes.end_V) / 2
    order = np.argsort(middle)
    share = np.cumsum(strokes.charge_Ah[order])
    share /= share[-1]
    low, high = (float(middle[order[np.searchsorted(share, edge)]]) for edge in (EDGE_SHARE, 1 - EDGE_SHARE))
    width = max((high - low) / MOST_INTERVALS, SMALLEST_INTERVAL_V)
    count = max(int((high - low) / width), 1)
    return np.asarray(low + width * np.arange(count + 1), dtype=np.float64)


def charge_density(strokes: Strokes, edges: FloatArray) -> FloatArray:
    """The charge over the voltage of each interval, in Ah/V; shape (n_cycles, n_intervals).

    The charge of a stroke that crosses several intervals is spread over them evenly.
    """
    n_rows, n_intervals, width = strokes.current_A.size, edges.size - 1, edges[1] - edges[0]
    n_used = max(np.unique(strokes.row).size, 1)
    n_parts = int(np.clip(np.ceil(2 * n_intervals * n_used / max(strokes.row.size, 1)), 1, MOST_PARTS))
    share = (np.arange(n_parts) + 0.5) / n_parts
    voltage = strokes.start_V[:, np.newaxis] + (strokes.end_V - strokes.start_V)[:, np.newaxis] * share
    place = np.floor((voltage - edges[0]) / width)
    inside = (place >= 0) & (place < n_intervals)
    flat = (strokes.row[:, np.newaxis] * n_intervals + place.clip(0, n_intervals - 1)).astype(np.int64)
    weight = np.broadcast_to(strokes.charge_Ah[:, np.newaxis] / n_parts, flat.shape)
    total = np.bincount(flat[inside], weight[inside], minlength=n_rows * n_intervals)
    density: FloatArray = total.reshape(n_rows, n_intervals) / width
    return density
