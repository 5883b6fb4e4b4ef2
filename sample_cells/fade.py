"""Laws of capacity fade whose end of life is known: pure functions from cycle number to relative capacity."""

import math
from dataclasses import dataclass, replace
from typing import Protocol, Self

import numpy as np

from sample_cells.arrays import FloatArray

_BEYOND_ANY_LIFE = 1e9


class FadeLaw(Protocol):
    """Relative capacity against cycle number: 1 at cycle 0; it may rise first, and then only falls."""

    def relative_capacity(self, cycle: FloatArray) -> FloatArray:
        """Capacity over the capacity at cycle 0, same shape as `cycle`."""
        ...

    def cycle_at(self, relative_capacity: float) -> float:
        """The cycle after which the capacity stays below this value, as a real number; infinite where there is none."""
        ...

    def stretched(self, factor: float) -> Self:
        """The same curve over `factor` times as many cycles."""
        ...


@dataclass(frozen=True, slots=True)
class LinearFade:
    """A constant loss at each cycle, as a share of the initial capacity."""

    loss_per_cycle: float

    def relative_capacity(self, cycle: FloatArray) -> FloatArray:
        return 1 - self.loss_per_cycle * cycle

    def cycle_at(self, relative_capacity: float) -> float:
        return (1 - relative_capacity) / self.loss_per_cycle

    def stretched(self, factor: float) -> Self:
        return replace(self, loss_per_cycle=self.loss_per_cycle / factor)


@dataclass(frozen=True, slots=True)
class SquareRootFade:
    """Loss with the square root of the cycles, as from a film that consumes lithium and grows by diffusion through itself.

    Source of the form: Ploehn, Ramadass, White, J. Electrochem. Soc. 151, A456 (2004).
    """

    loss_at_1000_cycles: float

    def relative_capacity(self, cycle: FloatArray) -> FloatArray:
        return 1 - self.loss_at_1000_cycles * np.sqrt(cycle / 1000)

    def cycle_at(self, relative_capacity: float) -> float:
        return float(1000 * ((1 - relative_capacity) / self.loss_at_1000_cycles) ** 2)

    def stretched(self, factor: float) -> Self:
        return replace(self, loss_at_1000_cycles=self.loss_at_1000_cycles / math.sqrt(factor))


@dataclass(frozen=True, slots=True)
class KneeFade:
    """Two slopes with a smooth change at the knee, within some `width_cycles` of it.

    The slope is a logistic step between the two losses, its integral the softplus function. This is the smooth form
    of the Bacon-Watts model; see Fermín-Cueto et al., Energy and AI 1, 100006 (2020).
    """

    early_loss_per_cycle: float
    late_loss_per_cycle: float
    knee_cycle: float
    width_cycles: float

    def relative_capacity(self, cycle: FloatArray) -> FloatArray:
        bend = np.logaddexp(0, (cycle - self.knee_cycle) / self.width_cycles)
        bend_at_start = math.log1p(math.exp(-self.knee_cycle / self.width_cycles))
        added_loss = (self.late_loss_per_cycle - self.early_loss_per_cycle) * self.width_cycles * (bend - bend_at_start)
        return 1 - self.early_loss_per_cycle * cycle - added_loss

    def cycle_at(self, relative_capacity: float) -> float:
        return _last_crossing(self, relative_capacity, after_cycle=0.0)

    def stretched(self, factor: float) -> Self:
        return replace(
            self,
            early_loss_per_cycle=self.early_loss_per_cycle / factor,
            late_loss_per_cycle=self.late_loss_per_cycle / factor,
            knee_cycle=self.knee_cycle * factor,
            width_cycles=self.width_cycles * factor,
        )


@dataclass(frozen=True, slots=True)
class TwoStageFade:
    """A quick first loss that saturates at `first_loss`, plus a constant loss at each cycle.

    With a negative `first_loss` the capacity rises first, as in cells whose electrodes are not yet fully wetted
    or whose anode overhang gives lithium back.
    """

    first_loss: float
    first_stage_cycles: float
    loss_per_cycle: float

    def relative_capacity(self, cycle: FloatArray) -> FloatArray:
        return 1 + self.first_loss * np.expm1(-cycle / self.first_stage_cycles) - self.loss_per_cycle * cycle

    @property
    def peak_cycle(self) -> float:
        """The cycle with the largest capacity: 0 unless it rises first."""
        steepness = -self.first_loss / (self.loss_per_cycle * self.first_stage_cycles)
        return self.first_stage_cycles * math.log(steepness) if steepness > 1 else 0.0

    def cycle_at(self, relative_capacity: float) -> float:
        return _last_crossing(self, relative_capacity, after_cycle=self.peak_cycle)

    def stretched(self, factor: float) -> Self:
        return replace(
            self,
            first_stage_cycles=self.first_stage_cycles * factor,
            loss_per_cycle=self.loss_per_cycle / factor,
        )


def rising_first(gain: float, gain_cycles: float, loss_per_cycle: float) -> TwoStageFade:
    """A capacity that first gains up to the share `gain` over some `gain_cycles`, and then falls."""
    return TwoStageFade(first_loss=-gain, first_stage_cycles=gain_cycles, loss_per_cycle=loss_per_cycle)


def cell_of_a_batch[Law: FadeLaw](law: Law, seed: int, *, spread: float) -> Law:
    """The same law with another life, as in cells of one batch: the life is log-normal, `spread` its deviation."""
    return law.stretched(float(np.exp(np.random.default_rng(seed).normal(0.0, spread))))


def _last_crossing(law: FadeLaw, relative_capacity: float, *, after_cycle: float) -> float:
    """Bisection to the resolution of a float; the law must fall monotonically after `after_cycle`."""

    def capacity_at(cycle: float) -> float:
        return float(law.relative_capacity(np.array([cycle]))[0])

    low, high = after_cycle, after_cycle + 1.0
    if capacity_at(low) < relative_capacity:
        return math.nan
    while capacity_at(high) > relative_capacity:
        low, high = high, 2 * high
        if high > _BEYOND_ANY_LIFE:
            return math.inf
    while low < (middle := (low + high) / 2) < high:
        if capacity_at(middle) > relative_capacity:
            low = middle
        else:
            high = middle
    return high
