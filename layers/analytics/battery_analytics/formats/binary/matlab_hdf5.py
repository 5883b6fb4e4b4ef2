"""Reads MATLAB files of version 7.3, which are HDF5: structs are groups, and arrays of structs and cells are references.

Runs in the child process only: the library that opens the file is in C.
"""

import json
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from battery_analytics.formats.binary.hdf5 import inner_items, is_inside
from battery_analytics.formats.binary.matlab_values import (
    MAX_DEPTH,
    OPAQUE,
    Fact,
    Record,
    Step,
    Struct,
    Value,
    records_of,
)
from battery_analytics.formats.source_table import BinaryFault, SourceTable

START = b"MATLAB 7.3 MAT-file"
MAX_OBJECTS = 600_000
LONGEST_TEXT = 4_000
# What the file keeps beside its variables: the items of cells, and the parts of objects of classes.
_OWN_GROUPS = ("#refs#", "#subsystem#")
_KEY = "records"


def records_by_child(path: Path) -> list[SourceTable]:
    """The records of the file; runs with the same columns as one table each, with their paths and facts as JSON."""
    import h5py  # noqa: PLC0415  only in the child

    with h5py.File(path, "r") as file:
        reader = _Reader(file)
        records = records_of(
            {name: reader.value(item, 0) for name, item in inner_items(file) if name not in _OWN_GROUPS}
        )
    found: list[SourceTable] = []
    for names, run in groupby(records, key=lambda record: tuple(record.columns)):
        together = list(run)
        columns = {name: np.concatenate([record.columns[name] for record in together]) for name in names}
        described = [[record.path, record.n_points, record.facts] for record in together]
        found.append(SourceTable(columns, {_KEY: json.dumps(described), "opaque": reader.met_opaque}))
    return found or [SourceTable({}, {_KEY: "[]", "opaque": reader.met_opaque})]


def records_in(tables: Sequence[SourceTable]) -> tuple[list[Record], bool]:
    """The records that `records_by_child` wrote, and whether the file holds an object of a class."""
    found: list[Record] = []
    for table in tables:
        first = 0
        for path, n_points, facts in json.loads(str(table.metadata[_KEY])):
            columns = {name: values[first : first + n_points] for name, values in table.columns.items()}
            found.append(Record(tuple(map(_step, path)), columns, {name: _fact(fact) for name, fact in facts.items()}))
            first += n_points
    return found, any(table.metadata.get("opaque") for table in tables)


def _step(step: list[Any]) -> Step:
    name, place, number = step
    return name, place, number


def _fact(fact: Any) -> Fact:
    return tuple(fact) if isinstance(fact, list) else fact


class _Reader:
    """Turns the objects of a file into values, each at most once per path, `MAX_OBJECTS` in all."""

    def __init__(self, file: Any) -> None:
        self.file = file
        self.n_objects = 0
        self.met_opaque = False

    def value(self, item: Any, depth: int) -> Value:
        import h5py  # noqa: PLC0415  only in the child

        self.n_objects += 1
        if self.n_objects > MAX_OBJECTS or depth > MAX_DEPTH:
            raise BinaryFault("it holds more parts than can be read")
        if isinstance(item, h5py.Group):
            return self._group(item, depth)
        if not isinstance(item, h5py.Dataset) or not is_inside(item):
            return None
        kind = _text_of(item.attrs.get("MATLAB_class", b""))
        if "MATLAB_object_decode" in item.attrs:
            self.met_opaque = True
            return OPAQUE
        if item.attrs.get("MATLAB_empty", 0) or not item.size:
            return "" if kind == "char" else np.empty((0, 0))
        if item.dtype.kind == "O":
            if h5py.check_ref_dtype(item.dtype) is None:
                return None
            references = item[()].T.reshape(-1, order="F")
            return [self.value(self.file[reference], depth + 1) for reference in references if reference]
        if kind == "char":
            return _characters(item[()])
        return item[()].T.astype(np.float64) if item.dtype.kind in "fiub" else None

    def _group(self, group: Any, depth: int) -> Value:
        """A struct; an array of structs, where each of its fields is references of the same number and no cell."""
        import h5py  # noqa: PLC0415

        here = inner_items(group)
        is_array = bool(here) and all(
            isinstance(item, h5py.Dataset)
            and item.dtype.kind == "O"
            and h5py.check_ref_dtype(item.dtype) is not None
            and "MATLAB_class" not in item.attrs
            for _, item in here
        )
        if not is_array or len({item.size for _, item in here}) != 1:
            return {name: self.value(item, depth + 1) for name, item in here}
        columns: dict[str, Any] = {name: item[()].T.reshape(-1, order="F") for name, item in here}
        structs: list[Struct] = [
            {
                name: self.value(self.file[reference], depth + 1)
                for name, reference in zip(columns, references, strict=True)
                if reference
            }
            for references in zip(*columns.values(), strict=True)
        ]
        return structs[0] if len(structs) == 1 else tuple(structs)


def _text_of(text: object) -> str:
    return text.decode("latin-1") if isinstance(text, bytes) else str(text)


def _characters(codes: Any) -> str | list[str]:
    """The text, or one per row, of an array of characters as MATLAB stores them: transposed."""
    if codes.dtype.kind not in "ui" or codes.ndim != 2:
        return ""
    rows = ["".join(map(chr, row[:LONGEST_TEXT])) for row in codes.T.astype(np.uint16)[:LONGEST_TEXT].tolist()]
    return rows[0] if len(rows) == 1 else [row.rstrip() for row in rows]
