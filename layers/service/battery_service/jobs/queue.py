"""Messages to the worker. A message has only a job's id, because anything else could be out of date when it is read."""

import json
from typing import TYPE_CHECKING

from battery_service.callers.identity import caller_id
from battery_service.jobs.job import Job

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class JobQueue:
    """The queue that the workers read."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client, self._url = client, url

    def send(self, job: Job) -> None:
        """A message for the job. Of a standard queue with groups, SQS delivers messages of callers with few of them first."""
        self._client.send_message(
            QueueUrl=self._url,
            MessageBody=json.dumps({"job_id": job.job_id}),
            MessageGroupId=caller_id(job.caller),
        )

    def deliver_again(self, receipt_handle: str, *, after_s: int) -> None:
        """Make a received message visible again after so many seconds, before the queue's timeout ends."""
        self._client.change_message_visibility(
            QueueUrl=self._url, ReceiptHandle=receipt_handle, VisibilityTimeout=after_s
        )


def job_id_of(message_body: str) -> str:
    """The job that a message names. Raises ValueError or KeyError for a message that names none."""
    job_id: str = json.loads(message_body)["job_id"]
    return job_id
