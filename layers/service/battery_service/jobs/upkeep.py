"""Upkeep of jobs that no worker runs: it sends lost jobs again, ends stuck ones, and deletes what has expired.

Jobs that somebody waits for come first, and what is only to be deleted after them, a page of each partition in turn.
"""

import time
from collections.abc import Callable, Iterator

from battery_service.errors import ApiError, error_body
from battery_service.jobs.backend import Backend
from battery_service.jobs.callers import id_of_caller
from battery_service.jobs.fair_order import has_ended, send, send_waiting
from battery_service.jobs.item import CALLERS, LIVE, TO_CLEAN_UP, Item, job_of
from battery_service.jobs.job import ENDED, MAX_ATTEMPTS, Job
from battery_service.jobs.table import MAX_SENDS, Conflict
from battery_service.log import log_job, log_job_bug

# Within the function's 240 s, with time for the job that was begun last.
RUN_S = 200.0
# Live jobs, and then those that wait, end by so much of it, so that clean-up is never without time.
LIVE_SHARE, WAITING_SHARE = 0.5, 0.6
# A record that failed is tried again after ten minutes, so that it does not delay the others of each run.
SET_BACK_S = 600.0


def clean_up(backend: Backend, job_id: str, job: Job | None) -> bool:
    """Delete the files of a job that has ended or was deleted, and its result unless it succeeded. True where all is done.

    False while it is queued or running, and after an internal error: its message then goes to the dead-letter queue.
    """
    if job is not None and job.status not in ENDED | {"deleted"}:
        return False
    backend.storage.delete_uploads(job_id)
    if job is None or job.status != "succeeded":
        backend.storage.delete_result(job_id)
    if job is not None:
        has_ended(backend, job)
    return job is None or not job.has_internal_error


def process_due_jobs(backend: Backend, clock: Callable[[], float] = time.monotonic) -> int:
    """Process what is due, until nothing is or the time of a run is over; how many jobs were processed."""
    begun = clock()

    def until(share: float, pages: Iterator[list[Item]]) -> Iterator[Item]:
        for page in pages:
            for item in page:
                if clock() - begun > share * RUN_S:
                    return
                yield item

    processed = sum(_is_processed(backend, item) for item in until(LIVE_SHARE, backend.jobs.due(LIVE)))
    for item in until(WAITING_SHARE, backend.jobs.due(CALLERS)):
        _send_waiting_of(backend, item)
    return processed + sum(_is_processed(backend, item) for item in until(1.0, _in_turn(backend)))


def process_due_job(backend: Backend, job: Job) -> None:
    """Do what is due for the job, unless it has changed since it was read."""
    if job.due_at > backend.jobs.now() or job.waits:
        return
    try:
        if job.status in ("queued", "running"):
            _send_again_or_fail(backend, job)
        elif job.status == "awaiting" or job.expires_at <= backend.jobs.now():
            _remove(backend, job)
        else:
            clean_up(backend, job.job_id, job)
            backend.jobs.cleaned_up(job)
    except Conflict:
        return


def _in_turn(backend: Backend) -> Iterator[list[Item]]:
    """A page of each partition to clean up, then the next page of each."""
    partitions = [backend.jobs.due(partition) for partition in TO_CLEAN_UP]
    while partitions:
        pages = [(partition, next(partition, None)) for partition in partitions]
        yield from (page for _, page in pages if page)
        partitions = [partition for partition, page in pages if page is not None]


def _is_processed(backend: Backend, item: Item) -> bool:
    """An error with one record, which may be one that this version cannot read, must not stop the others."""
    try:
        process_due_job(backend, job_of(item))
    except Exception as error:  # noqa: BLE001  # logged
        log_job_bug(item["job_id"].get("S", ""), error, step="upkeep")
        _set_back(backend, item)
        return False
    return True


def _set_back(backend: Backend, item: Item) -> None:
    try:
        backend.jobs.set_back(item, SET_BACK_S)
    except Exception as error:  # noqa: BLE001  # logged; the next run tries it first, and then the others again
        log_job_bug(item["job_id"].get("S", ""), error, step="set back")


def _send_waiting_of(backend: Backend, item: Item) -> None:
    """Send a caller's waiting jobs, which the end of its other jobs should have done, and does next time."""
    try:
        if send_waiting(backend, id_of_caller(item)):
            backend.callers.nobody_waits(id_of_caller(item))
        else:
            backend.callers.set_back(id_of_caller(item))
    except Exception as error:  # noqa: BLE001  # as above
        log_job_bug("", error, step="waiting jobs")
        _set_back(backend, item)


def _send_again_or_fail(backend: Backend, job: Job) -> None:
    """Send another message for a job whose message is lost or whose lease has expired, or end it after too many."""
    if job.attempts >= MAX_ATTEMPTS:
        _give_up(backend, job, f"The analysis did not finish in {MAX_ATTEMPTS} attempts, so the job was stopped.")
    elif job.sends >= MAX_SENDS:
        _give_up(backend, job, f"No worker has started the job after {MAX_SENDS} messages, so the job was stopped.")
    else:
        send(backend, backend.jobs.send_again(job))
        log_job("job sent again", job, attempts=job.attempts, sends=job.sends + 1)


def _give_up(backend: Backend, job: Job, message: str) -> None:
    error = ApiError("internal", message, {"attempts": job.attempts, "stage": job.stage})
    body = error_body(error.code, error.message, error.details, job.request_id)
    failed = backend.jobs.give_up(job, body, retention_s=backend.settings.retention_s)
    log_job("job stopped", job, attempts=job.attempts, sends=job.sends, stage=job.stage)
    clean_up(backend, job.job_id, failed)


def _remove(backend: Backend, job: Job) -> None:
    """Delete an upload that was never started, or a job that expired or was deleted: objects first, then the record."""
    backend.storage.delete_uploads(job.job_id)
    if job.status != "awaiting":  # an upload that was not started has no result
        backend.storage.delete_result(job.job_id)
    has_ended(backend, job)
    backend.jobs.remove(job)
    log_job("job removed", job, status=job.status)
