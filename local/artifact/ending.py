"""Ends all processes of a sandbox, whatever they are doing.

bubblewrap ends with its parent, and its processes end with it, but only after it has started completely. If it is killed
before that, it leaves a child that keeps the function's output open.
"""

import os
import signal
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
    for child in _children(process.pid):
        os.kill(child, signal.SIGKILL)
    process.kill()


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:  # it has just ended
        return []
