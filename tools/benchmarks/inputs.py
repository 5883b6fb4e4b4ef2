"""The inputs of the benchmarks: a cell of 1.8 MB, and 26 such cells in a row as one pickle of 47 MB and one CSV of 43 MB."""

import csv
import io
import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sample_cells import calb_dict, simulate
from sample_cells.chemistry import NMC_GRAPHITE
from sample_cells.fade import SquareRootFade
from sample_cells.files import CYCLES_COLUMNS
from sample_cells.protocol import step_charge
from sample_cells.recording import AS_IN_CALB

REAL_CELL = Path(__file__).resolve().parents[3] / "shared" / "data" / "calb" / "CALB_35_B249.pkl"
CELLS_IN_A_ROW = 26


@dataclass(frozen=True, slots=True)
class BenchmarkInputs:
    """The bytes of the three files, the numbers of cycles and points in the large ones, and the origin of the cell."""

    origin: str
    small_pickle: bytes
    large_pickle: bytes
    large_csv: bytes
    n_cycles: int
    n_points: int


def small_pickle(cell_path: Path | None = None) -> tuple[str, bytes]:
    """The origin of a cell of 1.8 MB, and its bytes: the one at this path, the real one, or a sample."""
    path = cell_path or REAL_CELL
    if path.exists():
        return f"real cell {path}", path.read_bytes()
    if cell_path is None:
        return f"sample cell of the same size, for want of {path}", sample_pickle()
    raise SystemExit(f"no such cell: {path}")


def benchmark_inputs(cell_path: Path | None = None) -> BenchmarkInputs:
    """The inputs from the cell at this path, else from the real cell beside the repository, else from a sample cell."""
    origin, content = small_pickle(cell_path)
    cell: dict[str, Any] = pickle.loads(content)
    cycles = _in_a_row(cell["cycle_data"])
    return BenchmarkInputs(
        origin=origin,
        small_pickle=content,
        large_pickle=pickle.dumps({**cell, "cycle_data": cycles}),
        large_csv=_cycles_csv(cycles),
        n_cycles=len(cycles),
        n_points=sum(len(cycle["voltage_in_V"]) for cycle in cycles),
    )


def sample_pickle() -> bytes:
    """A synthetic cell of the same size as the real one."""
    cell = simulate(
        "SAMPLE_NMC_35_BENCHMARK",
        NMC_GRAPHITE,
        step_charge(),
        SquareRootFade(loss_at_1000_cycles=0.05),
        cycle_numbers=range(2, 101),
        nominal_capacity_Ah=58,
        initial_capacity_Ah=58.9,
        temperature_C=35,
        sample_s=28,
        defects=AS_IN_CALB,
    )
    return pickle.dumps(calb_dict(cell))


def large_pickle(small_pickle: bytes) -> bytes:
    """The cell repeated 26 times, as one cell."""
    cell: dict[str, Any] = pickle.loads(small_pickle)
    return pickle.dumps({**cell, "cycle_data": _in_a_row(cell["cycle_data"])})


def _in_a_row(cycles: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The cycles repeated with running numbers. Each list is a copy, because a pickle writes a shared list only once."""
    return [
        {
            name: list(column) if isinstance(column, list) else column
            for name, column in {**cycle, "cycle_number": turn * len(cycles) + index + 1}.items()
        }
        for turn in range(CELLS_IN_A_ROW)
        for index, cycle in enumerate(cycles)
    ]


def _cycles_csv(cycles: list[dict[str, Any]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CYCLES_COLUMNS)
    for cycle in cycles:
        columns = (cycle[name] for name in CYCLES_COLUMNS[1:])
        writer.writerows((cycle["cycle_number"], *point) for point in zip(*columns, strict=True))
    return text.getvalue().encode()
