"""The worker's door: messages of SQS in, the names of those to be delivered again out."""

import os
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from battery_service.jobs.backend import connected
from battery_service.jobs.settings import JobSettings
from battery_service.jobs.worker import Worker
from battery_service.settings import flag
from battery_service.warm_up import warm_up

type SqsHandler = Callable[[Mapping[str, Any], Any], dict[str, Any]]


def make_handler(job_settings: JobSettings) -> SqsHandler:
    """The handler for these settings, connected to AWS as the environment says; fit for several threads."""
    worker = Worker(connected(job_settings))

    def handle(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        return worker.handle(event, lambda: context.get_remaining_time_in_millis() / 1000.0)

    return handle


@cache
def _handler() -> SqsHandler:
    return make_handler(JobSettings.from_environment(os.environ))


def lambda_handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    return _handler()(event, context)


if "JOBS_TABLE" in os.environ:  # in Lambda: clients are slow to make, and the time before the first event is free
    if flag("PRELOAD", os.environ.get("PRELOAD", "")):
        warm_up()
    _handler()
