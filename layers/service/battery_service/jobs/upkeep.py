"""Upkeep of jobs that no worker runs: it sends lost jobs again, ends stuck ones, and deletes what has expired."""

from battery_service.errors import ApiError, error_body
from battery_service.jobs.backend import Backend
from battery_service.jobs.job import ENDED, MAX_ATTEMPTS, Job
from battery_service.jobs.table import MAX_SENDS, Conflict
from battery_service.log import log_job, log_job_bug

BATCH = 100
MAX_BATCHES = 10


def clean_up(backend: Backend, job_id: str, job: Job | None) -> bool:
    """Delete the files of a job that has ended or was deleted, and its result unless it succeeded. True where all is done.

    False while it is queued or running, and after an internal error: its message then goes to the dead-letter queue.
    """
    if job is not None and job.status not in ENDED | {"deleted"}:
        return False
    backend.storage.delete_uploads(job_id)
    if job is None or job.status != "succeeded":
        backend.storage.delete_result(job_id)
    return job is None or not job.has_internal_error


def process_due_jobs(backend: Backend) -> int:
    """Process the jobs that are due, up to a thousand; how many succeeded."""
    processed = 0
    for _ in range(MAX_BATCHES):
        jobs = backend.jobs.due(BATCH)
        for job in jobs:
            try:
                process_due_job(backend, job)
                processed += 1
            except Exception as error:  # noqa: BLE001  # logged; an error with one job must not delay the others
                log_job_bug(job.job_id, error, step="upkeep")
        if len(jobs) < BATCH:
            break
    return processed


def process_due_job(backend: Backend, job: Job) -> None:
    """Do what is due for the job, unless it has changed since it was read."""
    if job.due_at > backend.jobs.now():
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


def _send_again_or_fail(backend: Backend, job: Job) -> None:
    """Send another message for a job whose message is lost or whose lease has expired, or end it after too many."""
    if job.attempts >= MAX_ATTEMPTS:
        _give_up(backend, job, f"The analysis did not finish in {MAX_ATTEMPTS} attempts, so the job was stopped.")
    elif job.sends >= MAX_SENDS:
        _give_up(backend, job, f"No worker has started the job after {MAX_SENDS} messages, so the job was stopped.")
    else:
        backend.jobs.send_again(job)
        backend.queue.send(job.job_id)
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
    backend.storage.delete_result(job.job_id)
    backend.jobs.remove(job)
    log_job("job removed", job, status=job.status)
