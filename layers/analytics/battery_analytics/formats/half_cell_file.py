"""Reads a half-cell curve that the user sends beside the cells: a table of stoichiometry, or share of capacity, and potential.

Such a file is told by `negative_ocp` or `positive_ocp` in its name, or in a column `role`.
"""

import csv
import io
import re
from collections.abc import Sequence
from typing import get_args

import numpy as np

from battery_analytics.cell import FloatArray, HalfCellCurve, HalfCellRole
from battery_analytics.errors import CorruptedFile, UnsupportedStructure
from battery_analytics.files import BatteryFile
from battery_analytics.formats.tables.column_values import number_of_text

MOST_BYTES = 2_000_000
HEAD_BYTES = 2_000
FEWEST_POINTS = 10
MOST_POINTS = 5_000
_LOWEST_V, _HIGHEST_V = -0.5, 6.0
_SEPARATORS = "\t;,"
_IN_NAME = re.compile(r"(?:^|[^a-z])(negative|positive)[_ -]ocp(?:[^a-z]|$)")
_POTENTIAL = re.compile(r"volt|potential|\bocp|\bocv|^u\b|^e\b|^v\b")
_FILLED = re.compile(r"stoich|\bsto\b|lithiation|fraction|share|\bsoc\b|capacity|^[xyzsq]\b")


def role_of(file: BatteryFile) -> HalfCellRole | None:
    """Which electrode's curve a file holds, by its name or its column `role`; None for all other files."""
    found = _IN_NAME.search(file.name.lower().rsplit("/", 1)[-1])
    if found:
        return "negative_ocp" if found[1] == "negative" else "positive_ocp"
    head = file.content[:HEAD_BYTES]
    if b"_ocp" not in head or b"role" not in head[:HEAD_BYTES].lower():
        return None
    rows = _rows(head)
    names = [field.strip().lower() for field in rows[0]] if rows else []
    if "role" not in names or len(rows) < 2 or len(rows[1]) <= names.index("role"):
        return None
    stated = rows[1][names.index("role")].strip().lower()
    return next((role for role in get_args(HalfCellRole.__value__) if role == stated), None)


def half_cell_curve_of(file: BatteryFile, role: HalfCellRole) -> HalfCellCurve:
    """The curve, with ascending stoichiometry from 0 to 1 at most and a potential that falls.

    A column in percent or in units of capacity becomes a share; one that counts the lithium taken out is turned round. Raises
    CorruptedFile where the file has no such table, UnsupportedStructure where it is too large.
    """
    if len(file.content) > MOST_BYTES:
        raise UnsupportedStructure(
            f"{file.name} is too large for a half-cell curve; send at most 2 MB.", file=file.name
        )
    filled, potential = _columns(_rows(file.content))
    known = np.isfinite(filled) & np.isfinite(potential) & (potential > _LOWEST_V) & (potential < _HIGHEST_V)
    filled, potential = filled[known], potential[known]
    if filled.size < FEWEST_POINTS or not np.ptp(filled) > 0 or not np.ptp(potential) > 0:
        raise CorruptedFile(
            f"{file.name} holds no half-cell curve: it needs a column of stoichiometry or share of capacity and one of "
            f"potential in V, with at least {FEWEST_POINTS} rows.",
            file=file.name,
        )
    filled = _as_share(filled)
    if float(np.corrcoef(filled, potential)[0, 1]) > 0:
        filled = 1.0 - filled
    order = np.argsort(filled, kind="stable")
    places = np.unique(np.linspace(0, order.size - 1, min(order.size, MOST_POINTS)).round().astype(np.int64))
    return HalfCellCurve(role, file.name, filled[order][places], potential[order][places])


def _rows(content: bytes) -> list[list[str]]:
    text = content.decode("utf-8-sig", "replace")
    first = text.split("\n", 1)[0]
    separator = next((mark for mark in _SEPARATORS if mark in first), ",")
    return [row for row in csv.reader(io.StringIO(text, newline=None), delimiter=separator) if any(row)]


def _columns(rows: Sequence[Sequence[str]]) -> tuple[FloatArray, FloatArray]:
    """Stoichiometry and potential: the columns with such names, or else the first two."""
    names = [field.strip().lower() for field in rows[0]] if rows else []
    potential = next((place for place, name in enumerate(names) if _POTENTIAL.search(name)), None)
    filled = next((place for place, name in enumerate(names) if place != potential and _FILLED.search(name)), None)
    if potential is None or filled is None:
        filled, potential = 0, 1
    values = [
        (number_of_text(row[filled].strip()), number_of_text(row[potential].strip()))
        for row in rows
        if len(row) > max(filled, potential)
    ]
    table = np.array([(np.nan if a is None else a, np.nan if b is None else b) for a, b in values], dtype=np.float64)
    return (table[:, 0], table[:, 1]) if table.size else (np.empty(0), np.empty(0))


def _as_share(filled: FloatArray) -> FloatArray:
    """Between 0 and 1: as it is, or from its least to its greatest value where it is in percent or in units of capacity."""
    if filled.min() >= -0.01 and filled.max() <= 1.01:
        return filled
    share: FloatArray = (filled - filled.min()) / np.ptp(filled)
    return share
