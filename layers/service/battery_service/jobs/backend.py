"""The three AWS services for uploads and jobs, connected once per process."""

from dataclasses import dataclass

import boto3
from botocore.config import Config

from battery_service.callers.usage import Usage
from battery_service.jobs.callers import CallerTable
from battery_service.jobs.queue import JobQueue
from battery_service.jobs.settings import JobSettings
from battery_service.jobs.storage import Storage
from battery_service.jobs.table import JobTable

# Two more tries within seconds. A longer fault ends the attempt at the job, and another attempt follows.
CLIENT_CONFIG = Config(connect_timeout=3, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 3})
# The bucket's regional address. The global address of a new bucket redirects, which a browser's form does not follow.
S3_CONFIG = CLIENT_CONFIG.merge(Config(signature_version="s3v4", s3={"addressing_style": "virtual"}))


@dataclass(frozen=True, slots=True)
class Backend:
    """The table of jobs and callers, the storage of files and results, and the queue."""

    jobs: JobTable
    callers: CallerTable
    usage: Usage
    storage: Storage
    queue: JobQueue
    settings: JobSettings


def connected(settings: JobSettings) -> Backend:
    """The services, with clients for the process's region, credentials and AWS_ENDPOINT_URL. Threads may share them."""
    session = boto3.session.Session()
    table = session.client("dynamodb", config=CLIENT_CONFIG)
    jobs = JobTable(table, settings.table)
    return Backend(
        jobs=jobs,
        callers=CallerTable(table, settings.table, jobs, settings.quotas, settings.jobs_at_once),
        usage=Usage(table.update_item, settings.table, settings.quotas),
        storage=Storage(session.client("s3", config=S3_CONFIG), settings),
        queue=JobQueue(session.client("sqs", config=CLIENT_CONFIG), settings.queue_url),
        settings=settings,
    )
