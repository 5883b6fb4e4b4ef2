"""A small cell whose every figure is known, for each format's test to write down and the conformance test to read back.

Three cycles of 62 points, 120 s apart: 31 of charge and 31 of discharge. Cycle k moves 9.9 Ah, 9.88 Ah and 9.86 Ah in one
hour each way, so its current is as many amperes. Each file of it must hold all columns of `COLUMNS`, in any unit.
"""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from battery_analytics.files import BatteryFile

from sample_cells.plain import CellData, Cycle, cell

type FloatArray = npt.NDArray[np.float64]
type Writer = Callable[[], list[BatteryFile]]

CAPACITIES_AH: Final = (9.9, 9.88, 9.86)
POINTS_PER_CYCLE: Final = 62
STEP_S: Final = 120.0
COLUMNS: Final = (
    "current_in_A",
    "voltage_in_V",
    "charge_capacity_in_Ah",
    "discharge_capacity_in_Ah",
    "time_in_s",
    "temperature_in_C",
)


def known_cell() -> CellData:
    """The cell in the CALB layout."""
    return cell("KNOWN_25_A1", n_cycles=3)


def cycles() -> list[Cycle]:
    """Its cycles, each a dict of a number and lists."""
    found = known_cell()["cycle_data"]
    assert isinstance(found, list)
    return found


def column(name: str) -> FloatArray:
    """A column over all points of all cycles, shape (186,)."""
    if name == "cycle_number":
        return np.repeat([1.0, 2.0, 3.0], POINTS_PER_CYCLE)
    return np.concatenate([np.asarray(cycle[name], dtype=np.float64) for cycle in cycles()])


def text_table(separator: str, names_and_values: Sequence[tuple[str, FloatArray]], *, decimal: str = ".") -> str:
    """The columns as text with a header, one row per point."""
    header = separator.join(name for name, _ in names_and_values)
    rows = zip(*(values.tolist() for _, values in names_and_values), strict=True)
    lines = (separator.join(f"{value:.10g}".replace(".", decimal) for value in row) for row in rows)
    return "\n".join((header, *lines, ""))
