"""The projection of a cell's end of life, and its method: observed, population, trajectory or none."""

from dataclasses import dataclass, replace

import numpy as np

from battery_analytics.cell import FloatArray, IntArray
from battery_analytics.projection.history import History
from battery_analytics.projection.linear import linear_fade
from battery_analytics.projection.observed import observed_crossing
from battery_analytics.projection.population import PopulationModel, trained_model
from battery_analytics.projection.population_projection import ONE_THRESHOLD, population_projection
from battery_analytics.projection.result import Interval, ModelProjection, Projection
from battery_analytics.projection.straight_line import LONGEST_LIFE_CYCLES, straight_line
from battery_analytics.projection.trajectory_projection import (
    TrajectoryProjection,
    Widening,
    learned_widening,
    trajectory_projection,
)

__all__ = ["LONGEST_LIFE_CYCLES", "Models", "cycle_life_projection"]

LEVEL = 0.90
FEWEST_CYCLES = 10
NEARLY_OVER = 0.75


@dataclass(frozen=True, slots=True)
class Models:
    """What was learned: the population model, and how much the intervals of the trajectory model are widened."""

    population: PopulationModel
    widening: Widening


def cycle_life_projection(
    cycle_number: IntArray,
    capacity_Ah: FloatArray,
    *,
    eol_threshold: float,
    reference_Ah: float | None,
    history: History | None = None,
    models: Models | None = None,
) -> Projection:
    """The end of life as a cycle number, with its interval; inputs of shape (n_cycles,), NaN where unknown.

    The end of life is where the discharge capacity reaches `eol_threshold` times `reference_Ah`, which is the first known
    capacity where None is given. Without `history` the population model abstains; `models` are those of this package by
    default.
    """
    known = np.isfinite(capacity_Ah) & (capacity_Ah > 0)
    x, y = cycle_number[known].astype(np.float64), capacity_Ah[known]
    initial = float(y[0]) if y.size else None
    reference = reference_Ah or initial
    line = linear_fade(x, y) if y.size >= FEWEST_CYCLES else None
    blank = Projection(
        method="none",
        fade_rate_Ah_per_cycle=None if line is None else line.slope_Ah_per_cycle,
        r_squared=None if line is None else line.r_squared,
        initial_capacity_Ah=initial,
        eol_capacity_Ah=None if reference is None else eol_threshold * reference,
        eol_threshold=eol_threshold,
        eol_cycle=None,
        interval=None,
        confidence=None,
        abstention_reason=None,
        trend=None,
    )
    if initial is None or blank.eol_capacity_Ah is None:
        return replace(blank, abstention_reason="No cycle has a known discharge capacity.")
    eol_Ah = blank.eol_capacity_Ah
    crossing = observed_crossing(x, y, eol_Ah)
    if crossing is not None:
        seen = ModelProjection("observed", eol_cycle=crossing)
        over = replace(blank, remaining_cycles=0.0, remaining_equivalent_full_cycles=0.0)
        return replace(over, method="observed", eol_cycle=crossing, models=(seen,))
    widening = learned_widening() if models is None else models.widening
    trajectory = trajectory_projection(x, y, eol_capacity_Ah=eol_Ah, level=LEVEL, widening=widening)
    straight = (
        ModelProjection(
            "straight_line",
            abstention_reason=f"A projection needs {FEWEST_CYCLES} cycles with a known discharge capacity; "
            f"the file holds {y.size}.",
        )
        if line is None
        else straight_line(line, x, y, eol_Ah)
    )
    population = _population(history, models, eol_Ah / initial, float(x[-1]))
    listed = (population, trajectory.projection, *trajectory.curves, straight)
    chosen = _chosen(population, trajectory)
    listing = replace(blank, models=listed)
    if chosen.eol_cycle is None:
        return replace(listing, abstention_reason=_reason(population, trajectory.projection, straight))
    remaining = chosen.eol_cycle - float(x[-1])
    nominal_Ah = (history.nominal_capacity_Ah if history else None) or initial
    return replace(
        listing,
        method="population" if chosen is population else "trajectory",
        eol_cycle=chosen.eol_cycle,
        interval=chosen.interval,
        confidence=chosen.confidence,
        trend=trajectory.trend if chosen is trajectory.projection else None,
        remaining_cycles=remaining,
        remaining_equivalent_full_cycles=remaining * (float(y[-1]) + eol_Ah) / 2 / nominal_Ah,
    )


def _population(history: History | None, models: Models | None, eol_share: float, last_cycle: float) -> ModelProjection:
    if history is None:
        return ModelProjection("population", abstention_reason="Only the capacities of the cell are known.")
    model = trained_model() if models is None else models.population
    return population_projection(model, history, eol_share=eol_share, last_cycle=last_cycle, level=LEVEL)


def _chosen(population: ModelProjection, trajectory: TrajectoryProjection) -> ModelProjection:
    """The population model's projection, or the trajectory model's where the former abstains.

    Near the end of life the one with the shorter interval is chosen, because the population model reads only the first
    cycles.
    """
    own = trajectory.projection
    late = trajectory.fade_used >= NEARLY_OVER and own.eol_cycle is not None
    if population.eol_cycle is None or (late and _length(own.interval) < _length(population.interval)):
        return own
    return population


def _length(interval: Interval | None) -> float:
    return np.inf if interval is None or interval.high is None else interval.high - interval.low


def _reason(population: ModelProjection, trajectory: ModelProjection, straight: ModelProjection) -> str:
    """Why the trajectory model abstains, and the population model's bound where it projects another threshold."""
    reason = straight.abstention_reason or trajectory.abstention_reason or ""
    bound = population.abstention_reason or ""
    return f"{reason} {bound}" if bound.startswith(ONE_THRESHOLD) else reason
