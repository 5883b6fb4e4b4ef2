"""Which projection a cell gets: the crossing that was observed, a robust line, or none, with the reason."""

from dataclasses import replace

import numpy as np

from battery_analytics.cell import FloatArray, IntArray
from battery_analytics.projection.linear import LinearFade, linear_fade
from battery_analytics.projection.result import CycleLifeProjection, Interval, Trend

LEVEL = 0.90
FEWEST_CYCLES = 10
LONGEST_LIFE_CYCLES = 100_000
CYCLES_BELOW_TO_COUNT = 3
TREND_POINTS = 60

# By which factor the remaining life of a straight line may be off, by the share of the allowed fade that was used up when
# it was drawn. On full-life cells of six collections its median error is 79, 53 and 31 % at a quarter, half and three
# quarters, and on cells that have barely faded it is off by up to ten times; the interval allows for about three medians.
FACTOR_BY_FADE_USED = ((0.0, 10.0), (0.25, 3.4), (0.50, 2.6), (0.75, 1.9), (1.0, 1.2))


def cycle_life_projection(
    cycle_number: IntArray, capacity_Ah: FloatArray, *, eol_threshold: float, reference_Ah: float | None
) -> CycleLifeProjection:
    """The end of life as a cycle number, with its interval; inputs of shape (n_cycles,), NaN where unknown.

    The end of life is where the discharge capacity reaches `eol_threshold` times `reference_Ah`, which is the first known
    capacity where None is given. Abstains for too few cycles, a capacity that does not fall, and a line that would reach
    the end of life only beyond `LONGEST_LIFE_CYCLES`.
    """
    known = np.isfinite(capacity_Ah) & (capacity_Ah > 0)
    x, y = cycle_number[known].astype(np.float64), capacity_Ah[known]
    initial = float(y[0]) if y.size else None
    reference = reference_Ah or initial
    line = linear_fade(x, y) if y.size >= FEWEST_CYCLES else None
    blank = CycleLifeProjection(
        method="none",
        fade_rate_Ah_per_cycle=None if line is None else line.slope_Ah_per_cycle,
        r_squared=None if line is None else line.r_squared,
        initial_capacity_Ah=initial,
        eol_capacity_Ah=None if reference is None else eol_threshold * reference,
        eol_threshold=eol_threshold,
        eol_cycle=None,
        interval=None,
        confidence=None,
        abstention=None,
        trend=None,
    )
    if initial is None or blank.eol_capacity_Ah is None:
        return replace(blank, abstention="No cycle has a known discharge capacity.")
    crossing = _observed_crossing(x, y, blank.eol_capacity_Ah)
    if crossing is not None:
        return replace(blank, method="observed", eol_cycle=crossing)
    if line is None:
        return replace(blank, abstention=f"A trend needs {FEWEST_CYCLES} cycles; the file holds {y.size}.")
    return _along(line, x, blank, initial, blank.eol_capacity_Ah)


def _observed_crossing(x: FloatArray, y: FloatArray, eol_capacity: float) -> float | None:
    """Where the capacity passed the threshold for good, between the cycles around it; None where it has not.

    The first of `CYCLES_BELOW_TO_COUNT` cycles in a row at or below the threshold counts, as one may be an outlier. A
    cell that begins below it has reached it in its first cycle.
    """
    below = y <= eol_capacity
    run = np.convolve(below, np.ones(CYCLES_BELOW_TO_COUNT), mode="valid") == CYCLES_BELOW_TO_COUNT
    first = int(np.argmax(run)) if run.any() else -1
    if first < 0:
        return None
    if first == 0:
        return float(x[0])
    fall = y[first - 1] - y[first]
    return float(x[first - 1] + (x[first] - x[first - 1]) * (y[first - 1] - eol_capacity) / fall)


def _along(
    line: LinearFade, x: FloatArray, blank: CycleLifeProjection, initial: float, eol_capacity: float
) -> CycleLifeProjection:
    """The line followed to the end of life, unless it does not lead there."""
    rising_share = float(np.mean(line.resampled_slopes >= 0))
    if line.slope_Ah_per_cycle >= 0 or rising_share > (1 - LEVEL) / 2:
        gain = "rises" if line.slope_Ah_per_cycle > 0 else "does not fall clearly"
        return replace(
            blank, abstention=f"The capacity {gain} over the measured cycles; an end of life would be made up."
        )
    eol_cycle = (eol_capacity - line.intercept_Ah) / line.slope_Ah_per_cycle
    if eol_cycle > LONGEST_LIFE_CYCLES:
        reason = f"At this rate the end of life would come after {LONGEST_LIFE_CYCLES:,} cycles, which nothing here supports."
        return replace(blank, abstention=reason)
    last = float(x[-1])
    eol_cycle = max(eol_cycle, last)
    fade_used = (initial - (line.intercept_Ah + line.slope_Ah_per_cycle * last)) / max(initial - eol_capacity, 1e-12)
    return replace(
        blank,
        method="linear",
        eol_cycle=eol_cycle,
        interval=_interval(line, last, eol_cycle, eol_capacity, min(max(fade_used, 0.0), 1.0)),
        trend=_trend(line, x, eol_cycle),
    )


def _interval(line: LinearFade, last: float, eol_cycle: float, eol_capacity: float, fade_used: float) -> Interval:
    """The spread of the resampled lines, widened by what straight lines are known to miss; indicative."""
    falling = line.resampled_slopes < 0
    ends = (eol_capacity - line.resampled_intercepts[falling]) / line.resampled_slopes[falling]
    low, high = np.quantile(np.maximum(ends, last), ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    used, factors = zip(*FACTOR_BY_FADE_USED, strict=True)
    factor = float(np.interp(fade_used, used, factors))
    low = last + (min(float(low), eol_cycle) - last) / factor
    high = last + (max(float(high), eol_cycle) - last) * factor
    return Interval(low, high if high <= LONGEST_LIFE_CYCLES else None, LEVEL, "indicative")


def _trend(line: LinearFade, x: FloatArray, eol_cycle: float) -> Trend:
    cycle = np.linspace(x[0], eol_cycle, TREND_POINTS)
    lines = line.resampled_intercepts[:, np.newaxis] + line.resampled_slopes[:, np.newaxis] * cycle
    low, high = np.quantile(lines, ((1 - LEVEL) / 2, (1 + LEVEL) / 2), axis=0)
    fitted = line.intercept_Ah + line.slope_Ah_per_cycle * cycle
    return Trend(cycle, fitted, np.minimum(low, fitted), np.maximum(high, fitted))
