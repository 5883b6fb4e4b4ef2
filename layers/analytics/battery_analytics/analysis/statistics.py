"""Statistics of values of which some may be unknown."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from battery_analytics.cell import FloatArray
from battery_analytics.fields import Field


@dataclass(frozen=True, slots=True)
class Statistics:
    """Mean, median, extremes and standard deviation of the known values; null where there is none."""

    mean: Annotated[float | None, Field("Mean.")]
    median: Annotated[float | None, Field("Median.")]
    min: Annotated[float | None, Field("Lowest.")]
    max: Annotated[float | None, Field("Highest.")]
    std_dev: Annotated[float | None, Field("Population standard deviation.")]


def statistics_of(values: FloatArray) -> Statistics:
    """The statistics of the values that are finite; input of any shape."""
    finite = np.isfinite(values)
    known = values if finite.all() else values[finite]
    if known.size == 0:
        return Statistics(None, None, None, None, None)
    return Statistics(
        mean=float(known.mean()),
        median=float(np.median(known)),
        min=float(known.min()),
        max=float(known.max()),
        std_dev=float(known.std()),
    )
