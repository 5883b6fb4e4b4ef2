"""A table as a binary source holds it: columns under the source's own names, before any is recognised."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

# After the key of a column whose values are places among texts, in the answer of the child process.
TEXTS = "_texts"
# The one column of a sheet that the child process gives as text.
CSV = "csv"


class BinaryFault(Exception):
    """The bytes are not laid out as their format lays them out; the message says what is wrong, without the file's name."""


@dataclass(frozen=True, slots=True)
class SourceTable:
    """Columns of equal length, each of shape (n_rows,), of numbers, text or objects, and the source's metadata.

    A name has its unit in brackets where the source or its format states one: `Voltage (V)`. `name` is that of the sheet or
    table within the file, empty where there is one only.
    """

    columns: Mapping[str, npt.NDArray[np.generic]]
    metadata: Mapping[str, object] = field(default_factory=dict)
    name: str = ""
