"""The second way in on this machine: embedded services, the functions for large files, and what calls these."""

import logging
import os
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Final

from local.embedded_aws import HOST, REGION, EmbeddedAws
from local.event_source import EventSource
from local.gateway import Event
from local.job_functions import Connect, Invoke
from local.public_links import with_public_links
from local.schedule import Schedule
from local.storage_door import StorageDoor

WORKERS_AT_ONCE: Final = min(2, os.process_cpu_count() or 1)
logger = logging.getLogger("local")


@dataclass(frozen=True, slots=True)
class _Running:
    aws: EmbeddedAws
    functions: Mapping[str, Invoke]
    worker: EventSource
    upkeep: Schedule


class PresignedWay:
    """Nothing runs before `launch`, and nothing is left after `stop`. A request that comes before `open` opens it.

    `connect` makes the functions for the embedded services, once these are there. `tokens` is the text of a token store; with
    it the services hold one, and there is a function that lets in by it.
    """

    def __init__(self, connect: Connect, *, tokens: str | None = None) -> None:
        self._connect = connect
        self._tokens = tokens
        self._aws: EmbeddedAws | None = None
        self._running: _Running | None = None
        self._was_opened = False
        self._opening = threading.Lock()
        self._lock = threading.Lock()
        self._stopped = False
        self.uploads_api: Invoke = with_public_links(
            self.function("UploadsApiFunction"), lambda: self._ready().aws.endpoint
        )
        self.authorizer: Invoke | None = None if tokens is None else self.function("AuthorizerFunction")

    @property
    def is_busy(self) -> bool:
        """Whether a job is being worked on."""
        return self._running is not None and self._running.worker.is_busy

    def launch(self) -> None:
        """Start the embedded services, which get ready in a process of their own. Once is enough."""
        with self._lock:
            if self._aws is None and not self._stopped:
                self._aws = EmbeddedAws()

    def open(self) -> None:
        """Connect the functions, in a second or two, and once; a failure is logged and answered to whoever asks."""
        with self._opening:
            if self._was_opened:
                return
            self._was_opened = True
            try:
                self.launch()
                if self._aws is not None and not self._stopped:
                    self._aws.wait_until_ready()
                    self._running = self._connected(self._aws)
            except Exception:  # the direct way works without this one, so the server goes on
                if not self._stopped:
                    logger.exception("the way for large files could not be opened")

    def close(self) -> None:
        """Take no more jobs; one that is being worked on goes on."""
        if (running := self._running) is not None:
            running.worker.stop()
            running.upkeep.stop()

    def finish(self, seconds: float, *, is_hurried: Callable[[], bool]) -> None:
        """Take no more jobs, and wait so long for those that are being worked on."""
        self.close()
        deadline = monotonic() + seconds
        while self.is_busy and monotonic() < deadline and not is_hurried():
            sleep(0.05)

    def stop(self) -> None:
        """The end, with whatever is still in it."""
        with self._lock:
            self._stopped = True
            self.close()
            if self._aws is not None:
                self._aws.stop()

    def door(self) -> StorageDoor | None:
        """The gate's way to the objects; None while there is none."""
        running = self._running
        return None if running is None else StorageDoor(HOST, running.aws.port, REGION, running.aws.credentials)

    def function(self, name: str) -> Invoke:
        """One of its functions, by its name in template.yaml."""

        def invoke(event: Event, request_id: str) -> object:
            return self._ready().functions[name](event, request_id)

        return invoke

    def _ready(self) -> _Running:
        self.open()
        if self._running is None:
            raise RuntimeError("the way for large files is not open; the log says why")
        return self._running

    def _connected(self, aws: EmbeddedAws) -> _Running:
        _point_this_process_to(aws)
        import boto3  # noqa: PLC0415  # slow, and its clients are made for the environment that they find

        from local import resources  # noqa: PLC0415  # as above

        environment = {**os.environ, **resources.made(os.environ)}
        if self._tokens is not None:
            environment |= resources.stored_tokens(self._tokens)
        functions = self._connect(environment)
        running = _Running(
            aws=aws,
            functions=functions,
            worker=EventSource(
                boto3.session.Session().client("sqs"),
                environment["JOBS_QUEUE_URL"],
                functions["WorkerFunction"],
                region=REGION,
                batch_size=resources.BATCH_SIZE,
                at_once=WORKERS_AT_ONCE,
            ),
            upkeep=Schedule(functions["UpkeepFunction"], every_seconds=resources.UPKEEP_EVERY_SECONDS),
        )
        running.worker.start()
        running.upkeep.start()
        return running


def _point_this_process_to(aws: EmbeddedAws) -> None:
    """Every AWS client made from now on reaches the embedded services, and temporary files go where they go."""
    environment = aws.environment(os.environ)
    for name in os.environ.keys() - environment.keys():
        del os.environ[name]
    os.environ.update(environment)
    tempfile.tempdir = str(aws.scratch)
