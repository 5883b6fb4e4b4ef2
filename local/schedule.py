"""EventBridge's schedule: it calls a function at a fixed interval, until it is stopped.

Hand-written: moto keeps EventBridge's schedules but runs none.
"""

import logging
import threading
from uuid import uuid4

from local.gateway import Invoke

logger = logging.getLogger("local")


class Schedule:
    """Calls `invoke` with an empty event every so many seconds, one call at a time."""

    def __init__(self, invoke: Invoke, *, every_seconds: float) -> None:
        self._invoke = invoke
        self._every_seconds = every_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="schedule", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()

    def _run(self) -> None:
        while not self._stopping.wait(self._every_seconds):
            try:
                self._invoke({}, str(uuid4()))
            except Exception:  # as in the cloud: this call has failed, and the next one follows
                if not self._stopping.is_set():
                    logger.exception("a scheduled call failed")
