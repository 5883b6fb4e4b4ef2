"""A function of the artifact: it starts instances as calls need them, keeps them warm, and replaces them."""

import json
import threading
from collections.abc import Callable
from uuid import uuid4

from local.artifact.instance import Instance
from local.artifact.runtime_api import PAYLOAD_BYTES, FunctionError

type Event = dict[str, object]


class Function:
    """Call it with an event, from any thread. If an instance ends or times out, only its call gets a FunctionError.

    At most `at_once` instances run at the same time. Further calls wait, where the cloud would start more instances.
    """

    def __init__(self, start: Callable[[], Instance], *, at_once: int) -> None:
        self._start = start
        self._turns = threading.BoundedSemaphore(at_once)
        self._lock = threading.Lock()
        self._instances: set[Instance] = set()
        self._idle: list[Instance] = []
        self._is_closed = False

    def __call__(self, event: Event, request_id: str = "") -> object:
        encoded = json.dumps(event).encode()
        if len(encoded) > PAYLOAD_BYTES:
            raise FunctionError("RequestTooLarge", f"Request must be smaller than {PAYLOAD_BYTES} bytes")
        with self._turns:
            instance = self._warm() or self._started()
            try:
                answer = instance.invoke(encoded, request_id or str(uuid4()))
            finally:
                with self._lock:
                    self._idle.append(instance)
        return json.loads(answer)

    @property
    def instances(self) -> frozenset[Instance]:
        """Those that are handling a call, and those that wait."""
        with self._lock:
            return frozenset(self._instances)

    def close(self) -> None:
        """End every instance; each call that is not answered yet fails."""
        with self._lock:
            self._is_closed = True
            remaining = set(self._instances)
        for instance in remaining:
            instance.kill()

    def _warm(self) -> Instance | None:
        """An instance that has answered before and has not ended; ended ones are removed."""
        while True:
            with self._lock:
                if not self._idle:
                    return None
                instance = self._idle.pop()
            if instance.is_alive:
                return instance
            instance.kill()
            with self._lock:
                self._instances.discard(instance)

    def _started(self) -> Instance:
        with self._lock:
            if self._is_closed:
                raise FunctionError("Sandbox.Closed", "The runner was stopped.")
            instance = self._start()
            self._instances.add(instance)
            return instance
