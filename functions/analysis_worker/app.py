"""The worker: messages of the queue in, the ids of those to be delivered again out."""

from collections.abc import Mapping
from typing import Any

from battery_service.functions import LambdaHandler, lambda_handler_of
from battery_service.jobs.backend import connected
from battery_service.jobs.settings import JobSettings
from battery_service.jobs.worker import Worker
from battery_service.settings import Settings
from battery_service.warm_up import warm_up


def make_handler(environment: Mapping[str, str]) -> LambdaHandler:
    """The handler for these variables, fit for several threads."""
    if Settings.from_environment(environment).preload:
        warm_up()
    worker = Worker(connected(JobSettings.from_environment(environment)))

    def handle(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        return worker.handle(event, lambda: context.get_remaining_time_in_millis() / 1000.0)

    return handle


lambda_handler = lambda_handler_of(make_handler)
