"""The growth of a resistance over cycles, with its interval."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from battery_analytics.analysis.line_fit import LEVEL, line_fit, student_95
from battery_analytics.analysis.rounding import rounded_number
from battery_analytics.cell import FloatArray
from battery_analytics.fields import Field, finite

FEWEST_CYCLES = 3
FEWEST_FOR_ENDS = 8
FEWEST_AT_END, MOST_AT_END = 4, 10
END_SHARE = 5
CYCLES_OF_MEDIAN = 5
PERCENT_DECIMALS, DIGITS = 4, 6


@dataclass(frozen=True, slots=True)
class Growth:
    """How the resistance of like steps grows from their first cycles to their last ones."""

    percent: Annotated[float, Field("100·(end − start)/start.", "%")]
    low_percent: Annotated[float | None, Field("The lower end of the interval; null where it is open.", "%")]
    high_percent: Annotated[float | None, Field("The upper end of the interval; null where it is open.", "%")]
    level: Annotated[
        float, Field("The level of the interval, by Student's t of the scatter around a straight line at either end.")
    ]
    start_ohm: Annotated[
        float,
        Field(
            "The mean of the first cycles: a fifth of them, 4 to 10. With fewer than eight cycles, the first value of a "
            "straight line through them.",
            "Ω",
        ),
    ]
    end_ohm: Annotated[float, Field("The mean of as many last cycles, or the last value of the line.", "Ω")]
    cycles_at_either_end: Annotated[int | None, Field("How many cycles each mean has; null for a line.")]
    lowest_ohm: Annotated[
        float,
        Field(
            "The lowest median of five cycles in a row, as resistance may fall before it rises; of three to four all.",
            "Ω",
        ),
    ]
    lowest_cycle: Annotated[int, Field("The number of the middle one of these cycles.")]


def growth_of(number: FloatArray, ohm: FloatArray) -> Growth | None:
    """Growth over cycle numbers, both of shape (n,) in rising order; None for fewer than three different cycles."""
    if number.size < FEWEST_CYCLES or number[0] == number[-1]:
        return None
    return _between_ends(number, ohm) if number.size >= FEWEST_FOR_ENDS else _along_line(number, ohm)


def _between_ends(number: FloatArray, ohm: FloatArray) -> Growth:
    """Of means at either end, whose error is the scatter around a straight line of each end's own."""
    count = min(max(number.size // END_SHARE, FEWEST_AT_END), MOST_AT_END)
    start, end = float(ohm[:count].mean()), float(ohm[-count:].mean())
    fits = (line_fit(number[:count], ohm[:count]), line_fit(number[-count:], ohm[-count:]))
    freedom = 2 * count - 4
    scatter = np.sqrt(sum(fit.residual**2 for fit in fits) * count / freedom)
    error = float(scatter) / np.sqrt(count)
    ratio = end / start
    half = 100.0 * student_95(freedom) * error * np.hypot(1.0, ratio) / start
    percent = 100.0 * (ratio - 1.0)
    return _growth((percent, percent - half, percent + half), (start, end), count, _lowest(number, ohm))


def _along_line(number: FloatArray, ohm: FloatArray) -> Growth | None:
    line = line_fit(number, ohm)
    mean_ohm, from_first, run = float(ohm.mean()), float(number.mean() - number[0]), float(number[-1] - number[0])

    def ends(slope: float) -> tuple[float, float]:
        first = mean_ohm - slope * from_first
        return first, first + slope * run

    def percent(slope: float) -> float:
        first, last = ends(slope)
        return 100.0 * (last / first - 1.0) if first > 0 else np.nan

    percents = tuple(percent(line.slope + side * line.slope_half_width) for side in (0, -1, 1))
    if not np.isfinite(percents[0]):
        return None
    return _growth(percents, ends(line.slope), None, _lowest(number, ohm))


def _lowest(number: FloatArray, ohm: FloatArray) -> tuple[float, int]:
    width = min(CYCLES_OF_MEDIAN, number.size)
    medians = np.median(np.lib.stride_tricks.sliding_window_view(ohm, width), axis=1)
    place = int(np.argmin(medians))
    return float(medians[place]), int(number[place + width // 2])


def _growth(
    percents: tuple[float, ...], ends_ohm: tuple[float, float], count: int | None, lowest: tuple[float, int]
) -> Growth:
    middle, low, high = (round(float(value), PERCENT_DECIMALS) for value in percents)
    start, end = (rounded_number(value, DIGITS) for value in ends_ohm)
    return Growth(
        middle, finite(low), finite(high), LEVEL, start, end, count, rounded_number(lowest[0], DIGITS), lowest[1]
    )
