"""A job until its end: asked for less and less often, its stage shown, its report fetched."""

from collections.abc import Callable
from dataclasses import dataclass
from time import sleep

from battery_client.answers import Report, said
from battery_client.api import Api
from battery_client.errors import ClientError, UnreachableError
from battery_client.transport import Progress

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 5.0
BACK_OFF = 1.4
SILENT_ANSWERS = 8
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
    """Asks for jobs. `pause` waits for so many seconds."""

    api: Api
    pause: Callable[[float], None] = sleep

    def report_of(self, job_id: str, progress: Progress) -> Report:
        """The job's report, once it is there. Raises ClientError with the job's own error where it failed."""
        wait = FIRST_PAUSE_SECONDS
        while (job := self._state(job_id))["status"] not in {"succeeded", "failed"}:
            stage = str(job.get("stage") or job["status"])
            progress.stage(STAGES.get(stage, stage.capitalize()))
            self.pause(wait)
            wait = min(wait * BACK_OFF, LONGEST_PAUSE_SECONDS)
        if job["status"] == "failed":
            raise ClientError(said(job.get("error") or {"error": f"Job {job_id} failed without a reason."}))
        return self._patiently(f"{self.api.job_url(job_id)}/result", job_id)

    def _state(self, job_id: str) -> Report:
        job = self._patiently(self.api.job_url(job_id), job_id)
        if "status" not in job:
            raise ClientError(f"{self.api.root} does not know jobs.")
        return job

    def _patiently(self, url: str, job_id: str) -> Report:
        """A server that is away for a while does not end a job."""
        wait = FIRST_PAUSE_SECONDS
        for left in reversed(range(SILENT_ANSWERS)):
            try:
                return self.api.exchange("GET", url)
            except UnreachableError as error:
                if not left:
                    raise ClientError(f"{error}\nThe job may go on; ask for it again with --job {job_id}") from error
            self.pause(wait)
            wait = min(2 * wait, LONGEST_PAUSE_SECONDS)
        raise AssertionError("the last try returns or raises")
