"""Two callers: however many jobs one of them has, the other's job starts within the time of one job."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from battery_analytics import BatteryFile
from battery_service.bridge import Analysis
from battery_service.callers.quotas import Quotas
from battery_service.jobs.job import Job, StoredFile
from battery_service.jobs.service import JobService
from battery_service.jobs.upkeep import process_due_jobs
from battery_service.jobs.worker import Worker
from battery_service.options import Options, default_options
from botocore.exceptions import EndpointConnectionError

from tests.integration.cloud import JOBS_AT_ONCE, Cloud, simulated_cloud
from tests.integration.job_runs import LEASE_S, AtCall, Killed, When, fails, kills, small_analysis

WORKERS = 4
GREEDY, OTHER = "token:greedy", "token:other"
WAIT_S = 30.0


@pytest.fixture(scope="module")
def one_cloud() -> Iterator[Cloud]:
    with simulated_cloud() as made:
        yield made


@pytest.fixture
def cloud(one_cloud: Cloud) -> Cloud:
    one_cloud.clear()
    return one_cloud


def started(cloud: Cloud, caller: str, times: int = 1) -> list[Job]:
    """Jobs of one file of the caller; its name is that of the caller."""
    service = JobService(cloud.backend(), caller)
    jobs: list[Job] = []
    for _ in range(times):
        job = service.announce((StoredFile(caller, 3),), default_options(), "request-1")
        cloud.put_upload(job.key_of(0), b"abc")
        jobs.append(service.start(job, default_options(), "request-1"))
    return jobs


def status_of(cloud: Cloud, jobs: Sequence[Job]) -> list[str]:
    records = (cloud.backend().jobs.record(job.job_id) for job in jobs)
    return [record.status for record in records if record is not None]


class Slow:
    """An analysis that lasts until it is told to end; it says whose begins."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self._changed = threading.Condition()
        self._may_end = 0

    def __call__(
        self, files: Sequence[BatteryFile], options: Options, on_stage: Callable[[str], None] | None = None
    ) -> Analysis:
        with self._changed:
            self.begun.append(files[0].name)
            mine = len(self.begun)
            self._changed.notify_all()
            assert self._changed.wait_for(lambda: self._may_end >= mine, WAIT_S)
        return small_analysis(files, options, on_stage)

    def wait_for(self, n_begun: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.begun) >= n_begun, WAIT_S), self.begun

    def end(self, n: int) -> None:
        """The first n analyses end."""
        with self._changed:
            self._may_end = max(n, self._may_end)
            self._changed.notify_all()


class Workers:
    """So many workers, each of which polls the queue as Lambda does for it."""

    def __init__(self, cloud: Cloud, analyse: Slow, folder: Path) -> None:
        self._cloud, self._stopping = cloud, threading.Event()
        worker = Worker(cloud.backend(), analyse, folder)
        self._pool = ThreadPoolExecutor(WORKERS)
        self._running: list[Future[None]] = [self._pool.submit(self._poll, worker) for _ in range(WORKERS)]

    def _poll(self, worker: Worker) -> None:
        while not self._stopping.wait(0.01):
            if records := self._cloud.received(hidden_s=600):
                self._cloud.deliver(lambda event: worker.handle(event, lambda: LEASE_S - 15.0), records)

    def stop(self) -> None:
        self._stopping.set()
        for each in self._running:
            each.result(WAIT_S)
        self._pool.shutdown()


@pytest.mark.parametrize("n_jobs", [20, pytest.param(200, marks=pytest.mark.slow)])
def test_one_caller_with_a_thousand_jobs_and_four_slow_ones_does_not_delay_another(
    cloud: Cloud, tmp_path: Path, n_jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a caller with many jobs, whose files are slow
    monkeypatch.setattr(cloud, "settings", replace(cloud.settings, quotas=Quotas()))
    greedy = started(cloud, GREEDY, n_jobs)
    slow = Slow()
    workers = Workers(cloud, slow, tmp_path)
    slow.wait_for(JOBS_AT_ONCE)
    # when another starts one
    [job] = started(cloud, OTHER)
    # then it runs at once, beside the three of the first that have not ended
    slow.wait_for(JOBS_AT_ONCE + 1)
    assert slow.begun == [GREEDY] * JOBS_AT_ONCE + [OTHER]
    assert status_of(cloud, [job]) == ["running"]
    # and the first caller's next begins when one of its own has ended, and not before
    slow.end(1)
    slow.wait_for(JOBS_AT_ONCE + 2)
    assert slow.begun[-1] == GREEDY
    slow.end(JOBS_AT_ONCE + 2)
    slow.wait_for(2 * JOBS_AT_ONCE)
    slow.end(n_jobs + 1)
    workers.stop()
    assert status_of(cloud, [job]) == ["succeeded"]
    assert status_of(cloud, greedy).count("succeeded") >= JOBS_AT_ONCE


def test_of_three_callers_the_third_waits_for_one_job_at_most(cloud: Cloud, tmp_path: Path) -> None:
    started(cloud, GREEDY, 10)
    slow = Slow()
    workers = Workers(cloud, slow, tmp_path)
    slow.wait_for(JOBS_AT_ONCE)
    started(cloud, OTHER, 10)
    slow.wait_for(WORKERS)
    started(cloud, "token:third")
    waited = len(slow.begun)
    slow.end(waited)  # each of the four ends
    slow.wait_for(waited + WORKERS)
    slow.end(100)
    workers.stop()
    assert "token:third" in slow.begun[: waited + WORKERS]


def in_queue(cloud: Cloud) -> int:
    return len(cloud.received(10))


def test_the_queue_holds_no_more_of_a_caller_than_may_run(cloud: Cloud) -> None:
    jobs = started(cloud, GREEDY, 8)
    assert in_queue(cloud) == JOBS_AT_ONCE
    # and those that wait say nothing else to their caller
    assert set(status_of(cloud, jobs)) == {"queued"}
    service = JobService(cloud.backend(), GREEDY)
    assert {service.job(job.job_id).status for job in jobs} == {"queued"}
    assert in_queue(cloud) == JOBS_AT_ONCE


def test_jobs_that_wait_are_sent_in_the_order_of_their_start(cloud: Cloud, tmp_path: Path) -> None:
    jobs = []
    for _ in range(6):
        jobs += started(cloud, GREEDY)
        cloud.clock.advance(1)
    worker = Worker(cloud.backend(), small_analysis, tmp_path)
    ended: list[str] = []
    while records := cloud.received():
        cloud.deliver(lambda event: worker.handle(event, lambda: 100.0), records)
        ended += [job.job_id for job in jobs if job.job_id not in ended and status_of(cloud, [job]) == ["succeeded"]]
    assert ended[JOBS_AT_ONCE:] == [job.job_id for job in jobs[JOBS_AT_ONCE:]]
    assert len(ended) == len(jobs)
    assert cloud.held() == set()


@pytest.mark.parametrize("end", ["deleted", "never started again"])
def test_a_job_that_ends_without_a_worker_is_followed_by_the_next(cloud: Cloud, end: str) -> None:
    jobs = started(cloud, GREEDY, JOBS_AT_ONCE + 1)
    if end == "deleted":
        JobService(cloud.backend(), GREEDY).delete(jobs[0].job_id)
    else:  # its messages are lost, each time
        while "failed" not in status_of(cloud, jobs[:1]):
            _lose_messages(cloud)
            cloud.clock.advance(3 * 3600)
            process_due_jobs(cloud.backend())
    waiting = cloud.backend().jobs.record(jobs[-1].job_id)
    assert waiting is not None
    assert waiting.sends >= 1


def _lose_messages(cloud: Cloud) -> None:
    for record in cloud.received(10):
        cloud.sqs.delete_message(QueueUrl=cloud.settings.queue_url, ReceiptHandle=record["receiptHandle"])


def test_a_job_that_waits_can_be_deleted_and_is_not_sent(cloud: Cloud) -> None:
    jobs = started(cloud, GREEDY, JOBS_AT_ONCE + 2)
    service = JobService(cloud.backend(), GREEDY)
    service.delete(jobs[JOBS_AT_ONCE].job_id)
    service.delete(jobs[0].job_id)
    sent = [cloud.backend().jobs.record(job.job_id) for job in jobs[JOBS_AT_ONCE:]]
    assert [(job.status, job.sends) for job in sent if job] == [("deleted", 0), ("queued", 1)]


# What the start of a job asks of AWS where its caller's share is used, in this order.
WAITING_CALLS = [
    "list_objects_v2",
    "update_item",  # queued
    "update_item",  # not among those sent
    "update_item",  # noted that jobs wait
    "update_item",  # waits
    "query",  # of those that wait
    "update_item",  # not among those sent, still
]


def test_a_start_beyond_the_share_makes_the_calls_that_are_tried_here(cloud: Cloud) -> None:
    started(cloud, GREEDY, JOBS_AT_ONCE)
    calls = AtCall()
    JobService(cloud.backend(calls), GREEDY).start(announced(cloud), default_options(), "request-1")
    assert calls.calls == WAITING_CALLS


@pytest.mark.parametrize("index", range(1, len(WAITING_CALLS)))
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("fault", [fails, kills], ids=["fails", "is killed"])
def test_a_job_that_waits_is_sent_whatever_went_wrong_at_its_start(
    cloud: Cloud, index: int, when: When, fault: Callable[[When], Callable[[Callable[[], Any]], Any]]
) -> None:
    jobs = started(cloud, GREEDY, JOBS_AT_ONCE)
    job = announced(cloud)
    calls = AtCall(index, fault(when))
    with suppress(EndpointConnectionError, Killed):
        JobService(cloud.backend(calls), GREEDY).start(job, default_options(), "request-1")
    assert len(calls.calls) > index
    if (index, when) == (1, "before"):  # it was not started, so the client does it again
        JobService(cloud.backend(), GREEDY).start(job, default_options(), "request-1")
    JobService(cloud.backend(), GREEDY).delete(jobs[0].job_id)
    assert_sent_within_one_run(cloud, job)


@pytest.mark.parametrize("index", range(12))
@pytest.mark.parametrize("fault", [fails, kills], ids=["fails", "is killed"])
def test_the_next_job_is_sent_whatever_went_wrong_at_the_end_of_one(
    cloud: Cloud, index: int, fault: Callable[[When], Callable[[Callable[[], Any]], Any]]
) -> None:
    jobs = started(cloud, GREEDY, JOBS_AT_ONCE + 1)
    with suppress(EndpointConnectionError, Killed):
        JobService(cloud.backend(AtCall(index, fault("after"))), GREEDY).delete(jobs[0].job_id)
    assert_sent_within_one_run(cloud, jobs[-1], ended=jobs[0])


def announced(cloud: Cloud) -> Job:
    job = JobService(cloud.backend(), GREEDY).announce((StoredFile("a", 3),), default_options(), "request-1")
    cloud.put_upload(job.key_of(0), b"abc")
    return job


def assert_sent_within_one_run(cloud: Cloud, job: Job, *, ended: Job | None = None) -> None:
    """One run of upkeep after all messages are due; where the other's deletion was not written, its client repeats it."""
    if ended is not None and status_of(cloud, [ended]) == ["queued"]:
        JobService(cloud.backend(), GREEDY).delete(ended.job_id)
    cloud.clock.advance(61)
    process_due_jobs(cloud.backend())
    record = cloud.backend().jobs.record(job.job_id)
    assert record is not None
    assert (record.status, record.waits) == ("queued", False)
    sent = [json.loads(message["body"])["job_id"] for message in cloud.received(10)]
    assert job.job_id in sent
