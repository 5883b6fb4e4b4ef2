"""Tells an impedance sweep, which holds no cycling, from a table of points."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from battery_analytics.errors import UnsupportedStructure
from battery_analytics.formats.tables.column_values import number_of_text
from battery_analytics.formats.tables.columns import name_and_unit, words
from battery_analytics.formats.tables.text import TableText, fields_of

ROWS_LOOKED_AT = 200
SWEPT_SHARE = 0.5

_FREQUENCY = ("freq", "frequency", "f", "frequenz", "fréquence", "频率")
_IMPEDANCE = (
    *("re(z)", "im(z)", "zreal", "zimag", "z'", "z''", "zre", "zim", "|z|", "zmod", "re z", "z real", "z real part"),
    *("real z", "impedance", "rectified impedance", "sense z", "z1", "z2", "zr", "zi"),
)


def check_no_sweep_in_text(text: TableText, file: str) -> None:
    """Raise UnsupportedStructure where the rows of a table are an impedance sweep, as `ROWS_LOOKED_AT` among them show."""
    place = _place_of_frequency(text.header.columns)
    if place is None:
        return
    lines = text.content[text.rows_start :].splitlines()
    looked_at = (line.decode("utf-8", "replace") for line in lines[:: _every(len(lines))] if line.strip())
    rows = (fields_of(line.replace(text.decimal, "."), text.header.separator) for line in looked_at)
    _check((number_of_text(row[place]) if place < len(row) else None for row in rows), file)


def check_no_sweep(columns: Mapping[str, npt.NDArray[np.generic]], file: str) -> None:
    """The same of a table that is there as arrays."""
    names = tuple(columns)
    place = _place_of_frequency(names)
    if place is None:
        return
    column = columns[names[place]]
    values = column[:: _every(column.size)].tolist()
    _check((float(value) if isinstance(value, int | float) else None for value in values), file)


def _every(n_rows: int) -> int:
    """Which row is looked at, so that they lie over the whole table: a test may begin with a sweep and then cycle."""
    return max(n_rows // ROWS_LOOKED_AT, 1)


def _place_of_frequency(names: Sequence[str]) -> int | None:
    """The column of the frequency in a table that has an impedance too."""
    stems = [words(name_and_unit(" ".join(name.split()).lstrip("-"))[0]) for name in names]
    if not any(stem in _IMPEDANCE for stem in stems):
        return None
    return next((place for place, stem in enumerate(stems) if stem in _FREQUENCY), None)


def _check(frequencies: Iterable[float | None], file: str) -> None:
    known = [value for value in frequencies if value is not None]
    if not known or sum(value > 0 for value in known) < SWEPT_SHARE * len(known):
        return  # tests that mix techniques have frequency zero while they cycle
    raise UnsupportedStructure(
        f"{file} is an impedance sweep (EIS): impedance over frequency, without charge or discharge. Send cycling data.",
        file=file,
        kind="impedance",
    )
