"""Fits the population model: the same cells give the same numbers, and no choice uses the cells that score it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from battery_analytics.cell import FloatArray, IntArray
from battery_analytics.projection.domain import KINDS, Domain, measured_conditions
from battery_analytics.projection.forest import Forest
from battery_analytics.projection.population import SAME_TEMPERATURE_K, PopulationModel, model_of
from battery_analytics.projection.temperature_law import TemperatureLaw
from sklearn.ensemble import ExtraTreesRegressor

from tools.training.cells import LIFE_ENDS_AT, STAGES, LabelledCell
from tools.training.temperature import fit_law, law_error_per_K

TREES = 64
SEED = 0
POOLED_CELLS = 2.0
SHARE_OF_RANGE = 0.1
FEWEST_TRAINED_CELLS = 4


@dataclass(frozen=True, slots=True)
class Groups:
    """Cells by temperature: `temperature_C` and `log_life` of shape (n_groups,), `member` of shape (n_cells,)."""

    temperature_C: FloatArray
    log_life: FloatArray
    member: IntArray

    @classmethod
    def of(cls, cells: Sequence[LabelledCell]) -> "Groups":
        temperatures = np.array([cell.temperature_C for cell in cells])
        log_lives = np.log([cell.life for cell in cells])
        levels, member = np.unique(np.round(temperatures / SAME_TEMPERATURE_K), return_inverse=True)
        places = range(levels.size)
        return cls(
            np.array([temperatures[member == place].mean() for place in places]),
            np.array([log_lives[member == place].mean() for place in places]),
            member,
        )


@dataclass(frozen=True, slots=True)
class GrownForest:
    """A forest for one stage with the law that it deviates from; `columns` are the features it uses."""

    law: TemperatureLaw
    columns: IntArray
    forest: Forest

    def log_life(self, features: FloatArray, temperature_C: float) -> float:
        """Natural logarithm of the life in cycles, from features of shape (n_features,)."""
        return float(self.law.log_life(temperature_C)) + self.forest.mean(features[self.columns])


def grow(cells: Sequence[LabelledCell], stage: int) -> GrownForest:
    """The extremely randomised trees of one stage, grown on log life.

    A leaf holds the mean deviation of its cells from the temperature law. So a cell at a temperature between two trained
    ones, whose leaves hold cells of both, gets the life of the law at its temperature and not the mean of the two.
    Scikit-learn's defaults except for the number of trees. Source: Geurts, Ernst, Wehenkel, Machine Learning 63, 3 (2006).
    """
    groups = Groups.of(cells)
    law = fit_law(groups.temperature_C, groups.log_life)
    features = np.array([cell.features[stage] for cell in cells])
    log_life = np.log([cell.life for cell in cells])
    temperature = np.array([cell.temperature_C for cell in cells])
    deviation = log_life - law.log_life(temperature)
    columns = np.flatnonzero(np.isfinite(features).all(axis=0))
    grown = ExtraTreesRegressor(n_estimators=TREES, random_state=SEED, n_jobs=1).fit(features[:, columns], log_life)
    leaves = grown.apply(features[:, columns])
    trees = [_tree(tree.tree_, leaf, deviation) for tree, leaf in zip(grown.estimators_, leaves.T, strict=True)]
    return GrownForest(law, columns, joined(trees))


def _tree(nodes: Any, leaf_of_cell: IntArray, deviation: FloatArray) -> Forest:
    """One tree as a forest of one, each leaf with the mean deviation of the cells in it."""
    is_leaf = nodes.children_left < 0
    value = np.zeros(nodes.node_count)
    value[is_leaf] = [deviation[leaf_of_cell == node].mean() for node in np.flatnonzero(is_leaf)]
    return Forest(
        roots=np.zeros(1, dtype=np.int64),
        feature=np.where(is_leaf, -1, nodes.feature).astype(np.int64),
        threshold=np.where(is_leaf, 0.0, nodes.threshold),
        left=np.where(is_leaf, 0, nodes.children_left).astype(np.int64),
        right=np.where(is_leaf, 0, nodes.children_right).astype(np.int64),
        value=value,
    )


def joined(forests: Sequence[Forest]) -> Forest:
    """All trees of several forests as one."""
    offsets = np.cumsum([0, *(forest.feature.size for forest in forests)])[:-1]
    shifted = list(zip(forests, offsets, strict=True))
    return Forest(
        roots=np.concatenate([forest.roots + at for forest, at in shifted]),
        feature=np.concatenate([forest.feature for forest in forests]),
        threshold=np.concatenate([forest.threshold for forest in forests]),
        left=np.concatenate([np.where(forest.feature < 0, 0, forest.left + at) for forest, at in shifted]),
        right=np.concatenate([np.where(forest.feature < 0, 0, forest.right + at) for forest, at in shifted]),
        value=np.concatenate([forest.value for forest in forests]),
    )


def unseen_log_life(cells: Sequence[LabelledCell], stage: int, left_out: int) -> float:
    """The log life that a model of the other cells projects for this one."""
    others = [cell for place, cell in enumerate(cells) if place != left_out]
    return grow(others, stage).log_life(cells[left_out].features[stage], cells[left_out].temperature_C)


def unseen_log_lives(cells: Sequence[LabelledCell]) -> FloatArray:
    """The log lives that models without each cell project for it at every stage; shape (n_stages, n_cells)."""
    places = range(len(cells))
    return np.array([[unseen_log_life(cells, stage, place) for place in places] for stage in range(len(STAGES))])


def fit(
    cells: Sequence[LabelledCell], unseen: FloatArray | None = None
) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    """The model as JSON values and as arrays.

    `unseen` is what `unseen_log_lives` gives, if it is known already.
    """
    groups = Groups.of(cells)
    law = fit_law(groups.temperature_C, groups.log_life)
    error_per_K = law_error_per_K(groups.temperature_C, groups.log_life)
    log_life = np.log([cell.life for cell in cells])
    if unseen is None:
        unseen = unseen_log_lives(cells)
    stages: list[dict[str, Any]] = []
    forests: list[Forest] = []
    for stage, cycles in enumerate(STAGES):
        grown = grow(cells, stage)
        spread, scores = _spread_and_scores(groups, unseen[stage] - log_life, error_per_K)
        lowest, highest, margin = _boxes(groups, np.array([cell.features[stage] for cell in cells]))
        stages.append(
            {
                "cycles": cycles,
                "columns": grown.columns.tolist(),
                "spread": spread.tolist(),
                "scores": np.sort(scores).tolist(),
                "lowest": lowest.tolist(),
                "highest": highest.tolist(),
                "margin": margin.tolist(),
            }
        )
        forests.append(grown.forest)
    card = {
        "eol_share": LIFE_ENDS_AT,
        "cells": [cell.cell_id for cell in cells],
        "temperatures_C": groups.temperature_C.tolist(),
        "cells_at": np.bincount(groups.member).tolist(),
        "law": {
            "log_life_at_crossover": law.log_life_at_crossover,
            "film_growth_eV": law.film_growth_eV,
            "plating_eV": law.plating_eV,
        },
        "law_error_per_K": error_per_K,
        "domain": _domain(cells).card(),
        "stages": stages,
    }
    return card, _arrays(forests)


def fitted_model(cells: Sequence[LabelledCell], unseen: FloatArray | None = None) -> PopulationModel:
    return model_of(*fit(cells, unseen))


def _spread_and_scores(groups: Groups, error: FloatArray, law_error: float) -> tuple[FloatArray, FloatArray]:
    """Each temperature's root mean square error of unseen cells, shrunk towards the pooled one as if by two more cells.

    A cell that is the only one at its temperature was left out together with its temperature. It is scored against the
    spread across that gap, and is not used for the spread itself.
    """
    count = np.bincount(groups.member)
    squares = np.bincount(groups.member, weights=error**2)
    several = count > 1
    pooled = float(np.mean(squares[several] / count[several])) if several.any() else float(np.mean(error**2))
    shrunk = np.sqrt((squares + POOLED_CELLS * pooled) / (count + POOLED_CELLS))
    # A single cell is the mean of its temperature: the next cell differs from it by the root of two spreads.
    spread = np.where(several, shrunk, np.sqrt(2.0 * pooled))
    applied = spread[groups.member].copy()
    for place in np.flatnonzero(~several[groups.member]):
        distance = np.abs(groups.temperature_C - groups.temperature_C[groups.member[place]])
        others = np.flatnonzero(distance > 0)
        nearest = others[np.argmin(distance[others])]
        applied[place] = np.hypot(spread[nearest], law_error * distance[nearest])
    return spread, np.abs(error) / applied


def _boxes(groups: Groups, features: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Lowest, highest and margin of each temperature's features, shape (n_groups, n_features).

    The margin is a tenth of the range over all cells, or the range at that temperature if that is more. A temperature with
    one cell has no range and takes the median of the others'.
    """
    known = np.where(np.isfinite(features), features, 0.0)
    places = range(groups.temperature_C.size)
    lowest = np.array([known[groups.member == place].min(axis=0) for place in places])
    highest = np.array([known[groups.member == place].max(axis=0) for place in places])
    count = np.bincount(groups.member)
    ranges = highest - lowest
    if (count > 1).any():
        ranges[count == 1] = np.median(ranges[count > 1], axis=0)
    margin = np.maximum(np.maximum(SHARE_OF_RANGE * np.ptp(known, axis=0), ranges), 1e-9)
    return lowest, highest, margin


def _domain(cells: Sequence[LabelledCell]) -> Domain:
    conditions = [measured_conditions(cell.history) for cell in cells]
    ranges = {name: (min(c[name] for c in conditions), max(c[name] for c in conditions)) for name in conditions[0]}
    kinds = {key: sorted({str(cell.history.metadata.get(key)).strip().lower() for cell in cells}) for key in KINDS}
    return Domain(kinds=kinds, **ranges)


def _arrays(forests: Sequence[Forest]) -> dict[str, npt.NDArray[Any]]:
    """All forests' nodes in the smallest types that hold them; `roots` has shape (n_stages, n_trees)."""
    whole = joined(forests)
    return {
        "roots": whole.roots.reshape(len(forests), -1).astype(np.int32),
        "feature": whole.feature.astype(np.int8),
        "threshold": whole.threshold,
        "left": whole.left.astype(np.int32),
        "right": whole.right.astype(np.int32),
        "value": whole.value,
    }
