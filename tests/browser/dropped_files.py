"""The files that the specs drop, made when they are first asked for."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from tests import cells

HOSTILE_MARKUP = "<img src=x onerror=\"document.title='hacked'\">"


class DroppedFiles:
    """Paths by the names under which the specs know them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def small(self) -> Mapping[str, Path]:
        """Everything but the large file."""
        first = cells.cell("TEST_25_A1", n_cycles=40)
        second = cells.cell("TEST_25_B2", n_cycles=30, fade_Ah_per_cycle=0.05)
        triplet = cells.csv_set(cells.cell("TEST_35_C3", n_cycles=20), "TEST_35_C3")
        return {
            "pickle": self._written("TEST_25_A1.pkl", cells.pickled(first)),
            "second_pickle": self._written("TEST_25_B2.pkl", cells.pickled(second)),
            **{
                name.rpartition("_")[2].removesuffix(".csv"): self._written(name, text)
                for name, text in triplet.items()
            },
        }

    def _written(self, name: str, content: bytes) -> Path:
        path = self._folder / name
        path.write_bytes(content)
        return path
