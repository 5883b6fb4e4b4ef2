"""The jobs and the token that the sample events refer to; `python -m events.fixtures` creates them in the environment's AWS.

The variables of the functions say where: UPLOADS_BUCKET, RESULTS_BUCKET, JOBS_TABLE, JOBS_QUEUE_URL and TOKENS_PARAMETER.
"""

import gzip
import os
from collections.abc import Mapping
from typing import Final

import boto3
from battery_service.jobs.backend import Backend, connected
from battery_service.jobs.job import Job, Status, StoredFile
from battery_service.jobs.settings import JobSettings
from battery_service.options import default_options
from battery_service.tokens.store import line_of

from sample_cells.plain import cell, pickled

FILE: Final = ("SAMPLE_25_A1.pkl", pickled(cell("SAMPLE_25_A1")))
REPORT: Final = b'{"metadata":{"cell_id":"SAMPLE_25_A1"}}'
CALLER: Final = "sample"
TOKEN: Final = "a-token-for-sample-events"  # noqa: S105  # valid only in a store that was made for these events
REQUEST_ID: Final = "a-sample"
HOUR_S: Final = 3600

# One job for each event, so that events can be sent in any order.
TO_START, TO_WORK_ON, TO_WORK_ON_BESIDE_A_BAD_ONE, SUCCEEDED, TO_FORGET, UNKNOWN = (f"5a3b1e{n:026x}" for n in range(6))
STATES: Final[dict[str, Status]] = {
    TO_START: "awaiting",
    TO_WORK_ON: "queued",
    TO_WORK_ON_BESIDE_A_BAD_ONE: "queued",
    SUCCEEDED: "succeeded",
    TO_FORGET: "succeeded",
}


def create_fixtures(environment: Mapping[str, str]) -> None:
    """The jobs and the token."""
    create_jobs(JobSettings.from_environment(environment))
    create_token(environment["TOKENS_PARAMETER"])


def create_token(parameter: str) -> None:
    """The one token of the sample events; it replaces all others."""
    ssm = boto3.session.Session().client("ssm")
    ssm.put_parameter(Name=parameter, Type="SecureString", Value=line_of(CALLER, TOKEN), Overwrite=True)


def create_jobs(settings: JobSettings) -> None:
    backend = connected(settings)
    session = boto3.session.Session()
    for job_id, status in STATES.items():
        session.client("dynamodb").delete_item(TableName=settings.table, Key={"job_id": {"S": job_id}})
        job = _announced(job_id, backend)
        session.client("s3").put_object(Bucket=settings.uploads_bucket, Key=job.key_of(0), Body=FILE[1])
        if status != "awaiting":
            job = _queued(job, backend)
        if status == "succeeded":
            _succeeded(job, backend)


def _announced(job_id: str, backend: Backend) -> Job:
    now = backend.jobs.now()
    job = Job(
        job_id=job_id,
        status="awaiting",
        created_at=now,
        due_at=now + HOUR_S,
        expires_at=now + HOUR_S,
        files=(StoredFile(FILE[0], len(FILE[1])),),
        request_id=REQUEST_ID,
    )
    backend.jobs.add(job)
    return job


def _queued(job: Job, backend: Backend) -> Job:
    """As after its start, but without a message in the queue: the event is the message."""
    (uploaded,) = backend.storage.uploaded(job.job_id).values()
    files = (StoredFile(FILE[0], len(FILE[1]), uploaded.etag),)
    return backend.jobs.start(job, files, {**default_options(), "plots": "none"}, REQUEST_ID, retention_s=HOUR_S)


def _succeeded(job: Job, backend: Backend) -> None:
    claimed = backend.jobs.claim(job.job_id, "sample", lease_s=60)
    compressed = gzip.compress(REPORT, mtime=0)
    backend.storage.put_result(job.job_id, compressed)
    backend.jobs.succeed(claimed, report_bytes=len(REPORT), result_bytes=len(compressed), retention_s=HOUR_S)


if __name__ == "__main__":
    create_fixtures(os.environ)
