"""Presigned uploads and jobs on this machine: the embedded AWS, the functions that use it, and the callers of those."""

import logging
import os
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Final

from local.embedded_aws import EmbeddedAws
from local.embedded_s3 import EmbeddedS3
from local.event_source import EventSource
from local.gateway import Event, Invoke
from local.schedule import Schedule
from local.template import Template

WORKERS_AT_ONCE: Final = min(2, os.process_cpu_count() or 1)
logger = logging.getLogger("local")
# Makes functions by name from the template with its resources, and from the environment in which AWS is reached.
type Connect = Callable[[Template, Mapping[str, str]], Mapping[str, Invoke]]


@dataclass(frozen=True, slots=True)
class _Running:
    aws: EmbeddedAws
    functions: Mapping[str, Invoke]
    event_sources: tuple[EventSource, ...]
    schedules: tuple[Schedule, ...]


class JobServices:
    """Nothing runs before `start` or after `stop`. A request that comes before `start` starts them.

    `connect` makes the functions once the embedded AWS has started. `tokens` is the text of a token store, which is then
    put where the authorizer reads it.
    """

    def __init__(self, template: Template, connect: Connect, *, tokens: str | None = None) -> None:
        self._template = template
        self._connect = connect
        self._tokens = tokens
        self._aws: EmbeddedAws | None = None
        self._running: _Running | None = None
        self._was_started = False
        self._starting = threading.Lock()
        self._lock = threading.Lock()
        self._stopped = False

    @property
    def has_tokens(self) -> bool:
        """Whether requests need a token, and so need these services."""
        return self._tokens is not None

    @property
    def is_busy(self) -> bool:
        """Whether a function is running a job."""
        return self._running is not None and any(source.is_busy for source in self._running.event_sources)

    def start(self) -> None:
        """Start them once, in a second or two. A failure is logged, and each request that needs them gets a 500."""
        with self._starting:
            if self._was_started:
                return
            self._was_started = True
            try:
                with self._lock:
                    if self._stopped:
                        return
                    self._aws = EmbeddedAws()
                self._aws.wait_until_ready()
                self._running = self._connected(self._aws)
            except Exception:  # direct uploads do not need them, so the server continues
                if not self._stopped:
                    logger.exception("the embedded AWS could not be started")

    def close(self) -> None:
        """Start no more jobs; a running job continues."""
        if (running := self._running) is not None:
            for source in running.event_sources:
                source.stop()
            for schedule in running.schedules:
                schedule.stop()

    def finish(self, seconds: float, *, is_hurried: Callable[[], bool]) -> None:
        """Start no more jobs, and wait so long for the running ones."""
        self.close()
        deadline = monotonic() + seconds
        while self.is_busy and monotonic() < deadline and not is_hurried():
            sleep(0.05)

    def stop(self) -> None:
        """End everything, whatever it is doing."""
        with self._lock:
            self._stopped = True
            self.close()
            if self._aws is not None:
                self._aws.stop()

    def s3(self) -> EmbeddedS3 | None:
        """None while there is none."""
        running = self._running
        return None if running is None else EmbeddedS3(running.aws.port, running.aws.credentials)

    def endpoint(self) -> str:
        return self._ready().aws.endpoint

    def function(self, name: str) -> Invoke:
        """One of the functions, by its name in the template."""

        def invoke(event: Event, request_id: str) -> object:
            return self._ready().functions[name](event, request_id)

        return invoke

    def _ready(self) -> _Running:
        self.start()
        if self._running is None:
            raise RuntimeError("the embedded AWS is not running; the log has the reason")
        return self._running

    def _connected(self, aws: EmbeddedAws) -> _Running:
        _point_this_process_to(aws)
        import boto3  # noqa: PLC0415  # slow, and it makes its clients for the environment at its import

        from local import resources  # noqa: PLC0415  # as above

        found = resources.created(self._template)
        if self._tokens is not None:
            resources.store_tokens(self._template, self._tokens)
        template = self._template.given(found)
        functions = self._connect(template, {**os.environ, **_names(template, found)})
        sqs = boto3.session.Session().client("sqs")
        running = _Running(
            aws=aws,
            functions=functions,
            event_sources=tuple(
                EventSource(
                    sqs,
                    found[queue.queue],
                    functions[queue.function],
                    batch_size=queue.batch_size,
                    at_once=WORKERS_AT_ONCE,
                )
                for queue in template.queues
            ),
            schedules=tuple(
                Schedule(functions[name], every_seconds=seconds) for name, seconds in template.schedules.items()
            ),
        )
        for source in running.event_sources:
            source.start()
        for schedule in running.schedules:
            schedule.start()
        return running


def _names(template: Template, resources: Mapping[str, str]) -> dict[str, str]:
    """The variables that name resources; the user's own environment must not change them."""
    names = {*resources.values(), template.parameter("TokensParameter")}
    return {
        variable: value
        for function in template.functions.values()
        for variable, value in function.variables.items()
        if value in names
    }


def _point_this_process_to(aws: EmbeddedAws) -> None:
    """Every AWS client made from now on uses the embedded services, and temporary files are put into their folder."""
    environment = aws.environment(os.environ)
    for name in os.environ.keys() - environment.keys():
        del os.environ[name]
    os.environ.update(environment)
    tempfile.tempdir = str(aws.scratch)
