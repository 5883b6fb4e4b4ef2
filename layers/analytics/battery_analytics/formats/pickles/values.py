"""The values that reading a pickle gives besides plain ones: names, calls, runs of numbers; and its two errors."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from battery_analytics.budget import charge_bytes

LONGEST_KEY = 1_000
ENCODE = "_codecs.encode"
GETATTR = frozenset({"builtins.getattr", "__builtin__.getattr"})
# The one attribute that a pickle may ask for by `getattr`: with it, Python pickles a named time zone.
ZONE = "zoneinfo.ZoneInfo"
ZONE_OF_NAME = ("zoneinfo", "ZoneInfo._unpickle")
EMPTY_BYTES = frozenset({"builtins.bytes", "__builtin__.bytes"})


class MalformedPickle(Exception):
    """The bytes are not a pickle, or it ends too early."""


class RefusedPickle(Exception):
    """The pickle names something, or would take more memory, than plain data need."""

    def __init__(self, reason: str, name: str | None = None) -> None:
        super().__init__(reason)
        self.name = name


@dataclass(frozen=True, slots=True)
class GlobalName:
    """A module's attribute that the pickle names."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


@dataclass(slots=True, eq=False)
class Call:
    """A call in the pickle, recorded and not made.

    `meaning` is the value that `objects` read from it, kept because a file may refer to one call a million times.
    """

    target: GlobalName
    args: tuple[object, ...]
    state: object = None
    items: list[object] | None = None
    meaning: object = field(default=None, init=False)


@dataclass(frozen=True, slots=True, eq=False)
class NumberRun:
    """Consecutive numbers of a list, read at once; one item of the list in their place."""

    values: npt.NDArray[np.generic]


def expanded(items: Iterable[object]) -> list[object]:
    """The items, with every run of numbers as single Python numbers."""
    flat: list[object] = []
    for item in items:
        if type(item) is NumberRun:
            flat.extend(item.values.tolist())
        else:
            flat.append(item)
    return flat


def length(items: Iterable[object]) -> int:
    """The number of items, each number of a run counted."""
    return sum(item.values.size if type(item) is NumberRun else 1 for item in items)


def check_key(key: object) -> None:
    """Raise RefusedPickle for keys that data do not have; they could collide, or be slow to compare."""
    if key is None or isinstance(key, float):
        return
    if isinstance(key, str | bytes) and len(key) <= LONGEST_KEY:
        return
    if isinstance(key, int) and -(2**53) < key < 2**53:
        return
    raise RefusedPickle("a key of a dict is neither a name nor a number")


def attribute_of(args: tuple[object, ...]) -> GlobalName:
    """The name that a call of `getattr` stands for. Nothing is looked up: one pair of arguments is known, any other refused."""
    owner, name = args if len(args) == 2 else (None, None)
    if isinstance(owner, GlobalName) and str(owner) == ZONE and name == "_unpickle":
        return GlobalName(*ZONE_OF_NAME)
    raise RefusedPickle("it names builtins.getattr, which is not plain data", "builtins.getattr")


def shown(value: object) -> str:
    """A value of the file for use in a message: text is cut and made printable, of other values only the type is given."""
    if isinstance(value, str | bytes):
        return ascii(value[:60])
    return f"a {type(value).__name__}"


def bytes_of(value: object) -> bytes:
    """Bytes, also where protocol 2 writes them as the text that encodes to them, or empty ones as `bytes()`."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        charge_bytes(len(value))
        return value.encode("latin-1")
    if isinstance(value, Call) and str(value.target) == ENCODE:
        text, encoding = value.args
        if encoding == "latin1" and isinstance(text, str):
            if not isinstance(value.meaning, bytes):
                value.meaning = bytes_of(text)
            return value.meaning
    if isinstance(value, Call) and str(value.target) in EMPTY_BYTES and not value.args:
        return b""
    raise MalformedPickle("bytes are missing where they belong")
