"""The template that `sam build` leaves, as the artifact runner reads it: values, conditions, functions, layers."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from local.artifact.built_template import NotBuiltError, built_template, check_runs_here
from local.artifact.sandbox import merged
from local.intrinsics import Intrinsics, UnresolvedError

PARAMETERS = {
    "Stage": {"Type": "String", "Default": "dev"},
    "Origins": {"Type": "CommaDelimitedList", "Default": "https://a.example,https://b.example"},
    "Snapshots": {"Type": "String", "Default": "on"},
}
CONDITIONS = {
    "UsesSnapshots": {"Fn::Equals": [{"Ref": "Snapshots"}, "on"]},
    "IsProduction": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Stage"}, "dev"]}]},
    "Both": {"Fn::And": [{"Condition": "UsesSnapshots"}, {"Condition": "IsProduction"}]},
    "Either": {"Fn::Or": [{"Condition": "UsesSnapshots"}, {"Condition": "IsProduction"}]},
}
TEMPLATE = {"Parameters": PARAMETERS, "Conditions": CONDITIONS}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "Stage"}, "dev"),
        ({"Fn::Sub": "jobs-${Stage}-${Bucket}"}, "jobs-dev-files"),
        ({"Fn::Join": [",", {"Ref": "Origins"}]}, "https://a.example,https://b.example"),
        ({"Fn::If": ["UsesSnapshots", "true", "false"]}, "true"),
        ({"a": {"Ref": "AWS::NoValue"}, "b": 1}, {"b": 1}),
        ([{"Fn::If": ["IsProduction", "key", {"Ref": "AWS::NoValue"}]}, "file"], ["file"]),
        ({"Fn::GetAtt": "Bucket.Arn"}, "arn:files"),
        ({"Fn::GetAtt": ["Bucket", "Arn"]}, "arn:files"),
        ({"Fn::Sub": "${Bucket.Arn}/uploads/*"}, "arn:files/uploads/*"),
    ],
)
def test_a_value_is_computed_from_parameters_and_resources(value: Any, expected: object) -> None:
    assert Intrinsics(TEMPLATE, {"Bucket": "files", "Bucket.Arn": "arn:files"}).resolved(value) == expected


@pytest.mark.parametrize(
    ("given", "both", "either"),
    [
        ({}, False, True),
        ({"Stage": "prod"}, True, True),
        ({"Stage": "prod", "Snapshots": "off"}, False, True),
        ({"Snapshots": "off"}, False, False),
    ],
)
def test_a_condition_is_decided_by_the_parameters_given(given: dict[str, str], both: bool, either: bool) -> None:
    values = Intrinsics(TEMPLATE, given)
    assert (values.holds("Both"), values.holds("Either")) == (both, either)


@pytest.mark.parametrize(
    ("value", "named"),
    [({"Ref": "Bucket"}, "Bucket"), ({"Fn::Sub": "${Bucket}"}, "Bucket"), ({"Fn::Select": [0, "a"]}, "Fn::Select")],
)
def test_what_nobody_gave_is_named(value: Any, named: str) -> None:
    with pytest.raises(UnresolvedError, match=named):
        Intrinsics(TEMPLATE, {}).resolved(value)


def built(folder: Path, **properties: object) -> Path:
    layer = {"Type": "AWS::Serverless::LayerVersion", "Properties": {"ContentUri": "Layer"}}
    function = {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "One", **properties}}
    logs = {"Type": "AWS::Logs::LogGroup"}
    resources = {"Layer": layer, "Logs": logs, "One": function, "Two": {**function, "Condition": "IsProduction"}}
    shared = {
        "Handler": "app.lambda_handler",
        "LoggingConfig": {"LogFormat": "JSON", "ApplicationLogLevel": "WARN"},
        "Environment": {"Variables": {"STAGE": {"Ref": "Stage"}}},
    }
    template = {**TEMPLATE, "Globals": {"Function": shared}, "Resources": resources}
    (folder / "template.yaml").write_text(yaml.safe_dump(template))
    return folder


def test_a_function_has_its_own_settings_and_those_of_all(tmp_path: Path) -> None:
    folder = built(
        tmp_path,
        MemorySize=512,
        Timeout=29,
        Layers=[{"Ref": "Layer"}],
        LoggingConfig={"LogGroup": {"Ref": "Logs"}},
        Environment={"Variables": {"PRELOAD": {"Fn::If": ["UsesSnapshots", True, False]}, "BUCKET": {"Ref": "Bucket"}}},
        SnapStart={"ApplyOn": {"Fn::If": ["UsesSnapshots", "PublishedVersions", "None"]}},
    )
    function = built_template(folder).given({"Bucket": "files"}).functions["One"]
    assert (function.handler, function.memory_MB, function.timeout_s) == ("app.lambda_handler", 512, 29.0)
    assert (function.code, function.layers) == (folder / "One", (folder / "Layer",))
    assert function.variables == {"STAGE": "dev", "PRELOAD": "true", "BUCKET": "files"}
    assert (function.log_format, function.log_level, function.has_snapshot) == ("JSON", "WARN", True)


def test_what_a_function_does_not_say_is_lambdas_default(tmp_path: Path) -> None:
    function = built_template(built(tmp_path)).functions["One"]
    assert (function.memory_MB, function.timeout_s, function.scratch_MB) == (128, 3.0, 512)
    assert (function.layers, function.has_snapshot) == ((), False)


def test_a_function_whose_condition_does_not_hold_is_not_deployed(tmp_path: Path) -> None:
    folder = built(tmp_path)
    assert built_template(folder).functions.keys() == {"One"}
    assert built_template(folder, parameters={"Stage": "prod"}).functions.keys() == {"One", "Two"}


def test_without_an_artifact_the_error_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(NotBuiltError, match="make package"):
        built_template(tmp_path)


def test_an_artifact_for_another_processor_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    template = {"Parameters": {"Architecture": {"Type": "String", "Default": "x86_64"}}, "Resources": {}}
    (tmp_path / "template.yaml").write_text(yaml.safe_dump(template))
    with pytest.raises(NotBuiltError, match="for x86_64 and this machine is arm64: run make package ARCH=arm64"):
        check_runs_here(tmp_path)


def test_a_later_layer_hides_what_an_earlier_one_has_and_leaves_the_rest(tmp_path: Path) -> None:
    for layer, names in {"First": ("one/a", "one/b", "two/a"), "Second": ("one/b", "three/a")}.items():
        for name in names:
            path = tmp_path / layer / "python" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    first, second = tmp_path / "First/python", tmp_path / "Second/python"
    assert merged([tmp_path / "First", tmp_path / "Second"], "/opt") == {
        "/opt/python/one/a": first / "one/a",
        "/opt/python/one/b": second / "one/b",
        "/opt/python/two": first / "two",
        "/opt/python/three": second / "three",
    }
