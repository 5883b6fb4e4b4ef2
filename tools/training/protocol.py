"""BatteryLife's protocol: a model that has not seen a cell projects it from its first S cycles, S = 1..100."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from battery_analytics.cell import FloatArray
from battery_analytics.projection.domain import FAR
from battery_analytics.projection.history import History
from battery_analytics.projection.linear import linear_fade
from battery_analytics.projection.population import PopulationModel
from battery_analytics.projection.population_projection import distance_from_trained_cells
from battery_analytics.projection.project import LEVEL, Models, cycle_life_projection
from battery_analytics.projection.straight_line import straight_line
from battery_analytics.projection.trajectory_projection import learned_widening

from tools.training.cells import LIFE_ENDS_AT, STAGES, LabelledCell

MOST_CYCLES = 100


@dataclass(frozen=True, slots=True)
class Answers:
    """The projections of one method, in cycles; every array has shape (n_cells, 100), NaN where there is none."""

    life: FloatArray
    low: FloatArray
    high: FloatArray
    confidence: FloatArray


def first_cycles(history: History, count: int) -> History:
    """The history of the first `count` cycles alone."""
    return replace(
        history,
        cycle_number=history.cycle_number[:count],
        discharge_capacity_Ah=history.discharge_capacity_Ah[:count],
        energy_efficiency_percent=history.energy_efficiency_percent[:count],
        resistance_ohm=history.resistance_ohm[:count],
        offsets=history.offsets[: count + 1],
    )


def population_answers(cells: Sequence[LabelledCell], models: Sequence[PopulationModel]) -> tuple[Answers, FloatArray]:
    """The population model's number for every cell, and 1 where it abstains in the API, else 0."""
    rows = np.array(
        [
            [_population(cell, model, place) for place in range(len(STAGES))]
            for cell, model in zip(cells, models, strict=True)
        ]
    )
    at = [max(place for place, cycles in enumerate(STAGES) if cycles <= count) for count in range(1, MOST_CYCLES + 1)]
    by_cycles = rows[:, at].transpose(2, 0, 1)
    return Answers(*by_cycles[:4]), by_cycles[4]


def _population(cell: LabelledCell, model: PopulationModel, place: int) -> tuple[float, ...]:
    stage, features, temperature = model.stages[place], cell.features[place], cell.temperature_C
    if not np.isfinite(features[stage.columns]).all():
        return (np.nan, np.nan, np.nan, np.nan, 1.0)
    distance, _ = distance_from_trained_cells(model, stage, features, temperature)
    log_life = model.log_life(stage, features, temperature)
    spread = model.spread(stage, temperature) * max(distance, 1.0)
    half = stage.half_width(LEVEL) * spread
    calibrated = distance <= 1.0 and model.is_calibrated_at(temperature)
    abstains = model.domain.outside(cell.history) is not None or distance > FAR
    confidence = model.confidence(stage, spread) if calibrated else np.nan
    return (np.exp(log_life), np.exp(log_life - half), np.exp(log_life + half), confidence, float(abstains))


def api_answers(cells: Sequence[LabelledCell], models: Sequence[PopulationModel]) -> tuple[Answers, list[list[str]]]:
    """The projection of a report at every S, and its method."""
    numbers = np.full((4, len(cells), MOST_CYCLES), np.nan)
    methods: list[list[str]] = []
    for row, (cell, model) in enumerate(zip(cells, models, strict=True)):
        learned = Models(model, learned_widening())
        methods.append([])
        for count in range(1, MOST_CYCLES + 1):
            history = first_cycles(cell.history, count)
            found = cycle_life_projection(
                history.cycle_number,
                history.discharge_capacity_Ah,
                eol_threshold=LIFE_ENDS_AT,
                reference_Ah=None,
                history=history,
                models=learned,
            )
            methods[-1].append(found.method)
            if found.eol_cycle is None:
                continue
            ends = found.interval
            numbers[:, row, count - 1] = (
                found.eol_cycle,
                found.eol_cycle if ends is None else ends.low,
                found.eol_cycle if ends is None else np.inf if ends.high is None else ends.high,
                np.nan if found.confidence is None else found.confidence,
            )
    return Answers(*numbers), methods


def temperature_lookup(cells: Sequence[LabelledCell], *, seen: Sequence[LabelledCell] | None) -> FloatArray:
    """The mean life of the other cells at the temperature, or at the nearest other one; shape (n_cells, 100)."""
    rows = []
    for cell in cells:
        others = [other for other in (seen or cells) if other.cell_id != cell.cell_id]
        gap = min(abs(other.temperature_C - cell.temperature_C) for other in others)
        lives = [other.life for other in others if abs(other.temperature_C - cell.temperature_C) <= gap + 1.0]
        rows.append(np.full(MOST_CYCLES, float(np.mean(lives))))
    return np.array(rows)


def straight_lines(cells: Sequence[LabelledCell]) -> FloatArray:
    """The line through all cycles, NaN where it does not fall; shape (n_cells, 100)."""
    lives = np.full((len(cells), MOST_CYCLES), np.nan)
    for row, cell in enumerate(cells):
        known = cell.history.known
        x, y = cell.history.cycle_number[known].astype(np.float64), cell.history.discharge_capacity_Ah[known]
        for count in range(10, MOST_CYCLES + 1):
            line = linear_fade(x[:count], y[:count])
            lives[row, count - 1] = straight_line(line, x[:count], y[:count], LIFE_ENDS_AT * y[0]).eol_cycle or np.nan
    return lives
