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


def known_values(values: FloatArray | None) -> FloatArray:
    """The values that are finite, without a copy where all are; empty for a quantity that was not measured."""
    if values is None:
        return np.empty(0)
    finite = np.isfinite(values)
    return values if finite.all() else values[finite]


def statistics_of(values: FloatArray) -> Statistics:
    """The statistics of the values that are finite; input of any shape."""
    known = known_values(values)
    if known.size == 0:
        return Statistics(None, None, None, None, None)
    return Statistics(
        mean=float(known.mean()),
        median=float(np.median(known)),
        min=float(known.min()),
        max=float(known.max()),
        std_dev=float(known.std()),
    )
