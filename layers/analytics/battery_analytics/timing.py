"""The time of an analysis by stage."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from battery_analytics.budget import check_time


class StageTimer:
    """Milliseconds by stage; repeated stages add up. `on_stage` is called with each stage as it begins."""

    def __init__(self, on_stage: Callable[[str], None] | None = None) -> None:
        self.milliseconds: dict[str, float] = {}
        self._on_stage = on_stage

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the time of the block for this stage. Raises DeadlineExceeded where the time limit has passed."""
        check_time()
        if self._on_stage is not None:
            self._on_stage(name)
        start = time.perf_counter()
        try:
            yield
        finally:
            elapsed = 1e3 * (time.perf_counter() - start)
            self.milliseconds[name] = self.milliseconds.get(name, 0.0) + elapsed
