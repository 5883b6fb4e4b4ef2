"""Whoever is woken at night, by the template: alarms that say what to do, a dashboard, logs that end and hold no data."""

import json
import re
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
from battery_service.bridge import Analysis
from battery_service.errors import ApiError
from battery_service.metrics import NAMESPACE, count_failed_attempt, count_refusal, count_upload

from tests.template import FUNCTIONS, RESOURCES, TEMPLATE, holds, of_type, properties, resolved

ALARMS = of_type("AWS::CloudWatch::Alarm")
OPERATIONS = Path("docs/operations.md")


def title(alarm: dict[str, Any]) -> str:
    return str(alarm["AlarmName"]["Fn::Sub"]).removeprefix("${AWS::StackName}-")


def watched(alarm: dict[str, Any]) -> list[Any]:
    if "Metrics" in alarm:
        metrics = resolved(alarm["Metrics"])
        return [metric["MetricStat"]["Metric"] for metric in metrics if "MetricStat" in metric]
    return [alarm]


def test_every_function_has_an_alarm_for_its_death() -> None:
    dying = {
        dimension["Value"]["Ref"]
        for alarm in ALARMS.values()
        if alarm.get("MetricName") == "Errors"
        for dimension in alarm["Dimensions"]
    }
    assert dying == set(FUNCTIONS)


def test_a_throttle_of_any_function_is_told() -> None:
    dimensions = [item["Dimensions"][0]["Value"]["Ref"] for item in watched(ALARMS["ThrottlesAlarm"])]
    assert sorted(dimensions) == sorted(FUNCTIONS)


@pytest.mark.parametrize(
    "metric",
    [
        "Faults",
        "Refusals",
        "Throttles",
        "ReadThrottleEvents",
        "WriteThrottleEvents",
        "Duration",
        "ApproximateNumberOfMessagesVisible",
        "ApproximateAgeOfOldestMessage",
    ],
)
def test_somebody_is_told_of_faults_refusals_throttles_slowness_dead_and_old_jobs(metric: str) -> None:
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


def logged(**values: str) -> dict[str, str]:
    """A line of the access log; API Gateway writes a hyphen for what there is not."""
    line = dict.fromkeys(json.loads(properties("HttpApiStage")["AccessLogSettings"]["Format"]), "-")
    assert values.keys() <= line.keys()
    return line | values


def is_counted(pattern: str, line: dict[str, str]) -> bool:
    """Whether CloudWatch counts the line, by the part of its syntax that our filters use."""
    python = re.sub(
        r'\$\.(\w+) (=|!=) "([^"]*)"', r'(fnmatch(line["\1"], "\3") == ("\2" == "="))', pattern.strip("{ }")
    )
    return bool(eval(python.replace("&&", "and").replace("||", "or"), {"fnmatch": fnmatch, "line": line}))


KNOWN = [({}, {"caller": "dashboard"}), ({"JwtIssuer": "https://a", "JwtAudience": "b"}, {"subject": "7"})]


@pytest.mark.parametrize(("given", "caller"), KNOWN)
def test_only_a_known_caller_can_move_the_alarm_for_faults(given: dict[str, str], caller: dict[str, str]) -> None:
    pattern = resolved(properties("Faults")["FilterPattern"], **given)
    for status in ("500", "503", "504"):
        assert is_counted(pattern, logged(status=status, route="POST /api/upload", **caller))
        for route in ("GET /", "POST /api/upload", "-"):
            assert not is_counted(pattern, logged(status=status, route=route))
    assert not is_counted(pattern, logged(status="429", route="POST /api/upload", **caller))


def test_of_an_open_endpoint_only_the_routes_with_data_move_it() -> None:
    pattern = resolved(properties("Faults")["FilterPattern"], OpenEndpoint="yes-anybody-may-use-it-at-my-cost")
    for route in ("POST /api/upload", "POST /api/uploads", "GET /api/jobs/{job_id}"):
        assert is_counted(pattern, logged(status="500", route=route))
    for route in ("GET /", "GET /assets/{name}", "GET /health"):
        assert not is_counted(pattern, logged(status="500", route=route))


@pytest.mark.parametrize(("status", "counts"), [("401", True), ("403", True), ("404", False), ("500", False)])
def test_requests_without_a_valid_token_are_counted(status: str, counts: bool) -> None:
    assert is_counted(properties("Refusals")["FilterPattern"], logged(status=status)) is counts


@pytest.mark.parametrize(("name", "metric"), [("FaultsAlarm", "Faults"), ("RefusalsAlarm", "Refusals")])
def test_an_alarm_reads_the_metric_that_its_filter_writes(name: str, metric: str) -> None:
    [written] = properties(metric)["MetricTransformations"]
    assert (ALARMS[name]["Namespace"], ALARMS[name]["MetricName"]) == (
        written["MetricNamespace"],
        written["MetricName"],
    )


def dashboard(**given: object) -> dict[str, Any]:
    """The dashboard's widgets, with what only some deployments have put in."""
    body, further = properties("OperationsDashboard")["DashboardBody"]["Fn::Sub"]
    for name, value in resolved(further, **given).items():
        body = body.replace(f"${{{name}}}", value["Fn::Sub"] if isinstance(value, dict) else value)
    parsed: dict[str, Any] = json.loads(body)
    return parsed


@pytest.mark.parametrize("given", [{}, {"OpenEndpoint": "yes-anybody-may-use-it-at-my-cost"}])
def test_the_dashboard_shows_every_alarm_and_every_functions_faults(given: dict[str, str]) -> None:
    def is_there(name: str) -> bool:
        return "Condition" not in RESOURCES[name] or holds(RESOURCES[name]["Condition"], **given)

    widgets = dashboard(**given)["widgets"]
    [alarms] = [widget["properties"]["alarms"] for widget in widgets if widget["type"] == "alarm"]
    shown = {arn.removeprefix("${").removesuffix(".Arn}") for arn in alarms}
    assert shown == {name for name in ALARMS if is_there(name)}
    [query] = [widget["properties"]["query"] for widget in widgets if widget["type"] == "log"]
    assert set(re.findall(r"SOURCE '\$\{(\w+)\}'", query)) == {f"{name}Logs" for name in FUNCTIONS if is_there(name)}


def counted(capsys: pytest.CaptureFixture[str]) -> set[tuple[str, str, str]]:
    """Metric, service and way in of everything that the code counts, as it leaves the process."""
    analysis = Analysis(b"{}", ("calb_pickle",), 1, 1, 1, {"read": 1.0, "capacity_plot": 1.0, "encode": 1.0})
    count_upload("r", "direct", n_files=1, n_bytes=1, analysis=analysis, total_ms=1.0)
    count_upload("r", "storage", n_files=1, n_bytes=1, analysis=analysis, total_ms=1.0)
    count_refusal("r", "direct", ApiError("no_files", "none"))
    count_failed_attempt("r")
    found = set()
    for line in map(json.loads, capsys.readouterr().out.splitlines()):
        [described] = line["_aws"]["CloudWatchMetrics"]
        assert described["Namespace"] == NAMESPACE
        assert sorted(described["Dimensions"][0]) == ["service", "way"]
        found |= {(metric["Name"], line["service"], line["way"]) for metric in described["Metrics"]}
    return found


def test_the_dashboard_draws_only_what_the_code_counts(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED", raising=False)
    emitted = counted(capsys)
    drawn = set()
    for widget in dashboard()["widgets"]:
        lines = widget["properties"].get("metrics", [])
        if lines and lines[0][0] == NAMESPACE:
            drawn |= {(name, service, way) for _, name, _, service, _, way in map(tuple, spelled_out(lines))}
    assert len(drawn) == 8
    assert drawn <= emitted


def spelled_out(lines: list[list[Any]]) -> list[list[str]]:
    """CloudWatch's lines of a widget, where "." repeats a word of the line before and "..." all but the last."""
    full: list[list[str]] = []
    for line in lines:
        words = [word for word in line if isinstance(word, str)]
        if words[0] == "...":
            words = [*full[-1][: len(full[-1]) - len(words) + 1], *words[1:]]
        full.append([full[-1][index] if word == "." else word for index, word in enumerate(words)])
    return full


def test_the_dashboard_refers_to_what_there_is() -> None:
    for name in re.findall(r"\$\{([A-Za-z]+)[.}]", json.dumps(dashboard())):
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
