"""The template and the code that it deploys: what one says about the other, on jobs, files, sizes and times."""

import re
import shlex
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from battery_service.callers.quotas import Quotas
from battery_service.jobs.settings import JobSettings
from battery_service.jobs.table_definition import table_definition
from battery_service.limits import CLOUD, UPLOADS
from battery_service.settings import Settings

from tests.integration.cloud import MAX_RECEIVES
from tests.template import FUNCTIONS, PARAMETERS, RESOURCES, TEMPLATE, holds, names_used, of_type, properties, resolved

JOB_FUNCTIONS = ("UploadsApiFunction", "WorkerFunction", "UpkeepFunction")
BEHIND_THE_API = ("SiteFunction", "AuthorizerFunction", "UploadFunction", "UploadsApiFunction")
SCIENCE_FUNCTIONS = ("UploadFunction", "WorkerFunction")
API_GATEWAY_SECONDS = 30
OWN_KEY = "arn:aws:kms:eu-central-1:000000000000:key/1234"


def variables(function: str, **given: object) -> dict[str, str]:
    """A function's environment: the shared part and its own."""
    shared = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]
    own = properties(function).get("Environment", {}).get("Variables", {})
    values = resolved({**shared, **own}, **given)
    return {name: str(value) for name, value in values.items()}


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


@pytest.mark.parametrize("function", BEHIND_THE_API)
def test_a_function_behind_the_api_ends_before_the_api_gives_up(function: str) -> None:
    assert properties(function)["Timeout"] < API_GATEWAY_SECONDS


def test_no_upkeep_begins_before_the_last_one_has_ended() -> None:
    upkeep = properties("UpkeepFunction")
    assert upkeep["Events"]["EveryFewMinutes"]["Properties"]["ScheduleExpression"] == "rate(5 minutes)"
    assert upkeep["Timeout"] < 5 * 60


@pytest.mark.parametrize("bucket", ["UploadsBucket", "ResultsBucket"])
def test_a_bucket_is_private_by_tls_only_and_keeps_nothing_for_ever(bucket: str) -> None:
    described = properties(bucket)
    assert set(described["PublicAccessBlockConfiguration"].values()) == {True}
    [statement] = properties(f"{bucket}Policy")["PolicyDocument"]["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    rules = described["LifecycleConfiguration"]["Rules"]
    assert any("ExpirationInDays" in rule for rule in rules)
    assert any("AbortIncompleteMultipartUpload" in rule for rule in rules)


def test_pages_post_where_they_may_and_follow_a_redirect_from_anywhere() -> None:
    [uploads] = properties("UploadsBucket")["CorsConfiguration"]["CorsRules"]
    assert (uploads["AllowedMethods"], uploads["AllowedOrigins"]) == (["POST"], {"Ref": "AllowedOrigins"})
    [results] = properties("ResultsBucket")["CorsConfiguration"]["CorsRules"]
    assert (results["AllowedMethods"], results["AllowedOrigins"]) == (["GET"], ["*"])


def encryption(**given: object) -> dict[str, Any]:
    """Everything that keeps data or messages, with how it says that it encrypts them."""
    found: dict[str, Any] = {}
    for name, bucket in of_type("AWS::S3::Bucket").items():
        [rule] = resolved(bucket, **given)["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        found[name] = rule["ServerSideEncryptionByDefault"].get("KMSMasterKeyID") or "AES256"
    for name, queue in of_type("AWS::SQS::Queue").items():
        stated = resolved(queue, **given)
        found[name] = stated.get("KmsMasterKeyId") or stated["SqsManagedSseEnabled"]
    for name, table in of_type("AWS::DynamoDB::Table").items():
        stated = resolved(table, **given)["SSESpecification"]
        found[name] = stated.get("KMSMasterKeyId") or stated["SSEEnabled"]
    for kind, key in (("AWS::Logs::LogGroup", "KmsKeyId"), ("AWS::SNS::Topic", "KmsMasterKeyId")):
        found |= {name: resolved(stated, **given).get(key) for name, stated in of_type(kind).items()}
    return found


def test_all_that_holds_files_results_or_jobs_is_encrypted_without_a_key_too() -> None:
    plain = {name: how for name, how in encryption().items() if RESOURCES[name]["Type"] != "AWS::Logs::LogGroup"}
    assert plain.pop("AlarmTopic") is None  # alarms name no data
    assert plain == {
        "UploadsBucket": "AES256",
        "ResultsBucket": "AES256",
        "AccessLogsBucket": "AES256",
        "JobsTable": True,
        "JobsQueue": True,
        "DeadJobsQueue": True,
    }


def test_a_key_of_ones_own_encrypts_everything_there_is_and_the_functions_may_use_it() -> None:
    encrypted = encryption(KmsKeyArn=OWN_KEY)
    assert encrypted.pop("AccessLogsBucket") == "AES256"  # S3 delivers its logs to no other
    assert set(encrypted.values()) == {OWN_KEY}
    for function in FUNCTIONS:
        if (policies := properties(function).get("Policies")) is not None:
            assert {"Ref": "KeyPolicy"} in resolved(policies, KmsKeyArn=OWN_KEY), function
            assert {"Ref": "KeyPolicy"} not in resolved(policies), function


def test_no_report_outlives_the_longest_retention_in_its_bucket() -> None:
    [days] = [
        rule["ExpirationInDays"]
        for rule in properties("ResultsBucket")["LifecycleConfiguration"]["Rules"]
        if "ExpirationInDays" in rule
    ]
    assert PARAMETERS["ResultRetentionHours"]["MaxValue"] / 24 < days


def test_an_uploads_files_fit_into_the_workers_tmp_twice() -> None:
    assert 2 * UPLOADS.max_total_bytes < properties("WorkerFunction")["EphemeralStorage"]["Size"] * 2**20


def test_the_smallest_worker_that_may_be_asked_for_holds_the_largest_upload() -> None:
    needed = 200 * 2**20 + 2 * UPLOADS.max_file_bytes
    assert needed < PARAMETERS["WorkerMemoryMB"]["MinValue"] * 2**20


@pytest.mark.parametrize("function", SCIENCE_FUNCTIONS)
def test_a_snapshot_is_taken_of_what_is_imported_and_without_one_nothing_is_imported_in_vain(function: str) -> None:
    for choice, applied, preload in (("on", "PublishedVersions", "true"), ("off", "None", "false")):
        assert resolved(properties(function), SnapStart=choice)["SnapStart"] == {"ApplyOn": applied}
        assert variables(function, SnapStart=choice)["PRELOAD"] == preload
    stated = properties(function)
    assert stated["AutoPublishAlias"] == "live"
    assert stated.get("EphemeralStorage", {"Size": 512})["Size"] == 512  # SnapStart takes no more


def test_what_calls_a_science_function_calls_its_alias() -> None:
    uri = properties("UploadIntegration")["IntegrationUri"]["Fn::Sub"]
    assert uri.endswith("${UploadFunction.Arn}:live/invocations")
    assert properties("UploadPermission")["FunctionName"] == {"Ref": "UploadFunction.Alias"}


@pytest.mark.parametrize(
    ("function", "parameter", "by_default"),
    [
        ("AuthorizerFunction", "AuthorizerConcurrency", 10),
        ("UploadsApiFunction", "ApiConcurrency", 20),
        ("UploadFunction", "UploadConcurrency", 20),
        ("WorkerFunction", "WorkerConcurrency", None),
    ],
)
def test_concurrency_is_reserved_as_parameters_say(function: str, parameter: str, by_default: int | None) -> None:
    assert resolved(properties(function)).get("ReservedConcurrentExecutions") == by_default
    assert resolved(properties(function), **{parameter: 7})["ReservedConcurrentExecutions"] == 7
    assert "ReservedConcurrentExecutions" not in resolved(properties(function), **{parameter: 0})


def test_one_caller_has_fewer_workers_than_there_are() -> None:
    assert 0 < PARAMETERS["CallerJobsAtOnce"]["Default"] < PARAMETERS["WorkersAtMost"]["Default"]


def test_the_functions_are_given_the_quotas_that_they_enforce() -> None:
    given = {"CallerRequestsPerMinute": 7, "CallerMegabytesPerHour": 8, "CallerAnalysisSecondsPerHour": 9}
    more = {"CallerLinksPerHour": 10, "CallerOpenJobs": 11}
    api = Quotas.from_environment(variables("UploadsApiFunction", **given, **more))
    assert api == Quotas(7, 8_000_000, 9, 10, 11)
    direct = Quotas.from_environment(variables("UploadFunction", **given, **more))
    assert direct == Quotas(7, 8_000_000, 9)
    worker = Quotas.from_environment(variables("WorkerFunction", **given, **more))
    assert (worker.analysis_seconds_per_hour, worker.open_jobs) == (9, 11)
    # whoever ends a job must know that it was counted
    for function in JOB_FUNCTIONS:
        settings = JobSettings.from_environment(variables(function, **more, CallerJobsAtOnce=2))
        assert (settings.quotas.open_jobs, settings.jobs_at_once) == (11, 2)


def test_a_deployment_that_says_nothing_limits_what_a_caller_may_use() -> None:
    quotas = Quotas.from_environment(variables("UploadsApiFunction"))
    assert min(getattr(quotas, field.name) for field in fields(quotas)) > 0


def test_the_access_logs_of_results_can_be_left_out() -> None:
    assert resolved(properties("ResultsBucket"))["LoggingConfiguration"]["DestinationBucketName"] == {
        "Ref": "AccessLogsBucket"
    }
    assert "LoggingConfiguration" not in resolved(properties("ResultsBucket"), ResultsAccessLogs="no")
    assert holds("LogsResults")
    assert not holds("LogsResults", ResultsAccessLogs="no")
    for name in ("AccessLogsBucket", "AccessLogsBucketPolicy"):
        assert RESOURCES[name]["Condition"] == "LogsResults"
    rules = properties("AccessLogsBucket")["LifecycleConfiguration"]["Rules"]
    assert {"Ref": "LogRetentionDays"} in [rule.get("ExpirationInDays") for rule in rules]


def test_a_budget_needs_somebody_to_tell() -> None:
    assert RESOURCES["BudgetAlarm"]["Condition"] == "HasBudget"
    assert not holds("HasBudget")
    assert holds("HasBudget", AlarmEmail="a@example.com")
    assert not holds("HasBudget", AlarmEmail="a@example.com", BudgetDollarsPerMonth=0)
    told = properties("BudgetAlarm")["NotificationsWithSubscribers"]
    assert {item["Subscribers"][0]["Address"]["Ref"] for item in told} == {"AlarmEmail"}


@pytest.mark.parametrize("function", JOB_FUNCTIONS)
def test_every_function_is_given_what_its_settings_need(function: str) -> None:
    settings = JobSettings.from_environment(variables(function, ResultRetentionHours=7))
    assert settings.retention_s == 7 * 3600


@pytest.mark.parametrize("function", ["SiteFunction", "UploadFunction", "UploadsApiFunction"])
def test_a_door_takes_what_the_cloud_takes(function: str) -> None:
    assert Settings.from_environment(variables(function)).limits == CLOUD


def test_every_parameter_is_described_offered_and_used() -> None:
    groups = TEMPLATE["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    offered = [name for group in groups for name in group["Parameters"]]
    assert sorted(offered) == sorted(PARAMETERS)
    assert all(parameter["Description"] for parameter in PARAMETERS.values())
    assert PARAMETERS.keys() <= names_used()


def test_the_configurations_name_parameters_that_there_are() -> None:
    configurations = tomllib.loads(Path("samconfig.toml").read_text())
    for name in ("default", "prod"):
        overrides = configurations[name]["deploy"]["parameters"]["parameter_overrides"]
        # `sam deploy --guided` writes what it was told as one text.
        words = shlex.split(overrides) if isinstance(overrides, str) else overrides
        given = dict(word.split("=", 1) for word in words)
        assert given.keys() <= PARAMETERS.keys()


@pytest.mark.parametrize("function", SCIENCE_FUNCTIONS)
def test_whatever_changes_a_function_behind_an_alias_publishes_a_version(function: str) -> None:
    """SAM compares code and layers; CloudFormation publishes anew where the description is another."""
    stated = dict(properties(function))
    described = set(re.findall(r"\$\{(\w+)\}", stated.pop("VersionDescription")["Fn::Sub"]))
    beside_versions = {"Policies", "Events", "ReservedConcurrentExecutions", "LoggingConfig"}
    parts = [stated[name] for name in stated if name not in beside_versions]
    shared = TEMPLATE["Globals"]["Function"]
    parts += [shared["Architectures"], shared["Environment"]]
    conditions = {"UsesSnapStart": "SnapStart"}
    used = set(re.findall(r"'Ref': '(\w+)'", str(parts)))
    used |= {conditions[name] for name in re.findall(r"'Fn::If': \['(\w+)'", str(parts))}
    assert all(layer["PublishLambdaVersion"] is True for layer in of_type("AWS::Serverless::LayerVersion").values())
    of_every_stack = {"UploadsBucket", "ResultsBucket", "JobsTable", "JobsQueue", "AnalyticsLayer", "ServiceLayer"}
    assert used - of_every_stack == described


def test_the_rules_use_the_functions_that_rules_may_use() -> None:
    """CloudFormation refuses all others there, which neither linter says."""
    allowed = {"Fn::And", "Fn::Contains", "Fn::EachMemberEquals", "Fn::EachMemberIn", "Fn::Equals"}
    allowed |= {"Fn::Not", "Fn::Or", "Fn::RefAll", "Fn::ValueOf", "Fn::ValueOfAll"}
    assert set(re.findall(r"'(Fn::\w+)'", str(TEMPLATE["Rules"]))) <= allowed


def test_every_resource_that_can_be_tagged_says_whose_it_is() -> None:
    untagged = {"AWS::ApiGatewayV2::Authorizer", "AWS::ApiGatewayV2::Integration", "AWS::ApiGatewayV2::Route"}
    untagged |= {
        "AWS::Lambda::Permission",
        "AWS::S3::BucketPolicy",
        "AWS::SNS::Subscription",
        "AWS::IAM::ManagedPolicy",
        "AWS::Budgets::Budget",
        "AWS::Logs::MetricFilter",
    }
    untagged |= {"AWS::Serverless::LayerVersion", "AWS::CloudWatch::Dashboard", "AWS::CloudWatch::Alarm"}
    for name, resource in RESOURCES.items():
        if resource["Type"] in untagged or name in FUNCTIONS:  # functions are tagged by Globals
            continue
        tags = resource["Properties"]["Tags"]
        as_map = tags if isinstance(tags, dict) else {tag["Key"]: tag["Value"] for tag in tags}
        assert as_map == {"application": "battery-analytics", "stage": {"Ref": "Stage"}}, name
