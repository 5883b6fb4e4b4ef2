"""python -m sample_cells.showcase FOLDER: the sample cell that the dashboard offers to users without a file.

It fills every part of the report: a knee, a projection from its trajectory, measured temperature, curves fine enough for
dV/dQ, and findings. And it is small enough to download on a click.
"""

import argparse
from pathlib import Path

from sample_cells.cell import SimulatedCell
from sample_cells.chemistry import NMC_GRAPHITE
from sample_cells.cycler import simulate
from sample_cells.fade import KneeFade
from sample_cells.files import csv_triplet, table_with_temperature
from sample_cells.protocol import cc_cv
from sample_cells.recording import Noise
from sample_cells.thermal import LumpedThermal

CELL_ID = "SAMPLE_CELL"


def showcase_cell() -> SimulatedCell:
    """The cell; the same at every call."""
    return simulate(
        CELL_ID,
        NMC_GRAPHITE,
        cc_cv(1.0, 4.2, 2.75),
        KneeFade(early_loss_per_cycle=3e-4, late_loss_per_cycle=1.7e-3, knee_cycle=110, width_cycles=12),
        cycle_numbers=[number for number in range(1, 161) if number not in (57, 58)],
        nominal_capacity_Ah=50,
        initial_capacity_Ah=50.4,
        temperature_C=30,
        thermal=LumpedThermal(),
        sample_s=90,
        capacity_scatter=0.0004,
        noise=Noise(voltage_V=0.0003, current_A=0.003, temperature_C=0.05, decimals=4, time_decimals=0),
        seed=7,
    )


def showcase_files(cell: SimulatedCell) -> dict[str, bytes]:
    """The table of its points, with the temperature that a CSV set does not have, and its metadata."""
    metadata = f"{cell.cell_id}_metadata.csv"
    return {f"{cell.cell_id}_cycles.csv": table_with_temperature(cell), metadata: csv_triplet(cell)[metadata]}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sample_cells.showcase")
    parser.add_argument("folder", type=Path, help="folder for the two CSV files")
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in showcase_files(showcase_cell()).items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
