"""Reads tables from HDF5 files: frames as pandas stores them (also within cellpy's files), and records with named fields.

Runs in the child process only: the library that opens the file is in C. Nothing outside the file is opened: no links to
other files, no arrays that lie in other files, and no filters that are loaded from plug-ins.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from battery_analytics.formats.binary.expansion import LEAST_BYTES, MOST_BYTES, MOST_RATIO, MOST_ROWS
from battery_analytics.formats.pickles.reading import read_pickle
from battery_analytics.formats.source_table import SourceTable

MOST_OBJECTS = 2_000
MOST_DEPTH = 8

type Columns = dict[str, npt.NDArray[np.generic]]


def tables_of_file(path: Path) -> list[SourceTable]:
    """The tables of the file, each with its place in the file as its name. Links to other files are not followed."""
    import h5py  # noqa: PLC0415  only in the child

    allowance = _Allowance(min(LEAST_BYTES + MOST_RATIO * path.stat().st_size, MOST_BYTES))
    with h5py.File(path, "r") as file:
        found = [
            SourceTable(columns, name=name) for name, group in _groups(file) if (columns := _columns(group, allowance))
        ]
    return [table for table in found if len({values.shape[0] for values in table.columns.values()}) == 1]


def inner_items(group: Any) -> list[tuple[str, Any]]:
    """The groups and arrays in a group by name, without those that lie in other files."""
    import h5py  # noqa: PLC0415

    here = [(key, group[key]) for key in group if isinstance(group.get(key, getlink=True), h5py.HardLink)]
    return [(key, item) for key, item in here if not isinstance(item, h5py.Dataset) or is_inside(item)]


def is_inside(dataset: Any) -> bool:
    """Whether an array's values lie in this file."""
    return not dataset.external and not dataset.is_virtual


def _groups(file: Any) -> Iterator[tuple[str, Any]]:
    """The groups of a file, whole ones before what they hold."""
    import h5py  # noqa: PLC0415

    waiting, seen = [("", file, 0)], 0
    while waiting:
        name, group, depth = waiting.pop()
        yield name, group
        for key in group:
            seen += 1
            is_here = isinstance(group.get(key, getlink=True), h5py.HardLink)
            if seen <= MOST_OBJECTS and depth < MOST_DEPTH and is_here and isinstance(group[key], h5py.Group):
                waiting.append((f"{name}/{key}".strip("/"), group[key], depth + 1))


class _Allowance:
    """How many bytes the datasets of a file may still hold: compressed ones, or those never written, may claim any size."""

    def __init__(self, n_bytes: int) -> None:
        self.left = n_bytes

    def whole(self, dataset: Any) -> Any:
        """The values of a dataset. Raises MemoryError beyond the allowance."""
        self.left -= int(dataset.nbytes)
        if self.left < 0 or dataset.shape[:1] > (MOST_ROWS,):
            raise MemoryError
        return dataset[()]


def _columns(group: Any, allowance: _Allowance) -> Columns:
    """The columns of a frame or of records in this group; none where it holds neither."""
    import h5py  # noqa: PLC0415

    here = {key: item for key, item in inner_items(group) if isinstance(item, h5py.Dataset)}
    if "block0_items" in here:
        return _fixed(here, allowance)
    records = [item for item in here.values() if item.dtype.names and item.ndim == 1]
    if records:
        return _records(records[0], allowance)
    vectors = {key: item for key, item in here.items() if item.ndim == 1 and item.dtype.kind in "fiu"}
    return {key: allowance.whole(item) for key, item in vectors.items()} if len(vectors) > 2 else {}


def _fixed(here: dict[str, Any], allowance: _Allowance) -> Columns:
    """A frame in pandas' fixed layout: blocks of columns, and the names of each block."""
    found: Columns = {}
    for place in range(len(here)):
        names, values = here.get(f"block{place}_items"), here.get(f"block{place}_values")
        if names is not None and values is not None and values.ndim == 2 and values.dtype.kind in "fiub":
            block = allowance.whole(values)
            named = zip(allowance.whole(names).tolist(), block.T, strict=False)
            found |= {_name(name): column for name, column in named}
    return found


def _records(dataset: Any, allowance: _Allowance) -> Columns:
    """Records by their fields; pandas packs several columns into one field, and pickles their names beside it."""
    records = allowance.whole(dataset)
    found: Columns = {}
    for field in records.dtype.names:
        values = records[field]
        named = dataset.attrs.get(f"{field}_kind") if values.ndim == 2 or field.startswith("values_block") else None
        if named is None:
            if values.ndim == 1 and values.dtype.kind in "fiub":
                found[str(field)] = values
            continue
        names = read_pickle(bytes(named), lambda _: False)
        if isinstance(names, list | tuple) and values.dtype.kind in "fiub":
            columns = values.reshape(values.shape[0], -1)
            found |= {str(name): columns[:, place] for place, name in enumerate(names[: columns.shape[1]])}
    return found


def _name(name: object) -> str:
    return name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name)
