"""Who calls, by what API Gateway says of a request that it has let in."""

from typing import Any

import pytest
from battery_service.http.request import Request

from events.gateway import request_event


def caller(authorizer: dict[str, Any] | None = None, headers: dict[str, str] | None = None) -> str:
    return Request.from_event(request_event("GET", "/", headers=headers, authorizer=authorizer), None).caller


def test_nobody_calls_where_no_token_is_asked_for() -> None:
    assert caller() == ""


def test_the_authorizer_says_whose_token_it_is() -> None:
    assert caller({"lambda": {"caller": "dashboard"}}) == "token:dashboard"


def test_a_json_web_token_says_its_subject() -> None:
    claims = {"iss": "https://login.example.com/", "sub": "auth0|5f7c8ec7", "aud": "battery", "caller": "dashboard"}
    assert caller({"jwt": {"claims": claims, "scopes": None}}) == "jwt:auth0|5f7c8ec7"


def test_nobody_is_taken_for_a_caller_of_the_other_kind_by_choosing_a_name() -> None:
    names = ["dashboard", "token:dashboard", "jwt:dashboard", ""]
    of_tokens = {caller({"lambda": {"caller": name}}) for name in names}
    of_jwt = {caller({"jwt": {"claims": {"sub": name}, "scopes": None}}) for name in names}
    assert not of_tokens & of_jwt
    assert "" not in of_tokens | of_jwt


def test_a_json_web_token_without_a_subject_is_not_taken_for_an_open_endpoint() -> None:
    assert caller({"jwt": {"claims": {"client_id": "x"}, "scopes": None}}) == "jwt:"


@pytest.mark.parametrize("lambda_context", [None, {}, {"principal": "dashboard"}])
def test_an_authorizer_that_lets_in_and_names_nobody_is_a_fault(lambda_context: Any) -> None:
    with pytest.raises((KeyError, TypeError)):
        caller({"lambda": lambda_context})


def test_no_header_makes_a_caller() -> None:
    assert caller(headers={"authorization": "Bearer bat_x", "x-caller": "dashboard"}) == ""
