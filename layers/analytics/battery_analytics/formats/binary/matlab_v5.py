"""Reads MATLAB files of versions 5 to 7 (`save -v6`, `-v7`): variables of numbers, text, cell and struct arrays.

Written by hand: scipy is not in the layer, and mat4py fails on struct arrays of several sizes. The layout is that of
MathWorks' "MAT-File Format" (level 5). Every size is checked against what is left of the bytes before it is used, and
what is unpacked or converted is charged to the budget of the analysis.
"""

import math
import struct
import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from battery_analytics.budget import charge_bytes, charge_values
from battery_analytics.formats.binary.matlab_values import OPAQUE, Struct, Value
from battery_analytics.formats.source_table import BinaryFault

START = b"MATLAB 5.0 MAT-file"
HEADER_BYTES = 128
MAX_DEPTH = 24
MAX_VARIABLES = 5_000
MAX_FIELDS = 5_000
_MATRIX, _COMPRESSED = 14, 15
_NUMBERS = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
_TEXTS = {1: "latin-1", 2: "latin-1", 4: "utf-16", 16: "utf-8", 17: "utf-16", 18: "utf-32"}
_CELL, _STRUCT, _OBJECT, _CHAR, _SPARSE = 1, 2, 3, 4, 5
_FIRST_NUMBER, _LAST_NUMBER, _FUNCTION, _OPAQUE = 6, 15, 16, 17
_LEAST_EXPANSION, _MOST_RATIO, _MOST_EXPANSION = 50_000_000, 60, 1_000_000_000

# Microseconds that an element takes to be read, beside its bytes.
_COST_OF_ELEMENT = 12


def variables_of(content: bytes) -> dict[str, Value]:
    """The variables of the file by name. Raises BinaryFault where it is damaged, TooCostly beyond the budget."""
    if len(content) < HEADER_BYTES or content[126:128] not in (b"IM", b"MI"):
        raise BinaryFault("its header is damaged")
    order = "<" if content[126:128] == b"IM" else ">"
    found: dict[str, Value] = {}
    allowance = min(_LEAST_EXPANSION + _MOST_RATIO * len(content), _MOST_EXPANSION)
    reader = _Reader(memoryview(content), HEADER_BYTES, len(content), order)
    while reader.place + 8 <= reader.end and len(found) < MAX_VARIABLES:
        kind, data = reader.element(padded_if_compressed=False)
        if kind == _COMPRESSED:
            unpacked = _inflated(bytes(data), allowance)
            allowance -= len(unpacked)
            inner = _Reader(memoryview(unpacked), 0, len(unpacked), order)
            kind, data = inner.element()
        if kind == _MATRIX:
            name, value = _Reader(data, 0, len(data), order).matrix(0)
            if name:
                found[name] = value
    return found


def _inflated(data: bytes, most: int) -> bytes:
    reader = zlib.decompressobj()
    try:
        unpacked = reader.decompress(data, most + 1)
    except zlib.error as fault:
        raise BinaryFault("a compressed variable in it is damaged") from fault
    if len(unpacked) > most:
        raise BinaryFault("it unpacks to more than its size allows")
    charge_bytes(len(unpacked))
    return unpacked


@dataclass(slots=True)
class _Reader:
    """A place in bytes of the file; nothing beyond `end` is read."""

    data: memoryview
    place: int
    end: int
    order: str

    def element(self, *, padded_if_compressed: bool = True) -> tuple[int, memoryview]:
        """The kind and the bytes of the element here; the place moves behind it."""
        if self.place + 8 > self.end:
            raise BinaryFault("an element in it is cut off")
        kind, n_bytes = struct.unpack_from(f"{self.order}II", self.data, self.place)
        if kind >> 16:
            n_bytes, kind = kind >> 16, kind & 0xFFFF
            if n_bytes > 4:
                raise BinaryFault("a short element in it is longer than four bytes")
            start = self.place + 4
            self.place += 8
            return kind, self.data[start : start + n_bytes]
        start = self.place + 8
        if n_bytes > self.end - start:
            raise BinaryFault("an element in it is longer than the file")
        padded = n_bytes + -n_bytes % 8 if kind != _COMPRESSED or padded_if_compressed else n_bytes
        self.place = min(start + padded, self.end)
        return kind, self.data[start : start + n_bytes]

    def numbers(self) -> npt.NDArray[np.generic]:
        kind, data = self.element()
        if kind not in _NUMBERS:
            raise BinaryFault("an array in it is of no known type")
        dtype = np.dtype(f"{self.order}{_NUMBERS[kind]}")
        return np.frombuffer(data[: len(data) // dtype.itemsize * dtype.itemsize], dtype)

    def matrix(self, depth: int) -> tuple[str, Value]:
        """The name and the value of an array, whose header is here."""
        charge_values(_COST_OF_ELEMENT)
        if self.place == self.end:
            return "", np.empty((0, 0))
        if depth > MAX_DEPTH:
            raise BinaryFault("its arrays are nested too deeply")
        flags = self.numbers()
        if flags.size < 1:
            raise BinaryFault("an array in it has no type")
        kind = int(flags[0]) & 0xFF
        if kind == _OPAQUE:
            return bytes(self.element()[1]).decode("latin-1"), OPAQUE
        shape = tuple(int(size) for size in self.numbers()[:8].tolist())
        if len(shape) < 2 or min(shape) < 0:
            raise BinaryFault("an array in it has no size")
        name = bytes(self.element()[1][:200]).decode("latin-1")
        return name, self._value(kind, shape, depth)

    def _value(self, kind: int, shape: tuple[int, ...], depth: int) -> Value:
        size = math.prod(shape)
        if _FIRST_NUMBER <= kind <= _LAST_NUMBER:
            return self._array(shape, size)
        if kind == _CHAR:
            return self._text(shape, size)
        if kind == _CELL:
            return [self._inner(depth) for _ in range(self._countable(size))]
        if kind in (_STRUCT, _OBJECT):
            return self._structs(size, depth, is_object=kind == _OBJECT)
        return OPAQUE if kind == _FUNCTION else None

    def _array(self, shape: tuple[int, ...], size: int) -> npt.NDArray[np.float64]:
        values = self.numbers()
        if values.size != size:
            raise BinaryFault("an array in it has another size than it says")
        charge_bytes(8 * size)
        return values.astype(np.float64).reshape(shape, order="F")

    def _text(self, shape: tuple[int, ...], size: int) -> str | list[str]:
        """A text, or one per row."""
        if not size:
            return ""
        kind, data = self.element()
        encoding = _TEXTS.get(kind, "latin-1")
        if encoding in ("utf-16", "utf-32"):
            encoding += "-le" if self.order == "<" else "-be"
        charge_bytes(len(data))
        text = bytes(data).decode(encoding, "replace")
        if shape[0] == 1 or len(text) != size:
            return text
        charge_values(size)
        rows = ["".join(text[row :: shape[0]]).rstrip() for row in range(shape[0])]
        return rows if shape[1] > 1 else "".join(rows)

    def _structs(self, size: int, depth: int, *, is_object: bool) -> Value:
        """A struct, or the structs of an array of them."""
        if is_object:
            self.element()  # the name of its class
        longest = int(next(iter(self.numbers().tolist()), 0))
        names_data = bytes(self.element()[1])
        if not 0 < longest <= 1_000 or len(names_data) > longest * MAX_FIELDS:
            raise BinaryFault("the names of the fields of a struct in it are damaged")
        names = [
            names_data[start : start + longest].split(b"\0", 1)[0].decode("latin-1")
            for start in range(0, len(names_data) // longest * longest, longest)
        ]
        count = self._countable(size, len(names))
        structs: list[Struct] = [{name: self._inner(depth) for name in names} for _ in range(count)]
        return structs[0] if size == 1 else tuple(structs)

    def _countable(self, size: int, each: int = 1) -> int:
        """The number of inner arrays, each of which takes a tag at least."""
        if size * max(each, 1) * 8 > self.end - self.place and size * each:
            raise BinaryFault("an array in it has more parts than the file")
        return size if each else min(size, 1)

    def _inner(self, depth: int) -> Value:
        kind, data = self.element()
        if kind != _MATRIX:
            return None
        return _Reader(data, 0, len(data), self.order).matrix(depth + 1)[1]
