"""Small cells in the CALB format, simple but fit for analysis: capacity fades, voltage follows the state of charge."""

import csv
import io
import math
import pickle
from collections.abc import Sequence

type Cycle = dict[str, object]
type CellData = dict[str, object]

NOMINAL_CAPACITY_AH = 10.0
STEP_S = 120.0
POINTS_PER_BRANCH = 31


def cell(
    cell_id: str = "TEST_25_A1",
    *,
    n_cycles: int = 4,
    fade_Ah_per_cycle: float = 0.02,
    first_capacity_Ah: float = 9.9,
) -> CellData:
    """A cell that charges and discharges at 1C and loses the same capacity each cycle."""
    return {
        "cell_id": cell_id,
        "form_factor": "Prismatic",
        "anode_material": "graphite",
        "cathode_material": "NMC",
        "nominal_capacity_in_Ah": NOMINAL_CAPACITY_AH,
        "max_voltage_limit_in_V": 4.25,
        "min_voltage_limit_in_V": 2.7,
        "cycle_data": [
            cycle(number, first_capacity_Ah - fade_Ah_per_cycle * (number - 1)) for number in range(1, n_cycles + 1)
        ],
    }


def cycle(number: int, capacity_Ah: float) -> Cycle:
    """A charge and a discharge of this capacity; the voltage is a smooth function of the state of charge."""
    shares = [index / (POINTS_PER_BRANCH - 1) for index in range(POINTS_PER_BRANCH)]
    current_A = capacity_Ah / (STEP_S * (POINTS_PER_BRANCH - 1) / 3600.0)
    n_points = 2 * POINTS_PER_BRANCH
    return {
        "cycle_number": number,
        "current_in_A": [current_A] * POINTS_PER_BRANCH + [-current_A] * POINTS_PER_BRANCH,
        "voltage_in_V": [_voltage_V(share) + 0.03 for share in shares]
        + [_voltage_V(1 - share) - 0.03 for share in shares],
        "charge_capacity_in_Ah": [capacity_Ah * share for share in shares] + [capacity_Ah] * POINTS_PER_BRANCH,
        "discharge_capacity_in_Ah": [0.0] * POINTS_PER_BRANCH + [capacity_Ah * share for share in shares],
        "time_in_s": [(number - 1) * n_points * STEP_S + index * STEP_S for index in range(n_points)],
        "temperature_in_C": [25.0 + 0.5 * math.sin(index / 9.0) for index in range(n_points)],
    }


def pickled(data: object, protocol: int = 4) -> bytes:
    return pickle.dumps(data, protocol)


def csv_set(data: CellData, base_name: str) -> dict[str, bytes]:
    """The three files of the cell's CSV set, by name, as the CALB export writes them."""
    metadata = {key: value for key, value in data.items() if key != "cycle_data"}
    cycles = data["cycle_data"]
    if not isinstance(cycles, list):
        raise TypeError("cycle_data is no list of cycles")
    columns = list(cycles[0])
    rows = (
        [cycle_data["cycle_number"], *point]
        for cycle_data in cycles
        for point in zip(*(cycle_data[column] for column in columns[1:]), strict=True)
    )
    metrics = (
        [
            cycle_data["cycle_number"],
            max(cycle_data["charge_capacity_in_Ah"]),
            max(cycle_data["discharge_capacity_in_Ah"]),
        ]
        for cycle_data in cycles
    )
    return {
        f"{base_name}_cycles.csv": _csv(columns, rows),
        f"{base_name}_metadata.csv": _csv(list(metadata), [list(metadata.values())]),
        f"{base_name}_metrics.csv": _csv(["cycle_number", "charge_capacity_Ah", "discharge_capacity_Ah"], metrics),
    }


def _csv(columns: Sequence[str], rows: object) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(rows)  # type: ignore[arg-type]  # any iterable of rows
    return text.getvalue().encode()


def _voltage_V(state_of_charge: float) -> float:
    return (
        3.0
        + 0.9 * state_of_charge
        + 0.25 * math.tanh(8.0 * (state_of_charge - 0.05))
        + 0.01 * math.sin(20.0 * state_of_charge)
    )
