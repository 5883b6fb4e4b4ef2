"""Some of a cell's points, cycle by cycle."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from battery_analytics.cell import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class PointsByCycle:
    """Chosen points, those of cycle i at `index[bounds[i]:bounds[i + 1]]`.

    `index` and `follows` have shape (n_chosen,), `bounds` (n_cycles + 1,). `follows` says whether the point before is
    chosen too and of the same cycle; `starts` are the positions in `index` at which the cycles that have any begin.
    """

    index: IntArray
    bounds: IntArray
    counts: IntArray
    starts: IntArray
    follows: BoolArray

    @classmethod
    def of(cls, chosen: BoolArray, offsets: IntArray) -> Self:
        index = np.flatnonzero(chosen)
        bounds = np.searchsorted(index, offsets)
        counts = np.diff(bounds)
        starts = bounds[:-1][counts > 0]
        follows = np.zeros(index.size, dtype=bool)
        np.equal(index[1:], index[:-1] + 1, out=follows[1:])
        follows[starts] = False
        return cls(index, bounds, counts, starts, follows)

    def places(self, cycle_index: int) -> slice:
        """The part of `index` with the points of the cycle."""
        return slice(int(self.bounds[cycle_index]), int(self.bounds[cycle_index + 1]))

    def sums(self, values: FloatArray, *, empty: float = np.nan) -> FloatArray:
        """Sums of values of shape (n_chosen,) over each cycle, `empty` where a cycle has none of the points."""
        return self._reduced(np.add, values, empty)

    def minima(self, values: FloatArray) -> FloatArray:
        """The minimum of values of shape (n_chosen,) in each cycle, NaN where a cycle has none of the points."""
        return self._reduced(np.minimum, values, np.nan)

    def means(self, values: FloatArray) -> FloatArray:
        """Means of values of shape (n_chosen,) over each cycle, NaN where a cycle has none of the points."""
        return self.sums(values) / np.maximum(self.counts, 1)

    def _reduced(self, operation: np.ufunc, values: FloatArray, empty: float) -> FloatArray:
        reduced = np.full(self.counts.size, empty)
        if self.starts.size:
            reduced[self.counts > 0] = operation.reduceat(values, self.starts)
        return reduced
