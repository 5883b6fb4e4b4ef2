"""The second way in on this machine: the functions for large files, and embedded services under them."""

import logging
import os
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Final

from battery_service.settings import Settings

from local_stack.embedded_aws import HOST, REGION, EmbeddedAws
from local_stack.event_source import EventSource
from local_stack.gateway import Event
from local_stack.lambda_function import LocalFunction
from local_stack.public_links import with_public_links
from local_stack.schedule import Schedule
from local_stack.storage_door import StorageDoor

API_SECONDS: Final = 29.0
WORKERS_AT_ONCE: Final = min(2, os.process_cpu_count() or 1)
logger = logging.getLogger("local_stack")
type Invoke = Callable[[Event, str], object]


@dataclass(frozen=True, slots=True)
class _Running:
    aws: EmbeddedAws
    uploads: LocalFunction
    worker: EventSource
    upkeep: Schedule


class PresignedWay:
    """Nothing runs before `launch`, and nothing is left after `stop`. A request that comes before `open` opens it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._aws: EmbeddedAws | None = None
        self._running: _Running | None = None
        self._was_opened = False
        self._opening = threading.Lock()
        self._lock = threading.Lock()
        self._stopped = False
        self.uploads_api: Invoke = with_public_links(self._call_uploads, lambda: self._ready().aws.endpoint)

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

    def _call_uploads(self, event: Event, request_id: str) -> object:
        return self._ready().uploads(event, request_id)

    def _ready(self) -> _Running:
        self.open()
        if self._running is None:
            raise RuntimeError("the way for large files is not open; the log says why")
        return self._running

    def _connected(self, aws: EmbeddedAws) -> _Running:
        _point_this_process_to(aws)
        # Only now: they load boto3, and their clients are made for the environment that they find.
        import boto3  # noqa: PLC0415
        from battery_service.job_settings import JobSettings  # noqa: PLC0415

        from functions.analysis_worker.app import make_handler as make_worker  # noqa: PLC0415
        from functions.job_upkeep.app import make_handler as make_upkeep  # noqa: PLC0415
        from functions.uploads_api.app import make_handler as make_uploads  # noqa: PLC0415
        from local_stack import resources  # noqa: PLC0415

        job_settings = JobSettings.from_environment({**os.environ, **resources.made(os.environ)})
        uploads = make_uploads(self._settings, job_settings)
        worker, upkeep = make_worker(job_settings), make_upkeep(job_settings)
        running = _Running(
            aws=aws,
            uploads=LocalFunction("uploads_api", lambda: uploads, API_SECONDS),
            worker=EventSource(
                boto3.session.Session().client("sqs"),
                job_settings.queue_url,
                LocalFunction("analysis_worker", lambda: worker, resources.WORKER_TIMEOUT_SECONDS),
                region=REGION,
                batch_size=resources.BATCH_SIZE,
                at_once=WORKERS_AT_ONCE,
            ),
            upkeep=Schedule(
                LocalFunction("job_upkeep", lambda: upkeep, resources.UPKEEP_TIMEOUT_SECONDS),
                every_seconds=resources.UPKEEP_EVERY_SECONDS,
            ),
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
