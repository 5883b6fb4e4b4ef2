"""The router: each request to its route, 404, 405 and preflights for the rest, and no request in another's place."""

import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from battery_service.functions import LambdaHandler
from battery_service.http.request import Request
from battery_service.http.responses import Answer, json_answer
from battery_service.http.router import Route, http_handler
from battery_service.settings import Settings

from events.gateway import request_event
from tests.answers import LambdaContext, error_of, report_of


def shown(request: Request, **parameters: str) -> Answer:
    return json_answer({"method": request.method, "path": request.path, **parameters})


ROUTES = (
    Route("GET", "/", shown),
    Route("GET", "/jobs/<job_id>", shown),
    Route("DELETE", "/jobs/<job_id>", shown),
    Route("GET", "/jobs/<job_id>/result", shown),
    Route("POST", "/uploads", shown),
)


@pytest.fixture
def handler() -> LambdaHandler:
    return http_handler(ROUTES, Settings())


def asked(handler: LambdaHandler, method: str, path: str, **headers: str) -> dict[str, Any]:
    return handler(request_event(method, path, headers=headers), LambdaContext())


@pytest.mark.parametrize(
    ("method", "path", "parameters"),
    [
        ("GET", "/", {}),
        ("GET", "/jobs/1", {"job_id": "1"}),
        ("DELETE", "/jobs/1", {"job_id": "1"}),
        ("GET", "/jobs/a b/result", {"job_id": "a b"}),
        ("POST", "/uploads", {}),
        ("post", "/uploads", {}),
    ],
)
def test_a_request_reaches_the_route_of_its_method_and_path(
    handler: LambdaHandler, method: str, path: str, parameters: dict[str, str]
) -> None:
    assert report_of(asked(handler, method, path)) == {"method": method.upper(), "path": path, **parameters}


@pytest.mark.parametrize(
    "path", ["/job", "/jobs", "/jobs/", "/jobs/1/", "/jobs/1/results", "/jobs/a/b/result", "//", ""]
)
def test_a_path_of_no_route_is_404_and_the_paths_are_named(handler: LambdaHandler, path: str) -> None:
    status, code, details = error_of(asked(handler, "GET", path))
    assert (status, code) == (404, "not_found")
    assert details == {"path": path, "paths": ["/", "/jobs/<job_id>", "/jobs/<job_id>/result", "/uploads"]}


@pytest.mark.parametrize("method", ["POST", "PUT", "BREW"])
def test_a_method_that_a_path_does_not_take_is_405_and_those_it_takes_are_named(
    handler: LambdaHandler, method: str
) -> None:
    answer = asked(handler, method, "/jobs/1")
    assert error_of(answer) == (
        405,
        "method_not_allowed",
        {"path": "/jobs/1", "allowed_methods": ["DELETE", "GET", "HEAD"]},
    )
    assert answer["headers"]["Allow"] == "DELETE, GET, HEAD"


def test_a_405_quotes_no_more_than_the_start_of_a_long_method(handler: LambdaHandler) -> None:
    assert "X" * 21 not in json.loads(asked(handler, "X" * 500, "/uploads")["body"])["error"]


@pytest.mark.parametrize(
    ("path", "methods"), [("/", "GET, HEAD"), ("/jobs/1", "DELETE, GET, HEAD"), ("/uploads", "POST")]
)
def test_a_preflight_is_told_the_methods_of_its_path(handler: LambdaHandler, path: str, methods: str) -> None:
    answer = asked(handler, "OPTIONS", path, origin="https://a.example")
    assert (answer["statusCode"], answer["body"]) == (204, "")
    assert answer["headers"]["Access-Control-Allow-Methods"] == methods
    assert answer["headers"]["Access-Control-Allow-Origin"] == "*"


def test_a_preflight_of_an_unknown_path_is_404(handler: LambdaHandler) -> None:
    assert error_of(asked(handler, "OPTIONS", "/elsewhere", origin="https://a.example"))[0] == 404


@pytest.fixture
def eager_threads() -> Iterator[None]:
    """Threads that change places every few microseconds, so that shared state shows."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.slow
@pytest.mark.usefixtures("eager_threads")
def test_of_4000_requests_in_eight_threads_each_is_answered_for_itself(handler: LambdaHandler) -> None:
    def is_its_own(number: int) -> bool:
        path = f"/jobs/{number}" if number % 2 else f"/nothing/{number}"
        answer = asked(handler, "GET", path)
        return (
            bool(json.loads(answer["body"]).get("path") == path) if number % 2 else error_of(answer)[2]["path"] == path
        )

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(is_its_own, range(4000)))
