"""Answers as they leave: compressed where welcome, allowed to their origin, never too large for Lambda."""

import gzip
import random
from dataclasses import replace

import pytest
from battery_service.errors import ApiError
from battery_service.http.negotiation import accepts_gzip, prefers_html
from battery_service.http.request import Request
from battery_service.http.responses import Answer, finished, html_answer, json_answer
from battery_service.limits import CLOUD, LOCAL
from battery_service.settings import Settings
from hypothesis import given
from hypothesis import strategies as st

from events.gateway import request_event
from tests.answers import LambdaContext

LONG = Answer(200, b'{"value": "' + b"x" * 5000 + b'"}')


def request_with(**headers: str) -> Request:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request.from_event(request_event("GET", "/", headers=named), LambdaContext())


@pytest.mark.parametrize(
    ("accept_encoding", "welcome"),
    [
        ("gzip", True),
        ("gzip, deflate, br", True),
        ("GZIP", True),
        ("x-gzip", True),
        ("*", True),
        ("br;q=1.0, gzip;q=0.8, *;q=0.1", True),
        ("gzip;q=0.5, identity;q=0.5", True),
        ("", False),
        ("identity", False),
        ("br", False),
        ("gzip;q=0", False),
        ("gzip;q=0.000, *", False),
        ("*;q=0", False),
        ("gzip;q=0.2, identity;q=0.9", False),
        ("gzip;q=much", False),
        ("gzip;q=-1", False),
        ("gzip;q=nan", False),
        ("notgzip", False),
    ],
)
def test_gzip_is_used_where_its_quality_says_so(accept_encoding: str, welcome: bool) -> None:
    assert accepts_gzip(accept_encoding) is welcome


@pytest.mark.parametrize(
    ("accept", "html"),
    [
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True),
        ("text/*, */*;q=0.1", True),
        ("", False),
        ("*/*", False),
        ("application/json", False),
        ("application/json, text/html;q=0.9", False),
        ("text/html;q=0.1, application/json", False),
        ("text/html;q=0", False),
    ],
)
def test_a_browser_gets_the_page_and_a_program_gets_json(accept: str, html: bool) -> None:
    assert prefers_html(accept) is html


@given(st.text(max_size=200))
def test_no_accept_header_is_a_fault_of_ours(header: str) -> None:
    assert accepts_gzip(header) in {True, False}
    assert prefers_html(header) in {True, False}


def test_a_long_answer_is_compressed_and_reads_the_same() -> None:
    leaving = finished(LONG, request_with(accept_encoding="gzip"), Settings())
    assert leaving.headers["Content-Encoding"] == "gzip"
    assert len(leaving.body) < 500
    assert gzip.decompress(leaving.body) == LONG.body


def test_the_same_answer_compresses_to_the_same_bytes() -> None:
    first, second = (finished(LONG, request_with(accept_encoding="gzip"), Settings()).body for _ in range(2))
    assert first == second


def test_a_short_answer_is_not_worth_compressing() -> None:
    leaving = finished(json_answer({"status": "ok"}), request_with(accept_encoding="gzip"), Settings())
    assert "Content-Encoding" not in leaving.headers
    assert leaving.body == b'{"status":"ok"}'


def test_an_answer_says_who_it_is_and_that_nobody_may_keep_or_guess_it() -> None:
    headers = finished(LONG, request_with(), Settings()).headers
    assert headers["X-Request-Id"] == "Jk3xWhtLFiAEPxA="
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Type"] == "application/json"
    assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize(
    ("allowed", "origin", "answered"),
    [
        (frozenset({"*"}), "https://anyone.example", "*"),
        (frozenset({"https://a.example", "https://b.example"}), "https://b.example", "https://b.example"),
        (frozenset({"https://a.example"}), "https://evil.example", None),
        (frozenset({"https://a.example"}), "https://a.example.evil.example", None),
        (frozenset({"https://a.example"}), "null", None),
    ],
)
def test_only_allowed_origins_are_answered(allowed: frozenset[str], origin: str, answered: str | None) -> None:
    headers = finished(LONG, request_with(origin=origin), Settings(allowed_origins=allowed)).headers
    assert headers.get("Access-Control-Allow-Origin") == answered
    assert "Origin" in headers["Vary"]


def test_a_page_says_what_it_may_load() -> None:
    headers = finished(html_answer(b"<p>", "default-src 'none'"), request_with(), Settings()).headers
    assert headers["Content-Security-Policy"] == "default-src 'none'"
    assert headers["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"x" * 6_291_456, id="too long"),
        pytest.param(b'"' * 3_200_000, id="too long once its quotes are escaped"),
        pytest.param("ä".encode() * 1_100_000, id="too long once its letters are escaped"),
    ],
)
def test_in_the_cloud_an_answer_beyond_lambdas_limit_is_refused_with_the_remedies(body: bytes) -> None:
    with pytest.raises(ApiError) as caught:
        finished(Answer(200, body), request_with(), Settings(limits=CLOUD))
    assert (caught.value.status, caught.value.code) == (413, "too_large")
    assert "plots=none" in caught.value.message
    assert caught.value.details["presigned_route"] == "/api/uploads"


def test_in_the_cloud_the_same_answer_passes_when_compressed() -> None:
    answer = Answer(200, b"x" * 6_291_456)
    leaving = finished(answer, request_with(accept_encoding="gzip"), Settings(limits=CLOUD))
    assert len(leaving.body) < 100_000


def test_a_compressed_answer_counts_as_the_base64_that_it_travels_as() -> None:
    # given 30 kB that do not compress, and room for 35 kB
    answer = Answer(200, random.Random(1).randbytes(30_000))
    settings = Settings(limits=replace(CLOUD, max_answer_bytes=35_000))
    # when they are to leave, then their 40 kB of base64 are too many
    with pytest.raises(ApiError, match="the limit is 35,000"):
        finished(answer, request_with(accept_encoding="gzip"), settings)


def test_on_one_machine_nothing_bounds_an_answer() -> None:
    answer = Answer(200, b"x" * 7_000_000)
    assert finished(answer, request_with(), Settings(limits=LOCAL)).body == answer.body
