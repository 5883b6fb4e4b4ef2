"""The actions of a caller on uploads and jobs: announce, start, get status and report, delete."""

import gzip
from contextlib import suppress
from dataclasses import dataclass

from battery_service.errors import ApiError
from battery_service.jobs.backend import Backend
from battery_service.jobs.fair_order import send
from battery_service.jobs.job import ENDED, Job, StoredFile, is_id, new_id
from battery_service.jobs.storage import ObjectMissing
from battery_service.jobs.table import START_WINDOW_S, Conflict
from battery_service.jobs.upkeep import clean_up, process_due_job
from battery_service.jobs.uploads import arrived_files
from battery_service.options import Options

# A deletion is tried again if a worker changes the record first. Each such change is one of few states of the job.
MAX_TRIES = 10


@dataclass(frozen=True, slots=True)
class JobService:
    """One caller's uploads and jobs. For those of others every method raises ApiError `not_found`, as for unknown ids."""

    backend: Backend
    caller: str

    def announce(self, files: tuple[StoredFile, ...], options: Options, request_id: str, key: str = "") -> Job:
        """A new upload, which waits for its files; the same as before where the caller has used this idempotency key before.

        Raises ApiError `quota_exceeded`, and `invalid_option` where the key was used for other files or options.
        """
        self.backend.usage.charge(self.caller, n_bytes=0, analysis_s=0)
        now = self.backend.jobs.now()
        job = Job(
            job_id=new_id(),
            status="awaiting",
            created_at=now,
            due_at=now + START_WINDOW_S,
            expires_at=now + self.backend.settings.retention_s,
            files=files,
            options=options,
            request_id=request_id,
            caller=self.caller,
        )
        gone = ""
        for _ in range(MAX_TRIES):
            earlier = self.backend.callers.add(job, key, gone)
            if earlier is None:
                return job
            if (found := self._own(earlier)) is not None:
                return _same_upload(found, job, key)
            gone = earlier
        raise RuntimeError("an idempotency key was used by many requests at once")

    def upload(self, upload_id: str) -> Job:
        """The upload, started or not."""
        job = self._own(upload_id)
        if job is None:
            raise ApiError(
                "not_found",
                "There is no upload with this id: it does not exist, was not started in time, or was deleted.",
                {"upload_id": upload_id[:64]},
            )
        return job

    def start(self, job: Job, options: Options, request_id: str) -> Job:
        """The upload's job, which this or an earlier request has queued.

        Raises ApiError `not_uploaded` and, for a new job, `quota_exceeded`.
        """
        if job.status == "awaiting":
            files = arrived_files(job, self.backend.storage.uploaded(job.job_id))
            self.backend.usage.charge(self.caller, n_bytes=sum(file.size_bytes for file in files), analysis_s=0)
            try:
                started = self.backend.jobs.start(
                    job, files, options, request_id, retention_s=self.backend.settings.retention_s
                )
            except Conflict:
                job = self.upload(job.job_id)
            else:
                send(self.backend, started)
                return started
        if job.options != options:
            raise ApiError(
                "not_uploaded",
                "The files of this upload are in a job with other options already: upload them again for these.",
                {"job_id": job.job_id},
            )
        return job

    def job(self, job_id: str) -> Job:
        """The job as it is now. Where upkeep is due for it, that is done first."""
        job = self._own(job_id)
        if job is not None and job.status not in ENDED and job.due_at <= self.backend.jobs.now():
            process_due_job(self.backend, job)
            job = self._own(job_id)
        if job is None or job.status == "awaiting":
            raise _no_job(job_id)
        return job

    def finished(self, job_id: str) -> Job:
        """The job, which has a result. Raises ApiError `not_found` with status 409 where it has none (yet)."""
        job = self.job(job_id)
        if job.status == "failed" and job.error is not None:
            raise ApiError(
                "not_found",
                f"The job has failed and has no result: {job.error['error']}",
                {"status": job.status, "error": job.error},
                status=409,
            )
        if job.status not in ENDED:
            raise ApiError(
                "not_found",
                f"The job is {job.status}; it has a result once it has succeeded.",
                {"status": job.status, "stage": job.stage},
                status=409,
                headers={"Retry-After": "2"},
            )
        return job

    def compressed_report(self, job: Job) -> bytes:
        try:
            return self.backend.storage.result(job.job_id)
        except ObjectMissing as error:
            raise ApiError("not_found", "The job's result has been deleted.", {"job_id": job.job_id}) from error

    def report(self, job: Job) -> bytes:
        return gzip.decompress(self.compressed_report(job))

    def delete(self, job_id: str) -> None:
        """Delete files, result and job. A worker that runs the job stops and deletes its files. Unknown ids are no error.

        Raises ApiError `not_found` for a job of another caller, which is not deleted.
        """
        job: Job | None = None
        for _ in range(MAX_TRIES):
            job = self.backend.jobs.record(job_id) if is_id(job_id) else None
            if job is None:
                return
            if job.caller != self.caller:
                raise _no_job(job_id)
            if job.status == "deleted":
                break
            with suppress(Conflict):  # its worker has changed it in between
                job = self.backend.jobs.mark_deleted(job)
                break
        else:
            raise ApiError("unavailable", "The job is changing all the time: delete it again.", {"job_id": job_id})
        clean_up(self.backend, job_id, job)

    def _own(self, job_id: str) -> Job | None:
        """The caller's job or upload of this id, None where there is none."""
        job = self.backend.jobs.get(job_id) if is_id(job_id) else None
        return job if job is not None and job.caller == self.caller else None


def _same_upload(found: Job, announced: Job, key: str) -> Job:
    """The upload that the caller has announced with this key before."""
    same = [(file.name, file.size_bytes) for file in found.files] == [
        (file.name, file.size_bytes) for file in announced.files
    ]
    if not same or (found.status == "awaiting" and found.options != announced.options):
        raise ApiError(
            "invalid_option",
            f"The Idempotency-Key '{key[:40]}' was used for other files or options: use a new key for each upload.",
            {"option": "Idempotency-Key", "upload_id": found.job_id},
        )
    return found


def _no_job(job_id: str) -> ApiError:
    return ApiError(
        "not_found",
        "There is no job with this id: it was never started, its result has expired, or it was deleted.",
        {"job_id": job_id[:64]},
    )
