"""The local gateway's authorizer: asked before the function, with the event that API Gateway sends, and heard."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from local.authorization import with_authorization
from local.gateway import Event, MalformedResultError, from_result, to_event
from tests.unit.http_requests import request

# Payload format version 2.0 for authorizers, from AWS's guide; what a request does not have is not there.
KEYS = {"version", "type", "routeArn", "identitySource", "routeKey", "rawPath", "rawQueryString", "headers"}
KEYS |= {"queryStringParameters", "requestContext"}
LET_IN = {"isAuthorized": True, "context": {"caller": "ann"}}


def event(*headers: tuple[str, str]) -> Event:
    sent = (("host", "api.example:80"), ("content-type", "text/plain"), *headers)
    asked = request("POST", "/api/jobs/1%202", query="a=1", headers=sent)
    return to_event(asked, [b"files"], request_id="r-1", at=datetime(2026, 11, 24, tzinfo=UTC))


class Recorder:
    """A function that keeps what it was called with."""

    def __init__(self, answer: object) -> None:
        self.answer = answer
        self.calls: list[tuple[Event, str]] = []

    def __call__(self, event: Event, request_id: str) -> object:
        self.calls.append((event, request_id))
        return self.answer


def answered(authorizer: Callable[[Event, str], object], function: Recorder, *headers: tuple[str, str]) -> Any:
    return from_result(
        with_authorization(function, authorizer, identity_source="authorization")(event(*headers), "r-1")
    )


TOKEN = ("authorization", "Bearer bat_x")


def test_the_function_is_told_what_the_authorizer_says_of_the_caller() -> None:
    function = Recorder({"statusCode": 200})
    assert answered(Recorder(LET_IN), function, TOKEN).status_code == 200
    [(seen, request_id)] = function.calls
    assert request_id == "r-1"
    assert seen["requestContext"].pop("authorizer") == {"lambda": {"caller": "ann"}}
    assert seen == event(TOKEN)


def test_the_authorizer_gets_all_but_the_body() -> None:
    authorizer = Recorder(LET_IN)
    answered(authorizer, Recorder({}), TOKEN)
    [(seen, _)] = authorizer.calls
    assert set(seen) == KEYS
    assert (seen["version"], seen["type"], seen["identitySource"]) == ("2.0", "REQUEST", ["Bearer bat_x"])
    assert seen["routeArn"] == "arn:aws:execute-api:eu-central-1:000000000000:local/$default/POST/api/jobs/1 2"
    assert seen["headers"] == event(TOKEN)["headers"]


@pytest.mark.parametrize("headers", [(), (("authorization", ""),), (("authorization", "  "),)])
def test_who_shows_nothing_is_unauthorized_and_nobody_is_asked(headers: tuple[tuple[str, str], ...]) -> None:
    authorizer, function = Recorder(LET_IN), Recorder({})
    response = answered(authorizer, function, *headers)
    assert (response.status_code, response.body) == (401, b'{"message":"Unauthorized"}')
    assert response.headers["content-type"] == "application/json"
    assert authorizer.calls == function.calls == []


def test_who_is_not_let_in_is_forbidden() -> None:
    function = Recorder({})
    response = answered(Recorder({"isAuthorized": False, "context": {"caller": "ann"}}), function, TOKEN)
    assert (response.status_code, response.body) == (403, b'{"message":"Forbidden"}')
    assert function.calls == []


@pytest.mark.parametrize("said", [None, {}, True, {"isAuthorized": "false"}, {"isAuthorized": 1}, [LET_IN]])
def test_an_authorizer_that_does_not_say_lets_nobody_in(said: object) -> None:
    function = Recorder({})
    with pytest.raises(MalformedResultError):
        answered(Recorder(said), function, TOKEN)
    assert function.calls == []


def test_an_authorizer_that_fails_lets_nobody_in() -> None:
    def authorizer(_event: Event, _request_id: str) -> object:
        raise ConnectionError

    function = Recorder({})
    with pytest.raises(ConnectionError):
        answered(authorizer, function, TOKEN)
    assert function.calls == []
