"""The buckets, the table and the queues that template.yaml declares, made in the embedded services."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import boto3
from battery_service.jobs import table_definition

from local_stack.embedded_aws import REGION

# What template.yaml has under the same names.
WORKER_TIMEOUT_SECONDS: Final = 300
VISIBILITY_SECONDS: Final = 6 * WORKER_TIMEOUT_SECONDS
RECEIVES_BEFORE_DEAD_LETTER: Final = 5
DAY_SECONDS: Final = 24 * 3600

NAMES: Final[Mapping[str, str]] = {
    "UPLOADS_BUCKET": "battery-analytics-uploads",
    "RESULTS_BUCKET": "battery-analytics-results",
    "JOBS_TABLE": "battery-analytics-jobs",
}
QUEUE_NAME: Final = "battery-analytics-jobs"


@dataclass(frozen=True, slots=True)
class Resources:
    """What was made: the names by their variables, and the dead-letter queue's URL."""

    environment: Mapping[str, str]
    dead_letter_url: str


def made(environment: Mapping[str, str], *, visibility_seconds: int = VISIBILITY_SECONDS) -> Resources:
    """All resources, at the endpoint that the process's environment names; names are the environment's, or ours."""
    names = {variable: environment.get(variable) or name for variable, name in NAMES.items()}
    session = boto3.session.Session()
    s3, sqs, dynamodb = session.client("s3"), session.client("sqs"), session.client("dynamodb")
    for variable in ("UPLOADS_BUCKET", "RESULTS_BUCKET"):
        s3.create_bucket(Bucket=names[variable], CreateBucketConfiguration={"LocationConstraint": REGION})
    dynamodb.create_table(**table_definition(names["JOBS_TABLE"]))
    dead_letter_url = sqs.create_queue(
        QueueName=f"{QUEUE_NAME}-dead", Attributes={"MessageRetentionPeriod": str(14 * DAY_SECONDS)}
    )["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead_letter_url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = {"deadLetterTargetArn": arn, "maxReceiveCount": RECEIVES_BEFORE_DEAD_LETTER}
    queue_url = sqs.create_queue(
        QueueName=QUEUE_NAME,
        Attributes={
            "VisibilityTimeout": str(visibility_seconds),
            "MessageRetentionPeriod": str(DAY_SECONDS),
            "RedrivePolicy": json.dumps(redrive),
        },
    )["QueueUrl"]
    return Resources({**names, "JOBS_QUEUE_URL": queue_url}, dead_letter_url)
