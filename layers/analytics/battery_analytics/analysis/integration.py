"""Capacity without a counter: the current integrated over time."""

import numpy as np

from battery_analytics.analysis.clock import SECONDS_PER_HOUR, Clock
from battery_analytics.analysis.points import PointsByCycle
from battery_analytics.cell import FloatArray

SAMPLE = 50_000


def integrated(points: PointsByCycle, current_A: FloatArray, clock: Clock | None) -> tuple[FloatArray, FloatArray]:
    """Capacity in Ah since the cycle began at each of the points, and each cycle's total; NaN without a clock.

    `points` are those with one direction of current. The integral uses trapezoids. Where the current starts, its value
    counts over the interval before, or over the usual interval if that is shorter, because rests have few points.
    """
    if clock is None:
        return np.full(points.index.size, np.nan), np.full(points.counts.size, np.nan)
    current = np.abs(current_A[points.index])
    interval = clock.interval_s[points.index]
    sets_in = np.flatnonzero(~points.follows)
    interval[sets_in] = np.minimum(interval[sets_in], _usual_interval_s(interval[points.follows]))
    gained = current * interval
    gained[1:] += current[:-1] * interval[1:]
    gained *= 0.5 / SECONDS_PER_HOUR
    gained[sets_in] = current[sets_in] * interval[sets_in] / SECONDS_PER_HOUR
    gained[np.isnan(gained)] = 0.0
    running = np.cumsum(gained)
    before = (running - gained)[points.starts]
    return running - np.repeat(before, points.counts[points.counts > 0]), points.sums(gained)


def _usual_interval_s(interval_s: FloatArray) -> float:
    sample = interval_s[:: max(1, interval_s.size // SAMPLE)]
    sample = sample[sample > 0]
    return float(np.median(sample)) if sample.size else np.inf
