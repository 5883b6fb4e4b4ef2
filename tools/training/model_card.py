"""The model card that training writes: data, features, protocol, errors, domain and limits, with this training's figures."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from battery_analytics.cell import FloatArray
from battery_analytics.projection.features import FEATURES

from tools.training.cells import STAGES, LabelledCell
from tools.training.fit import TREES

SHOWN = (5, 10, 20, 55, 100)
CLOSE = 0.15

_TEXT = """# Model card: cycle life of cells like CALB's

`make train` writes this page; the figures are those of the training that wrote the committed model.

**What it does.** From the first cycles of a cell it projects the first cycle at which the discharge capacity is at or below
{share:g} % of the first cycle's. It is the *population* model of [cycle life](cycle-life.md), one of several models.

**Data.** {cells}. Lives: {lives}.

**Features**, from the first S cycles: {features}.

**Model.** A temperature law of two ageing mechanisms (film growth {film:.2f} eV, plating {plating:.2f} eV, equally fast at
25 °C), and for each of S = {stages} a forest of {trees} extremely randomised trees. The trees are grown on log life with
scikit-learn's defaults; their leaves hold the mean deviation from the law. Seeds are fixed: the same cells give the same file.
At run time the trees are arrays (`forest.npz`, no pickle) and numpy walks them: the same leaves as scikit-learn's, without its
0.9 s of imports.

**Protocol.** A model of the other cells projects every cell. No hyper-parameter was searched: number of trees and
features were set beforehand. The intervals follow from these errors; `make evaluate-life` checks them with nested
leave-one-out.

**Errors of unseen cells** (mean absolute relative error, and the share within 15 %):

{errors}

**Intervals** at 90 %: the conformal quantile of each unseen cell's error divided by the spread at its temperature. They are
calibrated only at temperatures with three trained cells or more; elsewhere they are wider and indicative, and there is no
confidence. Between trained temperatures they widen by {per_kelvin:.0f} % of life per kelvin.

**Domain.** {domain} Beyond a margin (3 K, 0.05 V, 5 % of capacity, 25 % of rate), for another material or form, or where a
feature lies more than two margins outside those of the trained cells at the temperature, the model abstains.

**Limits.** Few cells of one maker, one batch per temperature and one laboratory; temperature and voltage window changed
together; one end of life only. It reads the first 100 cycles and knows nothing of later conditions. It says
nothing about safety.
"""


def model_card(cells: Sequence[LabelledCell], card: Mapping[str, Any], unseen_life: FloatArray) -> str:
    """The card as Markdown; `unseen_life`, shape (n_stages, n_cells), holds the lives that models without each cell project."""
    lives = np.array([cell.life for cell in cells])
    temperatures = np.array([round(cell.temperature_C) for cell in cells])
    levels = np.unique(temperatures)
    domain = {name: ends for name, ends in card["domain"].items() if name != "kinds"}
    ranges = "; ".join(_range(name, *ends) for name, ends in domain.items())
    kinds = "; ".join(
        f"{name.replace('_', ' ')}: {', '.join(values)}" for name, values in card["domain"]["kinds"].items()
    )
    return _TEXT.format(
        share=100 * card["eol_share"],
        cells=f"{len(cells)} cells: " + ", ".join(f"{np.sum(temperatures == level)} at {level} °C" for level in levels),
        lives=", ".join(
            f"{lives[temperatures == level].min():.0f}–{lives[temperatures == level].max():.0f} at {level} °C"
            for level in levels
        ),
        features=", ".join(name.replace("_", " ") for name in FEATURES),
        film=card["law"]["film_growth_eV"],
        plating=card["law"]["plating_eV"],
        stages=", ".join(str(cycles) for cycles in STAGES),
        trees=TREES,
        errors=_errors(np.abs(unseen_life / lives - 1.0), temperatures),
        per_kelvin=100 * card["law_error_per_K"],
        domain=f"{kinds[:1].upper()}{kinds[1:]}; {ranges}.",
    )


def _range(name: str, low: float, high: float) -> str:
    quantity, unit = name.rsplit("_", 1)
    return f"{quantity.replace('_', ' ')} {low:.3g}–{high:.3g} {'°C' if name == 'temperature_C' else unit}"


def _errors(errors: FloatArray, temperatures: FloatArray) -> str:
    head = "| cells | " + " | ".join(f"S = {cycles}" for cycles in SHOWN) + " |\n" + "|---" * (len(SHOWN) + 1) + "|"
    rows = [("all", np.ones(temperatures.size, dtype=bool))]
    rows += [(f"{level} °C", temperatures == level) for level in np.unique(temperatures)]
    lines = []
    for name, chosen in rows:
        at = [errors[STAGES.index(cycles)][chosen] for cycles in SHOWN]
        lines.append(
            f"| {name} | " + " | ".join(f"{error.mean():.3f} / {np.mean(error <= CLOSE):.2f}" for error in at) + " |"
        )
    return "\n".join([head, *lines])
