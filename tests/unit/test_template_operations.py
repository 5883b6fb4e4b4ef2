"""Whoever is woken at night, by the template: alarms that say what to do, a dashboard, logs that end and hold no data."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from battery_service.metrics import NAMESPACE

from tests.template import FUNCTIONS, RESOURCES, TEMPLATE, of_type, properties

ALARMS = of_type("AWS::CloudWatch::Alarm")
OPERATIONS = Path("docs/operations.md")
METRICS = Path("layers/service/battery_service/metrics.py")


def title(alarm: dict[str, Any]) -> str:
    return str(alarm["AlarmName"]["Fn::Sub"]).removeprefix("${AWS::StackName}-")


def watched(alarm: dict[str, Any]) -> list[Any]:
    if "Metrics" in alarm:
        return [metric["MetricStat"]["Metric"] for metric in alarm["Metrics"] if "MetricStat" in metric]
    return [alarm]


def test_every_function_has_an_alarm_for_its_death() -> None:
    dying = {
        dimension["Value"]["Ref"]
        for alarm in ALARMS.values()
        if alarm.get("MetricName") == "Errors"
        for dimension in alarm["Dimensions"]
    }
    assert dying == set(FUNCTIONS)


@pytest.mark.parametrize(
    "metric", ["5xx", "Throttles", "Duration", "ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"]
)
def test_somebody_is_told_of_faults_throttles_slowness_dead_and_old_jobs(metric: str) -> None:
    assert any(metric == item["MetricName"] for alarm in ALARMS.values() for item in watched(alarm))


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_tells_the_topic_and_leads_to_its_chapter(name: str) -> None:
    alarm = ALARMS[name]
    assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "AlarmTopic"}]
    assert alarm["AlarmDescription"].endswith(f" See {OPERATIONS}, {title(alarm)}.")
    assert re.search(rf"^#+ `{title(alarm)}`$", OPERATIONS.read_text(), re.MULTILINE)


@pytest.mark.parametrize("name", ALARMS)
def test_silence_is_an_alarm_only_where_something_must_always_happen(name: str) -> None:
    expected = "breaching" if ALARMS[name].get("ComparisonOperator") == "LessThanThreshold" else "notBreaching"
    assert ALARMS[name]["TreatMissingData"] == expected


def dashboard() -> dict[str, Any]:
    body: str = properties("OperationsDashboard")["DashboardBody"]["Fn::Sub"]
    parsed: dict[str, Any] = json.loads(body)
    return parsed


def test_the_dashboard_shows_every_alarm_that_every_deployment_has() -> None:
    [widget] = [widget for widget in dashboard()["widgets"] if widget["type"] == "alarm"]
    shown = {arn.removeprefix("${").removesuffix(".Arn}") for arn in widget["properties"]["alarms"]}
    assert shown == {name for name in ALARMS if "Condition" not in RESOURCES[name]}


def test_the_dashboard_draws_only_metrics_that_the_code_counts() -> None:
    counted = METRICS.read_text()
    for widget in dashboard()["widgets"]:
        lines = widget["properties"].get("metrics", [])
        if lines and lines[0][0] == NAMESPACE:
            for line in lines:
                if line[0] != "...":
                    name = str(line[1])
                    assert f'"{name}"' in counted or f'"{name.removesuffix("Time")}"' in counted, name


def test_the_dashboard_refers_to_what_there_is() -> None:
    body: str = properties("OperationsDashboard")["DashboardBody"]["Fn::Sub"]
    for name in re.findall(r"\$\{([A-Za-z]+)[.}]", body):
        assert name in RESOURCES, name


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_functions_logs_end_some_day(function: str) -> None:
    group = properties(function)["LoggingConfig"]["LogGroup"]["Ref"]
    assert properties(group)["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    assert RESOURCES[group].get("Condition") == RESOURCES[function].get("Condition")


def test_the_access_log_is_json_and_holds_neither_addresses_nor_paths() -> None:
    settings = properties("HttpApiStage")["AccessLogSettings"]
    record = json.loads(settings["Format"])
    assert record["request_id"] == "$context.requestId"
    assert not any(word in settings["Format"] for word in ("sourceIp", "$context.path", "userAgent", "rawQuery"))


def test_the_outputs_name_what_there_is() -> None:
    for output in TEMPLATE["Outputs"].values():
        for name in re.findall(r"'Ref': '([A-Za-z]+)'|\$\{([A-Za-z]+)\}", str(output["Value"])):
            assert (name[0] or name[1]) in RESOURCES | TEMPLATE["Parameters"]
