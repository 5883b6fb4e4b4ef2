"""Ends all processes of a sandbox, whatever they are doing.

bubblewrap ends with its parent, and its processes end with it, but only after it has started completely. If it is killed
before that, it leaves a child that keeps the function's output open.
"""

import os
import signal
import time
from pathlib import Path
from subprocess import Popen


def end(process: "Popen[str]") -> None:
    """Kill a sandbox by its outermost process, which has not been waited for. Do nothing if it has ended by itself.

    The outermost process is stopped first, so that it starts no further child. Its child is the first process of the
    sandbox's namespace; all others in the namespace end with it.
    """
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGSTOP)
    _wait_until_stopped(process.pid)
    for child in _children(process.pid):
        os.kill(child, signal.SIGKILL)
    process.kill()


def _wait_until_stopped(pid: int) -> None:
    """A signal to stop acts a moment later, and a child that is started in that moment is listed only after it."""
    for _ in range(200):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return
        if state in "TtZX":
            return
        time.sleep(0.002)


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:  # it has just ended
        return []
