"""The budget of one analysis: how much work and memory its files may cost for their size, and when it must end.

A few bytes of a file can stand for much work: one array that is referred to a thousand times, a label that holds itself
twice, a text that no number reader understands quickly. So readers charge what they do to the budget of the analysis in
which they run, and it raises TooCostly where the file is not large enough to explain the work. Without a budget, as where
a reader is used alone, nothing is charged.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

from battery_analytics.errors import DeadlineExceeded, TooCostly

# A value is what takes about a microsecond, such as a number that is read from a text.
_VALUES, _VALUES_PER_BYTE, _MOST_VALUES = 1_000_000, 1.0, 20_000_000
_BYTES, _BYTES_PER_BYTE = 100_000_000, 6.0
_POINTS, _BYTES_PER_POINT = 50_000, 3
_CYCLES, _BYTES_PER_CYCLE = 2_000, 20
_ANSWER_BYTES = 24_000_000
# Pictures are for cells that are sent as files of their own; a small file that stands for many cells gets few.
_PICTURES, _PICTURES_PER_FILE, _BYTES_PER_PICTURE, _MOST_PICTURES = 50, 6, 50_000, 240


@dataclass(slots=True)
class Budget:
    """What is left of an analysis' budget. `file` is the one that is read now; `ends_at` is a time of `time.monotonic`."""

    size_bytes: int
    values: int
    array_bytes: int
    pictures: int
    answer_bytes: int
    ends_at: float | None
    file: str = ""

    def check_time(self) -> None:
        if self.ends_at is not None and time.monotonic() > self.ends_at:
            where = f" while {self.file} was read" if self.file else ""
            raise DeadlineExceeded(
                f"The analysis passed its time limit{where}; send fewer cells or points at once.", file=self.file
            )

    def too_costly(self, what: str) -> TooCostly:
        return TooCostly(
            f"{self.file or 'The upload'} would take more work than its size allows: {what}. Send the data without "
            "repeated references, or split them.",
            file=self.file,
            budget=what,
            size_bytes=self.size_bytes,
        )


_CURRENT: ContextVar[Budget | None] = ContextVar("budget", default=None)


@contextmanager
def budget_for(sizes_bytes: Sequence[int], time_limit_s: float | None) -> Iterator[None]:
    """Charge what happens in the block to the budget of files of these sizes."""
    size_bytes = sum(sizes_bytes)
    pictures = _PICTURES + _PICTURES_PER_FILE * len(sizes_bytes) + size_bytes // _BYTES_PER_PICTURE
    budget = Budget(
        size_bytes,
        values=min(int(_VALUES + _VALUES_PER_BYTE * size_bytes), _MOST_VALUES),
        array_bytes=int(_BYTES + _BYTES_PER_BYTE * size_bytes),
        pictures=min(pictures, _MOST_PICTURES),
        answer_bytes=_ANSWER_BYTES + size_bytes,
        ends_at=None if time_limit_s is None else time.monotonic() + time_limit_s,
    )
    token = _CURRENT.set(budget)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def now_reading(file: str) -> None:
    """Name the file whose work is charged from now on."""
    budget = _CURRENT.get()
    if budget is not None:
        budget.file = file


def now_unpacked(n_bytes: int) -> None:
    """Count the contents of an archive as bytes of the upload. The archive's own limits bound how many these are."""
    budget = _CURRENT.get()
    if budget is not None:
        budget.size_bytes += n_bytes
        budget.values = min(budget.values + int(_VALUES_PER_BYTE * n_bytes), _MOST_VALUES)
        budget.array_bytes += int(_BYTES_PER_BYTE * n_bytes)
        budget.answer_bytes += n_bytes


def check_time() -> None:
    """Raise DeadlineExceeded where the time limit has passed."""
    budget = _CURRENT.get()
    if budget is not None:
        budget.check_time()


def charge_values(count: int) -> None:
    """Charge single values, of about a microsecond each. Raises TooCostly, DeadlineExceeded."""
    _charge("values", count, "its values are too many to read one by one")


def charge_bytes(count: int) -> None:
    """Charge the bytes of a new array. Raises TooCostly, DeadlineExceeded."""
    _charge("array_bytes", count, "its arrays take too much memory")


def charge_answer(n_bytes: int) -> None:
    """Charge a part of the answer. Raises TooCostly, DeadlineExceeded."""
    _charge("answer_bytes", n_bytes, "its report would be too large")


def _charge(account: Literal["values", "array_bytes", "answer_bytes"], count: int, beyond: str) -> None:
    budget = _CURRENT.get()
    if budget is None:
        return
    left = getattr(budget, account) - count
    setattr(budget, account, left)
    if left < 0:
        raise budget.too_costly(beyond)
    budget.check_time()


def check_points(n_cycles: int, n_points: int) -> None:
    """Raise TooCostly where a file of this size can hold so many cycles or points only by repeating them."""
    budget = _CURRENT.get()
    if budget is None:
        return
    if n_points > _POINTS + budget.size_bytes // _BYTES_PER_POINT:
        raise budget.too_costly(f"it stands for {n_points:,} points")
    if n_cycles > _CYCLES + budget.size_bytes // _BYTES_PER_CYCLE:
        raise budget.too_costly(f"it stands for {n_cycles:,} cycles")


def allows_picture() -> bool:
    """Whether one more picture may be drawn; it is charged."""
    budget = _CURRENT.get()
    if budget is None:
        return True
    budget.pictures -= 1
    budget.check_time()
    return budget.pictures >= 0
