"""`python battery_analytics_api.py` as its users start it: another process, from another directory, on a free port."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "battery_analytics_api.py"
START_SECONDS = 60


@dataclass(frozen=True, slots=True)
class ServerProcess:
    """`log` is what the server prints; a file, because a pipe that nobody empties would stop it."""

    process: subprocess.Popen[bytes]
    log: Path
    url: str


@contextmanager
def server_process(directory: Path, *options: str) -> Iterator[ServerProcess]:
    log = directory / "server.log"
    command = [sys.executable, str(SCRIPT), "0", *options]
    with (
        log.open("wb") as output,
        subprocess.Popen(command, cwd=directory, stdout=output, stderr=subprocess.STDOUT) as process,
    ):
        try:
            yield ServerProcess(process, log, _announced_url(process, log))
        finally:
            process.kill()


def _announced_url(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if found := re.search(r"http://\S+", log.read_text()):
            return found[0]
        time.sleep(0.02)
    raise AssertionError(f"the server did not start: {log.read_text()}")
