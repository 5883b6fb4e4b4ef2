"""The smoke test, against a local stack that works and against ones that do not."""

import base64
import gzip
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local.gateway import Event
from tests.integration.running_stack import running_stack
from tools.smoke import checks
from tools.smoke.__main__ import main
from tools.smoke.deployment import Deployment, SmokeError

type Handler = Callable[[Event, object], object]
type Answer = dict[str, Any]


class Fault:
    """Changes what the upload handler answers, while a test says so."""

    def __init__(self) -> None:
        self.change: Callable[[Answer], Answer] | None = None

    def around(self, handler: Handler) -> Handler:
        def answered(event: Event, context: object) -> object:
            answer = handler(event, context)
            assert isinstance(answer, dict)
            return answer if self.change is None else self.change(answer)

        return answered


@pytest.fixture(scope="module")
def fault() -> Fault:
    return Fault()


@pytest.fixture(scope="module")
def url(fault: Fault) -> Iterator[str]:
    with running_stack({"LIMITS": "local"}, fault.around) as url:
        yield url


def test_a_stack_that_works_passes_every_check(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([url]) == 0
    said = capsys.readouterr().out
    assert f"{len(checks.CHECKS)} of {len(checks.CHECKS)} checks passed" in said
    assert "FAILED" not in said


def test_a_deployment_that_nobody_serves_fails_every_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["http://127.0.0.1:9"]) == 1
    assert f"0 of {len(checks.CHECKS)} checks passed" in capsys.readouterr().out


def broken(answer: Answer) -> Answer:
    return {**answer, "statusCode": 500, "body": "{}"}


def wrong_capacity(answer: Answer) -> Answer:
    return _with_report(answer, lambda fade: [1.1 * value for value in fade])


def without_a_cycle(answer: Answer) -> Answer:
    return _with_report(answer, lambda fade: fade[:-1])


def _with_report(answer: Answer, change: Callable[[list[float]], list[float]]) -> Answer:
    report = json.loads(gzip.decompress(base64.b64decode(answer["body"])))
    fade = report["capacity_fade"]
    fade["discharge_capacities"] = change(fade["discharge_capacities"])
    headers = {name: value for name, value in answer["headers"].items() if name != "Content-Encoding"}
    return {**answer, "headers": headers, "body": json.dumps(report), "isBase64Encoded": False}


@pytest.mark.parametrize("change", [broken, wrong_capacity, without_a_cycle])
def test_an_upload_that_goes_wrong_is_found(url: str, fault: Fault, change: Callable[[Answer], Answer]) -> None:
    fault.change = change
    try:
        with pytest.raises(SmokeError):
            checks.direct_upload(Deployment(url))
    finally:
        fault.change = None


def test_a_report_that_differs_by_its_way_in_is_found(url: str, fault: Fault) -> None:
    fault.change = wrong_capacity  # of the direct way alone
    try:
        with pytest.raises(SmokeError, match="not the one of a direct upload"):
            checks.by_way_of_storage(Deployment(url))
    finally:
        fault.change = None


def test_an_endpoint_that_lets_anybody_in_is_found_where_a_token_is_given(url: str) -> None:
    with pytest.raises(SmokeError, match="where 401 was expected"):
        checks.turned_away(Deployment(url, token="bat_of-somebody"))


def test_a_token_is_not_in_what_is_printed_of_a_deployment() -> None:
    assert "secret" not in repr(Deployment("http://localhost", token="secret"))
