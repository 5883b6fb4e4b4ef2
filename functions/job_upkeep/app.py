"""Job upkeep: at each call of the schedule, every job that is due gets what nobody else has done for it."""

from collections.abc import Mapping
from typing import Any

from battery_service.functions import LambdaHandler, lambda_handler_of
from battery_service.jobs.backend import connected
from battery_service.jobs.settings import JobSettings
from battery_service.jobs.upkeep import look_after_all


def make_handler(environment: Mapping[str, str]) -> LambdaHandler:
    """The handler for these variables."""
    backend = connected(JobSettings.from_environment(environment))

    def handle(_event: Mapping[str, Any], _context: object) -> dict[str, int]:
        return {"looked_after": look_after_all(backend)}

    return handle


lambda_handler = lambda_handler_of(make_handler)
