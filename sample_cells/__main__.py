"""python -m sample_cells: writes the sample cells as CALB pickles and CSV sets, and prints what each shows."""

import argparse
import math
from pathlib import Path

from sample_cells.files import write_cell
from sample_cells.named import SAMPLES


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sample_cells", description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("sample_data"), help="folder to write to (sample_data)")
    folder: Path = parser.parse_args().output

    print(f"{'cell':<22}{'cycles':>7}{'points':>9}{'pickle':>9}{'true 80 %':>11}  what it shows")
    for name, sample in SAMPLES.items():
        cell = sample.simulate(name)
        pickle_path, *_ = write_cell(cell, folder)
        n_points = sum(cycle.voltage_V.size for cycle in cell.cycles if cycle.voltage_V is not None)
        life = cell.truth.end_of_life_cycle(0.8)
        print(
            f"{name:<22}{len(cell.cycles):>7,}{n_points:>9,}{pickle_path.stat().st_size / 1e6:>6.1f} MB"
            f"{'never' if math.isinf(life) else f'{life:,.0f}':>11}  {sample.shows}"
        )
    print(f"Written to {folder.resolve()}: a .pkl and three .csv files for each.")


if __name__ == "__main__":
    main()
