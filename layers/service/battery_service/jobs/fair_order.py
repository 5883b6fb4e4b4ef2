"""Fair order among callers: no more than a share of the workers has jobs of one caller; its other jobs wait in the table.

So the queue holds few messages of each caller, and the job of another caller never waits behind a thousand of one.
"""

from contextlib import suppress

from battery_service.callers.identity import caller_id
from battery_service.jobs.backend import Backend
from battery_service.jobs.job import ENDED, Job
from battery_service.jobs.table import Conflict


def send(backend: Backend, job: Job) -> None:
    """Send a queued job to the workers, or let it wait until another job of its caller has ended."""
    if backend.callers.take(job.caller, job.job_id):
        backend.queue.send(job)
        return
    backend.callers.note_waiting(job.caller)  # first, so that no job waits of which nobody knows
    with suppress(Conflict):  # it was deleted meanwhile
        backend.jobs.wait(job)
    send_waiting(backend, caller_id(job.caller))  # another job may have ended since


def has_ended(backend: Backend, job: Job) -> None:
    """The job has ended, so the next of its caller may be sent. It may be called again for the same job."""
    if backend.callers.release(job.caller, job.job_id):
        send_waiting(backend, caller_id(job.caller))


def send_waiting(backend: Backend, of_caller: str) -> bool:
    """Send the caller's waiting jobs as far as its share allows, the longest waiting first. Whether none is left."""
    for waiting in backend.jobs.waiting(of_caller):
        if not backend.callers.take(waiting.caller, waiting.job_id):
            return False
        try:
            job = backend.jobs.send_again(waiting)
        except Conflict:
            _release_unless_live(backend, waiting)
            continue
        backend.queue.send(job)
    return True


def _release_unless_live(backend: Backend, waiting: Job) -> None:
    """The index may show a job that another function has just sent, which keeps its place, or that was deleted."""
    job = backend.jobs.record(waiting.job_id)
    if job is None or job.status in ENDED | {"deleted"}:
        backend.callers.release(waiting.caller, waiting.job_id)
