"""Cells within the dict of a pickle: a frame, or a dict with cycles, under the name of each."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import PurePath

import numpy as np
import numpy.typing as npt

from battery_analytics.budget import charge_bytes, charge_values
from battery_analytics.errors import UnsupportedStructure
from battery_analytics.formats.binary.matlab_values import Fact, Record, Step, vectors_of_usual_length
from battery_analytics.formats.pickled_cycles import SourceCycles, cycles_of_columns, cycles_of_frame, name_of
from battery_analytics.formats.pickles.frames import Frame
from battery_analytics.formats.pickles.objects import resolved
from battery_analytics.formats.pickles.plain import column_pieces
from battery_analytics.formats.pickles.values import MalformedPickle
from battery_analytics.formats.point_records import cells_of_records
from battery_analytics.formats.quantities import MAX_CELLS, MAX_COLUMNS, MAX_CYCLES, MAX_POINTS
from battery_analytics.formats.tables.columns import GENERAL_NAMES

CYCLES = "cycles"

type CyclesAndMetadata = tuple[SourceCycles, Mapping[object, object]]


def holds_cells(value: object) -> bool:
    """Whether a dict has `cycles`, or under one of its first keys a frame of points or a dict with `cycles`."""
    if not isinstance(value, Mapping):
        return False
    return _is_inner(value) or any(_is_inner(item) for item in islice(value.values(), MAX_CELLS))


def _is_inner(item: object) -> bool:
    item = resolved(item)
    if isinstance(item, Frame):
        return {"voltage_V", "current_A"} <= set(GENERAL_NAMES.layout(map(name_of, item.columns)))
    return isinstance(item, Mapping) and isinstance(resolved(item.get(CYCLES)), Mapping | list)


def nested_cells(value: Mapping[object, object], file: str) -> Iterator[CyclesAndMetadata]:
    """The cells, each named by its key where there are several. Raises UnsupportedStructure beyond `MAX_CELLS`."""
    if _is_inner(value):
        yield from _of_cycles(PurePath(file).stem, value, file)
        return
    inner = [(name_of(key), resolved(item)) for key, item in value.items() if _is_inner(item)]
    if len(inner) > MAX_CELLS:
        raise UnsupportedStructure(f"{file} holds more than {MAX_CELLS} cells; split the file.", file=file)
    for name, item in inner:
        if isinstance(item, Frame):
            for table in cycles_of_frame(item, file):
                own = table.cell_name or (name if len(inner) > 1 else None)
                yield table, {"cell_id": own} if own else {}
        elif isinstance(item, Mapping):
            yield from _of_cycles(name, item, file)


def _of_cycles(name: str, item: Mapping[object, object], file: str) -> Iterator[CyclesAndMetadata]:
    metadata = {key: part for key, part in item.items() if not isinstance(resolved(part), Mapping | Frame | list)}
    for one in cells_of_records(list(_records(name, item, file))):
        for table in cycles_of_columns(dict(one.table.columns.items()), file):
            findings = (*one.findings, *table.findings)
            yield replace(table, findings=findings), {**metadata, "cell_id": item.get("cell_id") or name}


def _records(name: str, item: Mapping[object, object], file: str) -> Iterator[Record]:
    cycles = resolved(item[CYCLES])
    listed: list[object] = list(cycles.values()) if isinstance(cycles, Mapping) else list(cycles)  # type: ignore[call-overload]
    if len(listed) > MAX_CYCLES:
        raise UnsupportedStructure(f"{file} holds more than {MAX_CYCLES:,} cycles; split it by cycles.", file=file)
    keys = list(cycles) if isinstance(cycles, Mapping) else list(range(1, len(listed) + 1))
    for place, (key, cycle) in enumerate(zip(keys, listed, strict=True)):
        cycle = resolved(cycle)  # noqa: PLW2901  what the call would create
        if not isinstance(cycle, Mapping) or len(cycle) > MAX_COLUMNS:
            continue
        vectors = {name_of(column): found for column, part in cycle.items() if (found := _vector(part)) is not None}
        number = str(key)
        facts: dict[str, Fact] = {"cycle_number": float(number)} if number.isdigit() and len(number) < 7 else {}
        path: tuple[Step, ...] = ((name, None, 1), (CYCLES, place, len(listed)))
        yield Record(path, vectors_of_usual_length(vectors), facts)


def _vector(part: object) -> npt.NDArray[np.generic] | None:
    charge_values(2)
    try:
        pieces = column_pieces(part, MAX_POINTS)
    except MalformedPickle:
        return None
    if not pieces or not all(isinstance(piece, np.ndarray) and piece.dtype.kind in "fiu" for piece in pieces):
        return None
    found = np.concatenate([np.asarray(piece, dtype=np.float64) for piece in pieces])
    charge_bytes(found.nbytes)
    return found
