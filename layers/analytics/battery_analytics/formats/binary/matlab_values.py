"""The values of MATLAB files, of whatever version, and the records of points among them.

A value is an array of numbers, a text, a struct as a dict, an array of structs as a tuple of dicts, or the items of a cell
array as a list. `records_of` takes from such values each struct that holds vectors.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from battery_analytics.budget import charge_values
from battery_analytics.formats.source_table import BinaryFault

type Struct = dict[str, Any]
type Value = Any  # an array, a text, a Struct, a tuple of Structs, a list of values, None, or OPAQUE

OPAQUE = "\0opaque"  # stands for an object of a class, such as a table, whose parts lie elsewhere in the file
MAX_RECORDS = 60_000
MAX_DEPTH = 24
MOST_FACT_VALUES = 12
LONGEST_TEXT = 400

type Fact = str | float | tuple[float, ...]
type Step = tuple[str, int | None, int]


@dataclass(frozen=True, slots=True)
class Record:
    """A struct that holds vectors of one length.

    `path` leads to it: each step is a field's name, the place in its array of structs, None where it is one struct, and
    their number. `columns` are its vectors, each of shape (n,). `facts` are the single values and texts of it and of the
    structs around it.
    """

    path: tuple[Step, ...]
    columns: Mapping[str, npt.NDArray[np.generic]]
    facts: Mapping[str, Fact] = field(default_factory=dict)

    @property
    def n_points(self) -> int:
        return next((values.shape[0] for values in self.columns.values()), 0)


def records_of(variables: Mapping[str, Value]) -> list[Record]:
    """The records among the variables, in the order of the file. Raises BinaryFault where there are too many."""
    found: list[Record] = []
    for record in _walked(variables, (), {}):
        found.append(record)
        if len(found) > MAX_RECORDS:
            raise BinaryFault(f"it holds more than {MAX_RECORDS:,} tables")
    return found


def _walked(
    value: Struct | Mapping[str, Value], path: tuple[Step, ...], around: Mapping[str, Fact]
) -> Iterator[Record]:
    charge_values(len(value))
    if len(path) > MAX_DEPTH:
        raise BinaryFault("its structs are nested too deeply")
    facts = {**around, **_facts(value)}
    columns = _columns(value)
    if columns:
        yield Record(path, columns, facts)
    for name, inner in value.items():
        if isinstance(inner, dict):
            yield from _walked(inner, (*path, (name, None, 1)), facts)
        elif isinstance(inner, tuple | list):
            structs = [(place, item) for place, item in enumerate(inner) if isinstance(item, dict)]
            for place, item in structs:
                yield from _walked(item, (*path, (name, place, len(inner))), facts)


def _columns(value: Mapping[str, Value]) -> dict[str, npt.NDArray[np.generic]]:
    return vectors_of_usual_length(
        {name: vector for name, item in value.items() if (vector := _vector(item)) is not None}
    )


def vectors_of_usual_length(vectors: Mapping[str, npt.NDArray[np.generic]]) -> dict[str, npt.NDArray[np.generic]]:
    """The vectors of the length that most have; of equally many the longer ones."""
    lengths = Counter(vector.shape[0] for vector in vectors.values())
    if not lengths:
        return {}
    usual = max(lengths, key=lambda length: (lengths[length], length))
    return {name: vector for name, vector in vectors.items() if vector.shape[0] == usual}


def _vector(item: Value) -> npt.NDArray[np.generic] | None:
    if isinstance(item, np.ndarray):
        return item.reshape(-1) if item.size > 1 and max(item.shape) == item.size else None
    if isinstance(item, list) and len(item) > 1 and all(isinstance(one, str) for one in item):
        return np.array(item, dtype=object)
    return None


def _facts(value: Mapping[str, Value]) -> dict[str, Fact]:
    found: dict[str, Fact] = {}
    for name, item in value.items():
        if isinstance(item, str) and item and item != OPAQUE:
            found[name] = item[:LONGEST_TEXT]
        elif isinstance(item, np.ndarray) and item.size == 1:
            found[name] = float(item.reshape(-1)[0])
        elif isinstance(item, np.ndarray) and 1 < item.size <= MOST_FACT_VALUES and max(item.shape) == item.size:
            found[name] = tuple(item.reshape(-1).tolist())
    return found


def holds_opaque(variables: Mapping[str, Value]) -> bool:
    """Whether a variable, or a field of one, is an object of a class, such as a table."""
    return any(value is OPAQUE or value == OPAQUE for value in _values(variables, 0) if isinstance(value, str))


def _values(value: Value, depth: int) -> Iterator[Value]:
    inner: Sequence[Value] = ()
    if isinstance(value, Mapping):
        inner = tuple(value.values())
    elif isinstance(value, tuple | list):
        inner = value
    for item in inner if depth < MAX_DEPTH else ():
        yield item
        yield from _values(item, depth + 1)
