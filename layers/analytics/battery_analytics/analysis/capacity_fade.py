"""Capacity fade: the share of the first discharge capacity that is lost in the last."""

from dataclasses import dataclass

import numpy as np

from battery_analytics.cell import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Fade:
    """The loss from the first to the last known discharge, in percent of the first, and the numbers of these cycles;
    None where unknown."""

    fade_percent: float | None
    rate_percent_per_cycle: float | None
    first_cycle: int | None = None
    last_cycle: int | None = None

    @property
    def retention_percent(self) -> float | None:
        return None if self.fade_percent is None else 100.0 - self.fade_percent


def fade_between_ends(cycle_number: IntArray, discharge_capacity_Ah: FloatArray) -> Fade:
    """The fade of discharges of shape (n_cycles,), NaN where unknown. A gain is a negative fade.

    The rate divides by the difference of the two cycle numbers; it is unknown for a single cycle.
    """
    known = np.flatnonzero(np.isfinite(discharge_capacity_Ah) & (discharge_capacity_Ah > 0))
    if not known.size:
        return Fade(None, None)
    first, last = known[0], known[-1]
    lost = discharge_capacity_Ah[first] - discharge_capacity_Ah[last]
    fade = float(100.0 * lost / discharge_capacity_Ah[first])
    cycles_between = int(cycle_number[last] - cycle_number[first])
    rate = fade / cycles_between if cycles_between else None
    return Fade(fade, rate, int(cycle_number[first]), int(cycle_number[last]))
