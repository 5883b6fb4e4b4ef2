"""A folder of one's own for a job's files; it goes with the job, and one that a killed run has left goes with the next."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = "battery-job-"
# No Lambda function runs longer, so an older folder has no owner.
LONGEST_RUN_S = 15 * 60


@contextmanager
def private_folder(parent: Path | None = None) -> Iterator[Path]:
    """A new folder that nobody else can read, in `parent` or the system's place for temporary files."""
    where = parent or Path(tempfile.gettempdir())
    _remove_abandoned(where)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=where))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_abandoned(where: Path) -> None:
    for folder in where.glob(f"{PREFIX}*"):
        try:
            age_s = time.time() - folder.stat().st_mtime
        except FileNotFoundError:  # another worker on this machine has just finished
            continue
        if age_s > LONGEST_RUN_S:
            shutil.rmtree(folder, ignore_errors=True)
