"""A temporary folder for one job's files. It is deleted with the job, or by a later job if a worker was killed."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = "battery-job-"
# No Lambda function runs longer, so an older folder is no longer in use.
LONGEST_RUN_S = 15 * 60


@contextmanager
def temporary_folder(parent: Path | None = None) -> Iterator[Path]:
    """A new folder that only this user can read, in `parent` or the system's folder for temporary files."""
    where = parent or Path(tempfile.gettempdir())
    _remove_abandoned(where)
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=where, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _remove_abandoned(where: Path) -> None:
    for folder in where.glob(f"{PREFIX}*"):
        try:
            age_s = time.time() - folder.stat().st_mtime
        except FileNotFoundError:  # another worker on this machine has just finished
            continue
        if age_s > LONGEST_RUN_S:
            shutil.rmtree(folder, ignore_errors=True)
