"""Where the time of an analysis goes, by stage."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class StageTimer:
    """Milliseconds by stage; a stage that comes several times adds up."""

    def __init__(self) -> None:
        self.milliseconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the time of the block for this stage."""
        start = time.perf_counter()
        try:
            yield
        finally:
            elapsed = 1e3 * (time.perf_counter() - start)
            self.milliseconds[name] = self.milliseconds.get(name, 0.0) + elapsed
