"""`python -m tools.training.train`: reads cells and their lives, and writes the model into the library."""

import argparse
import json
from pathlib import Path

import battery_analytics.projection
import numpy as np

from tools.training.cells import labelled_cells
from tools.training.fit import fit, unseen_log_lives
from tools.training.model_card import model_card
from tools.training.widening import write_widening

MODEL = Path(battery_analytics.projection.__file__).parent / "model"
CARD = Path(__file__).parents[2] / "docs" / "model-card.md"
CALB = Path(__file__).parents[3] / "shared" / "data" / "calb"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.training.train", description=__doc__)
    parser.add_argument("--cells", type=Path, default=CALB, help="folder of cell files")
    parser.add_argument(
        "--labels", type=Path, help="JSON file {cell id: life in cycles}; life_labels.json in the folder by default"
    )
    parser.add_argument("--out", type=Path, default=MODEL, help="folder to write the model to")
    parser.add_argument("--card", type=Path, default=CARD, help="file to write the model card to")
    asked = parser.parse_args()
    cells = labelled_cells(asked.cells, asked.labels or asked.cells / "life_labels.json")
    unseen = unseen_log_lives(cells)
    card, arrays = fit(cells, unseen)
    asked.out.mkdir(parents=True, exist_ok=True)
    (asked.out / "population.json").write_text(json.dumps(card, indent=1) + "\n")
    with (asked.out / "forest.npz").open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
    write_widening(asked.out)
    asked.card.write_text(model_card(cells, card, np.exp(unseen)))
    print(f"trained on {len(cells)} cells; wrote {asked.out}")


if __name__ == "__main__":
    main()
