"""The process in which other packages read a file: `python -m battery_analytics.formats.binary.child READER SOURCE ANSWER …`.

It ends with 0 and the tables in the answer, with 2 where the file cannot be read, and by a signal beyond its limits.
"""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from battery_analytics.formats.binary.expansion import LEAST_BYTES, MOST_BYTES, MOST_RATIO, MOST_ROWS
from battery_analytics.formats.binary.hdf5 import tables_of_file
from battery_analytics.formats.binary.matlab_hdf5 import records_by_child
from battery_analytics.formats.binary.workbook import sheets_of
from battery_analytics.formats.source_table import CSV, TEXTS, SourceTable

LONGEST_TEXT = 200
BYTES_PER_VALUE = 8
FAULT = 2


def main(arguments: list[str]) -> int:
    reader, source, answer, seconds, n_bytes = arguments
    _limit(int(seconds), int(n_bytes))
    try:
        tables = READERS[reader](Path(source))
    except MemoryError:
        return FAULT + 1
    except Exception as fault:  # noqa: BLE001  whatever another package raises: the file cannot be read
        sys.stderr.write(type(fault).__name__)  # for our log; its message may quote the file
        return FAULT
    _write(tables, Path(answer))
    return 0


def _limit(seconds: int, n_bytes: int) -> None:
    try:
        import resource  # noqa: PLC0415  not on Windows, where the parent's time limit alone holds
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (n_bytes + ADDRESSES_BYTES, n_bytes + ADDRESSES_BYTES))
    resource.setrlimit(resource.RLIMIT_DATA, (n_bytes, n_bytes))  # the memory that can be written to


# What the interpreter and its libraries map without using it.
ADDRESSES_BYTES = 1_000_000_000


def _write(tables: list[SourceTable], answer: Path) -> None:
    arrays: dict[str, npt.NDArray[np.generic]] = {}
    described: list[dict[str, object]] = []
    for table in tables:
        columns: list[tuple[str, str]] = []
        for name, values in table.columns.items():
            key = f"column_{len(arrays)}"
            arrays |= {f"{key}{part}": plain for part, plain in _plain(values).items()}
            columns.append((name, key))
        metadata = {
            str(key): value for key, value in table.metadata.items() if isinstance(value, str | int | float | bool)
        }
        described.append({"name": table.name, "columns": columns, "metadata": metadata})
    arrays["described"] = np.frombuffer(json.dumps(described).encode(), dtype=np.uint8)
    with answer.open("wb") as stream:
        np.savez(stream, **arrays)  # type: ignore[arg-type]  # its stub takes no mapping of arrays


def _plain(values: npt.NDArray[np.generic]) -> dict[str, npt.NDArray[np.generic]]:
    """Numbers and times as they are, anything else as its different texts and the place of each value's among them."""
    if values.dtype.kind in "fiubMm":
        return {"": values}
    items = values.tolist()
    if all(item is None or isinstance(item, int | float) for item in items):
        return {"": np.array([np.nan if item is None else float(item) for item in items])}
    places: dict[str, int] = {}
    texts = ("" if item is None else str(item)[:LONGEST_TEXT] for item in items)
    codes = np.array([places.setdefault(text, len(places)) for text in texts], dtype=np.int32)
    return {"": codes, TEXTS: np.array(list(places))}


def _parquet(path: Path) -> list[SourceTable]:
    from fastparquet import ParquetFile  # noqa: PLC0415  only in the child

    source = ParquetFile(str(path))
    n_rows = int(source.count())
    allowed = min(LEAST_BYTES + MOST_RATIO * path.stat().st_size, MOST_BYTES)
    if n_rows > MOST_ROWS or n_rows * len(source.columns) * BYTES_PER_VALUE > allowed:
        raise MemoryError  # a value that is repeated takes no byte of the file
    frame = source.to_pandas()
    if frame.index.name is not None:
        frame = frame.reset_index()
    return [SourceTable({str(name): frame[name].to_numpy() for name in frame.columns})]


def _arbin_access(path: Path) -> list[SourceTable]:
    """Arbin's tables: the points, with the temperatures of the auxiliary channels beside them, one table per test."""
    from access_parser import AccessParser  # noqa: PLC0415  only in the child

    database = AccessParser(str(path))
    points = {name: _array(values) for name, values in database.parse_table("Channel_Normal_Table").items()}
    described = database.parse_table("Global_Table") if "Global_Table" in database.catalog else {}
    auxiliary = database.parse_table("Auxiliary_Table") if "Auxiliary_Table" in database.catalog else {}
    tests = points["Test_ID"]
    order = np.lexsort((points["Data_Point"], tests))
    found: list[SourceTable] = []
    for test in np.unique(tests):
        rows = order[tests[order] == test]
        columns = {
            f"{name} ({UNITS[name]})" if name in UNITS else name: values[rows] for name, values in points.items()
        }
        temperature = _temperature(auxiliary, test, points["Data_Point"][rows])
        if temperature is not None:
            columns["Aux_Temperature (C)"] = temperature
        columns.pop("DateTime", None)
        place = [number for number, one in enumerate(described.get("Test_ID", [])) if one == test][:1]
        metadata = {key: values[place[0]] for key, values in described.items() if place and len(values) > place[0]}
        found.append(SourceTable(columns, _named(metadata), str(metadata.get("Test_Name", ""))))
    return found


UNITS = {
    **{"Test_Time": "s", "Step_Time": "s", "Current": "A", "Voltage": "V"},
    **{"Charge_Capacity": "Ah", "Discharge_Capacity": "Ah", "Charge_Energy": "Wh", "Discharge_Energy": "Wh"},
}
TEMPERATURES = 1  # the data type of auxiliary channels that measure temperatures


def _array(values: object) -> npt.NDArray[np.generic]:
    return np.array(values if isinstance(values, list) else [])


def _temperature(
    auxiliary: Mapping[str, object], test: object, points: npt.NDArray[np.generic]
) -> npt.NDArray[np.generic] | None:
    """The first auxiliary temperature at these data points, NaN where it has no value; None where there is none."""
    columns = {name: _array(values) for name, values in auxiliary.items()}
    if not columns or not columns["Test_ID"].size:
        return None
    chosen = (columns["Test_ID"] == test) & (columns["Data_Type"] == TEMPERATURES)
    if not chosen.any():
        return None
    chosen &= columns["Auxiliary_Index"] == columns["Auxiliary_Index"][chosen].min()
    known = dict(zip(columns["Data_Point"][chosen].tolist(), columns["X"][chosen].tolist(), strict=True))
    return np.array([known.get(point, np.nan) for point in points.tolist()])


def _named(metadata: Mapping[str, object]) -> dict[str, object]:
    """Arbin's description of the test under the names of the report."""
    named = {key: value for key, value in metadata.items() if value not in ("", None, 0, 0.0)}
    capacity = metadata.get("Capacity")
    if isinstance(capacity, float) and capacity > 0:
        named["nominal_capacity_in_Ah"] = capacity
    for key in ("Item_ID", "Test_Name"):
        if isinstance(metadata.get(key), str) and metadata[key]:
            named.setdefault("cell_id", metadata[key])
    return named


def _workbook(path: Path) -> list[SourceTable]:
    """The sheets of a workbook as CSV, each a column of bytes."""
    return [
        SourceTable({CSV: np.frombuffer(sheet.content, dtype=np.uint8)}, name=sheet.name)
        for sheet in sheets_of(path.read_bytes())
    ]


READERS: Mapping[str, Callable[[Path], list[SourceTable]]] = {
    "hdf5": tables_of_file,
    "matlab": records_by_child,
    "parquet": _parquet,
    "arbin_access": _arbin_access,
    "workbook": _workbook,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
