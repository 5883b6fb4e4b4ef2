"""Describes the fields of the report: their definition, their unit, and the items of an array.

A field is written once, as `name: Annotated[type, Field("definition", unit)]` in a frozen dataclass. pydantic generates
the JSON Schema from it when the project is built. The two hooks below are what pydantic needs of an annotation, so that
the library itself does not import pydantic.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt

type JsonSchema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """A field's definition, and its unit where it has one."""

    description: str
    unit: str | None = None

    def __get_pydantic_json_schema__(self, core_schema: Any, handler: Callable[[Any], JsonSchema]) -> JsonSchema:
        described = {**handler(core_schema), "description": self.description}
        return described if self.unit is None else {**described, "x-unit": self.unit}


@dataclass(frozen=True, slots=True, eq=False)
class ArrayOf:
    """An array of shape (n,) that JSON writes as a list, null for a value that is not finite.

    Compared by identity: Python 3.12 hashes it in `Numbers | None`, which its dict has no hash for.
    """

    items: JsonSchema

    def __get_pydantic_core_schema__(self, _source: Any, _handler: Any) -> JsonSchema:
        return {"type": "any"}

    def __get_pydantic_json_schema__(self, _core_schema: Any, _handler: Any) -> JsonSchema:
        return {"type": "array", "items": self.items}


Numbers = Annotated[npt.NDArray[np.float64], ArrayOf({"type": ["number", "null"]})]
WholeNumbers = Annotated[npt.NDArray[np.int64], ArrayOf({"type": "integer"})]
Flags = Annotated[npt.NDArray[np.bool_], ArrayOf({"type": "boolean"})]


@dataclass(frozen=True, slots=True)
class OtherKeys:
    """Marks a mapping whose keys are written beside the record's own fields; of equal keys the record's field is used."""


def finite(value: float | None) -> float | None:
    """The number where it is one, None for NaN and infinities."""
    return value if value is not None and math.isfinite(value) else None
