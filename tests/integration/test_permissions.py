"""Each function calls of AWS what the template lets it call, and no less: moto itself refuses nobody."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from battery_service.callers.quotas import Quotas
from battery_service.errors import ApiError
from battery_service.jobs.job import StoredFile
from battery_service.jobs.service import JobService
from battery_service.jobs.table import START_WINDOW_S
from battery_service.jobs.upkeep import process_due_jobs
from battery_service.jobs.worker import Worker
from battery_service.options import default_options

from tests.integration.cloud import JOBS_AT_ONCE, Cloud, simulated_cloud
from tests.integration.job_runs import LEASE_S, small_analysis
from tests.template import properties, resolved

CALLER = "token:a"
KEY = "an-idempotency-key"
ACTIONS = {
    "change_message_visibility": "sqs:ChangeMessageVisibility",
    "copy_object": "s3:PutObject",
    "delete_item": "dynamodb:DeleteItem",
    "delete_object": "s3:DeleteObject",
    "delete_objects": "s3:DeleteObject",
    "get_item": "dynamodb:GetItem",
    "get_object": "s3:GetObject",
    "list_objects_v2": "s3:ListBucket",
    "put_item": "dynamodb:PutItem",
    "put_object": "s3:PutObject",
    "query": "dynamodb:Query",
    "send_message": "sqs:SendMessage",
    "update_item": "dynamodb:UpdateItem",
}
# A presigned form puts its file with the rights of the function that signed it.
BY_FORMS = {"s3:PutObject"}


class Watched:
    """Remembers the AWS actions of all calls; one operation may fail."""

    def __init__(self, failing: str = "") -> None:
        self.actions: set[str] = set()
        self._failing = failing

    def __call__(self, name: str, call: Callable[[], Any]) -> Any:
        self.actions.add(ACTIONS[name])
        if name == self._failing:
            raise OSError(name)
        return call()


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with simulated_cloud() as made:
        made.settings = replace(made.settings, cache=True, quotas=Quotas(9999, 10**9, 9999, 9999, JOBS_AT_ONCE + 5))
        yield made


def allowed(function: str) -> set[str]:
    policies = resolved(properties(function)["Policies"])
    actions = [statement["Action"] for policy in policies for statement in policy["Statement"]]
    return {action for group in actions for action in ([group] if isinstance(group, str) else group)}


def announced(cloud: Cloud, service: JobService, key: str = "") -> Any:
    job = service.announce((StoredFile("a", 3),), default_options(), "request-1", key)
    cloud.put_upload(job.key_of(0), b"abc")
    return job


def all_that_a_caller_can_do(cloud: Cloud, watched: Watched) -> None:
    backend = cloud.backend(watched)
    backend.usage.charge(CALLER, requests=1)
    service = JobService(backend, CALLER)
    for _ in range(2):
        announced(cloud, service, KEY)
    jobs = [service.start(announced(cloud, service), default_options(), "request-1") for _ in range(JOBS_AT_ONCE + 1)]
    with suppress(ApiError):
        for _ in range(10):
            announced(cloud, service)
    worked(cloud, Watched())
    service.report(service.finished(jobs[1].job_id))
    for job in jobs:
        service.delete(job.job_id)
    waiting = [service.start(announced(cloud, service), default_options(), "request-1") for _ in range(2)]
    cloud.clock.advance(61)
    service.job(waiting[0].job_id)


def worked(cloud: Cloud, watched: Watched) -> None:
    worker = Worker(cloud.backend(watched), small_analysis, Path("/tmp"))
    cloud.drain(lambda event: worker.handle(event, lambda: LEASE_S - 15.0))


def test_the_api_may_call_what_it_calls(cloud: Cloud) -> None:
    watched = Watched()
    all_that_a_caller_can_do(cloud, watched)
    assert watched.actions | BY_FORMS == allowed("UploadsApiFunction")


def test_the_worker_may_call_what_it_calls(cloud: Cloud) -> None:
    service = JobService(cloud.backend(), CALLER)
    for _ in range(JOBS_AT_ONCE + 2):
        service.start(announced(cloud, service), default_options(), "request-1")
    watched, failing = Watched(), Watched("get_object")
    records = cloud.received()
    cloud.deliver(lambda event: Worker(cloud.backend(failing), small_analysis).handle(event, lambda: 100.0), records)
    worked(cloud, watched)
    service.delete(service.start(announced(cloud, service), default_options(), "request-1").job_id)
    worked(cloud, watched)
    assert watched.actions | failing.actions == allowed("WorkerFunction")


def test_upkeep_may_call_what_it_calls(cloud: Cloud) -> None:
    service = JobService(cloud.backend(), CALLER)
    announced(cloud, service)
    jobs = [service.start(announced(cloud, service), default_options(), "request-1") for _ in range(JOBS_AT_ONCE + 1)]
    cloud.clock.advance(61)
    watched = Watched()
    process_due_jobs(cloud.backend(watched))
    # a job that the index still shows as waiting was deleted
    with suppress(OSError):
        JobService(cloud.backend(Watched("query")), CALLER).delete(jobs[0].job_id)
    cloud.clock.advance(START_WINDOW_S)
    process_due_jobs(cloud.backend(watched))
    # it reads a record only where the index shows one that has changed, which moto's never does
    assert watched.actions | {"dynamodb:GetItem"} == allowed("UpkeepFunction")
