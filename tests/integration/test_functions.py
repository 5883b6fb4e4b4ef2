"""Every function: a handler made from an environment, at once in Lambda and at the first event elsewhere."""

import importlib
import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from battery_service.functions import lambda_handler_of

FUNCTIONS = sorted(path.parent.name for path in Path("functions").glob("*/app.py"))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_function_makes_its_handler_from_an_environment_alone(name: str) -> None:
    app = importlib.import_module(f"functions.{name}.app")
    first, *others = inspect.signature(app.make_handler).parameters.values()
    assert (first.name, first.annotation) == ("environment", Mapping[str, str])
    assert all(parameter.kind is parameter.KEYWORD_ONLY for parameter in others)
    assert app.lambda_handler.__module__ == "battery_service.functions"


@pytest.mark.parametrize("in_lambda", [True, False])
def test_a_handler_is_made_once_before_the_first_event_in_lambda_and_with_it_elsewhere(
    in_lambda: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def make_handler(environment: Mapping[str, str]) -> Any:
        made.append(environment["STAGE"])
        return lambda event, context: {"event": event, "context": context}

    monkeypatch.setenv("STAGE", "test")
    if in_lambda:
        monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "function")
    # when the module is imported
    handler = lambda_handler_of(make_handler)
    # then the handler is there in Lambda
    assert made == (["test"] if in_lambda else [])
    # and events find the one handler
    assert [handler({"n": n}, n) for n in (1, 2)] == [{"event": {"n": n}, "context": n} for n in (1, 2)]
    assert made == ["test"]
