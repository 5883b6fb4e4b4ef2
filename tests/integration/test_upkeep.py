"""Upkeep that nothing blocks: live jobs first, records that cannot be read, abandoned uploads without number."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from battery_service.jobs.item import LIVE, TO_CLEAN_UP, item_of, job_of, partition_of
from battery_service.jobs.job import Job, StoredFile, new_id
from battery_service.jobs.table import START_WINDOW_S
from battery_service.jobs.upkeep import LIVE_SHARE, RUN_S, SET_BACK_S, process_due_jobs
from battery_service.options import default_options

from tests.integration.cloud import TABLE, Cloud, simulated_cloud
from tests.integration.job_runs import Run

HOUR_S = 3600
EVERY_S = 300
ABANDONED_PER_HOUR = 72_000
# Seconds of a run that one call of AWS takes here; with it a run of 200 s makes 400 calls.
CALL_S = 0.5
# So many calls would take a run of 200 s at 10 ms each, which is what DynamoDB and S3 take or less.
SCALE = 0.01 / CALL_S


@pytest.fixture(scope="module")
def one_cloud() -> Iterator[Cloud]:
    with simulated_cloud() as made:
        yield made


@pytest.fixture
def run(one_cloud: Cloud, tmp_path: Path) -> Run:
    one_cloud.clear()
    return Run(one_cloud, tmp_path)


class Watch:
    """A clock on which each call of AWS takes its time."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.calls: list[str] = []

    def __call__(self) -> float:
        return self.seconds

    def intercept(self, name: str, call: Callable[[], Any]) -> Any:
        self.seconds += CALL_S
        self.calls.append(name)
        return call()


def abandoned(run: Run, n: int, caller: str = "token:greedy") -> list[Job]:
    """Uploads that were announced long ago and never started."""
    now = run.cloud.clock()
    jobs = [
        Job(new_id(), "awaiting", now, now, now + HOUR_S, (StoredFile("a", 1),), default_options(), "r", caller)
        for _ in range(n)
    ]
    for job in jobs:
        run.cloud.dynamodb.put_item(TableName=TABLE, Item=item_of(job))
    return jobs


def left(run: Run, jobs: list[Job]) -> int:
    return sum(run.backend.jobs.record(job.job_id) is not None for job in jobs)


def lost(run: Run) -> Job:
    """A job whose message is lost, and which is due."""
    job = run.started()
    for record in run.cloud.received(10):
        run.cloud.sqs.delete_message(QueueUrl=run.cloud.settings.queue_url, ReceiptHandle=record["receiptHandle"])
    run.cloud.clock.advance(61)
    return job


def upkeep(run: Run) -> Watch:
    watch = Watch()
    process_due_jobs(run.cloud.backend(watch.intercept), watch)
    return watch


def is_sent_again(run: Run, job: Job) -> bool:
    return job.job_id in [json.loads(record["body"])["job_id"] for record in run.cloud.received(10)]


def test_72_000_abandoned_uploads_an_hour_do_not_delay_a_lost_job(run: Run) -> None:
    # given the abandoned uploads of one hour, as far as a run of upkeep is shortened here
    jobs = abandoned(run, int(ABANDONED_PER_HOUR * SCALE))
    job = lost(run)
    # when upkeep runs once
    watch = upkeep(run)
    # then the job is found, before anything is deleted, and the run ends in its time
    assert is_sent_again(run, job)
    assert "send_message" in watch.calls[: watch.calls.index("delete_item")]
    assert watch.seconds < RUN_S + 25 * 3 * CALL_S
    assert left(run, jobs) > 0


def test_upkeep_deletes_abandoned_uploads_as_fast_as_one_caller_can_announce_them(run: Run) -> None:
    """At 10 ms per call: 12 runs per hour, each of 200 s, and three calls for each upload."""
    jobs = abandoned(run, 300)
    deleted = 300 - (upkeep(run), left(run, jobs))[1]
    per_hour = deleted / SCALE * HOUR_S / EVERY_S
    assert per_hour > ABANDONED_PER_HOUR


def test_a_caller_with_many_uploads_to_delete_does_not_delay_those_of_others(run: Run) -> None:
    of_others = {partition_of("awaiting", name): name for name in (f"token:caller-{n}" for n in range(200))}
    del of_others[partition_of("awaiting", "token:greedy")]
    assert len(of_others) == len(TO_CLEAN_UP) - 1
    greedy = abandoned(run, int(ABANDONED_PER_HOUR * SCALE))
    run.cloud.clock.advance(1)
    others = [job for name in of_others.values() for job in abandoned(run, 2, name)]
    upkeep(run)
    assert left(run, others) == 0
    assert left(run, greedy) > 0


def test_many_live_jobs_leave_time_for_clean_up(run: Run) -> None:
    jobs = abandoned(run, 20)
    for _ in range(400):
        now = run.cloud.clock()
        live = Job(new_id(), "queued", now, now, now + HOUR_S, (StoredFile("a", 1),), caller=new_id(), sends=1)
        run.cloud.dynamodb.put_item(TableName=TABLE, Item=item_of(live))
    watch = upkeep(run)
    assert left(run, jobs) == 0
    assert LIVE_SHARE * RUN_S < watch.seconds < RUN_S
    assert watch.calls.count("send_message") > 50


def put(run: Run, job: Job, **attributes: Any) -> None:
    run.cloud.dynamodb.put_item(TableName=TABLE, Item={**item_of(job), **attributes})


UNREADABLE: dict[str, dict[str, Any]] = {
    "broken JSON": {"options": {"S": "{"}},
    "files of another kind": {"files": {"S": "[1]"}},
    "a number as text": {"attempts": {"S": "two"}},
    "options of another kind": {"options": {"S": "7"}},
}


@pytest.mark.parametrize("what", UNREADABLE)
@pytest.mark.parametrize("status", ["queued", "awaiting"])
def test_a_record_that_cannot_be_read_stops_nobody_and_is_set_back(run: Run, what: str, status: Any) -> None:
    # given such a record, which has been due for longest
    now = run.cloud.clock()
    bad = Job(new_id(), status, now - 9, now - 9, now + HOUR_S, (StoredFile("a", 1),), sends=1)
    put(run, bad, **UNREADABLE[what])
    job, others = lost(run), abandoned(run, 3)
    upkeep(run)
    # then the others are looked after, and it is tried again later
    assert is_sent_again(run, job)
    assert left(run, others) == 0
    item = run.cloud.dynamodb.get_item(TableName=TABLE, Key={"job_id": {"S": bad.job_id}})["Item"]
    assert float(item["due_at"]["N"]) == pytest.approx(run.cloud.clock() + SET_BACK_S)
    assert len(upkeep(run).calls) < 30


def test_a_record_of_another_version_is_read_without_what_is_unknown(run: Run) -> None:
    """What a later version has added, and what an earlier one did not know yet."""
    job = run.announced()
    options = {**dict(job.options), "plots": "none", "of_a_later_version": [1]}
    del options["compare"]
    files = [{"name": "a", "size_bytes": 1, "sha256": "of a later version"}]
    put(run, job, options={"S": json.dumps(options)}, files={"S": json.dumps(files)}, later={"L": [{"N": "1"}]})
    read = run.backend.jobs.record(job.job_id)
    assert read is not None
    assert read.options == {**default_options(), "plots": "none"}
    assert read.files == (StoredFile("a", 1),)


def test_an_error_with_one_job_sets_it_back_and_does_not_delay_the_next_run(run: Run) -> None:
    failing, other = abandoned(run, 1)[0], lost(run)

    def down(name: str, call: Callable[[], Any]) -> Any:
        if name == "list_objects_v2":
            raise OSError(name)
        return call()

    process_due_jobs(run.cloud.backend(down))
    assert is_sent_again(run, other)
    again = run.backend.jobs.record(failing.job_id)
    assert again is not None
    assert again.due_at == pytest.approx(run.cloud.clock() + SET_BACK_S)
    run.cloud.clock.advance(SET_BACK_S + 1)
    upkeep(run)
    assert left(run, [failing]) == 0


def test_records_of_an_earlier_version_are_due_too(run: Run) -> None:
    """It had all of them in one partition; and it finds live jobs of this version there, after a roll-back."""
    [old] = abandoned(run, 1)
    put(run, old, care={"S": "job"})
    job = lost(run)
    item = run.cloud.dynamodb.get_item(TableName=TABLE, Key={"job_id": {"S": job.job_id}})["Item"]
    assert item["care"]["S"] == LIVE == "job"
    assert job_of(item).job_id == job.job_id
    upkeep(run)
    assert left(run, [old]) == 0


def test_an_ended_job_is_due_beside_those_to_clean_up(run: Run) -> None:
    for end in ("succeeded", "deleted"):
        job = run.started()
        if end == "deleted":
            run.service.delete(job.job_id)
        else:
            run.deliver(run.worker())
        item = run.cloud.dynamodb.get_item(TableName=TABLE, Key={"job_id": {"S": job.job_id}})["Item"]
        assert item["care"]["S"] in TO_CLEAN_UP
    run.cloud.clock.advance(START_WINDOW_S + 25 * HOUR_S)
    upkeep(run)
    assert left(run, [job]) == 0
