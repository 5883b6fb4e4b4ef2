"""Writes MATLAB files as MATLAB lays them out: version 5 with and without compression, and 7.3 in HDF5."""

import io
import struct
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import h5py
import numpy as np

type Value = Any  # numbers, a text, a dict, a tuple of dicts, or a list of values


def version_5(variables: Mapping[str, Value], *, compressed: bool = True, order: str = "<") -> bytes:
    """A file of version 5 (`-v6`), or 7 where compressed."""
    mark = b"IM" if order == "<" else b"MI"
    header = b"MATLAB 5.0 MAT-file, Platform: GLNXA64".ljust(124) + struct.pack(f"{order}H", 0x0100) + mark
    parts = [_matrix(name, value, order) for name, value in variables.items()]
    if compressed:
        packed = [zlib.compress(part) for part in parts]
        parts = [struct.pack(f"{order}II", 15, len(part)) + part for part in packed]
    return header + b"".join(parts)


def _element(kind: int, data: bytes, order: str) -> bytes:
    if 0 < len(data) <= 4:
        return struct.pack(f"{order}I", len(data) << 16 | kind) + data.ljust(4, b"\0")
    return struct.pack(f"{order}II", kind, len(data)) + data + b"\0" * (-len(data) % 8)


def _matrix(name: str, value: Value, order: str) -> bytes:
    kind, shape, body = _body(value, order)
    flags = _element(6, struct.pack(f"{order}II", kind, 0), order)
    dims = _element(5, np.array(shape, dtype=f"{order}i4").tobytes(), order)
    return _element(14, flags + dims + _element(1, name.encode(), order) + body, order)


def _body(value: Value, order: str) -> tuple[int, tuple[int, ...], bytes]:
    if isinstance(value, str):
        return 4, (1, len(value)), _element(4, value.encode("utf-16-le" if order == "<" else "utf-16-be"), order)
    if isinstance(value, dict):
        return 2, (1, 1), _structs((value,), order)
    if isinstance(value, tuple):
        return 2, (1, len(value)), _structs(value, order)
    if isinstance(value, list):
        return 1, (len(value), 1), b"".join(_matrix("", item, order) for item in value)
    array = np.atleast_2d(np.asarray(value, dtype=np.float64))
    if array.size and np.all(array == array.astype(np.int16)):  # as MATLAB stores doubles that are small integers
        return 6, array.shape, _element(3, array.astype(f"{order}i2").tobytes(order="F"), order)
    return 6, array.shape, _element(9, array.astype(f"{order}f8").tobytes(order="F"), order)


def _structs(structs: Sequence[Mapping[str, Value]], order: str) -> bytes:
    names = list(structs[0])
    listed = b"".join(name.encode().ljust(32, b"\0") for name in names)
    head = _element(5, struct.pack(f"{order}I", 32), order) + _element(1, listed, order)
    return head + b"".join(_matrix("", one[name], order) for one in structs for name in names)


def version_7_3(variables: Mapping[str, Value]) -> bytes:
    """A file of version 7.3: an HDF5 file behind 512 bytes of MATLAB's own."""
    stream = io.BytesIO()
    with h5py.File(stream, "w", userblock_size=512) as file:
        writer = _Hdf5(file)
        for name, value in variables.items():
            writer.write(file, name, value)
    content = bytearray(stream.getvalue())
    content[:128] = b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\0\2IM"
    return bytes(content)


class _Hdf5:
    def __init__(self, file: h5py.File) -> None:
        self.refs = file.create_group("#refs#")
        self.n_refs = 0

    def write(self, group: h5py.Group, name: str, value: Value) -> None:
        if isinstance(value, dict):
            inner = group.create_group(name)
            inner.attrs["MATLAB_class"] = np.bytes_("struct")
            for key, item in value.items():
                self.write(inner, key, item)
        elif isinstance(value, tuple):
            inner = group.create_group(name)
            inner.attrs["MATLAB_class"] = np.bytes_("struct")
            for key in value[0]:
                inner.create_dataset(key, data=self._references([one[key] for one in value]))
        elif isinstance(value, list):
            cells = group.create_dataset(name, data=self._references(value))
            cells.attrs["MATLAB_class"] = np.bytes_("cell")
        elif isinstance(value, str):
            text = group.create_dataset(name, data=np.array([[ord(character)] for character in value], dtype=np.uint16))
            text.attrs["MATLAB_class"] = np.bytes_("char")
        else:
            array = group.create_dataset(name, data=np.atleast_2d(np.asarray(value, dtype=np.float64)).T)
            array.attrs["MATLAB_class"] = np.bytes_("double")

    def _references(self, items: Sequence[Value]) -> Any:
        references = np.empty((len(items), 1), dtype=h5py.ref_dtype)
        for place, item in enumerate(items):
            name = f"r{self.n_refs}"
            self.n_refs += 1
            self.write(self.refs, name, item)
            references[place, 0] = self.refs[name].ref
        return references
