"""The bodies of answers about uploads and jobs, as in the contract."""

from datetime import UTC, datetime

from battery_service.jobs.job import Job
from battery_service.jobs.storage import Storage


def job_url(job: Job) -> str:
    return f"/api/jobs/{job.job_id}"


def upload_body(job: Job, storage: Storage, *, expires_at: float, max_bytes: int) -> dict[str, object]:
    """The answer to an announcement: one form per file, in the order of the files."""
    return {
        "upload_id": job.job_id,
        "expires_at": iso(expires_at),
        "max_bytes": max_bytes,
        "files": [
            {
                "name": file.name,
                "key": job.key_of(index),
                "post": storage.post_form(job.key_of(index), file.size_bytes),
            }
            for index, file in enumerate(job.files)
        ],
    }


def started_body(job: Job) -> dict[str, object]:
    return {"job_id": job.job_id, "status": job.status, "status_url": job_url(job)}


def job_body(job: Job) -> dict[str, object]:
    return {
        "job_id": job.job_id,
        "upload_id": job.job_id,
        "status": job.status,
        "stage": job.stage if job.status == "running" else None,
        "attempts": job.attempts,
        "created_at": iso(job.created_at),
        "started_at": iso(job.started_at),
        "finished_at": iso(job.finished_at),
        "expires_at": iso(job.expires_at),
        "error": job.error,
        "result_url": f"{job_url(job)}/result" if job.status == "succeeded" else None,
    }


def iso(seconds: float | None) -> str | None:
    """ISO 8601 in UTC, to the millisecond."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
