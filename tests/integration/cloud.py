"""The AWS side of uploads and jobs, by moto in this process: buckets, table, queue, and what happens around them."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import boto3
import pytest
from battery_service.callers.quotas import Quotas
from battery_service.callers.usage import Usage
from battery_service.jobs.backend import CLIENT_CONFIG, S3_CONFIG, Backend
from battery_service.jobs.callers import CallerTable
from battery_service.jobs.queue import JobQueue
from battery_service.jobs.settings import JobSettings
from battery_service.jobs.storage import Storage
from battery_service.jobs.table import JobTable
from battery_service.jobs.table_definition import table_definition
from moto import mock_aws

REGION = "eu-central-1"
UPLOADS, RESULTS, TABLE, QUEUE = "cells-uploads", "cells-results", "jobs", "jobs-queue"
MAX_RECEIVES = 3
JOBS_AT_ONCE, OPEN_JOBS = 3, 100


class Clock:
    """Time that passes when it is told to, from a start that moto's own signatures agree with."""

    def __init__(self, seconds: float = 1_800_000_000.0) -> None:
        self.seconds = seconds

    def __call__(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.seconds += seconds


type Intercept = Callable[[str, Callable[[], Any]], Any]


class Intercepted:
    """A client whose every call goes through `intercept(name, call)`."""

    def __init__(self, client: Any, intercept: Intercept) -> None:
        self._client, self._intercept = client, intercept

    def __getattr__(self, name: str) -> Any:
        operation = getattr(self._client, name)
        if name.startswith("generate_"):  # signs, calls nobody
            return operation
        return lambda **arguments: self._intercept(name, lambda: operation(**arguments))


@dataclass
class Cloud:
    """Buckets, table and queue with a dead-letter queue; `lock` makes each call whole, as AWS does and moto does not."""

    settings: JobSettings
    dead_letter_url: str
    s3: Any
    dynamodb: Any
    sqs: Any
    clock: Clock = field(default_factory=Clock)
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def environment(self) -> dict[str, str]:
        """What a function finds in its environment."""
        return {
            "UPLOADS_BUCKET": self.settings.uploads_bucket,
            "RESULTS_BUCKET": self.settings.results_bucket,
            "JOBS_TABLE": self.settings.table,
            "JOBS_QUEUE_URL": self.settings.queue_url,
            "RESULT_CACHE": str(self.settings.cache),
            "REQUESTS_PER_MINUTE": str(self.settings.quotas.requests_per_minute),
            "MEGABYTES_PER_HOUR": str(self.settings.quotas.bytes_per_hour // 10**6),
            "ANALYSIS_SECONDS_PER_HOUR": str(self.settings.quotas.analysis_seconds_per_hour),
            "LINKS_PER_HOUR": str(self.settings.quotas.links_per_hour),
            "OPEN_JOBS": str(self.settings.quotas.open_jobs),
            "JOBS_AT_ONCE": str(self.settings.jobs_at_once),
        }

    def backend(self, intercept: Intercept | None = None) -> Backend:
        """As a function connects to it; `intercept` sees each of its calls."""

        def whole(name: str, call: Callable[[], Any]) -> Any:
            def locked() -> Any:
                with self.lock:
                    return call()

            return intercept(name, locked) if intercept else locked()

        table: Any = Intercepted(self.dynamodb, whole)
        settings = self.settings
        jobs = JobTable(table, settings.table, self.clock)
        return Backend(
            jobs=jobs,
            callers=CallerTable(table, settings.table, jobs, settings.quotas, settings.jobs_at_once),
            usage=Usage(table.update_item, settings.table, settings.quotas, self.clock),
            storage=Storage(Intercepted(self.s3, whole), self.settings),  # type: ignore[arg-type]  # as above
            queue=JobQueue(Intercepted(self.sqs, whole), self.settings.queue_url),  # type: ignore[arg-type]  # as above
            settings=self.settings,
        )

    def put_upload(self, key: str, content: bytes) -> None:
        """What a form does in the end."""
        self.s3.put_object(Bucket=UPLOADS, Key=key, Body=content)

    def objects(self, bucket: str, prefix: str = "") -> list[str]:
        with self.lock:
            answer = self.s3.list_objects_v2(Bucket=bucket, Prefix=prefix)
        return sorted(found["Key"] for found in answer.get("Contents", []))

    def received(self, limit: int = 1, *, hidden_s: int = 0) -> list[dict[str, Any]]:
        """Messages as Lambda hands them to a worker; nobody else gets them for some seconds."""
        with self.lock:
            answer = self.sqs.receive_message(
                QueueUrl=self.settings.queue_url, MaxNumberOfMessages=limit, VisibilityTimeout=hidden_s
            )
        return [
            {"messageId": message["MessageId"], "receiptHandle": message["ReceiptHandle"], "body": message["Body"]}
            for message in answer.get("Messages", [])
        ]

    def deliver(self, handle: Callable[[Mapping[str, Any]], Mapping[str, Any]], records: list[dict[str, Any]]) -> None:
        """Hand a batch to a worker and delete what it does not give back, as Lambda does."""
        answer = handle({"Records": records})
        failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        for record in records:
            if record["messageId"] not in failed:
                with self.lock:
                    self.sqs.delete_message(QueueUrl=self.settings.queue_url, ReceiptHandle=record["receiptHandle"])

    def drain(self, handle: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> int:
        """Deliver until nothing is left to deliver; how many batches that took."""
        batches = 0
        while records := self.received():
            self.deliver(handle, records)
            batches += 1
            assert batches < 100, "a message goes round and round"
        return batches

    def held(self) -> set[str]:
        """The ids of jobs that count as open, or as sent to the workers, for any caller."""
        with self.lock:
            items = self.dynamodb.scan(TableName=TABLE)["Items"]
        return {
            job_id for item in items for name in ("open", "sent") if name in item for job_id in item[name].get("SS", [])
        }

    def dead_letters(self) -> set[str]:
        """The jobs of the messages that have been put aside; they are so no longer."""
        return {json.loads(body)["job_id"] for body in self._emptied(self.dead_letter_url)}

    def clear(self) -> None:
        """Nothing in buckets, table and queues any more."""
        for item in self.dynamodb.scan(TableName=TABLE)["Items"]:
            self.dynamodb.delete_item(TableName=TABLE, Key={"job_id": item["job_id"]})
        for bucket in (UPLOADS, RESULTS):
            for key in self.objects(bucket):
                self.s3.delete_object(Bucket=bucket, Key=key)
        for url in (self.settings.queue_url, self.dead_letter_url):
            self._emptied(url)

    def _emptied(self, url: str) -> list[str]:
        bodies: list[str] = []
        while messages := self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            bodies += [message["Body"] for message in messages]
        return bodies


@contextmanager
def simulated_cloud(**changes: Any) -> Iterator[Cloud]:
    """A cloud of its own; a message that is not deleted is there again at once."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        patch.setenv("POWERTOOLS_METRICS_DISABLED", "true")
        session = boto3.session.Session()
        s3 = session.client("s3", config=S3_CONFIG)
        dynamodb, sqs = session.client("dynamodb", config=CLIENT_CONFIG), session.client("sqs", config=CLIENT_CONFIG)
        for bucket in (UPLOADS, RESULTS):
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        dynamodb.create_table(**table_definition(TABLE))
        dead_letter_url = sqs.create_queue(QueueName=f"{QUEUE}-dead")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=dead_letter_url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": MAX_RECEIVES})
        url = sqs.create_queue(QueueName=QUEUE, Attributes={"VisibilityTimeout": "0", "RedrivePolicy": redrive})[
            "QueueUrl"
        ]
        settings = JobSettings(
            uploads_bucket=UPLOADS,
            results_bucket=RESULTS,
            table=TABLE,
            queue_url=url,
            retry_delay_s=0,
            quotas=Quotas(open_jobs=OPEN_JOBS),
            jobs_at_once=JOBS_AT_ONCE,
        )
        yield Cloud(replace(settings, **changes), dead_letter_url, s3, dynamodb, sqs)
