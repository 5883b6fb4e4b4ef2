"""Reads columns of text: the state of each point, and the cell that a row belongs to."""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from battery_analytics.budget import charge_values
from battery_analytics.cell import FloatArray

type AnyColumn = npt.NDArray[np.generic] | Sequence[object]

CHARGE, DISCHARGE, REST = 1.0, -1.0, 0.0
_HASHABLE = {str, int, float, bytes, type(None)}
LONGEST_WORD = 60
FEWEST_KNOWN_SHARE = 0.5
_CHARACTERS_PER_VALUE = 200

# A word within the text that begins so, in English, German, French or Chinese. A single letter, as Maccor writes it, is
# the whole text.
_DISCHARGES = re.compile(r"^d$|(?:^|[^a-z])(?:dis|dch|dcg|entlad|d[ée]charg)|放")
_CHARGES = re.compile(r"^c$|(?:^|[^a-z])(?:charg|cha$|chg|chr|laden|ladung)|充")
_RESTS = re.compile(
    r"^[rpso]$|(?:^|[^a-z])(?:rest|rst|pau|ocv|ocp|idle|ruhe|wait|stop|susp|stand|relax|repos)|静置|搁置|休眠"
)


def state_of(word: str) -> float:
    """1 for a word that means charging, -1 for discharging, 0 for a rest; NaN for any other."""
    word = word[:LONGEST_WORD].strip().lower()
    for pattern, state in ((_DISCHARGES, DISCHARGE), (_CHARGES, CHARGE), (_RESTS, REST)):
        if pattern.search(word):
            return state
    return float("nan")


def states_of(column: AnyColumn) -> FloatArray | None:
    """The state of each point, shape (n,), NaN where it is not known; None where most words say none."""
    codes, texts = coded(column)
    state_of_word = np.array([*map(state_of, texts), np.nan])
    states: FloatArray = state_of_word[codes]
    known = np.count_nonzero(np.isfinite(states))
    return states if known >= FEWEST_KNOWN_SHARE * states.size and known else None


def coded(column: AnyColumn) -> tuple[npt.NDArray[np.int64], list[str]]:
    """Each value's place in the list of different values, which are texts in the order of the column; -1 for a gap."""
    import pandas as pd  # noqa: PLC0415  takes a quarter of a second, which a column of numbers does not need

    if isinstance(column, np.ndarray) and (column.dtype.kind != "O" or set(map(type, column)) <= _HASHABLE):
        plain = column
    else:
        plain = np.array(
            [item if isinstance(item, str | bytes | int | float) else None for item in column], dtype=object
        )
    if plain.dtype.kind == "O":  # pandas compares texts as a whole, also where all are one object
        charge_values(sum(len(item) // _CHARACTERS_PER_VALUE for item in plain if isinstance(item, str | bytes)))
    codes, texts = pd.factorize(plain)
    return codes.astype(np.int64), [_text(text) for text in texts.tolist()]


def _text(word: object) -> str:
    if isinstance(word, float) and word.is_integer():
        return str(int(word))
    return word.decode("latin-1") if isinstance(word, bytes) else str(word)
