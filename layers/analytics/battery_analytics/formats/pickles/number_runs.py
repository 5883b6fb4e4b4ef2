"""Runs of numbers in a pickle, which are most of cycling data, read by numpy directly from the bytes."""

import struct
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

RUN_CHUNK = 1_024
SHORTEST_RUN = 8


@dataclass(frozen=True, slots=True)
class RunLayout:
    """The layout of a number opcode in the bytes, single and repeated as opcode, value, opcode, value."""

    size: int
    single: struct.Struct
    record: np.dtype[np.void]
    native: np.dtype[np.generic]

    def begins_at(self, data: bytes, start: int) -> bool:
        """Whether the bytes hold the same opcode at every position that the shortest run needs."""
        size = self.size
        following = data[start + size : start + size + 1]
        return following == data[start : start + 1] and (
            data[start : start + SHORTEST_RUN * size : size] == following * SHORTEST_RUN
        )

    def read(self, data: bytes, codes: npt.NDArray[np.uint8], start: int) -> npt.NDArray[np.generic]:
        """The values of all records from `start` that share its opcode, at most `RUN_CHUNK`, in native byte order."""
        available = min((len(data) - start) // self.size, RUN_CHUNK)
        same = codes[start : start + available * self.size : self.size] == codes[start]
        values = np.frombuffer(data, dtype=self.record, count=leading(same), offset=start)["value"]
        return values.astype(self.native)


def leading(conditions: npt.NDArray[np.bool_]) -> int:
    """How many of the conditions hold before the first that does not."""
    first_failure = int(conditions.argmin()) if conditions.size else 0
    return conditions.size if conditions.size and conditions[first_failure] else first_failure


def _layout(value: str, single: str) -> RunLayout:
    record = np.dtype([("opcode", "u1"), ("value", value)])
    return RunLayout(record.itemsize, struct.Struct(single), record, np.dtype(value).newbyteorder("="))


RUNS = {
    ord("G"): _layout(">f8", ">d"),
    ord("K"): _layout("u1", "B"),
    ord("M"): _layout("<u2", "<H"),
    ord("J"): _layout("<i4", "<i"),
}
