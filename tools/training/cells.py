"""The cells to train on or to evaluate with: a folder of cell files, and their lives in a JSON file."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from battery_analytics.analysis.cycle_table import cycle_table
from battery_analytics.analysis.throughput import throughput
from battery_analytics.cell import FloatArray
from battery_analytics.files import BatteryFile
from battery_analytics.formats.reading import read_cells
from battery_analytics.projection.features import FEATURES, early_life_features
from battery_analytics.projection.history import History
from battery_analytics.projection.population import STAGE_SHARE
from battery_analytics.protocol.protocol import protocol_of
from battery_analytics.sections.analysed_cell import history_of

STAGES = (1, 2, 3, 5, 7, 10, 14, 20, 28, 40, 55, 75, 100)
LIFE_ENDS_AT = 0.90


@dataclass(frozen=True, slots=True)
class LabelledCell:
    """A cell, its life in cycles, and its features at every stage, shape (n_stages, n_features)."""

    cell_id: str
    life: float
    history: History
    features: FloatArray

    @property
    def temperature_C(self) -> float:
        return self.history.temperature_C


def labelled_cells(folder: Path, labels: Path) -> list[LabelledCell]:
    """The cells of the folder that have a label, in the order of their names.

    A file may end a few cycles before a stage, for example if its first cycle is missing; the cell is then used in that stage
    with the cycles that it has.
    """
    lives = json.loads(labels.read_text())
    return [
        _labelled(folder / f"{name}.pkl", float(lives[name]))
        for name in sorted(lives)
        if (folder / f"{name}.pkl").is_file()
    ]


def history_of_file(path: Path) -> History:
    """The history of the one cell that a file holds."""
    cell = read_cells([BatteryFile(path.name, path.read_bytes())])[0]
    flow = throughput(cell.cycling)
    table = cycle_table(cell.cycling, flow, nominal_capacity_Ah=cell.nominal_capacity_Ah)
    return history_of(cell, flow, table, protocol_of(cell.cycling, flow, table).headline_Ah)


def _labelled(path: Path, life: float) -> LabelledCell:
    history = history_of_file(path)
    features = np.full((len(STAGES), len(FEATURES)), np.nan)
    for place, cycles in enumerate(STAGES):
        if history.known.size >= STAGE_SHARE * cycles:
            features[place] = early_life_features(history, cycles)
    return LabelledCell(path.stem, life, history, features)
