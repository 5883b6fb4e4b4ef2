"""`python battery_analytics_api.py` as its users start it: another process, from another directory, on a free port."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "battery_analytics_api.py"


@dataclass(frozen=True, slots=True)
class ServerProcess:
    process: subprocess.Popen[str]
    welcome: str

    @property
    def url(self) -> str:
        found = re.search(r"http://\S+", self.welcome)
        assert found, self.welcome
        return found[0]

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])


@contextmanager
def server_process(directory: Path, *options: str) -> Iterator[ServerProcess]:
    command = [sys.executable, str(SCRIPT), "0", *options]
    with subprocess.Popen(
        command, cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield ServerProcess(process, process.stdout.readline())
        finally:
            process.kill()
