"""The population model: it projects a cell's life from the lives of cells of the same kind.

A temperature law gives the usual life at the cell's temperature. A forest, trained on the first cycles of cells, gives
how far this cell departs from that: the mean departure of the trained cells with the most similar first cycles.
There is one forest per stage, a number of first cycles; the largest stage that the cell has reached is used.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import as_file, files
from typing import Any

import numpy as np
import numpy.typing as npt

from battery_analytics.cell import FloatArray, IntArray
from battery_analytics.projection.domain import Domain
from battery_analytics.projection.forest import Forest
from battery_analytics.projection.temperature_law import TemperatureLaw

SAME_TEMPERATURE_K = 3.0
CLOSE_SHARE = 0.15
STAGE_SHARE = 0.95
FEWEST_CELLS_TO_CALIBRATE = 3


@dataclass(frozen=True, slots=True)
class Stage:
    """The model of the first `cycles` cycles.

    `columns` are the features that it uses, as indices of `FEATURES`. `spread` has shape (n_groups,): how far, in natural
    logarithms of life, cells of each temperature lie from the projection of a model that has not seen them. `scores`
    has shape (n_cells,): each cell's own such error, over the spread that applied to it, sorted. `lowest`, `highest`
    and `margin`, all of shape (n_groups, n_features), are the box that the trained cells' features fill.
    """

    cycles: int
    columns: IntArray
    forest: Forest
    spread: FloatArray
    scores: FloatArray
    lowest: FloatArray
    highest: FloatArray
    margin: FloatArray

    def half_width(self, level: float) -> float:
        """The conformal quantile of the scores: the ⌈(n + 1)·level⌉-th smallest, the largest if that is beyond."""
        place = min(math.ceil((self.scores.size + 1) * level), self.scores.size)
        return float(self.scores[place - 1])


@dataclass(frozen=True, slots=True)
class PopulationModel:
    """A temperature law, one forest per stage, and the domain: everything that `make train` writes.

    `temperatures_C` and `cells_at` have shape (n_groups,); `law_error` is how far, in natural logarithms of life, the
    law was off per kelvin at a temperature that it had not seen. `eol_share` is the share of the first cycle's capacity
    at which the lives that it was trained on end.
    """

    eol_share: float
    temperatures_C: FloatArray
    cells_at: IntArray
    law: TemperatureLaw
    law_error_per_K: float
    domain: Domain
    stages: tuple[Stage, ...]

    def stage(self, n_cycles: int) -> Stage:
        """The largest stage that a cell of so many known cycles has reached; one cycle in twenty may be missing."""
        passed = [stage for stage in self.stages if STAGE_SHARE * stage.cycles <= n_cycles]
        return passed[-1] if passed else self.stages[0]

    def log_life(self, stage: Stage, features: FloatArray, temperature_C: float) -> float:
        """Natural logarithm of the life in cycles, from features of shape (n_features,)."""
        return float(self.law.log_life(temperature_C)) + stage.forest.mean(features[stage.columns])

    def gap_K(self, temperature_C: float) -> float:
        """How far the temperature lies from the nearest trained one, 0 within `SAME_TEMPERATURE_K`."""
        gap = float(np.min(np.abs(self.temperatures_C - temperature_C)))
        return gap if gap > SAME_TEMPERATURE_K else 0.0

    def is_calibrated_at(self, temperature_C: float) -> bool:
        """Whether several trained cells share the temperature, so that the error on unseen cells is known there."""
        nearest = int(np.argmin(np.abs(self.temperatures_C - temperature_C)))
        return self.gap_K(temperature_C) == 0 and int(self.cells_at[nearest]) >= FEWEST_CELLS_TO_CALIBRATE

    def spread(self, stage: Stage, temperature_C: float) -> float:
        """The scale of the error, in natural logarithms of life; it grows with the gap to the trained temperatures."""
        nearest = int(np.argmin(np.abs(self.temperatures_C - temperature_C)))
        return math.hypot(float(stage.spread[nearest]), self.law_error_per_K * self.gap_K(temperature_C))

    def confidence(self, stage: Stage, spread: float) -> float:
        """Probability that the truth lies within 15 % of the projection: the share of unseen cells for which it did.

        Each score counts once above and once below the projection. One hit and one miss are added, so that few cells
        never give a probability of 0 or 1.
        """
        errors = stage.scores * spread
        above, below = math.log1p(CLOSE_SHARE), -math.log1p(-CLOSE_SHARE)
        hits = np.count_nonzero(errors <= above) + np.count_nonzero(errors <= below)
        return float((hits / 2 + 1) / (stage.scores.size + 2))


@lru_cache(maxsize=1)
def trained_model() -> PopulationModel:
    """The model of this package, read once."""
    folder = files("battery_analytics.projection") / "model"
    card = json.loads((folder / "population.json").read_bytes())
    with as_file(folder / "forest.npz") as path, np.load(path, allow_pickle=False) as arrays:
        return model_of(card, {name: arrays[name] for name in arrays.files})


def model_of(card: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> PopulationModel:
    """The model from what `tools.training.fit` made."""
    feature, left, right = (arrays[name].astype(np.int64) for name in ("feature", "left", "right"))
    threshold, value = arrays["threshold"], arrays["value"]
    stages = tuple(
        Stage(
            cycles=int(stage["cycles"]),
            columns=np.array(stage["columns"], dtype=np.int64),
            forest=Forest(roots.astype(np.int64), feature, threshold, left, right, value),
            spread=np.array(stage["spread"]),
            scores=np.array(stage["scores"]),
            lowest=np.array(stage["lowest"]),
            highest=np.array(stage["highest"]),
            margin=np.array(stage["margin"]),
        )
        for stage, roots in zip(card["stages"], arrays["roots"], strict=True)
    )
    return PopulationModel(
        eol_share=card["eol_share"],
        temperatures_C=np.array(card["temperatures_C"]),
        cells_at=np.array(card["cells_at"]),
        law=TemperatureLaw(**card["law"]),
        law_error_per_K=card["law_error_per_K"],
        domain=Domain.of(card["domain"]),
        stages=stages,
    )
