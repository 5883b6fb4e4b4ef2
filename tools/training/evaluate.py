"""`python -m tools.training.evaluate`: prints how good the projections are; `docs/cycle-life.md` quotes the tables."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from battery_analytics.cell import FloatArray
from battery_analytics.projection.population import trained_model

from tools.training.cells import LabelledCell, labelled_cells
from tools.training.leave_out import models_without_each, models_without_each_temperature
from tools.training.pictures import draw_pictures
from tools.training.protocol import Answers, api_answers, population_answers, straight_lines, temperature_lookup
from tools.training.synthetic import synthetic_table
from tools.training.train import CALB, MODEL

SHOWN = (5, 10, 20, 50, 100)
CLOSE = 0.15


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.training.evaluate", description=__doc__)
    parser.add_argument("--cells", type=Path, help="folder of cells to check the committed model with")
    parser.add_argument(
        "--labels", type=Path, help="JSON file {cell id: life}; life_labels.json in the folder by default"
    )
    parser.add_argument("--pictures", type=Path, help="folder to draw projection against truth into")
    asked = parser.parse_args()
    folder = asked.cells or CALB
    cells = labelled_cells(folder, asked.labels or folder / "life_labels.json")
    if asked.cells is None:
        print(f"Nested leave-one-out over {len(cells)} cells\n")
        models = models_without_each(cells, lambda said: print(said, file=sys.stderr))
        seen = None
    else:
        print(f"The committed model on {len(cells)} cells of {folder}\n")
        models = [trained_model()] * len(cells)
        seen = labelled_cells(CALB, CALB / "life_labels.json") if CALB.is_dir() else None
    lives = np.array([[cell.life] for cell in cells])
    population, abstains = population_answers(cells, models)
    api, methods = api_answers(cells, models)
    if asked.cells is not None:
        _print_seen(cells)
    _print_errors(cells, lives, population, api, seen)
    _print_intervals(cells, lives, population, api)
    _print_methods(cells, methods, abstains)
    if asked.cells is None:
        _print_left_out_temperatures(cells, lives)
        print(synthetic_table())
    if asked.pictures:
        draw_pictures(asked.pictures, cells, population)


def _print_seen(cells: Sequence[LabelledCell]) -> None:
    trained = set(json.loads((MODEL / "population.json").read_bytes())["cells"])
    seen = [cell.cell_id for cell in cells if cell.cell_id in trained]
    if seen:
        print(f"NOT A CHECK for {', '.join(seen)}: the model was trained on them.\n")


def _print_errors(
    cells: Sequence[LabelledCell],
    lives: FloatArray,
    population: Answers,
    api: Answers,
    seen: Sequence[LabelledCell] | None,
) -> None:
    """MAPE and 15 %-accuracy at some S and pooled over S = 1..100, then by temperature."""
    sources = {
        "population, every cell": population.life,
        "report, where it answers": api.life,
        "temperature lookup": temperature_lookup(cells, seen=seen),
        "straight line, where it falls": straight_lines(cells),
    }
    print(
        "MAPE / 15 %-accuracy (answers)".ljust(32)
        + "".join(f"S={count}".rjust(19) for count in SHOWN)
        + "pooled".rjust(19)
    )
    for name, life in sources.items():
        errors = np.abs(life / lives - 1.0)
        columns = [errors[:, count - 1] for count in SHOWN] + [errors.ravel()]
        print(name.ljust(32) + "".join(_score(column).rjust(19) for column in columns))
    print("published, BatteryLife's splits".ljust(32) + "".rjust(19 * len(SHOWN)) + "0.140 / 0.704".rjust(19))
    print()
    for temperature, chosen in _by_temperature(cells):
        errors = np.abs(population.life / lives - 1.0)[chosen]
        columns = [errors[:, count - 1] for count in SHOWN] + [errors.ravel()]
        print(f"population at {temperature} °C".ljust(32) + "".join(_score(column).rjust(19) for column in columns))
    print()


def _score(errors: FloatArray) -> str:
    known = errors[np.isfinite(errors)]
    if known.size == 0:
        return "- (0 %)"
    return f"{known.mean():.3f} / {np.mean(known <= CLOSE):.2f} ({100 * known.size / errors.size:.0f} %)"


def _print_intervals(cells: Sequence[LabelledCell], lives: FloatArray, population: Answers, api: Answers) -> None:
    print(
        "90 % intervals".ljust(32)
        + "coverage".rjust(12)
        + "high / low".rjust(14)
        + "confidence".rjust(14)
        + "hits".rjust(10)
    )
    for name, answers in (("population", population), ("report", api)):
        for group, chosen in [("all", np.ones(len(cells), dtype=bool)), *_by_temperature(cells)]:
            life, low, high = answers.life[chosen], answers.low[chosen], answers.high[chosen]
            projected = np.isfinite(life)
            covered = ((low <= lives[chosen]) & (lives[chosen] <= high))[projected]
            sure = np.isfinite(answers.confidence[chosen])
            hits = (np.abs(life / lives[chosen] - 1.0) <= CLOSE)[sure]
            confidence = answers.confidence[chosen][sure]
            label = f"{name}, {group}{'' if group == 'all' else ' °C'}"
            print(
                label.ljust(32)
                + (f"{covered.mean():.3f}" if covered.size else "-").rjust(12)
                + (f"{np.median((high / low)[projected]):.2f}" if covered.size else "-").rjust(14)
                + (f"{confidence.mean():.2f}" if sure.any() else "-").rjust(14)
                + (f"{hits.mean():.2f}" if sure.any() else "-").rjust(10)
            )
    print()


def _print_methods(cells: Sequence[LabelledCell], methods: list[list[str]], abstains: FloatArray) -> None:
    print(
        "method, share of S = 1..100".ljust(32)
        + "".join(name.rjust(14) for name in ("observed", "population", "trajectory", "none"))
    )
    for cell, used, none in zip(cells, methods, abstains, strict=True):
        shares = [used.count(name) / len(used) for name in ("observed", "population", "trajectory", "none")]
        note = f"   population abstains at {100 * none.mean():.0f} %" if none.any() else ""
        print(cell.cell_id.ljust(32) + "".join(f"{share:.2f}".rjust(14) for share in shares) + note)
    print()


def _print_left_out_temperatures(cells: Sequence[LabelledCell], lives: FloatArray) -> None:
    answers, abstains = population_answers(cells, models_without_each_temperature(cells))
    print(
        "temperature left out".ljust(24)
        + "abstains".rjust(10)
        + "projects".rjust(12)
        + "truth".rjust(8)
        + "coverage".rjust(10)
        + "high / low".rjust(12)
    )
    for temperature, chosen in _by_temperature(cells):
        covered = (answers.low[chosen] <= lives[chosen]) & (lives[chosen] <= answers.high[chosen])
        width = np.median(answers.high[chosen] / answers.low[chosen])
        print(
            f"{temperature} °C".ljust(24)
            + f"{100 * abstains[chosen].mean():.0f} %".rjust(10)
            + f"{np.median(answers.life[chosen]):.0f}".rjust(12)
            + f"{lives[chosen].mean():.0f}".rjust(8)
            + f"{covered.mean():.2f}".rjust(10)
            + (f"{width:.1f}" if width < 1_000 else "> 1,000").rjust(12)
        )
    print()


def _by_temperature(cells: Sequence[LabelledCell]) -> list[tuple[str, FloatArray]]:
    temperatures = np.array([round(cell.temperature_C) for cell in cells])
    return [(str(temperature), temperatures == temperature) for temperature in np.unique(temperatures)]


if __name__ == "__main__":
    main()
