"""Random fades of six shapes whose end of life is known, to learn and to check the errors of the trajectory models."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from battery_analytics.cell import FloatArray

from sample_cells.fade import FadeLaw, KneeFade, LinearFade, SquareRootFade, TwoStageFade, rising_first

SHAPES = ("linear", "square root", "knee", "two-stage", "noisy", "rising first")
FADE_USED = (0.15, 0.25, 0.50, 0.75, 0.90)
FEWEST_CYCLES = 12
THRESHOLD = 0.80


@dataclass(frozen=True, slots=True)
class PartOfALife:
    """The first cycles of a simulated cell and its capacity as a share, both of shape (n,), and its life in cycles."""

    shape: str
    fade_used: float
    cycle_number: FloatArray
    capacity: FloatArray
    life: float


def parts_of_lives(cells_per_shape: int, seed: int) -> Iterator[PartOfALife]:
    """Cells of every shape with lives of 200 to 3,000 cycles, each cut at several shares of its fade."""
    rng = np.random.default_rng(seed)
    for shape in SHAPES:
        for _ in range(cells_per_shape):
            law = _law(shape, rng)
            start = float(law.relative_capacity(np.ones(1))[0])
            life = law.cycle_at(THRESHOLD * start)
            noise = 10 ** (rng.uniform(-2.5, -2.0) if shape == "noisy" else rng.uniform(-4.0, -2.8))
            for used in FADE_USED:
                cut = law.cycle_at(start * (1 - (1 - THRESHOLD) * used))
                if not np.isfinite(cut) or cut < FEWEST_CYCLES:
                    continue
                cycle = np.arange(1.0, int(cut) + 1)
                capacity = law.relative_capacity(cycle) + noise * rng.standard_normal(cycle.size)
                yield PartOfALife(shape, used, cycle, capacity, life)


def _law(shape: str, rng: np.random.Generator) -> FadeLaw:
    life = float(10 ** rng.uniform(2.3, 3.5))
    lost = 1 - THRESHOLD
    if shape == "square root":
        return SquareRootFade(loss_at_1000_cycles=lost / np.sqrt(life / 1000))
    if shape == "knee":
        knee, share = rng.uniform(0.4, 0.85) * life, rng.uniform(0.05, 0.5)
        early = share * lost / life
        return KneeFade(early, (lost - early * knee) / (life - knee), knee, float(rng.uniform(0.01, 0.08) * life))
    if shape == "two-stage":
        first = float(rng.uniform(0.01, 0.06))
        return TwoStageFade(first, float(rng.uniform(0.03, 0.15) * life), (lost - first) / life)
    if shape == "rising first":
        return rising_first(float(rng.uniform(0.005, 0.02)), float(rng.uniform(0.03, 0.1) * life), lost / life)
    return LinearFade(lost / life)
