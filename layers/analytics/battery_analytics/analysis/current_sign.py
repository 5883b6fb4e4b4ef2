"""The sign of the source's current: charging is positive here, but some cyclers write it as negative."""

import numpy as np

from battery_analytics.analysis.points import PointsByCycle
from battery_analytics.analysis.throughput import rest_current
from battery_analytics.cell import CyclingData

CYCLES_TO_LOOK_AT = 20
FEWEST_POINTS = 10
SMALLEST_SWING_V = 0.1


def discharge_is_positive(cycling: CyclingData) -> bool:
    """Whether the voltage clearly falls while the current is positive, and clearly rises while it is negative.

    Only changes within a stretch of current count, because the jump at its start has the sign of the current.
    """
    n_cycles = min(cycling.n_cycles, CYCLES_TO_LOOK_AT)
    offsets = cycling.offsets[: n_cycles + 1]
    current, voltage = cycling.current_A[: offsets[-1]], cycling.voltage_V[: offsets[-1]]
    limit = rest_current(current)

    def swing_V(points: PointsByCycle) -> float:
        within = points.index[points.follows]
        if within.size < FEWEST_POINTS:
            return 0.0
        rises = float(np.sum(voltage[within] - voltage[within - 1]))
        return rises / np.count_nonzero(points.counts)

    positive, negative = PointsByCycle.of(current > limit, offsets), PointsByCycle.of(current < -limit, offsets)
    return swing_V(positive) < -SMALLEST_SWING_V and swing_V(negative) > SMALLEST_SWING_V
