"""Runs of numbers in a pickle, of which cycling data consist, read by numpy straight from the bytes."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

RUN_CHUNK = 1_024
SHORTEST_RUN = 8


@dataclass(frozen=True, slots=True)
class RunLayout:
    """How one number opcode lies in the bytes when it repeats: opcode, value, opcode, value."""

    record: np.dtype[np.void]

    def begins_at(self, data: bytes, start: int) -> bool:
        """Whether the same opcode stands wherever a shortest run has one."""
        size = self.record.itemsize
        return data[start : start + SHORTEST_RUN * size : size] == data[start : start + 1] * SHORTEST_RUN

    def read(self, data: bytes, codes: npt.NDArray[np.uint8], start: int) -> npt.NDArray[np.generic]:
        """The values of all records from `start` that share its opcode, at most `RUN_CHUNK`, in native byte order."""
        size = self.record.itemsize
        available = min((len(data) - start) // size, RUN_CHUNK)
        same = codes[start : start + available * size : size] == codes[start]
        values = np.frombuffer(data, dtype=self.record, count=leading(same), offset=start)["value"]
        return values.astype(values.dtype.newbyteorder("="))


def leading(conditions: npt.NDArray[np.bool_]) -> int:
    """How many of the conditions hold before the first that does not."""
    first_failure = int(conditions.argmin()) if conditions.size else 0
    return conditions.size if conditions.size and conditions[first_failure] else first_failure


def _layout(value: str) -> RunLayout:
    return RunLayout(np.dtype([("opcode", "u1"), ("value", value)]))


RUNS = {ord("G"): _layout(">f8"), ord("K"): _layout("u1"), ord("M"): _layout("<u2"), ord("J"): _layout("<i4")}
