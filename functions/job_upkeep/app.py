"""The schedule's door: looks after every job that is due, so that none waits for a worker that is not coming."""

import os
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from battery_service.jobs.backend import connected
from battery_service.jobs.settings import JobSettings
from battery_service.jobs.upkeep import look_after_all

type ScheduledHandler = Callable[[Mapping[str, Any], object], dict[str, int]]


def make_handler(job_settings: JobSettings) -> ScheduledHandler:
    """The handler for these settings, connected to AWS as the environment says."""
    backend = connected(job_settings)

    def handle(_event: Mapping[str, Any], _context: object) -> dict[str, int]:
        return {"looked_after": look_after_all(backend)}

    return handle


@cache
def _handler() -> ScheduledHandler:
    return make_handler(JobSettings.from_environment(os.environ))


def lambda_handler(event: Mapping[str, Any], context: object) -> dict[str, int]:
    return _handler()(event, context)
