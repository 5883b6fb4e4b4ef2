"""The peak memory of one analysis in its own process: python -m tools.benchmarks.peak_memory FILE."""

import re
import resource
import subprocess
import sys
from pathlib import Path

from battery_analytics import BatteryFile, analyze


def peak_memory_bytes(path: Path) -> int:
    """The peak of the resident memory of a new interpreter that analyses this file with all plots."""
    command = [sys.executable, "-m", "tools.benchmarks.peak_memory", str(path)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  our own interpreter
    return int(answer.stdout)


def _own_peak_bytes() -> int:
    """The kernel's VmHWM in the child itself, because a child inherits its parent's ru_maxrss on Linux."""
    status = Path("/proc/self/status")
    if status.exists() and (peak := re.search(r"VmHWM:\s+(\d+) kB", status.read_text())):
        return int(peak[1]) * 1024
    peak_rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak_rss if sys.platform == "darwin" else peak_rss * 1024


if __name__ == "__main__":
    file = Path(sys.argv[1])
    analyze([BatteryFile(file.name, file.read_bytes())], plots="all").to_json()
    print(_own_peak_bytes())
