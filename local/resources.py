"""The buckets, the table, the queues and the parameter that template.yaml names, made in the embedded services."""

import json
from collections.abc import Mapping
from typing import Any, Final

import boto3
from battery_service.jobs.table import table_definition

from local.embedded_aws import REGION

# As in template.yaml; a test holds them equal. moto expires no object and no item: all of it goes with the process.
WORKER_TIMEOUT_SECONDS: Final = 180
UPKEEP_TIMEOUT_SECONDS: Final = 240
AUTHORIZER_TIMEOUT_SECONDS: Final = 10
UPKEEP_EVERY_SECONDS: Final = 300
BATCH_SIZE: Final = 1
QUEUE_ATTRIBUTES: Final[Mapping[str, int]] = {"VisibilityTimeout": 1080, "MessageRetentionPeriod": 345600}
DEAD_LETTER_ATTRIBUTES: Final[Mapping[str, int]] = {"MessageRetentionPeriod": 1209600}
RECEIVES_BEFORE_DEAD_LETTER: Final = 3

NAMES: Final[Mapping[str, str]] = {
    "UPLOADS_BUCKET": "battery-analytics-uploads",
    "RESULTS_BUCKET": "battery-analytics-results",
    "JOBS_TABLE": "battery-analytics-jobs",
}
QUEUE_NAME: Final = "battery-analytics-jobs"
TOKENS_PARAMETER: Final = "/battery-analytics/dev/tokens"


def made(environment: Mapping[str, str]) -> dict[str, str]:
    """All resources, at the endpoint that the process's environment names; what they are called, by their variables.

    Names are those of `environment`, or ours.
    """
    names = {variable: environment.get(variable) or name for variable, name in NAMES.items()}
    session = boto3.session.Session()
    s3, sqs, dynamodb = session.client("s3"), session.client("sqs"), session.client("dynamodb")
    for variable in ("UPLOADS_BUCKET", "RESULTS_BUCKET"):
        s3.create_bucket(Bucket=names[variable], CreateBucketConfiguration={"LocationConstraint": REGION})
    dynamodb.create_table(**table_definition(names["JOBS_TABLE"]))
    dead_url = sqs.create_queue(QueueName=f"{QUEUE_NAME}-dead", Attributes=_texts(DEAD_LETTER_ATTRIBUTES))["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead_url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": RECEIVES_BEFORE_DEAD_LETTER})
    queue = sqs.create_queue(QueueName=QUEUE_NAME, Attributes={**_texts(QUEUE_ATTRIBUTES), "RedrivePolicy": redrive})
    return {**names, "JOBS_QUEUE_URL": queue["QueueUrl"]}


def stored_tokens(text: str) -> dict[str, str]:
    """The token store of this text, as `make token` says to put it; what it is called, by its variable."""
    boto3.session.Session().client("ssm").put_parameter(
        Name=TOKENS_PARAMETER, Type="SecureString", Tier="Intelligent-Tiering", Value=text
    )
    return {"TOKENS_PARAMETER": TOKENS_PARAMETER}


def _texts(attributes: Mapping[str, int]) -> dict[Any, str]:
    return {name: str(value) for name, value in attributes.items()}
