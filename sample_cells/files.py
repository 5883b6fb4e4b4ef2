"""A simulated cell as files: the CALB pickle, and the set of three CSV files."""

import csv
import io
import pickle
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from sample_cells.arrays import FloatArray
from sample_cells.cell import CycleRecord, SimulatedCell

CYCLES_COLUMNS = (
    "cycle_number",
    "current_in_A",
    "voltage_in_V",
    "charge_capacity_in_Ah",
    "discharge_capacity_in_Ah",
    "time_in_s",
)
METRICS_COLUMNS = (
    "cycle_number",
    "max_voltage_V",
    "max_current_A",
    "charge_capacity_Ah",
    "discharge_capacity_Ah",
    "coulombic_efficiency_%",
)


def calb_dict(cell: SimulatedCell) -> dict[str, object]:
    """The object in a CALB pickle: plain dicts, lists and numbers, the cycles under `cycle_data`."""
    metadata = dict(cell.metadata)
    return {
        "cell_id": metadata.pop("cell_id"),
        "cycle_data": [_calb_cycle(cycle) for cycle in cell.cycles],
        **metadata,
    }


def pickle_bytes(cell: SimulatedCell, *, protocol: int = 4) -> bytes:
    """The cell as a CALB pickle; real ones use pickle protocol 4."""
    return pickle.dumps(calb_dict(cell), protocol=protocol)


def csv_triplet(cell: SimulatedCell) -> dict[str, bytes]:
    """The three CSV files by their names: `X_cycles.csv`, `X_metadata.csv` and `X_metrics.csv`.

    As in real ones there is no temperature, and a column that the cell does not have is empty. The metrics are those of
    common tools: the largest value of each column, so that a counter that repeats the discharge gives an efficiency of
    100 %.
    """
    calb = calb_dict(cell)
    metadata = {key: value for key, value in calb.items() if key != "cycle_data"}
    return {
        f"{cell.cell_id}_cycles.csv": _csv(CYCLES_COLUMNS, _cycles_rows(cell.cycles)),
        f"{cell.cell_id}_metadata.csv": _csv(tuple(metadata), [tuple(metadata.values())]),
        f"{cell.cell_id}_metrics.csv": _csv(METRICS_COLUMNS, map(_metrics_row, cell.cycles)),
    }


def table_with_temperature(cell: SimulatedCell) -> bytes:
    """The table of points of the CSV set, with a column for the temperature."""
    temperatures = [value for cycle in cell.cycles for value in _temperatures(cycle.temperature_C) or ()]
    rows = [(*row, temperature) for row, temperature in zip(_cycles_rows(cell.cycles), temperatures, strict=True)]
    return _csv((*CYCLES_COLUMNS, "temperature_in_C"), rows)


def write_cell(cell: SimulatedCell, folder: Path) -> list[Path]:
    """Writes the pickle and the CSV set into the folder, and returns their paths."""
    contents: Mapping[str, bytes] = {f"{cell.cell_id}.pkl": pickle_bytes(cell), **csv_triplet(cell)}
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in contents]


def _calb_cycle(cycle: CycleRecord) -> dict[str, object]:
    return {
        "cycle_number": cycle.number,
        "current_in_A": _floats(cycle.current_A),
        "voltage_in_V": _floats(cycle.voltage_V),
        "charge_capacity_in_Ah": _floats(cycle.charge_capacity_Ah),
        "discharge_capacity_in_Ah": _floats(cycle.discharge_capacity_Ah),
        "time_in_s": _floats(cycle.time_s),
        "temperature_in_C": _temperatures(cycle.temperature_C),
        "internal_resistance_in_ohm": None,
    }


def _floats(column: FloatArray | None) -> list[float] | None:
    return None if column is None else column.tolist()


def _temperatures(column: FloatArray | None) -> list[float] | list[int] | None:
    """The chamber's setting as an int, as real files write it."""
    if column is None:
        return None
    is_setting = bool((column == column[0]).all()) and float(column[0]).is_integer()
    return [int(column[0])] * column.size if is_setting else column.tolist()


def _cycles_rows(cycles: Sequence[CycleRecord]) -> Iterable[tuple[object, ...]]:
    for cycle in cycles:
        columns = (
            cycle.current_A,
            cycle.voltage_V,
            cycle.charge_capacity_Ah,
            cycle.discharge_capacity_Ah,
            cycle.time_s,
        )
        n_points = max(column.size for column in columns if column is not None)
        values = [[""] * n_points if column is None else column.tolist() for column in columns]
        yield from ((cycle.number, *point) for point in zip(*values, strict=True))


def _metrics_row(cycle: CycleRecord) -> tuple[object, ...]:
    charge_Ah, discharge_Ah = _largest(cycle.charge_capacity_Ah), _largest(cycle.discharge_capacity_Ah)
    efficiency = 100 * discharge_Ah / charge_Ah if charge_Ah and discharge_Ah is not None else None
    return cycle.number, _largest(cycle.voltage_V), _largest(cycle.current_A), charge_Ah, discharge_Ah, efficiency


def _largest(column: FloatArray | None) -> float | None:
    return None if column is None else float(column.max())


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()
