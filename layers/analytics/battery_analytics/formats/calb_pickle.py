"""The CALB pickle of the BatteryLife collection, and what others pickle in its spirit: frames, lists of cycles, arrays."""

from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import PurePath

import numpy as np
import numpy.typing as npt

from battery_analytics.cell import Cell, Finding, Source
from battery_analytics.errors import CorruptedFile, EmptyFile, UnsafePickle, UnsupportedStructure
from battery_analytics.files import BatteryFile
from battery_analytics.formats.assembly import MAX_CELLS, assembled, check_size, check_total
from battery_analytics.formats.columns import MAX_COLUMNS, extra_columns, recognised_columns
from battery_analytics.formats.metadata import plain_metadata
from battery_analytics.formats.pickle_reading import read_pickle
from battery_analytics.formats.pickle_values import Call, MalformedPickle, RefusedPickle, length
from battery_analytics.formats.pickled_cycles import (
    CYCLES_KEY,
    SourceCycles,
    cycles_of_columns,
    cycles_of_frame,
    cycles_of_list,
    name_of,
)
from battery_analytics.formats.pickled_frames import Frame
from battery_analytics.formats.pickled_objects import admits, items_of, resolved

# Protocol 2 and later, and what a list, a dict, a tuple or a named type begins with in protocols 0 and 1.
_FIRST_BYTES = (b"\x80", b"(", b"]", b"}", b"c")


def read_calb_pickle(file: BatteryFile) -> list[Cell]:
    """The cells that a pickle holds: one as a rule, several where it is a list of cells.

    Raises EmptyFile, CorruptedFile, UnsafePickle, UnsupportedStructure, MissingColumns, InconsistentLengths, NoCycles.
    """
    if not file.content:
        raise EmptyFile(f"{file.name} is empty.", file=file.name)
    if file.content[:1] not in _FIRST_BYTES or recognised_columns(_first_line(file.content).split(",")):
        kind = "a CSV table under a pickle's name" if _first_line(file.content).count(",") > 1 else "no pickle"
        raise CorruptedFile(f"{file.name} is {kind}; send a pickle as .pkl and a table as .csv.", file=file.name)
    try:
        return _cells_of(resolved(read_pickle(file.content, admits)), file.name)
    except RefusedPickle as refusal:
        raise UnsafePickle(
            f"{file.name} was not opened: {refusal}. A battery pickle holds plain data, numpy arrays and pandas frames.",
            file=file.name,
            name=refusal.name,
        ) from refusal
    except MalformedPickle as fault:
        raise CorruptedFile(f"{file.name} cannot be read as a pickle: {fault}.", file=file.name) from fault


def _first_line(content: bytes) -> str:
    return content[:1_000].split(b"\n", 1)[0].decode("latin-1")


def _cells_of(value: object, file: str) -> list[Cell]:
    if isinstance(value, Mapping) and CYCLES_KEY in value:
        return [_cell_of_dict(value, file)]
    if isinstance(value, Frame):
        return [_cell(cycles_of_frame(value, file), {}, file, "pandas frame in a pickle", 0.8)]
    if isinstance(value, Mapping) and _is_table(value):
        return [_cell(cycles_of_columns(value, file), {}, file, "columns in a pickle", 0.7)]
    if isinstance(value, list | tuple) and value:
        check_size(len(value), 0, file)
        items = [resolved(item) for item in value]
        if all(isinstance(item, Mapping) and CYCLES_KEY in item for item in items):
            return _cells_of_list(items, file)
        if all(isinstance(item, Mapping) for item in items):
            return [_cell(cycles_of_list(items, file), {}, file, "list of cycles in a pickle", 0.7)]
    kind = "a Python object" if isinstance(value, Call) else f"a {type(value).__name__}"
    raise UnsupportedStructure(
        f"{file} holds {kind}, where a dict with the key '{CYCLES_KEY}' or a table of cycling data was expected.",
        file=file,
        expected=[CYCLES_KEY],
    )


def _is_table(value: Mapping[object, object]) -> bool:
    return bool(recognised_columns(name_of(key) for key in islice(value, MAX_COLUMNS)))


def _cells_of_list(items: Sequence[object], file: str) -> list[Cell]:
    if len(items) > MAX_CELLS:
        raise UnsupportedStructure(f"{file} holds more than {MAX_CELLS} cells; split it.", file=file)
    cells: list[Cell] = []
    for item in items:
        cells.extend(_cells_of(item, file))
        check_total(cells, file)
    return cells


def _cell_of_dict(value: Mapping[object, object], file: str) -> Cell:
    cycle_data = resolved(value[CYCLES_KEY])
    metadata = {key: item for key, item in value.items() if key != CYCLES_KEY}
    if isinstance(cycle_data, Frame):
        cycles = cycles_of_frame(cycle_data, file)
    elif isinstance(cycle_data, Mapping) and _is_table(cycle_data):
        cycles = cycles_of_columns(cycle_data, file)
    elif isinstance(cycle_data, Mapping):
        check_size(len(cycle_data), 0, file)
        cycles = cycles_of_list([_numbered(number, cycle) for number, cycle in cycle_data.items()], file)
    elif isinstance(cycle_data, list | tuple | np.ndarray):
        cycles = cycles_of_list([resolved(item) for item in _listed(cycle_data, file)], file)
    else:
        raise UnsupportedStructure(
            f"'{CYCLES_KEY}' in {file} is a {type(cycle_data).__name__}, where a list of cycles was expected.",
            file=file,
            key=CYCLES_KEY,
        )
    return _cell(cycles, metadata, file, "CALB pickle", 1.0)


def _listed(cycle_data: list[object] | tuple[object, ...] | npt.NDArray[np.generic], file: str) -> list[object]:
    check_size(cycle_data.size if isinstance(cycle_data, np.ndarray) else length(cycle_data), 0, file)
    return items_of(cycle_data)


def _numbered(number: object, cycle: object) -> object:
    cycle = resolved(cycle)
    if isinstance(cycle, dict) and len(cycle) <= MAX_COLUMNS:
        return {"cycle_number": number, **cycle}
    return cycle


def _cell(
    cycles: SourceCycles, metadata: Mapping[object, object], file: str, format_name: str, certainty: float
) -> Cell:
    cycling, findings = assembled(cycles.cycles, file=file, column_names=cycles.names)
    plain = plain_metadata(metadata)
    if not plain["cell_id"]:
        plain["cell_id"] = PurePath(file).stem
        findings.insert(
            0, Finding("no_cell_id", "info", f"{file} does not name its cell; the file's name stands for it.")
        )
    extra = extra_columns(cycles.names, recognised_columns(cycles.names))
    source = Source(format_name, certainty, (file,), extra)
    return Cell(plain, cycling, source, (*cycles.findings, *findings))
