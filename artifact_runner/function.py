"""A function of the artifact as its callers see it: instances are started as calls need them, kept warm, and replaced."""

import json
import threading
from collections.abc import Callable
from uuid import uuid4

from artifact_runner.instance import Instance
from artifact_runner.runtime_api import PAYLOAD_BYTES, FunctionError

type Event = dict[str, object]


class Function:
    """Call it with an event, from any thread. `start` makes an instance; no more than `at_once` work at the same time,
    and further calls wait where the cloud would start more. A death or a timeout is the FunctionError of one call."""

    def __init__(self, start: Callable[[], Instance], *, at_once: int) -> None:
        self._start = start
        self._turns = threading.BoundedSemaphore(at_once)
        self._warm: list[Instance] = []
        self._lock = threading.Lock()
        self._all: set[Instance] = set()
        self._is_closed = False

    def __call__(self, event: Event, request_id: str = "") -> object:
        if len(json.dumps(event)) > PAYLOAD_BYTES:
            raise FunctionError("RequestTooLarge", f"Request must be smaller than {PAYLOAD_BYTES} bytes")
        with self._turns:
            instance = self._taken()
            try:
                return instance.invoke(event, request_id or str(uuid4()))
            finally:
                self._returned(instance)

    def close(self) -> None:
        """End every instance, at work or not; each call that is not answered yet fails."""
        with self._lock:
            self._is_closed = True
            remaining, self._all = self._all, set()
        for instance in remaining:
            instance.kill()

    @property
    def instances(self) -> tuple[Instance, ...]:
        with self._lock:
            return tuple(self._all)

    def _taken(self) -> Instance:
        with self._lock:
            while self._warm:
                instance = self._warm.pop()
                if instance.is_alive:
                    return instance
                self._all.discard(instance)
                instance.kill()
            if self._is_closed:
                raise FunctionError("Sandbox.Closed", "The runner has ended.")
            instance = self._start()
            self._all.add(instance)
            return instance

    def _returned(self, instance: Instance) -> None:
        with self._lock:
            if instance.is_alive and instance in self._all:
                self._warm.append(instance)
                return
            self._all.discard(instance)
        instance.kill()
