"""What a job needs when nobody works on it: its traces removed after its end, and an end or another try before it."""

from battery_service.errors import ApiError, error_body
from battery_service.jobs.backend import Backend
from battery_service.jobs.job import ENDED, MAX_ATTEMPTS, Job
from battery_service.jobs.table import MAX_SENDS, Conflict
from battery_service.log import log_job, log_job_bug

BATCH = 100
MOST_BATCHES = 10


def settle(backend: Backend, job_id: str, job: Job | None) -> bool:
    """Remove what a job that has ended, or was deleted, must not leave. True where nothing is left to do for it.

    False while it is queued or running, and for a failure of ours: its messages are for the dead-letter queue.
    """
    if job is not None and job.status not in ENDED | {"deleted"}:
        return False
    backend.storage.delete_uploads(job_id)
    if job is None or job.status != "succeeded":
        backend.storage.delete_result(job_id)
    return job is None or not job.was_our_fault


def look_after_all(backend: Backend) -> int:
    """Look after the jobs that are due, up to a thousand; how many of them could be."""
    looked_after = 0
    for _ in range(MOST_BATCHES):
        jobs = backend.jobs.due(BATCH)
        for job in jobs:
            try:
                look_after(backend, job)
                looked_after += 1
            except Exception as error:  # noqa: BLE001  # one job's fault, recorded here, must not keep the others waiting
                log_job_bug(job.job_id, error, step="upkeep")
        if len(jobs) < BATCH:
            break
    return looked_after


def look_after(backend: Backend, job: Job) -> None:
    """Do what is due for the job; nothing where something has happened to it since it was read."""
    if job.due_at > backend.jobs.now():
        return
    try:
        if job.status in ("queued", "running"):
            _bring_on(backend, job)
        elif job.status == "awaiting" or job.expires_at <= backend.jobs.now():
            _remove(backend, job)
        else:
            settle(backend, job.job_id, job)
            backend.jobs.settled(job)
    except Conflict:
        return


def _bring_on(backend: Backend, job: Job) -> None:
    """A job whose message is lost, or whose run has outlived its lease: another message, or its end."""
    if job.attempts >= MAX_ATTEMPTS:
        _give_up(
            backend, job, f"The analysis did not come to an end in {MAX_ATTEMPTS} attempts of ours; it was given up."
        )
    elif job.sends >= MAX_SENDS:
        _give_up(backend, job, f"No worker has taken the job after {MAX_SENDS} messages; it was given up.")
    else:
        backend.jobs.send_again(job)
        backend.queue.send(job.job_id)
        log_job("job sent again", job, attempts=job.attempts, sends=job.sends + 1)


def _give_up(backend: Backend, job: Job, message: str) -> None:
    error = ApiError("internal", message, {"attempts": job.attempts, "stage": job.stage})
    body = error_body(error.code, error.message, error.details, job.request_id)
    failed = backend.jobs.give_up(job, body, retention_s=backend.settings.retention_s)
    log_job("job given up", job, attempts=job.attempts, sends=job.sends, stage=job.stage)
    settle(backend, job.job_id, failed)


def _remove(backend: Backend, job: Job) -> None:
    """An upload that nobody started, a job whose time is over, or one that was deleted: objects first, then the record."""
    backend.storage.delete_uploads(job.job_id)
    backend.storage.delete_result(job.job_id)
    backend.jobs.remove(job)
    log_job("job removed", job, status=job.status)
