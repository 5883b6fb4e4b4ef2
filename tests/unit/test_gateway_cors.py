"""CORS as API Gateway does it, of Starlette's middleware."""

import asyncio
from collections.abc import Sequence

import pytest
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from local.application import GatewayCors

PREFLIGHT = {
    "origin": "https://dash.example",
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization, content-type",
}
type Headers = dict[str, str]


async def behind(scope: Scope, receive: Receive, send: Send) -> None:
    """What a preflight never reaches."""
    await Response(b"answered", 200, {"x-a": "1"})(scope, receive, send)


def answer(method: str, headers: Headers, *, allow_origins: Sequence[str] = ("*",)) -> tuple[int, Headers, bytes]:
    """Status, headers and body of an answer."""
    application = GatewayCors(
        behind, allow_origins=allow_origins, allow_methods=("GET", "POST"), allow_headers=("authorization",)
    )
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    listed = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": "/api/upload", "headers": listed}
    asyncio.run(application(scope, receive, send))
    head, body = sent
    return head["status"], {name.decode(): value.decode() for name, value in head["headers"]}, body["body"]


def cors_of(headers: Headers) -> Headers:
    return {name: value for name, value in headers.items() if name.startswith("access-control-")}


def test_a_preflight_is_an_empty_204_for_any_origin_by_default() -> None:
    status, headers, body = answer("OPTIONS", PREFLIGHT)

    assert (status, body) == (204, b"")
    assert headers["access-control-allow-origin"] == "*"
    assert "POST" in headers["access-control-allow-methods"]
    assert "authorization" in headers["access-control-allow-headers"]
    assert {"content-type", "content-length"}.isdisjoint(headers)


def test_a_listed_origin_is_named_in_the_answer() -> None:
    for method, asked in (("OPTIONS", PREFLIGHT), ("POST", {"origin": "https://dash.example"})):
        _, headers, _ = answer(method, asked, allow_origins=("https://dash.example",))
        assert headers["access-control-allow-origin"] == "https://dash.example"
        assert headers["vary"].split(",")[0] == "Origin"


@pytest.mark.parametrize(
    "changed",
    [
        {"origin": "https://other.example"},
        {"access-control-request-method": "PATCH"},
        {"access-control-request-headers": "x-other"},
    ],
    ids=["origin", "method", "header"],
)
def test_a_preflight_for_what_is_not_allowed_is_a_204_without_permission(changed: Headers) -> None:
    status, headers, body = answer("OPTIONS", {**PREFLIGHT, **changed}, allow_origins=("https://dash.example",))

    assert (status, cors_of(headers), body) == (204, {}, b"")


def test_an_origin_that_is_not_listed_may_not_read_an_answer() -> None:
    status, headers, _ = answer("POST", {"origin": "https://other.example"}, allow_origins=("https://dash.example",))

    assert (status, "access-control-allow-origin" in headers) == (200, False)


def test_an_options_request_that_is_no_preflight_reaches_the_handler() -> None:
    assert answer("OPTIONS", {"origin": "https://a.example"})[2] == b"answered"


def test_a_request_from_no_browser_gets_no_cors_headers() -> None:
    _, headers, _ = answer("GET", {})

    assert (cors_of(headers), headers["x-a"]) == ({}, "1")
