"""The files that the specs drop, made when they are first asked for."""

import os
import pickle
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from battery_service.limits import UPLOADS

from sample_cells import calb_dict
from sample_cells import plain as cells
from sample_cells.named import SAMPLES
from tools.benchmarks.inputs import large_pickle, sample_pickle

MARKUP = "<img src=x onerror=\"document.title='hacked'\">"
ABOVE_4_MIB_CYCLES = 1500


class RunsACommand:
    """A pickle of it calls the shell where somebody runs pickles."""

    def __reduce__(self) -> tuple[object, ...]:
        return os.system, ("true",)


class DroppedFiles:
    """Paths by the names under which the specs know them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def small(self) -> Mapping[str, Path]:
        """Everything but the large files."""
        first = cells.cell("TEST_25_A1", n_cycles=40)
        second = cells.cell("TEST_25_B2", n_cycles=30, fade_Ah_per_cycle=0.05)
        words = {**cells.cell(MARKUP), "form_factor": MARKUP, MARKUP: MARKUP}
        triplet = cells.csv_set(cells.cell("TEST_35_C3", n_cycles=20), "TEST_35_C3")
        # Three cycles of which nothing can be projected, and whose files lack columns.
        short = calb_dict(SAMPLES["SAMPLE_LFP_25_SHORT"].simulate("SHORT"))
        cycles, metadata, metrics = (self._written(name, content) for name, content in triplet.items())
        return {
            "pickle": self._written("TEST_25_A1.pkl", cells.pickled(first)),
            "second_pickle": self._written("TEST_25_B2.pkl", cells.pickled(second)),
            "cycles": cycles,
            "metadata": metadata,
            "metrics": metrics,
            "three_cycles": self._written("SHORT.pkl", pickle.dumps(short)),
            "hostile": self._written("HOSTILE.pkl", pickle.dumps(RunsACommand())),
            "hostile_words": self._written(f"{MARKUP}.pkl", cells.pickled(words)),
            "corrupted": self._written("CORRUPTED.pkl", cells.pickled(first)[:2000]),
            "empty": self._written("EMPTY.pkl", b""),
            "folder": self._campaign(cells.pickled(first), triplet["TEST_35_C3_cycles.csv"]),
        }

    def _campaign(self, pickled: bytes, table: bytes) -> Path:
        """A folder as a laboratory has it: a cell, another one over two files in a folder of its own, a picture, a hidden
        file."""
        folder = self._folder / "campaign"
        (folder / "deep").mkdir(parents=True)
        (folder / "TEST_25_A1.pkl").write_bytes(pickled)
        header, *rows = table.splitlines(keepends=True)
        for number, part in enumerate((rows[: len(rows) // 2], rows[len(rows) // 2 :]), start=1):
            (folder / "deep" / f"CELL_C3_part{number}.csv").write_bytes(b"".join((header, *part)))
        (folder / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
        (folder / ".hidden.csv").write_bytes(b"")
        return folder

    @cached_property
    def large(self) -> Mapping[str, Path]:
        """What is too large for one request to the cloud."""
        too_large = self._folder / "TOO_LARGE.csv"
        with too_large.open("wb") as file:
            file.truncate(UPLOADS.max_file_bytes + 1)
        cell = cells.cell("TEST_25_D4", n_cycles=ABOVE_4_MIB_CYCLES, fade_Ah_per_cycle=0.001)
        return {
            "above_4_MiB": self._written("TEST_25_D4.pkl", cells.pickled(cell)),
            "above_50_MiB": too_large,
            "47_MB": self._written("SAMPLE_47_MB.pkl", large_pickle(sample_pickle())),
            "unusable_above_4_MiB": self._written(
                "UNUSABLE.csv", b"cycle_number,voltage_in_V\n" + b"1,3.5\n" * 750_000
            ),
        }

    def _written(self, name: str, content: bytes) -> Path:
        path = self._folder / name
        path.write_bytes(content)
        return path
