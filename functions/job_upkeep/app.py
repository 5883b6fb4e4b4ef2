"""Job upkeep, called by a schedule: sends lost jobs again, ends jobs without attempts left, and deletes expired ones."""

from collections.abc import Mapping
from typing import Any

from battery_service.functions import LambdaHandler, lambda_handler_of
from battery_service.jobs.backend import connected
from battery_service.jobs.settings import JobSettings
from battery_service.jobs.upkeep import process_due_jobs


def make_handler(environment: Mapping[str, str]) -> LambdaHandler:
    """The handler for these variables."""
    backend = connected(JobSettings.from_environment(environment))

    def handle(_event: Mapping[str, Any], _context: object) -> dict[str, int]:
        return {"processed_jobs": process_due_jobs(backend)}

    return handle


lambda_handler = lambda_handler_of(make_handler)
