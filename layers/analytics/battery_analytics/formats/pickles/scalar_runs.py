"""Runs of numpy scalars in a pickle, as `list(array)` gives them, read by numpy directly from the bytes.

Protocols 4 and 5 write each scalar after the first as: get `scalar` from the memo, get its type, the value's bytes, store
them in the memo, make a pair, store it, call, store the scalar. Only the value's bytes differ between scalars.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from battery_analytics.formats.pickles.dtypes import SCALAR, dtype_of
from battery_analytics.formats.pickles.number_runs import RUN_CHUNK, SHORTEST_RUN, leading
from battery_analytics.formats.pickles.values import Call, GlobalName

NOTES_PER_SCALAR = 3
_SHORT_RECALL, _LONG_RECALL, _SHORT_BYTES = b"hjC"
_AFTER_VALUE = b"\x94\x86\x94R\x94"


@dataclass(frozen=True, slots=True)
class ScalarRun:
    """Consecutive scalars, where they end in the bytes, and the index of their first entry in the memo."""

    values: npt.NDArray[np.generic]
    end: int
    memo_start: int
    dtype: Call

    def remembered(self, index: int) -> object:
        """What the memo holds at `index`: a scalar's bytes, the arguments of its call, or the scalar."""
        place, note = divmod(index - self.memo_start, NOTES_PER_SCALAR)
        content = self.values[place].tobytes()
        return (content, (self.dtype, content), self.values[place].item())[note]


def scalar_run(data: bytes, start: int, memo: Sequence[object]) -> ScalarRun | None:
    """The scalars from `start` with the same opcodes, at most `RUN_CHUNK`; None where there are few or none."""
    target, place = _recalled(data, start, memo)
    dtype, place = _recalled(data, place, memo)
    if not isinstance(target, GlobalName) or str(target) not in SCALAR or not isinstance(dtype, Call):
        return None
    if data[place] != _SHORT_BYTES:
        return None
    size, place = data[place + 1], place + 2
    if data[place + size : place + size + len(_AFTER_VALUE)] != _AFTER_VALUE:
        return None
    numpy_dtype = dtype_of(dtype)
    if numpy_dtype.kind not in "fiu" or numpy_dtype.itemsize != size:
        return None
    before = place - start
    record = np.dtype([("before", "u1", before), ("value", numpy_dtype), ("after", "u1", len(_AFTER_VALUE))])
    available = min((len(data) - start) // record.itemsize, RUN_CHUNK)
    if available < SHORTEST_RUN or not _begin_alike(data, start, before, record.itemsize):
        return None
    records = np.frombuffer(data, dtype=record, count=available, offset=start)
    looked_at = SHORTEST_RUN
    length = _spelled_alike(records[:looked_at], data[start:place])
    while length == looked_at < available:  # no further than a few times what is found
        looked_at = min(4 * looked_at, available)
        length = _spelled_alike(records[:looked_at], data[start:place])
    if length < SHORTEST_RUN:
        return None
    return ScalarRun(records["value"][:length], start + length * record.itemsize, len(memo), dtype)


def _begin_alike(data: bytes, start: int, before: int, size: int) -> bool:
    """Whether the first records of a run begin with the same bytes."""
    head = data[start : start + before]
    return all(data[place : place + before] == head for place in range(start, start + SHORTEST_RUN * size, size))


def _spelled_alike(records: npt.NDArray[np.void], before: bytes) -> int:
    """How many records from the first on have the same opcodes."""
    alike = (records["before"] == tuple(before)).all(axis=1)
    alike &= (records["after"] == tuple(_AFTER_VALUE)).all(axis=1)
    return leading(alike)


def _recalled(data: bytes, place: int, memo: Sequence[object]) -> tuple[object, int]:
    """The memo value that the instruction at `place` gets, None for another instruction, and the place after it."""
    if data[place] == _SHORT_RECALL:
        return memo[data[place + 1]], place + 2
    if data[place] == _LONG_RECALL:
        return memo[int.from_bytes(data[place + 1 : place + 5], "little")], place + 5
    return None, place
