"""Units by size: a small cell's capacity reads in mAh, a large one's in Ah."""

from dataclasses import dataclass

import numpy as np

from battery_analytics.cell import FloatArray

SMALL = 0.1


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit to show values in: its name, and how many of it make one of the values' own unit."""

    name: str
    factor: float = 1.0

    def text(self, value: float, digits: int = 4) -> str:
        """A value in this unit, with so many significant digits and at least one decimal."""
        scaled = value * self.factor
        magnitude = int(np.floor(np.log10(abs(scaled)))) if scaled else 0
        return f"{scaled:,.{max(digits - 1 - magnitude, 1)}f} {self.name}"


AMPERE_HOURS = (Unit("Ah"), Unit("mAh", 1e3), Unit("µAh", 1e6))
OHMS = (Unit("Ω"), Unit("mΩ", 1e3), Unit("µΩ", 1e6))
PLAIN = Unit("")


def unit_for(units: tuple[Unit, ...], *values: FloatArray | float | None) -> Unit:
    """The first unit in which the largest value is not below a tenth; the first of all where no value is known."""
    sizes = [np.abs(np.ravel(np.asarray(value, dtype=np.float64))) for value in values if value is not None]
    joined = np.concatenate(sizes) if sizes else np.empty(0)
    known = joined[np.isfinite(joined)]
    largest = float(known.max()) if known.size else 0.0
    if largest <= 0:
        return units[0]
    return next((unit for unit in units if largest * unit.factor >= SMALL), units[-1])
