"""HTTP to API Gateway's version 2.0 events and back."""

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.gateway import Event, MalformedResultError, from_result, to_event
from tests.unit.http_requests import request

AT = datetime(2026, 3, 12, 19, 3, 58, tzinfo=UTC)


def event_of(
    *,
    method: str = "POST",
    raw_path: str = "/api/upload",
    query: str = "",
    headers: tuple[tuple[str, str], ...] = (),
    body: bytes = b"",
) -> Event:
    asked = request(method, raw_path, query=query, headers=headers)
    return to_event(asked, [body] if body else [], request_id="r-1", at=AT)


def test_a_body_that_need_not_be_text_stays_as_it_came() -> None:
    pieces = [b"\xff\x00", b"second"]
    event = to_event(request("POST", "/api/upload"), pieces, request_id="r-1", at=AT, as_text=False)

    assert (event["body"], event["isBase64Encoded"]) == (pieces, False)
    assert event["headers"]["content-length"] == "8"


def test_an_event_has_the_shape_of_version_2() -> None:
    event = event_of(headers=(("host", "localhost:5000"), ("user-agent", "curl/8")))

    assert event["version"] == "2.0"
    assert event["routeKey"] == "$default"
    assert event["rawPath"] == "/api/upload"
    context = event["requestContext"]
    assert context["http"] == {
        "method": "POST",
        "path": "/api/upload",
        "protocol": "HTTP/1.1",
        "sourceIp": "203.0.113.7",
        "userAgent": "curl/8",
    }
    assert context["requestId"] == "r-1"
    assert context["time"] == "12/Mar/2026:19:03:58 +0000"
    assert context["timeEpoch"] == 1773342238000


def test_what_a_request_lacks_is_an_absent_key() -> None:
    event = event_of()

    assert {"body", "cookies", "queryStringParameters"}.isdisjoint(event)
    assert event["isBase64Encoded"] is False


@given(body=st.binary(min_size=1))
def test_a_multipart_body_arrives_as_base64_of_the_same_bytes(body: bytes) -> None:
    event = event_of(headers=(("content-type", "multipart/form-data; boundary=x"),), body=body)

    assert event["isBase64Encoded"] is True
    assert base64.b64decode(event["body"], validate=True) == body


@pytest.mark.parametrize("content_type", ["application/json", "text/csv; charset=utf-8", "application/problem+json"])
def test_text_arrives_as_it_is(content_type: str) -> None:
    event = event_of(headers=(("content-type", content_type),), body="Δ 35 °C".encode())

    assert (event["body"], event["isBase64Encoded"]) == ("Δ 35 °C", False)


def test_text_that_is_not_utf_8_arrives_as_base64() -> None:
    event = event_of(headers=(("content-type", "text/csv"),), body=b"\xff\xfe1")

    assert event["isBase64Encoded"] is True
    assert base64.b64decode(event["body"]) == b"\xff\xfe1"


def test_headers_of_one_name_are_joined_by_comma() -> None:
    event = event_of(headers=(("accept", "text/html"), ("x-a", "1"), ("accept", "application/json")))

    assert event["headers"]["accept"] == "text/html,application/json"


def test_cookies_leave_the_headers_for_their_own_list() -> None:
    event = event_of(headers=(("cookie", "a=1; b=2"), ("cookie", "c=3")))

    assert event["cookies"] == ["a=1", "b=2", "c=3"]
    assert "cookie" not in event["headers"]


def test_headers_of_the_connection_stay_outside_and_the_length_is_that_of_the_body() -> None:
    event = event_of(
        headers=(("transfer-encoding", "chunked"), ("expect", "100-continue"), ("connection", "close")), body=b"12345"
    )

    assert event["headers"]["content-length"] == "5"
    assert {"transfer-encoding", "expect", "connection"}.isdisjoint(event["headers"])


def test_the_clients_address_ends_the_forwarding_chain() -> None:
    event = event_of(headers=(("x-forwarded-for", "198.51.100.2"),))

    assert event["headers"]["x-forwarded-for"] == "198.51.100.2, 203.0.113.7"


def test_a_query_is_kept_raw_and_also_taken_apart() -> None:
    event = event_of(query="plots=a&plots=b&eol_threshold=0.8&empty=&t=35%20%C2%B0C")

    assert event["rawQueryString"] == "plots=a&plots=b&eol_threshold=0.8&empty=&t=35%20%C2%B0C"
    assert event["queryStringParameters"] == {"plots": "a,b", "eol_threshold": "0.8", "empty": "", "t": "35 °C"}


def test_an_escaped_path_is_decoded() -> None:
    assert event_of(raw_path="/api/jobs/%C3%A9%20x")["rawPath"] == "/api/jobs/é x"


def test_a_result_becomes_its_status_headers_and_body() -> None:
    result = {"statusCode": 201, "headers": {"Content-Type": "application/json", "X-Count": 3}, "body": '{"ok": "°"}'}

    response = from_result(result)

    assert (response.status_code, response.body) == (201, '{"ok": "°"}'.encode())
    assert dict(response.headers) == {"content-length": "12", "content-type": "application/json", "x-count": "3"}


def test_a_base64_result_becomes_bytes() -> None:
    result = {"statusCode": 200, "body": base64.b64encode(b"\x1f\x8b\x00").decode(), "isBase64Encoded": True}

    assert from_result(result).body == b"\x1f\x8b\x00"


def test_each_cookie_of_a_result_is_a_header_of_its_own() -> None:
    response = from_result({"statusCode": 204, "cookies": ["a=1", "b=2"]})

    assert response.headers.items() == [("set-cookie", "a=1"), ("set-cookie", "b=2")]


def test_a_result_does_not_set_the_length_or_the_connection() -> None:
    response = from_result({"statusCode": 200, "headers": {"Content-Length": "9", "Connection": "close"}, "body": "ok"})

    assert response.headers.items() == [("content-length", "2")]


def test_a_result_without_a_status_is_the_json_of_a_200() -> None:
    response = from_result({"cells": []})

    assert (response.status_code, response.body) == (200, b'{"cells": []}')


@pytest.mark.parametrize(
    "result",
    [
        {"statusCode": "many"},
        {"statusCode": 99},
        {"statusCode": 200, "body": {"not": "text"}},
        {"statusCode": 200, "body": "???", "isBase64Encoded": True},
        {"statusCode": 200, "headers": {"x-a": "1\r\nset-cookie: stolen"}},
        {"statusCode": 200, "headers": {"bad name": "1"}},
        {"statusCode": 200, "cookies": ["a=1\nb"]},
    ],
)
def test_a_result_that_is_no_http_is_refused(result: object) -> None:
    with pytest.raises(MalformedResultError):
        from_result(result)


def test_the_handlers_own_cors_headers_give_way() -> None:
    response = from_result({"statusCode": 200, "headers": {"Access-Control-Allow-Origin": "https://wrong", "X-A": "1"}})

    assert "access-control-allow-origin" not in response.headers
    assert response.headers["x-a"] == "1"
