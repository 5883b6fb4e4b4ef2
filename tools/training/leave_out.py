"""Models that have not seen a cell, for every cell: nested leave-one-out, and leave-one-temperature-out."""

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from battery_analytics.projection.population import PopulationModel

from tools.training.cells import STAGES, LabelledCell
from tools.training.fit import fitted_model, grow


def models_without_each(cells: Sequence[LabelledCell], progress: Callable[[str], None]) -> list[PopulationModel]:
    """For each cell the model of the others; its intervals come from models without two cells, so no cell scores itself."""
    log_life = _log_life_without(cells)
    models = []
    for place, cell in enumerate(cells):
        progress(f"leaving out {cell.cell_id}")
        others = [other for other in range(len(cells)) if other != place]
        unseen = [
            [log_life(frozenset((place, other)), stage)[other] for other in others] for stage in range(len(STAGES))
        ]
        models.append(fitted_model([cells[other] for other in others], np.array(unseen)))
    return models


def models_without_each_temperature(cells: Sequence[LabelledCell]) -> list[PopulationModel]:
    """For each cell the model of the cells at other temperatures."""

    @cache
    def without(temperature: int) -> PopulationModel:
        return fitted_model([cell for cell in cells if round(cell.temperature_C) != temperature])

    return [without(round(cell.temperature_C)) for cell in cells]


def _log_life_without(cells: Sequence[LabelledCell]) -> Callable[[frozenset[int], int], dict[int, float]]:
    """The log lives of left-out cells, as a function of the cells and the stage; one model serves both cells of a pair."""

    @cache
    def without(left_out: frozenset[int], stage: int) -> dict[int, float]:
        grown = grow([cell for place, cell in enumerate(cells) if place not in left_out], stage)
        return {place: grown.log_life(cells[place].features[stage], cells[place].temperature_C) for place in left_out}

    return without
