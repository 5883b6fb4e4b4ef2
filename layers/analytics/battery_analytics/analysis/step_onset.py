"""The onset of a step: how long after the last point before it the current set in, by the source's capacity counter."""

import numpy as np

from battery_analytics.analysis.clock import SECONDS_PER_HOUR
from battery_analytics.analysis.elapsed import Elapsed
from battery_analytics.analysis.throughput import Branches, Throughput
from battery_analytics.cell import FloatArray, IntArray

AGREES_SHARE = 0.05
LEAST_SHARE, MOST_SHARE = 0.05, 0.95


def onset_delays_s(
    current_A: FloatArray, flow: Throughput, elapsed: Elapsed, before: IntArray, first: IntArray
) -> FloatArray:
    """For each step from a rest, the time from the point `before` it until the current set in; shape (n,).

    A cycler that records at regular times only switches somewhere between two points. What its counter gained until
    `first`, over the current there, is how long the current has flowed. 0 where there is no counter, where it does not
    gain as its current says over the next interval, or where it says nothing else than the times.
    """
    delay_s = np.zeros(before.size)
    for branch in (flow.charge, flow.discharge):
        if branch.counter is not None and branch.points.index.size > 1:
            delay_s += _delays_of(branch, current_A, elapsed, before, first)
    return delay_s


def _delays_of(
    branch: Branches, current_A: FloatArray, elapsed: Elapsed, before: IntArray, first: IntArray
) -> FloatArray:
    """The delays of the steps into this branch, 0 for all others; shape (n,)."""
    index, capacity = branch.points.index, branch.capacity_Ah
    place = np.minimum(np.searchsorted(index, first), index.size - 2)
    alone = (index[place] == first) & (index[place + 1] == first + 1) & (first == before + 1)
    goes_on = alone & branch.points.follows[place + 1] & ~branch.points.follows[place]
    cycle = np.searchsorted(branch.points.bounds, place, side="right") - 1
    begun = place > branch.points.bounds[cycle]
    gained_Ah = capacity[place] - np.where(begun, capacity[np.maximum(place - 1, 0)], 0.0)
    seconds_per_Ah = SECONDS_PER_HOUR / np.abs(current_A[first])
    flowed_s, next_s = gained_Ah * seconds_per_Ah, (capacity[place + 1] - capacity[place]) * seconds_per_Ah
    with np.errstate(invalid="ignore"):
        passed_s, interval_s = elapsed.between(before, first), elapsed.between(first, np.minimum(first + 1, index[-1]))
        told = goes_on & ~branch.integrated[cycle] & (np.abs(next_s - interval_s) <= AGREES_SHARE * interval_s)
        told &= (flowed_s >= LEAST_SHARE * passed_s) & (flowed_s <= MOST_SHARE * passed_s)
    return np.where(told, passed_s - flowed_s, 0.0)
