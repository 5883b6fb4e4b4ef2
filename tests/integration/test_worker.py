"""The worker and upkeep when nothing fails: stages, batches, many jobs at once, the cache, and what expires."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from battery_service.jobs.job import Job
from battery_service.jobs.table import MAX_SENDS, START_WINDOW_S
from battery_service.jobs.temporary_folder import LONGEST_RUN_S, PREFIX, temporary_folder

from tests.integration.cloud import RESULTS, UPLOADS, Cloud, simulated_cloud
from tests.integration.job_runs import FILES, LEASE_S, AtCall, Killed, Run, kills, small_analysis

DAY_S = 24 * 3600


@pytest.fixture(scope="module")
def one_cloud() -> Iterator[Cloud]:
    with simulated_cloud() as made:
        yield made


@pytest.fixture
def cloud(one_cloud: Cloud) -> Cloud:
    one_cloud.clear()
    return one_cloud


@pytest.fixture
def run(cloud: Cloud, tmp_path: Path) -> Run:
    return Run(cloud, tmp_path)


def status_of(run: Run, job: Job) -> tuple[str, str | None]:
    record = run.backend.jobs.record(job.job_id)
    assert record is not None
    return record.status, record.stage


def test_a_job_tells_each_stage_as_it_goes_through_it(run: Run) -> None:
    job = run.started()
    told: list[tuple[str, str | None]] = [status_of(run, job)]

    def look(name: str, call: Any) -> Any:
        answer = call()
        if status_of(run, job) != told[-1]:
            told.append(status_of(run, job))
        return answer

    run.deliver(run.worker(look))
    stages = ("downloading", "reading", "analysing", "plotting", "storing")
    assert told == [("queued", None), *(("running", stage) for stage in stages), ("succeeded", "storing")]


def test_files_are_in_a_private_folder_while_they_are_read_and_nowhere_after(run: Run) -> None:
    run.started()
    seen: list[tuple[str, int]] = []

    def look(name: str, call: Any) -> Any:
        if name == "get_object":
            [folder] = run.folder.iterdir()
            seen.append((folder.name[: len(PREFIX)], folder.stat().st_mode & 0o777))
        return call()

    run.deliver(run.worker(look))
    assert seen == [(PREFIX, 0o700)] * len(FILES)
    assert list(run.folder.iterdir()) == []


def test_a_folder_that_a_killed_run_has_left_goes_with_the_next(tmp_path: Path) -> None:
    import os  # noqa: PLC0415
    import time  # noqa: PLC0415

    abandoned, another = tmp_path / f"{PREFIX}old", tmp_path / f"{PREFIX}new"
    for folder in (abandoned, another):
        folder.mkdir()
        (folder / "00").write_bytes(b"x")
    long_ago = time.time() - LONGEST_RUN_S - 60
    os.utime(abandoned, (long_ago, long_ago))
    with temporary_folder(tmp_path):
        assert not abandoned.exists()
        assert another.exists()


def test_one_bad_message_of_a_batch_does_not_hold_up_the_others(run: Run) -> None:
    good, other = run.started(), run.started()
    run.cloud.sqs.send_message(QueueUrl=run.cloud.settings.queue_url, MessageBody="not ours")
    records = run.cloud.received(10, hidden_s=60)
    assert len(records) == 3
    answer = run.worker()({"Records": records})
    [bad] = [record["messageId"] for record in records if record["body"] == "not ours"]
    assert answer == {"batchItemFailures": [{"itemIdentifier": bad}]}
    assert status_of(run, good)[0] == status_of(run, other)[0] == "succeeded"


def test_fifty_uploads_and_four_workers_finish_all_and_cross_none(cloud: Cloud, tmp_path: Path) -> None:
    # given fifty uploads of files that differ, started at once
    runs = [Run(cloud, tmp_path, {"x_cycles.csv": b"cell %d" % number, "x_metadata.csv": b"-"}) for number in range(50)]
    with ThreadPoolExecutor(4) as clients:
        jobs = list(clients.map(lambda run: run.started(), runs))
    assert len({job.job_id for job in jobs}) == 50
    # when four workers take them, and every message is handed to two of them
    handles = [run.worker() for run in runs[:4]]
    delivered: list[str] = []

    def work(number: int) -> None:
        while records := cloud.received(hidden_s=60):
            delivered.append(records[0]["body"])
            with ThreadPoolExecutor(2) as both:
                list(both.map(lambda handle: cloud.deliver(handle, records), (handles[number], handles[number - 1])))

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(work, range(4)))
    # then each has its own result, and nothing is left
    for run, job in zip(runs, jobs, strict=True):
        run.assert_done(job)
    assert len(cloud.objects(RESULTS)) == 50
    assert cloud.objects(UPLOADS) == []
    assert len(delivered) == 50


@pytest.fixture
def cached(cloud: Cloud, tmp_path: Path) -> Iterator[Run]:
    settings = cloud.settings
    cloud.settings = replace(settings, cache=True)
    yield Run(cloud, tmp_path)
    cloud.settings = settings


def calls_of_next(run: Run) -> list[str]:
    calls = AtCall()
    run.deliver(run.worker(calls))
    return calls.calls


def test_without_a_cache_equal_files_are_analysed_each_time(run: Run) -> None:
    for _ in range(2):
        run.started()
        assert "put_object" in calls_of_next(run)


def test_equal_files_with_equal_options_get_the_stored_report(cached: Run) -> None:
    first = cached.started()
    assert "put_object" in calls_of_next(cached)
    second = cached.started()
    assert "copy_object" in calls_of_next(cached)
    one, other = (cached.backend.storage.result(job.job_id) for job in (first, second))
    assert one == other
    # and each is its job's own
    cached.service.delete(first.job_id)
    assert cached.backend.storage.result(second.job_id) == other


@pytest.mark.parametrize(
    "files",
    [{**FILES, "first_cycles.csv": b"one, TWO"}, {f"other_{name}": content for name, content in FILES.items()}],
    ids=["other content", "other names, which the report would quote"],
)
def test_other_files_get_their_own_report(cached: Run, files: Mapping[str, bytes]) -> None:
    cached.started()
    calls_of_next(cached)
    cached.files = files
    job = cached.started()
    assert "put_object" in calls_of_next(cached)
    assert cached.backend.jobs.record(job.job_id) is not None


def test_what_was_deleted_or_has_expired_is_not_given_again(cached: Run) -> None:
    first = cached.started()
    calls_of_next(cached)
    cached.service.delete(first.job_id)
    second = cached.started()
    assert "put_object" in calls_of_next(cached)
    cached.cloud.clock.advance(DAY_S + 1)
    cached.started()
    assert "put_object" in calls_of_next(cached)
    assert cached.backend.jobs.get(second.job_id) is None


def test_a_result_goes_when_its_time_is_over_to_the_second(run: Run) -> None:
    job = run.started()
    run.rest()
    done = run.assert_done(job)
    assert done.finished_at is not None
    run.cloud.clock.seconds = done.finished_at + DAY_S - 1
    assert run.backend.jobs.get(job.job_id) is not None
    run.cloud.clock.advance(2)
    assert run.backend.jobs.get(job.job_id) is None
    run.upkeep()
    assert run.backend.jobs.record(job.job_id) is None
    assert run.results() == []


def test_an_upload_that_nobody_starts_goes(run: Run) -> None:
    job = run.announced()
    run.cloud.clock.advance(START_WINDOW_S + 1)
    assert run.backend.jobs.get(job.job_id) is None
    run.upkeep()
    assert run.backend.jobs.record(job.job_id) is None
    assert run.cloud.objects(UPLOADS) == []


def test_a_file_that_comes_after_the_end_goes_too(run: Run) -> None:
    job = run.started()
    run.deliver(run.worker())
    run.cloud.put_upload(job.key_of(0), b"late")
    run.rest()
    run.assert_done(job)


def test_a_message_that_is_lost_is_sent_again_ever_more_rarely_and_then_the_job_says_so(run: Run) -> None:
    job = run.started()
    waits: list[float] = []
    for _ in range(MAX_SENDS):
        for record in run.cloud.received(10):
            run.cloud.sqs.delete_message(QueueUrl=run.cloud.settings.queue_url, ReceiptHandle=record["receiptHandle"])
        record_before = run.backend.jobs.record(job.job_id)
        assert record_before is not None
        waits.append(record_before.due_at - run.cloud.clock())
        run.cloud.clock.advance(waits[-1] + 1)
        run.upkeep()
    assert waits == [60.0 * 2**sent for sent in range(MAX_SENDS)]
    failed = run.assert_failed(job, "internal")
    assert "No worker" in str(failed.error)


def test_upkeep_looks_after_the_others_where_one_cannot_be(run: Run) -> None:
    stuck = [run.started() for _ in range(3)]
    for record in run.cloud.received(10, hidden_s=60):
        with pytest.raises(Killed):
            run.cloud.deliver(run.worker(AtCall(4, kills("after"))), [record])
    run.cloud.clock.advance(LEASE_S + 1)
    calls = AtCall(1, lambda call: 1 / 0)
    run.upkeep(calls)
    assert sorted(status_of(run, job)[0] for job in stuck) == ["queued", "queued", "running"]


def test_the_made_up_analysis_is_called_as_the_bridges_is() -> None:
    import inspect  # noqa: PLC0415

    from battery_service import bridge  # noqa: PLC0415

    assert inspect.signature(small_analysis) == inspect.signature(bridge.analyse_job)
