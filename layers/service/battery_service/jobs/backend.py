"""The three AWS services behind uploads and jobs, connected once a process."""

from dataclasses import dataclass

import boto3
from botocore.config import Config

from battery_service.jobs.queue import JobQueue
from battery_service.jobs.settings import JobSettings
from battery_service.jobs.storage import Storage
from battery_service.jobs.table import JobTable

# Two further tries within seconds; what fails beyond them is a fault that the job's own attempts are for.
PATIENT = Config(connect_timeout=3, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 3})
# The bucket's regional address: the global one redirects at first, which a browser's form does not survive.
REGIONAL = PATIENT.merge(Config(signature_version="s3v4", s3={"addressing_style": "virtual"}))


@dataclass(frozen=True, slots=True)
class Backend:
    """Where jobs are recorded, files and results kept, and messages sent."""

    jobs: JobTable
    storage: Storage
    queue: JobQueue
    settings: JobSettings


def connected(settings: JobSettings) -> Backend:
    """Clients by the environment's region, credentials and AWS_ENDPOINT_URL; fit for several threads."""
    session = boto3.session.Session()
    return Backend(
        jobs=JobTable(session.client("dynamodb", config=PATIENT), settings.table),
        storage=Storage(session.client("s3", config=REGIONAL), settings),
        queue=JobQueue(session.client("sqs", config=PATIENT), settings.queue_url),
        settings=settings,
    )
