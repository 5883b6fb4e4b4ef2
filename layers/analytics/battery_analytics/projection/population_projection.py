"""The population model's projection for one cell, or why it abstains."""

import math

import numpy as np

from battery_analytics.cell import FloatArray
from battery_analytics.projection.domain import CLOSE, FAR, feature_distance
from battery_analytics.projection.features import FEATURES, early_life_features
from battery_analytics.projection.history import History
from battery_analytics.projection.population import PopulationModel, Stage
from battery_analytics.projection.result import Interval, ModelProjection

NAME = "population"
SAME_SHARE = 0.005
# Begins the reason of an abstention that still bounds the end of life.
ONE_THRESHOLD = "The population model projects only"


def population_projection(
    model: PopulationModel, history: History, *, eol_share: float, last_cycle: float, level: float
) -> ModelProjection:
    """The population model's projection of the end of life at `eol_share` of the first capacity, or why it abstains.

    It projects only the end of life that the lives it was trained on have. For another share it abstains, and says
    whether the end of life is later or earlier than the one that it projects.
    """
    reason = model.domain.outside(history)
    if reason is not None:
        return ModelProjection(
            NAME, abstention_reason=f"The cell is not like those that the model was trained on: {reason}"
        )
    known = history.known
    stage = model.stage(known.size)
    features = early_life_features(history, stage.cycles)
    if not np.isfinite(features[stage.columns]).all():
        return ModelProjection(
            NAME, abstention_reason="A feature of the first cycles that the model needs was not measured."
        )
    distance, farthest = distance_from_trained_cells(model, stage, features, history.temperature_C)
    if distance > FAR:
        return ModelProjection(
            NAME,
            abstention_reason="The cell's first cycles are not like those of the cells that the model was trained on: "
            f"its {farthest} is too far outside their range.",
        )
    log_life = model.log_life(stage, features, history.temperature_C)
    spread = model.spread(stage, history.temperature_C) * max(distance, 1.0)
    half = stage.half_width(level) * spread
    # A life counts cycles from the first; a file's numbers may begin elsewhere, and the labels go by the numbers.
    life, low, high = math.exp(log_life), math.exp(log_life - half), math.exp(log_life + half)
    calibrated = distance <= CLOSE and model.is_calibrated_at(history.temperature_C)
    if abs(eol_share - model.eol_share) > SAME_SHARE:
        return ModelProjection(NAME, abstention_reason=_other_threshold(model, eol_share, life, low, high))
    if high <= last_cycle or life <= last_cycle:
        return ModelProjection(
            NAME, abstention_reason=f"The cell has already passed the life that the model projects: {life:,.0f} cycles."
        )
    return ModelProjection(
        NAME,
        eol_cycle=life,
        interval=Interval(max(low, last_cycle), high, level, "calibrated" if calibrated else "indicative"),
        confidence=model.confidence(stage, spread) if calibrated else None,
    )


def distance_from_trained_cells(
    model: PopulationModel, stage: Stage, features: FloatArray, temperature_C: float
) -> tuple[float, str]:
    """How far the features lie outside those of the trained cells at this temperature, and which lies farthest.

    Between two trained temperatures the box spans the cells of both.
    """
    order = np.argsort(np.abs(model.temperatures_C - temperature_C))
    groups = order[:1]
    if model.gap_K(temperature_C) > 0:
        below, above = model.temperatures_C <= temperature_C, model.temperatures_C > temperature_C
        groups = np.array([side[0] for side in (order[below[order]], order[above[order]]) if side.size])
    asked = np.setdiff1d(stage.columns, [0])
    if asked.size == 0:
        return 0.0, ""
    distance, place = feature_distance(
        features[asked],
        stage.lowest[groups].min(axis=0)[asked],
        stage.highest[groups].max(axis=0)[asked],
        stage.margin[groups].max(axis=0)[asked],
    )
    return distance, FEATURES[asked[place]].replace("_", " ")


def _other_threshold(model: PopulationModel, eol_share: float, life: float, low: float, high: float) -> str:
    order = "later" if eol_share < model.eol_share else "earlier"
    return (
        f"{ONE_THRESHOLD} the life to {100 * model.eol_share:g} % of the first capacity: "
        f"cycle {life:,.0f} ({low:,.0f} to {high:,.0f}). {100 * eol_share:.3g} % is reached {order}."
    )
