"""The straight line through all cycles, followed to the end of life: what most tools project, listed for comparison.

It never gives the projection: on full-life cells of six collections its median error is 79, 53 and 31 % when a quarter,
half and three quarters of the allowed fade are used up.
"""

import numpy as np

from battery_analytics.cell import FloatArray
from battery_analytics.projection.linear import LinearFade
from battery_analytics.projection.result import ModelProjection

NAME = "straight_line"
LONGEST_LIFE_CYCLES = 100_000
MOST_RISING_SHARE = 0.05
RECENT_CYCLES = 5


def straight_line(line: LinearFade, x: FloatArray, y: FloatArray, eol_capacity_Ah: float) -> ModelProjection:
    """The line followed to the end of life, unless it does not lead there.

    Where the line has passed the end of life but the cell has not, the line starts from the cell's recent capacity.
    """
    rising_share = float(np.mean(line.resampled_slopes >= 0))
    if line.slope_Ah_per_cycle >= 0 or rising_share > MOST_RISING_SHARE:
        gain = "rises" if line.slope_Ah_per_cycle > 0 else "does not fall clearly"
        return ModelProjection(NAME, abstention_reason=f"The capacity {gain} over the measured cycles.")
    last = float(x[-1])
    capacity_now = line.intercept_Ah + line.slope_Ah_per_cycle * last
    if capacity_now <= eol_capacity_Ah:
        capacity_now = max(float(np.median(y[-RECENT_CYCLES:])), eol_capacity_Ah)
    eol_cycle = last + (eol_capacity_Ah - capacity_now) / line.slope_Ah_per_cycle
    if eol_cycle > LONGEST_LIFE_CYCLES:
        reason = f"At this fade rate the end of life would come after {LONGEST_LIFE_CYCLES:,} cycles, too far ahead to project."
        return ModelProjection(NAME, abstention_reason=reason)
    return ModelProjection(NAME, eol_cycle=eol_cycle)
