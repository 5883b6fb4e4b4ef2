"""The template and the code that it deploys: what one says about the other."""

import inspect
from pathlib import Path
from typing import Any

import pytest
import yaml
from battery_service.job_settings import JobSettings
from battery_service.jobs import table_definition
from battery_service.limits import UPLOADS

from tests.integration.cloud import MAX_RECEIVES


class _Loader(yaml.SafeLoader):
    """Reads `!Ref x` as {"Ref": "x"} and so on."""


def _tagged(loader: Any, tag: str, node: Any) -> dict[str, Any]:
    read = {"scalar": loader.construct_scalar, "sequence": loader.construct_sequence}.get(
        node.id, loader.construct_mapping
    )
    return {tag: read(node)}


_Loader.add_multi_constructor("!", _tagged)
TEMPLATE: dict[str, Any] = yaml.load(Path("template.yaml").read_text(), _Loader)  # a SafeLoader with three more tags
RESOURCES: dict[str, Any] = TEMPLATE["Resources"]
JOB_FUNCTIONS = ("UploadsApiFunction", "WorkerFunction", "UpkeepFunction")


def properties(name: str) -> dict[str, Any]:
    found: dict[str, Any] = RESOURCES[name]["Properties"]
    return found


def test_the_table_is_the_one_that_the_tests_run_on() -> None:
    table, tested = properties("JobsTable"), table_definition("jobs")
    for name in ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes"):
        assert table[name] == tested[name], name
    assert table["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}


def test_a_message_is_hidden_for_six_times_the_workers_timeout_and_put_aside_after_three_receipts() -> None:
    queue = properties("JobsQueue")
    assert queue["VisibilityTimeout"] == 6 * properties("WorkerFunction")["Timeout"]
    assert queue["RedrivePolicy"]["maxReceiveCount"] == MAX_RECEIVES
    event = properties("WorkerFunction")["Events"]["Job"]["Properties"]
    assert event["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert event["ScalingConfig"] == {"MaximumConcurrency": {"Ref": "WorkersAtMost"}}


@pytest.mark.parametrize("bucket", ["UploadsBucket", "ResultsBucket"])
def test_a_bucket_is_encrypted_private_and_by_tls_only(bucket: str) -> None:
    described = properties(bucket)
    assert set(described["PublicAccessBlockConfiguration"].values()) == {True}
    assert "BucketEncryption" in described
    [statement] = properties(f"{bucket}Policy")["PolicyDocument"]["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    rules = described["LifecycleConfiguration"]["Rules"]
    assert any("ExpirationInDays" in rule for rule in rules)
    assert any("AbortIncompleteMultipartUpload" in rule for rule in rules)
    assert described["CorsConfiguration"]["CorsRules"][0]["AllowedOrigins"] == {"Ref": "AllowedOrigins"}


def test_no_report_outlives_the_longest_retention_in_its_bucket() -> None:
    [days] = [
        rule["ExpirationInDays"]
        for rule in properties("ResultsBucket")["LifecycleConfiguration"]["Rules"]
        if "ExpirationInDays" in rule
    ]
    assert TEMPLATE["Parameters"]["ResultRetentionHours"]["MaxValue"] / 24 < days


def test_an_uploads_files_fit_into_the_workers_tmp_twice() -> None:
    assert 2 * UPLOADS.max_total_bytes < properties("WorkerFunction")["EphemeralStorage"]["Size"] * 2**20


@pytest.mark.parametrize("function", JOB_FUNCTIONS)
def test_every_function_is_given_what_its_settings_need(function: str) -> None:
    variables = properties(function)["Environment"]["Variables"]
    settings = JobSettings.from_environment(
        {name: value if isinstance(value, str) else "7" for name, value in variables.items()}
        | {"RESULT_CACHE": "false"}
    )
    assert settings.retention_s == 7 * 3600


def test_no_function_may_do_everything() -> None:
    for function in JOB_FUNCTIONS:
        for policy in properties(function)["Policies"]:
            for statement in policy["Statement"]:
                actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
                assert not any("*" in action for action in actions), (function, statement["Sid"])
                assert statement["Resource"] != "*", (function, statement["Sid"])


def test_every_route_of_the_door_is_a_route_of_the_gateway() -> None:
    from functions.uploads_api import app  # noqa: PLC0415

    source = inspect.getsource(app.make_handler)
    events = properties("UploadsApiFunction")["Events"].values()
    for event in events:
        method, path = event["Properties"]["Method"], event["Properties"]["Path"]
        assert f'Route("{method}", "{path.replace("{", "<").replace("}", ">")}"' in source
    assert source.count("Route(") == len(events)
