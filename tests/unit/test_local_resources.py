"""What the local stack reads in template.yaml: functions, routes, queues, schedules, and the resources created of it."""

import json

import boto3
import pytest
from battery_service.callers.quotas import Quotas
from battery_service.jobs.table_definition import table_definition
from battery_service.tokens.parameter import CACHED_S
from moto import mock_aws

from local import resources
from local.gateway import Invoke
from local.router import by_path, root_of
from local.template import NO_QUOTAS, REGION, Template
from tests.template import properties
from tools.token_tool.__main__ import PARAMETER


@pytest.fixture(scope="module")
def template() -> Template:
    return Template.read()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "none")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)


def test_every_route_has_its_function_and_those_with_data_the_authorizer(template: Template) -> None:
    routes = {f"{route.method} {route.path}": (route.function, route.authorizer) for route in template.routes}

    assert routes["GET /health"] == ("SiteFunction", None)
    assert routes["POST /api/upload"] == ("UploadFunction", "AuthorizerFunction")
    assert routes["DELETE /api/jobs/{job_id}"] == ("UploadsApiFunction", "AuthorizerFunction")
    assert {function for function, authorizer in routes.values() if authorizer is None} == {"SiteFunction"}


def test_an_open_endpoint_has_neither_authorizer_nor_its_function(template: Template) -> None:
    opened = template.given({"OpenEndpoint": "yes-anybody-may-use-it-at-my-cost"})

    assert {route.authorizer for route in opened.routes} == {None}
    assert "AuthorizerFunction" not in opened.functions


@pytest.mark.parametrize(
    ("path", "function"),
    [
        ("/", "SiteFunction"),
        ("/no/such/path", "SiteFunction"),
        ("/api/uploads2", "SiteFunction"),
        ("/api/upload", "UploadFunction"),
        ("/api/upload/", "UploadFunction"),
        ("/api/uploads", "UploadsApiFunction"),
        ("/api/uploads/1/analysis", "UploadsApiFunction"),
        ("/api/jobs/1/result/2", "UploadsApiFunction"),
    ],
)
def test_a_path_leads_to_the_function_of_its_root(template: Template, path: str, function: str) -> None:
    def named(name: str) -> Invoke:
        return lambda _event, _request_id: name

    invoke = by_path({root_of(route): named(route.function) for route in template.routes})

    assert invoke({"rawPath": path}, "r-1") == function


def test_a_function_is_called_with_its_settings(template: Template) -> None:
    worker = template.functions["WorkerFunction"]

    assert worker.timeout_s == properties("WorkerFunction")["Timeout"] == 180
    assert worker.variables["RESULT_RETENTION_HOURS"] == "24"
    assert {name for name, function in template.functions.items() if not function.calls_aws} == {
        "SiteFunction",
    }


def test_on_a_laptop_nobody_is_counted_so_a_direct_upload_needs_no_aws() -> None:
    functions = Template.read(parameters=NO_QUOTAS).functions
    assert not functions["UploadFunction"].calls_aws
    for name in ("UploadFunction", "UploadsApiFunction", "WorkerFunction"):
        assert Quotas.from_environment(functions[name].variables) == Quotas()


def test_the_queue_calls_the_worker_and_the_schedule_upkeep(template: Template) -> None:
    (queue,) = template.queues

    assert (queue.function, queue.queue, queue.batch_size) == ("WorkerFunction", "JobsQueue", 1)
    assert template.schedules == {"UpkeepFunction": 300.0}


@pytest.mark.slow
def test_resources_are_created_as_declared(template: Template, aws: None) -> None:
    with mock_aws():
        found = resources.created(template)
        sqs, dynamodb = boto3.client("sqs"), boto3.client("dynamodb")
        queue = sqs.get_queue_attributes(QueueUrl=found["JobsQueue"], AttributeNames=["All"])["Attributes"]
        dead = sqs.get_queue_attributes(QueueUrl=found["DeadJobsQueue"], AttributeNames=["All"])["Attributes"]
        table = dynamodb.describe_table(TableName=found["JobsTable"])["Table"]
        buckets = {bucket["Name"] for bucket in boto3.client("s3").list_buckets()["Buckets"]}

    assert buckets == {f"battery-analytics-{name}" for name in ("uploads", "results", "access-logs")}
    assert found["JobsTable"] == "battery-analytics-jobs"
    declared = properties("JobsQueue")
    assert int(queue["VisibilityTimeout"]) == declared["VisibilityTimeout"]
    assert int(queue["MessageRetentionPeriod"]) == declared["MessageRetentionPeriod"]
    assert int(dead["MessageRetentionPeriod"]) == properties("DeadJobsQueue")["MessageRetentionPeriod"]
    redrive = json.loads(queue["RedrivePolicy"])
    assert redrive["deadLetterTargetArn"] == dead["QueueArn"] == found["DeadJobsQueue.Arn"]
    assert int(redrive["maxReceiveCount"]) == declared["RedrivePolicy"]["maxReceiveCount"]
    expected = table_definition(found["JobsTable"])
    assert table["KeySchema"] == expected["KeySchema"]
    assert table["GlobalSecondaryIndexes"][0]["KeySchema"] == expected["GlobalSecondaryIndexes"][0]["KeySchema"]


@pytest.mark.slow
def test_tokens_are_where_make_token_has_them(template: Template, aws: None) -> None:
    with mock_aws():
        resources.store_tokens(template, "# nobody")
        stored = boto3.client("ssm").get_parameter(Name=PARAMETER, WithDecryption=True)["Parameter"]

    assert stored["Value"] == "# nobody"
    assert template.identity_source == "authorization"


def test_a_revoked_token_is_refused_once_the_gateway_and_the_function_have_forgotten_it() -> None:
    """The two minutes that docs/operations.md, the client and the template's comment speak of."""
    assert properties("TokenAuthorizer")["AuthorizerResultTtlInSeconds"] + CACHED_S == 120
