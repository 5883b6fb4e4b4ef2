"""Whatever fails, dies, comes twice or comes together: the job ends right, with one result, and leaves nothing.

Every AWS call of a clean run is taken in turn, and one thing goes wrong at it.
"""

import io
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from battery_service.jobs.service import JobService
from botocore.exceptions import EndpointConnectionError
from botocore.response import StreamingBody

from tests.integration.cloud import Cloud, simulated_cloud
from tests.integration.job_runs import FILES, LEASE_S, AtCall, Killed, Run, When, fails, first, kills

WHENS: tuple[When, ...] = ("before", "after")
# What a worker asks of AWS for a job of two files, in this order.
WORKER_CALLS = [
    "update_item",  # claim
    "get_object",
    "get_object",
    "update_item",  # reading
    "update_item",  # analysing
    "update_item",  # plotting
    "update_item",  # storing
    "put_object",
    "update_item",  # succeeded
    "list_objects_v2",
    "delete_objects",
    "update_item",  # the next job of the caller may be sent
]
REFUSED_CALLS = [*WORKER_CALLS[:4], "update_item", "list_objects_v2", "delete_objects", "delete_object", "update_item"]
CACHED_CALLS = [*WORKER_CALLS[:3], "get_item", "get_item", "copy_object", "update_item", *WORKER_CALLS[-3:]]
DELETION_CALLS = ["get_item", "update_item", "list_objects_v2", "delete_objects", "delete_object", "update_item"]
AT_CALL = pytest.mark.parametrize("index", range(len(WORKER_CALLS)), ids=lambda i: f"{i}-{WORKER_CALLS[i]}")
WHEN = pytest.mark.parametrize("when", WHENS)
FAULTY = {"first_cycles.csv": b"fault", "first_metadata.csv": b"three"}


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with simulated_cloud() as made:
        yield made


@pytest.fixture
def run(cloud: Cloud, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Run]:
    failed_before = request.session.testsfailed
    yield Run(cloud, tmp_path)
    if request.session.testsfailed > failed_before:
        cloud.clear()


def test_a_clean_run_makes_the_calls_that_are_tried_here(run: Run) -> None:
    job, calls = run.started(), AtCall()
    run.deliver(run.worker(calls))
    assert calls.calls == WORKER_CALLS
    assert run.assert_done(job).attempts == 1


def test_a_clean_run_of_faulty_files_makes_the_calls_that_are_tried_here(run: Run) -> None:
    run.files = FAULTY
    job, calls = run.started(), AtCall()
    run.deliver(run.worker(calls))
    assert calls.calls == REFUSED_CALLS
    assert run.assert_failed(job, "corrupted_file").attempts == 1


@AT_CALL
@WHEN
@pytest.mark.parametrize("times", [1, 2])
def test_a_call_that_fails_once_costs_an_attempt_at_most(run: Run, index: int, when: When, times: int) -> None:
    job = run.started()
    run.deliver(run.worker(AtCall(index, fails(when))), times=times)
    run.rest()
    assert run.assert_done(job).attempts <= 2


@AT_CALL
@WHEN
@pytest.mark.parametrize("redelivered", ["while its lease is live", "after its lease"])
def test_a_worker_that_is_killed_is_followed_by_another(run: Run, index: int, when: When, redelivered: str) -> None:
    job = run.started()
    run.deliver(run.worker(AtCall(index, kills(when))))
    if redelivered == "after its lease":
        run.cloud.clock.advance(LEASE_S + 1)
    run.rest()
    assert run.assert_done(job).attempts <= 2


@AT_CALL
def test_two_workers_with_one_message_give_one_result(run: Run, index: int) -> None:
    job = run.started()
    records = run.cloud.received()
    other = run.worker()
    run.cloud.deliver(run.worker(AtCall(index, first(lambda: run.cloud.deliver(other, records)))), records)
    run.rest()
    assert run.assert_done(job).attempts == 1


@AT_CALL
def test_a_worker_that_outlives_its_lease_does_not_finish_what_another_has(run: Run, index: int) -> None:
    job = run.started()

    def meanwhile() -> None:
        run.cloud.clock.advance(LEASE_S + 1)
        run.upkeep()
        run.cloud.drain(run.worker())

    run.deliver(run.worker(AtCall(index, first(meanwhile))))
    run.rest()
    assert run.assert_done(job).attempts <= 2


@AT_CALL
@pytest.mark.parametrize("then", ["goes on", "is killed"])
def test_a_job_that_is_deleted_during_its_run_leaves_nothing(run: Run, index: int, then: str) -> None:
    job = run.started()

    def delete(call: Callable[[], Any]) -> Any:
        run.service.delete(job.job_id)
        answer = call()
        if then == "is killed":
            raise Killed
        return answer

    run.deliver(run.worker(AtCall(index, delete)))
    run.rest()
    run.assert_deleted(job)


@pytest.mark.parametrize("index", range(len(REFUSED_CALLS)), ids=lambda i: f"{i}-{REFUSED_CALLS[i]}")
@WHEN
@pytest.mark.parametrize("fault", [fails, kills], ids=["fails", "is killed"])
def test_a_file_at_fault_fails_its_job_with_its_own_error_whatever_else_happens(
    run: Run, index: int, when: When, fault: Callable[[When], Any]
) -> None:
    run.files = FAULTY
    job = run.started()
    run.deliver(run.worker(AtCall(index, fault(when))), times=2)
    run.rest()
    assert run.assert_failed(job, "corrupted_file").attempts <= 2


@pytest.mark.parametrize("index", range(len(CACHED_CALLS)), ids=lambda i: f"{i}-{CACHED_CALLS[i]}")
@WHEN
def test_a_stored_report_is_given_whatever_fails(run: Run, index: int, when: When) -> None:
    # given a report that is stored for equal files
    run.cloud.settings = replace(run.cloud.settings, cache=True)
    first_job = run.started()
    run.deliver(run.worker())
    # when a call fails on the way to it
    job, calls = run.started(), AtCall(index, fails(when))
    run.deliver(run.worker(calls))
    assert calls.calls[: index + 1] == CACHED_CALLS[: index + 1]
    run.rest()
    run.cloud.settings = replace(run.cloud.settings, cache=False)
    # then both jobs have it
    one, other = (run.backend.storage.result(each.job_id) for each in (first_job, job))
    assert one == other
    run.assert_no_traces()


@pytest.mark.parametrize("index", [1, 2])
def test_a_download_that_breaks_off_costs_an_attempt(run: Run, index: int) -> None:
    job = run.started()

    def cut(call: Callable[[], Any]) -> Any:
        answer = call()
        answer["Body"] = StreamingBody(io.BytesIO(b"on"), answer["ContentLength"])
        return answer

    run.deliver(run.worker(AtCall(index, cut)))
    run.rest()
    assert run.assert_done(job).attempts == 2


@pytest.mark.parametrize("operation", ["get_object", "put_object"])
def test_a_fault_that_stays_is_tried_three_times_and_then_the_job_says_so(run: Run, operation: str) -> None:
    job = run.started()

    def down(name: str, call: Callable[[], Any]) -> Any:
        return fails("before")(call) if name == operation else call()

    assert run.cloud.drain(run.worker(down)) == 3
    failed = run.assert_failed(job, "internal")
    assert failed.attempts == 3
    assert "3 attempts" in str(failed.error)
    assert job.job_id in run.cloud.dead_letters()


def test_a_worker_that_is_always_killed_is_given_up_without_a_message_left_to_do_so(run: Run) -> None:
    job = run.started()
    for _ in range(3):
        run.deliver(run.worker(AtCall(4, kills("after"))))
        run.cloud.clock.advance(LEASE_S + 1)
    run.upkeep()
    failed = run.backend.jobs.record(job.job_id)
    assert failed is not None
    assert (failed.status, failed.attempts) == ("failed", 3)
    assert failed.error is not None
    assert failed.error["code"] == "internal"
    run.rest()
    run.assert_failed(job, "internal")
    assert job.job_id in run.cloud.dead_letters()


def test_whoever_asks_for_a_stuck_job_sets_it_going_again(run: Run) -> None:
    job = run.started()
    run.deliver(run.worker(AtCall(4, kills("after"))))
    assert run.service.job(job.job_id).status == "running"
    run.cloud.clock.advance(LEASE_S + 1)
    assert run.service.job(job.job_id).status == "queued"
    run.rest()
    run.assert_done(job)


@pytest.mark.parametrize("index", range(4), ids=["list_objects_v2", "started", "among those sent", "send_message"])
@WHEN
def test_a_start_that_fails_is_repeated_and_starts_one_job(run: Run, index: int, when: When) -> None:
    job = run.announced()
    shaky = JobService(run.cloud.backend(AtCall(index, fails(when))), caller="")
    with pytest.raises(EndpointConnectionError):
        shaky.start(job, job.options, "request-1")
    # when the client tries again, or nobody does
    if when == "before":
        shaky.start(run.service.upload(job.job_id), job.options, "request-2")
    elif index == 0:
        shaky.start(job, job.options, "request-1")
    run.rest()
    assert run.assert_done(job).attempts == 1


@pytest.mark.parametrize("index", range(len(DELETION_CALLS)))
@WHEN
def test_a_deletion_that_fails_is_completed_by_whoever_comes_next(run: Run, index: int, when: When) -> None:
    job = run.started()
    calls = AtCall(index, fails(when))
    with pytest.raises(EndpointConnectionError):
        JobService(run.cloud.backend(calls), caller="").delete(job.job_id)
    assert calls.calls[index] == DELETION_CALLS[index]
    # when the client tries again
    run.service.delete(job.job_id)
    assert run.backend.jobs.get(job.job_id) is None
    # or nobody does: upkeep has done it by then
    run.rest()
    run.assert_deleted(job)


@pytest.mark.parametrize("index", range(12))
@WHEN
@pytest.mark.parametrize("fault", [fails, kills], ids=["fails", "is killed"])
def test_upkeep_that_fails_is_mended_by_the_next(
    run: Run, index: int, when: When, fault: Callable[[When], Any]
) -> None:
    # given a job stuck in its second attempt, and another that has just been stopped
    stuck, hopeless = run.started(), run.started()
    for _ in range(4):
        run.deliver(run.worker(AtCall(4, kills("after"))))
        run.cloud.clock.advance(LEASE_S + 1)
    calls = AtCall(index, fault(when))
    run.upkeep(calls)
    assert len(calls.calls) > index
    run.rest()
    for job in (stuck, hopeless):
        ended = run.backend.jobs.record(job.job_id)
        assert ended is not None
        assert ended.status in {"succeeded", "failed"}
    run.assert_no_traces()


def test_the_number_of_faults_tried_is_the_one_that_the_documentation_states(request: pytest.FixtureRequest) -> None:
    """Each test of this module is one fault, but for those without; counted from their parameters, so that -k is free."""
    counted = 0
    for name, function in vars(request.module).items():
        if name.startswith("test_") and "number_of_faults" not in name and "clean_run" not in name:
            sizes = [
                len(list(mark.args[1])) for mark in getattr(function, "pytestmark", ()) if mark.name == "parametrize"
            ]
            counted += math.prod(sizes)
    stated = re.search(r"\*\*(\d+) faults\*\*", Path("docs/reliability.md").read_text())
    assert stated is not None
    assert int(stated.group(1)) == counted


def test_the_files_of_a_job_are_not_lost_by_any_of_this(run: Run) -> None:
    """The inputs of every test above are whole until the job has ended: a clean worker can still report of them."""
    job = run.started()
    for index in range(2):
        run.deliver(run.worker(AtCall(3 + index, fails("before"))))
    assert len(run.cloud.objects(run.cloud.settings.uploads_bucket)) == len(FILES)
    run.rest()
    assert run.assert_done(job).attempts == 3
