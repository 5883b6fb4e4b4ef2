"""Creates the buckets, tables and queues of the template, and its token store, in the embedded AWS.

Hand-written: moto's CloudFormation accepts no template that SAM has not transformed. moto never expires an object or an
item; all end with its process.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

import boto3

from local.template import REGION, Template

QUEUE_ATTRIBUTES: Final = ("VisibilityTimeout", "MessageRetentionPeriod", "RedrivePolicy")
TABLE_ATTRIBUTES: Final = ("AttributeDefinitions", "BillingMode", "GlobalSecondaryIndexes", "KeySchema")


def created(template: Template) -> dict[str, str]:
    """Create all of them at the endpoint of the process's environment. Returns what `Ref` gives for each, and the ARNs."""
    session = boto3.session.Session()
    s3, sqs, dynamodb = session.client("s3"), session.client("sqs"), session.client("dynamodb")
    found: dict[str, str] = {}
    for name in template.of_type("AWS::S3::Bucket"):
        found[name] = _named(name)
        s3.create_bucket(Bucket=found[name], CreateBucketConfiguration={"LocationConstraint": REGION})
    for name, properties in template.of_type("AWS::DynamoDB::Table").items():
        found[name] = _named(name)
        attributes: dict[str, Any] = {key: template.resolved(properties[key]) for key in TABLE_ATTRIBUTES}
        dynamodb.create_table(TableName=found[name], **attributes)
    # A queue is created after its dead-letter queue.
    for name, properties in sorted(
        template.of_type("AWS::SQS::Queue").items(), key=lambda item: "RedrivePolicy" in item[1]
    ):
        queue_attributes = _queue_attributes(template.given(found), properties)
        found[name] = sqs.create_queue(QueueName=_named(name), Attributes=queue_attributes)["QueueUrl"]
        asked = sqs.get_queue_attributes(QueueUrl=found[name], AttributeNames=["QueueArn"])
        found[f"{name}.Arn"] = asked["Attributes"]["QueueArn"]
    return found


def store_tokens(template: Template, text: str) -> None:
    """Put the text of a token store into the parameter that `make token` names."""
    boto3.session.Session().client("ssm").put_parameter(
        Name=template.parameter("TokensParameter"), Type="SecureString", Tier="Intelligent-Tiering", Value=text
    )


def _named(name: str) -> str:
    """`battery-analytics-dead-jobs` for DeadJobsQueue."""
    words = re.sub(r"(Bucket|Table|Queue)$", "", name)
    return "battery-analytics" + re.sub(r"([A-Z])", r"-\1", words).lower()


def _queue_attributes(template: Template, properties: Mapping[str, Any]) -> dict[Any, str]:
    values = {name: template.resolved(properties[name]) for name in QUEUE_ATTRIBUTES if name in properties}
    return {name: json.dumps(value) if isinstance(value, dict) else str(value) for name, value in values.items()}
