"""The time that passes between points, of a clock whose intervals are not all known."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from battery_analytics.analysis.clock import Clock
from battery_analytics.cell import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Elapsed:
    """The running time in s, never falling, and the running count of unknown intervals; both of shape (n_points,)."""

    time_s: FloatArray
    unknown: IntArray

    @classmethod
    def of(cls, clock: Clock | None, n_points: int) -> Self:
        """Every interval is unknown without a clock."""
        if clock is None:
            return cls(np.zeros(n_points), np.arange(n_points))
        known = np.isfinite(clock.interval_s)
        return cls(np.cumsum(np.where(known, clock.interval_s, 0.0)), np.cumsum(~known, dtype=np.int64))

    @property
    def tells_times(self) -> bool:
        """Whether any interval is known."""
        return self.unknown.size > 0 and int(self.unknown[-1]) < self.unknown.size - 1

    def between(self, earlier: IntArray, later: IntArray) -> FloatArray:
        """Seconds from one point to another, both of shape (n,); NaN where an interval between them is unknown."""
        passed = self.time_s[later] - self.time_s[earlier]
        return np.where(self.unknown[later] == self.unknown[earlier], passed, np.nan)
