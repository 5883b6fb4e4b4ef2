"""Constant voltage: the part of each charge, or discharge, during which the voltage is held and the current falls."""

from dataclasses import dataclass

import numpy as np

from battery_analytics.analysis.elapsed import Elapsed
from battery_analytics.analysis.throughput import Branches
from battery_analytics.cell import BoolArray, CyclingData, FloatArray, IntArray

HELD_WITHIN_V = 0.002
DEVIATIONS = 4.0
FALLS_TO = 0.95
FEWEST_POINTS = 3


@dataclass(frozen=True, slots=True)
class HeldVoltage:
    """Charge in Ah and time in s at constant voltage, shape (n_cycles,); 0 without any, NaN where nothing is known."""

    capacity_Ah: FloatArray
    time_s: FloatArray


def held_voltage(cycling: CyclingData, branch: Branches, elapsed: Elapsed, noise_V: float) -> HeldVoltage:
    """What flows at constant voltage at the end of each cycle's charge (or discharge).

    The voltage is held over the last points of a branch that lie within 2 mV, or four times the noise, of its end, if there
    are three or more and the current falls over them by 5 % or more. The interval before the first of them is not counted,
    so the result is short by less than one interval.
    """
    points, n_cycles = branch.points, branch.points.counts.size
    if not points.index.size:
        return HeldVoltage(np.full(n_cycles, np.nan), np.full(n_cycles, np.nan))
    has = points.counts > 0
    first, last = points.bounds[:-1][has], points.bounds[1:][has] - 1
    voltage, current = cycling.voltage_V[points.index], np.abs(cycling.current_A[points.index])
    end_V = np.median(voltage[np.maximum(last[:, np.newaxis] - np.arange(FEWEST_POINTS), first[:, np.newaxis])], axis=1)
    away = np.abs(voltage - np.repeat(end_V, points.counts[has])) > max(HELD_WITHIN_V, DEVIATIONS * noise_V)
    begins = _after_last_away(away, first, last)
    held = (last - begins + 1 >= FEWEST_POINTS) & (current[last] <= FALLS_TO * current[np.minimum(begins, last)])
    begins = np.where(held, begins, last)
    capacity, time_s = np.full(n_cycles, np.nan), np.full(n_cycles, np.nan)
    capacity[has] = branch.capacity_Ah[last] - branch.capacity_Ah[begins]
    if elapsed.tells_times:
        time_s[has] = elapsed.between(points.index[begins], points.index[last])
    return HeldVoltage(capacity, time_s)


def _after_last_away(away: BoolArray, first: IntArray, last: IntArray) -> IntArray:
    """The position after the last point of each cycle that is away from the end, the first point where none is."""
    places = np.flatnonzero(away)
    if not places.size:
        return first
    place = np.searchsorted(places, last, side="right") - 1
    return np.where(place >= 0, np.maximum(places[np.maximum(place, 0)] + 1, first), first)
