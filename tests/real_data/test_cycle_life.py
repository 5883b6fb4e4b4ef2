"""Cycle life of the real cells: what the committed model says of them, and what models that have not seen them say."""

import json
from functools import cache
from typing import Any

import numpy as np
import pytest
from battery_analytics import analyze
from battery_analytics.projection.population import trained_model

from tests.real_data.folder import CALB, CELL_IDS, needs_real_cells

pytestmark = needs_real_cells

LIVES: dict[str, int] = json.loads((CALB / "life_labels.json").read_text()) if CELL_IDS else {}
AT_TWENTY_CYCLES = 7


@cache
def projection_of(cell_id: str, threshold: float) -> Any:
    report: Any = analyze(CALB / f"{cell_id}.pkl", plots="none", eol_threshold=threshold).body
    return report["statistical_metrics"]["cycle_life_projection"]


@pytest.mark.parametrize("cell_id", CELL_IDS)
def test_at_90_percent_every_trained_cell_is_near_its_life_and_within_its_interval(cell_id: str) -> None:
    found = projection_of(cell_id, 0.9)

    assert found["method"] in {"observed", "population", "trajectory"}
    assert found["projected_eol_cycle"] == pytest.approx(LIVES[cell_id], rel=0.05)
    if found["interval"] is not None:
        assert found["interval"]["low"] <= LIVES[cell_id] <= found["interval"]["high"]


@pytest.mark.parametrize("cell_id", [cell for cell in CELL_IDS if "CALB_35" in cell or "CALB_45" in cell])
def test_at_80_percent_a_cell_that_has_hardly_faded_gets_no_life_but_a_bound(cell_id: str) -> None:
    found = projection_of(cell_id, 0.8)

    assert (found["method"], found["projected_eol_cycle"], found["confidence"]) == ("none", None, None)
    assert "80 % is reached later" in found["abstention_reason"]


@pytest.mark.parametrize("cell_id", CELL_IDS)
def test_confidence_is_given_only_where_several_cells_share_the_temperature(cell_id: str) -> None:
    found = projection_of(cell_id, 0.9)

    calibrated = found["method"] == "population" and not cell_id.startswith("CALB_45")
    assert (found["confidence"] is not None) == calibrated
    if found["interval"] is not None:
        assert (found["interval"]["basis"] == "calibrated") == calibrated


def test_the_crossing_of_a_cell_that_got_there_is_the_label() -> None:
    # The label counts the first cycle at or below 90 %; the crossing lies in the cycle before it.
    assert projection_of("CALB_0_B188", 0.9)["method"] == "observed"
    assert LIVES["CALB_0_B188"] - 1 <= projection_of("CALB_0_B188", 0.9)["projected_eol_cycle"] <= LIVES["CALB_0_B188"]


def test_cells_that_no_model_has_seen_are_projected_within_ten_percent_on_the_mean() -> None:
    pytest.importorskip("sklearn", reason="leaving cells out means training, and scikit-learn is not installed")
    from tools.training.cells import STAGES, labelled_cells  # noqa: PLC0415
    from tools.training.fit import unseen_log_life  # noqa: PLC0415

    cells = labelled_cells(CALB, CALB / "life_labels.json")
    assert STAGES[AT_TWENTY_CYCLES] == 20

    unseen = np.exp([unseen_log_life(cells, AT_TWENTY_CYCLES, place) for place in range(len(cells))])
    errors = np.abs(unseen / np.array([cell.life for cell in cells]) - 1)

    assert errors.mean() <= 0.10
    assert np.mean(errors <= 0.15) >= 0.80


def test_the_committed_forest_is_the_one_that_training_gives_and_scikit_learn_evaluates_alike() -> None:
    pytest.importorskip("sklearn", reason="growing a forest needs scikit-learn, which is not installed")
    from tools.training.cells import labelled_cells  # noqa: PLC0415
    from tools.training.fit import grow  # noqa: PLC0415

    cells = labelled_cells(CALB, CALB / "life_labels.json")
    grown = grow(cells, AT_TWENTY_CYCLES)
    model = trained_model()
    stage = model.stages[AT_TWENTY_CYCLES]

    for cell in cells:
        features = cell.features[AT_TWENTY_CYCLES]
        committed = model.log_life(stage, features, cell.temperature_C)
        assert committed == pytest.approx(grown.log_life(features, cell.temperature_C), abs=1e-9)
        # Every tree tells each trained cell apart, so the leaves' means add up to its own life again.
        assert np.exp(committed) == pytest.approx(cell.life)
