"""Waits for a job: asks for it less and less often, shows its stage, fetches its report."""

from collections.abc import Callable
from dataclasses import dataclass
from time import sleep

from battery_client.answers import Report, error_text
from battery_client.api import Api
from battery_client.errors import ClientError, UnreachableError
from battery_client.transport import Progress

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 5.0
# Requests are limited per minute; a quota per hour is nothing to wait for.
LONGEST_WAIT_SECONDS = 60.0
BACK_OFF = 1.4
TRIES = 8
STAGES = {
    "queued": "Waiting for a worker",
    "running": "Starting",
    "downloading": "Fetching the files",
    "reading": "Reading the files",
    "analysing": "Analysing",
    "plotting": "Drawing the plots",
    "storing": "Storing the report",
}


@dataclass(frozen=True, slots=True)
class JobFollower:
    """Asks for jobs. `pause` waits for a number of seconds."""

    api: Api
    pause: Callable[[float], None] = sleep

    def report_of(self, job_id: str, progress: Progress) -> Report:
        """The job's report, when the job has ended. Raises ClientError with the job's error if it has failed."""
        wait = FIRST_PAUSE_SECONDS
        while (job := self._state(job_id))["status"] not in {"succeeded", "failed"}:
            stage = str(job.get("stage") or job["status"])
            progress.stage(STAGES.get(stage, stage.capitalize()))
            self.pause(wait)
            wait = min(wait * BACK_OFF, LONGEST_PAUSE_SECONDS)
        if job["status"] == "failed":
            raise ClientError(error_text(job.get("error") or {"error": f"Job {job_id} failed without a reason."}))
        return self._exchange(f"{self.api.job_url(job_id)}/result", job_id)

    def _state(self, job_id: str) -> Report:
        job = self._exchange(self.api.job_url(job_id), job_id)
        if "status" not in job:
            raise ClientError(f"{self.api.root} does not support jobs.")
        return job

    def _exchange(self, url: str, job_id: str) -> Report:
        """Asks again while the server does not answer: the job does not need the client."""
        wait = FIRST_PAUSE_SECONDS
        for left in reversed(range(TRIES)):
            try:
                return self.api.exchange("GET", url)
            except UnreachableError as error:
                wait = max(wait, error.wait_s)
                if not left or wait > LONGEST_WAIT_SECONDS:
                    message = f"{error}\nThe job may still be running; ask for it again with --job {job_id}"
                    raise ClientError(message) from error
            self.pause(wait)
            wait = min(2 * wait, LONGEST_PAUSE_SECONDS)
        raise AssertionError("the last try returns or raises")
