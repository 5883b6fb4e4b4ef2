"""Runs a reader of another package in a process of its own, with limits of time and memory, so that no file can harm ours."""

import json
import logging
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from battery_analytics.formats.source_table import TEXTS, BinaryFault, SourceTable

LEAST_TIME_S, TIME_LIMIT_S, BYTES_PER_SECOND = 5, 20, 800_000
MEMORY_BYTES = 500_000_000
BYTES_PER_BYTE = 8
LARGEST_ANSWER_BYTES = 400_000_000
_log = logging.getLogger(__name__)
_FAULTS = {2: "its contents are not laid out as its kind of file is"}


def tables_by_child(reader: str, content: bytes) -> list[SourceTable]:
    """The tables that `binary.child` reads from the content with this reader.

    Raises BinaryFault where that fails, takes longer than its size allows, or needs too much memory.
    """
    with tempfile.TemporaryDirectory() as folder:
        source, answer = Path(folder) / "source", Path(folder) / "answer.npz"
        source.write_bytes(content)
        limit = MEMORY_BYTES + BYTES_PER_BYTE * len(content)
        seconds = min(max(LEAST_TIME_S, len(content) // BYTES_PER_SECOND), TIME_LIMIT_S)
        command = [sys.executable, "-m", "battery_analytics.formats.binary.child"]
        try:
            child = subprocess.run(  # noqa: S603  our own interpreter and module, and no text of the file
                [*command, reader, str(source), str(answer), str(seconds), str(limit)],
                env={
                    "PYTHONPATH": ":".join(filter(None, sys.path)),
                    "LD_LIBRARY_PATH": str(sysconfig.get_config_var("LIBDIR") or ""),
                    "OPENBLAS_NUM_THREADS": "1",
                    "HDF5_PLUGIN_PRELOAD": "::",  # no filters from plug-ins
                    "HOME": folder,
                },
                cwd=folder,
                capture_output=True,
                timeout=3 * seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as fault:
            raise BinaryFault("it takes too long to read") from fault
        if child.returncode != 0:
            said = child.stderr[-100:].decode("ascii", "replace")
            _log.warning("The reader %s ended with %s: %s", reader, child.returncode, said)
        if child.returncode != 0 or not answer.is_file():
            raise BinaryFault(
                _FAULTS.get(child.returncode, "it takes more time or memory to read than its size allows")
            )
        if answer.stat().st_size > LARGEST_ANSWER_BYTES:
            raise BinaryFault("it holds more than can be read")
        return _tables(answer)


def _tables(answer: Path) -> list[SourceTable]:
    with np.load(answer, allow_pickle=False) as arrays:
        described = json.loads(bytes(arrays["described"]).decode())
        return [
            SourceTable(
                {name: _column(arrays, key) for name, key in table["columns"]}, table["metadata"], table["name"]
            )
            for table in described
        ]


def _column(arrays: Mapping[str, npt.NDArray[np.generic]], key: str) -> npt.NDArray[np.generic]:
    """A column; texts that are equal are one object."""
    texts = f"{key}{TEXTS}"
    if texts not in arrays:
        return arrays[key]
    return arrays[texts].astype(object)[arrays[key].astype(np.int64)]
