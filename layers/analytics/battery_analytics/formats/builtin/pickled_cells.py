"""Pickles of cycling data: the CALB pickle of the BatteryLife collection, and frames, columns and lists of cycles.

The beginning of a pickle suggests its format, but only its contents decide it. So the formats declared here share a
reader, and each cell names the format that was found.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import PurePath
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from battery_analytics.cell import Cell, Finding, Source
from battery_analytics.errors import CorruptedFile, EmptyFile, UnsafePickle, UnsupportedStructure
from battery_analytics.formats.assembly import assembled
from battery_analytics.formats.builtin.nested_pickles import holds_cells, nested_cells
from battery_analytics.formats.declaration import Format, Recognition
from battery_analytics.formats.file_groups import FileGroup
from battery_analytics.formats.head import Head
from battery_analytics.formats.metadata import MAX_VALUES, plain_metadata
from battery_analytics.formats.other_kinds import START_BYTES, check_not_another_kind
from battery_analytics.formats.pickled_cycles import (
    CYCLES_KEY,
    SeenColumns,
    SourceCycles,
    cycles_of_columns,
    cycles_of_frame,
    cycles_of_list,
    name_of,
)
from battery_analytics.formats.pickles.frames import Frame
from battery_analytics.formats.pickles.objects import admits, resolved
from battery_analytics.formats.pickles.plain import first_items, items_of
from battery_analytics.formats.pickles.reading import read_pickle
from battery_analytics.formats.pickles.values import Call, MalformedPickle, RefusedPickle, length
from battery_analytics.formats.quantities import MAX_CELLS, MAX_COLUMNS, check_size, check_total
from battery_analytics.formats.tables.columns import GENERAL_NAMES
from battery_analytics.formats.tables.text import first_lines
from battery_analytics.formats.tables.told_columns import extra_columns, used_columns

_ENDINGS = (".pkl", ".pickle")
# The first byte of protocol 2 and later, and of a list, dict, tuple or named type in protocols 0 and 1.
_FIRST_BYTES = (b"\x80", b"(", b"]", b"}", b"c")
# The same more strictly, for files of any name; `kind` is that of the outermost value.
_BEGINNING = re.compile(
    rb"(?:\x80[\x02-\x05](?:\x95.{8})?(?P<kind>[\]}]?)|(?P<old>[\]}])q\x00|\((?P<oldest>[ld])p0\n|c[\w.]+\n[\w.]+\n)",
    re.DOTALL,
)
_LISTS, _DICTS = b"]l", b"}d"

type _CyclesAndMetadata = tuple[SourceCycles, Mapping[object, object]]


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of pickle: how to recognise it by the beginning of a file and by the value read, and how to get its cells.

    `shows` is given the beginning and the code of the outermost value.
    """

    name: str
    instrument: str
    needs: str
    certainty: float
    evidence: str
    shows: Callable[[bytes, bytes], bool]
    holds: Callable[[object], bool]
    cells: Callable[[object, str], Iterable[_CyclesAndMetadata]]

    def recognise(self, head: Head) -> Recognition | None:
        beginning = _BEGINNING.match(head.start)
        if beginning is None:
            return None
        outermost = beginning["kind"] or beginning["old"] or beginning["oldest"] or b" "
        if not self.shows(head.start, outermost):
            return None
        return Recognition(self.certainty, ("it begins as a pickle does", self.evidence))


def _is_cell(value: object) -> bool:
    return isinstance(value, Mapping) and CYCLES_KEY in value


def _all_are(value: object, are: Callable[[object], bool]) -> bool:
    return isinstance(value, list) and bool(value) and all(map(are, value))


def _is_dict_of_cells(value: object) -> bool:
    return (
        isinstance(value, Mapping) and 0 < len(value) <= MAX_CELLS and all(map(_is_cell, map(resolved, value.values())))
    )


def _with_names(cells: Mapping[object, Any]) -> list[dict[object, Any]]:
    """The cells of a dict; a cell without a name has that of its key."""
    return [{"cell_id": name_of(key), **cast(Any, resolved(cell))} for key, cell in cells.items()]


def _is_table(value: object) -> bool:
    return isinstance(value, Mapping) and bool(GENERAL_NAMES.layout(name_of(key) for key in islice(value, MAX_COLUMNS)))


def _calb_cells(value: Any, file: str) -> Iterator[_CyclesAndMetadata]:
    items = value if isinstance(value, list) else [value] if _is_cell(value) else _with_names(value)
    seen = SeenColumns()
    if len(items) > MAX_CELLS:
        raise UnsupportedStructure(f"{file} holds more than {MAX_CELLS} cells; split the file.", file=file)
    for item in items:
        metadata = {key: part for key, part in islice(item.items(), MAX_VALUES + 1) if key != CYCLES_KEY}
        tables = _cycles_of_cell(item[CYCLES_KEY], file, seen)
        for table in tables:
            yield table, {**metadata, "cell_id": table.cell_name} if len(tables) > 1 else metadata


def _named(tables: Sequence[SourceCycles]) -> Iterator[_CyclesAndMetadata]:
    """The tables with the cell ids that a column gives; one alone takes its id only from a name."""
    for table in tables:
        yield table, {"cell_id": table.cell_name} if table.cell_name else {}


_KINDS = (
    _Kind(
        "CALB pickle",
        "CALB cells of the BatteryLife collection",
        "A dict with the key cycle_data: a list with a dict per cycle, of cycle_number and a list of numbers for each of "
        "voltage_in_V, current_in_A and discharge_capacity_in_Ah or time_in_s; or a list of such dicts.",
        1.0,
        f"it names {CYCLES_KEY}",
        lambda start, _outermost: CYCLES_KEY.encode() in start,
        lambda value: _is_cell(value) or _all_are(value, _is_cell) or _is_dict_of_cells(value),
        _calb_cells,
    ),
    _Kind(
        "pandas frame in a pickle",
        "pandas",
        "A DataFrame with a row per point, or per cycle with lists in it, and columns for voltage and current, and a "
        "discharge capacity or a time.",
        0.8,
        "it names a pandas frame",
        lambda start, _outermost: b"pandas" in start and b"DataFrame" in start,
        lambda value: isinstance(value, Frame),
        lambda value, file: _named(cycles_of_frame(cast(Frame, value), file)),
    ),
    _Kind(
        "columns in a pickle",
        "Python",
        "A dict with a list or array per column, of one value per point: voltage and current, and a discharge capacity "
        "or a time.",
        0.7,
        "it begins with a dict",
        lambda _start, outermost: outermost in _DICTS,
        _is_table,
        lambda value, file: _named(cycles_of_columns(cast(Mapping[object, object], value), file)),
    ),
    _Kind(
        "cells in a pickle",
        "Python",
        "A dict with a cell per key: a DataFrame with a row per point, or a dict whose key cycles holds a dict per cycle, of "
        "a list or array per column.",
        0.75,
        "it begins with a dict and names cycles",
        lambda start, outermost: outermost in _DICTS and b"cycles" in start and CYCLES_KEY.encode() not in start,
        holds_cells,
        lambda value, file: nested_cells(cast(Mapping[object, object], value), file),
    ),
    _Kind(
        "list of cycles in a pickle",
        "Python",
        "A list with a dict per cycle, of a list or array per column: voltage and current, and a discharge capacity or "
        "a time.",
        0.7,
        "it begins with a list",
        lambda _start, outermost: outermost in _LISTS,
        lambda value: _all_are(value, lambda item: isinstance(item, Mapping)),
        lambda value, file: [(cycles_of_list(cast(list[object], value), file), {})],
    ),
)


def _read(files: FileGroup) -> list[Cell]:
    """The cells that a pickle holds: one as a rule, several where it is a list of cells.

    Raises EmptyFile, CorruptedFile, UnsafePickle, UnsupportedStructure, MissingColumns, InconsistentLengths, NoCycles.
    """
    file = files.main
    if not file.content:
        raise EmptyFile(f"{file.name} is empty.", file=file.name)
    if file.content[:1] not in _FIRST_BYTES or b"joblib" in file.content[:START_BYTES]:
        check_not_another_kind(file)
        what = "text" if first_lines(file.content) else "none of the files that are known here"
        raise CorruptedFile(f"{file.name} is not a pickle, although its name says so. It is {what}.", file=file.name)
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


def _cells_of(value: object, file: str) -> list[Cell]:
    found = f"a {type(value).__name__}" if not isinstance(value, Call) else "a Python object"
    if isinstance(value, list | tuple):
        check_size(len(value), 0, file)
        value = [resolved(item) for item in value]
    for kind in _KINDS:
        if kind.holds(value):
            cells: list[Cell] = []
            for cycles, metadata in kind.cells(value, file):
                cells.append(_cell(cycles, metadata, file, kind))
                check_total(cells, file)
            return cells
    raise UnsupportedStructure(
        f"{file} holds {found}, but a dict with the key '{CYCLES_KEY}' or a table of cycling data was expected.",
        file=file,
        expected=[CYCLES_KEY],
    )


def _cycles_of_cell(value: object, file: str, seen: SeenColumns) -> list[SourceCycles]:
    cycle_data = resolved(value)
    if isinstance(cycle_data, Frame):
        return cycles_of_frame(cycle_data, file)
    if isinstance(cycle_data, Mapping) and _is_table(cycle_data):
        return cycles_of_columns(cycle_data, file)
    if isinstance(cycle_data, Mapping):
        check_size(len(cycle_data), 0, file)
        return [cycles_of_list([_numbered(number, cycle) for number, cycle in cycle_data.items()], file, seen)]
    if isinstance(cycle_data, list | tuple | np.ndarray):
        return [cycles_of_list([resolved(item) for item in _listed(cycle_data, file)], file, seen)]
    raise UnsupportedStructure(
        f"'{CYCLES_KEY}' in {file} is a {type(cycle_data).__name__}, but a list of cycles was expected.",
        file=file,
        key=CYCLES_KEY,
    )


def _listed(cycle_data: list[object] | tuple[object, ...] | npt.NDArray[np.generic], file: str) -> list[object]:
    check_size(cycle_data.size if isinstance(cycle_data, np.ndarray) else length(cycle_data), 0, file)
    return items_of(cycle_data)


def _numbered(number: object, cycle: object) -> object:
    cycle = resolved(cycle)
    if isinstance(cycle, dict) and len(cycle) <= MAX_COLUMNS:
        return {"cycle_number": number, **cycle}
    return cycle


def _cell(cycles: SourceCycles, metadata: Mapping[object, object], file: str, kind: _Kind) -> Cell:
    cycling, findings = assembled(cycles.cycles, file=file, column_names=cycles.names)
    plain = plain_metadata(metadata, opened=partial(first_items, most=MAX_VALUES))
    if not plain["cell_id"]:
        plain["cell_id"] = PurePath(file).stem
        findings.insert(
            0, Finding("no_cell_id", "info", f"{file} does not name its cell. The name of the file was used.")
        )
    layout = GENERAL_NAMES.layout(cycles.names)
    extra = extra_columns(cycles.names, layout)
    source = Source(kind.name, kind.certainty, (file,), extra, columns=used_columns(layout.values()))
    return Cell(plain, cycling, source, (*cycles.findings, *findings))


PICKLED_CELLS: tuple[Format, ...] = tuple(
    Format(
        name=kind.name,
        endings=_ENDINGS,
        instrument=kind.instrument,
        needs=kind.needs,
        recognise=kind.recognise,
        read=_read,
    )
    for kind in _KINDS
)
