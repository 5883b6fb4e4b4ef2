"""The quantities of cycling data, their names in messages, and how much of them files may hold."""

from collections.abc import Mapping, Sequence
from typing import Literal

from battery_analytics.budget import check_points
from battery_analytics.cell import Cell
from battery_analytics.errors import UnsupportedStructure

MAX_POINTS = 3_000_000
MAX_CYCLES = 50_000
MAX_CELLS = 200
MAX_COLUMNS = 500
LONGEST_NAME = 100

type Quantity = Literal[
    "cell",
    "cycle_number",
    "voltage_V",
    "current_A",
    "charge_capacity_Ah",
    "discharge_capacity_Ah",
    "step_capacity_Ah",
    "state",
    "time_s",
    "temperature_C",
    "coulombic_efficiency_percent",
    "charge_energy_Wh",
    "discharge_energy_Wh",
    "resistance_ohm",
]

# The name of the column that a message asks for where the quantity is missing.
NAMES_OF_FIRST_CHOICE: Mapping[Quantity, str] = {
    "cell": "cell_id",
    "cycle_number": "cycle_number",
    "voltage_V": "voltage_in_V",
    "current_A": "current_in_A",
    "charge_capacity_Ah": "charge_capacity_in_Ah",
    "discharge_capacity_Ah": "discharge_capacity_in_Ah",
    "step_capacity_Ah": "capacity_in_Ah",
    "state": "state",
    "time_s": "time_in_s",
    "temperature_C": "temperature_in_C",
    "coulombic_efficiency_percent": "coulombic_efficiency_in_percent",
    "charge_energy_Wh": "charge_energy_in_Wh",
    "discharge_energy_Wh": "discharge_energy_in_Wh",
    "resistance_ohm": "resistance_in_ohm",
}


def check_size(n_cycles: int, n_points: int, file: str) -> None:
    """Raise UnsupportedStructure where a file holds too much, TooCostly where it is too small to hold so much."""
    if n_cycles > MAX_CYCLES or n_points > MAX_POINTS:
        raise UnsupportedStructure(
            f"{file} holds more than {MAX_POINTS:,} points or {MAX_CYCLES:,} cycles; split it by cycles.",
            file=file,
            limit_points=MAX_POINTS,
            limit_cycles=MAX_CYCLES,
        )
    check_points(n_cycles, n_points)


def check_total(cells: Sequence[Cell], file: str) -> None:
    """Raise UnsupportedStructure where the cells read so far are too much together; `file` is the last one read."""
    n_cycles = sum(cell.cycling.n_cycles for cell in cells)
    check_size(n_cycles, sum(cell.cycling.n_points for cell in cells), file)
    if len(cells) > MAX_CELLS:
        raise UnsupportedStructure(
            f"{file} is beyond the limit of {MAX_CELLS} cells per request; send fewer at once.", file=file
        )


def printable(name: str) -> str:
    """A name from the file for use in a message: short, with valid characters only."""
    return name[:LONGEST_NAME].encode("utf-8", "replace").decode("utf-8")


def listed(names: Sequence[str], most: int = 20) -> str:
    """Names from the file for use in a message, at most `most` of them."""
    shown = ", ".join(printable(name) for name in names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown or "none"
