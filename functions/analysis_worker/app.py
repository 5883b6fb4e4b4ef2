"""The worker: runs the jobs of the queue's messages, and returns the ids of the messages to be delivered again."""

from collections.abc import Mapping
from typing import Any

from battery_service.functions import LambdaHandler, lambda_handler_of
from battery_service.jobs.backend import connected
from battery_service.jobs.settings import JobSettings
from battery_service.jobs.worker import Worker
from battery_service.settings import Settings
from battery_service.warm_up import warm_up


def make_handler(environment: Mapping[str, str]) -> LambdaHandler:
    """The handler for these variables. Several threads may call it."""
    if Settings.from_environment(environment).preload:
        warm_up()
    worker = Worker(connected(JobSettings.from_environment(environment)))

    def handle(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        return worker.handle(event, lambda: context.get_remaining_time_in_millis() / 1000.0)

    return handle


lambda_handler = lambda_handler_of(make_handler)
