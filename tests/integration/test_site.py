"""The site: a page for browsers, information for programs, assets by their hashed names, and no file beside them."""

from pathlib import Path
from typing import Any

import pytest
from battery_analytics.formats.registry import described_formats
from battery_service.functions import LambdaHandler
from battery_service.site.pages import DASHBOARD_POLICY, Page, small_page

from events.gateway import Event, request_event
from functions.site.app import make_handler
from tests.answers import LambdaContext, body_of, error_of, report_of

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
PAGE = b'<!doctype html><script type="module" src="./assets/index-1a2b.js"></script>'
SCRIPT = b"console.log('battery');" * 20
PIXEL = bytes.fromhex("89504e470d0a1a0a00ff")


def answer(site: LambdaHandler, event: Event) -> dict[str, Any]:
    return site(event, LambdaContext())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    page = tmp_path / "page"
    (page / "assets").mkdir(parents=True)
    (page / "index.html").write_bytes(PAGE)
    (page / "assets" / "index-1a2b.js").write_bytes(SCRIPT)
    (page / "assets" / "pixel-3c4d.png").write_bytes(PIXEL)
    (page / "assets" / "odd.exe").write_bytes(b"MZ")
    (tmp_path / "secret.txt").write_text("not a part of the page")
    return page


@pytest.fixture
def site(folder: Path) -> LambdaHandler:
    return make_handler({}, page_folder=folder)


def test_a_browser_gets_the_built_page_under_its_policy(site: LambdaHandler) -> None:
    page = answer(site, request_event("GET", "/", headers={"Accept": BROWSER}))
    assert body_of(page) == PAGE
    assert page["headers"]["Content-Security-Policy"] == DASHBOARD_POLICY
    assert page["headers"]["Cache-Control"] == "no-store"


def test_a_program_gets_information_at_the_same_address(site: LambdaHandler) -> None:
    information = report_of(answer(site, request_event("GET", "/", headers={"Accept": "application/json"})))
    assert information["status"] == "ok"
    assert information["limits"]["max_upload_bytes"] == 4 * 1024 * 1024


def test_the_formats_that_can_be_read_are_listed_without_a_token(site: LambdaHandler) -> None:
    listed = report_of(answer(site, request_event("GET", "/api/formats")))["formats"]
    assert listed == described_formats()


def test_a_page_that_was_not_built_is_stood_in_for_by_the_small_one(tmp_path: Path) -> None:
    page = answer(make_handler({}, page_folder=tmp_path), request_event("GET", "/", headers={"Accept": BROWSER}))
    small = small_page()
    assert isinstance(small, Page)
    assert body_of(page) == small.html
    assert page["headers"]["Content-Security-Policy"] == small.policy


def test_a_page_that_is_built_meanwhile_is_served_at_once(tmp_path: Path) -> None:
    site = make_handler({}, page_folder=tmp_path)
    answer(site, request_event("GET", "/", headers={"Accept": BROWSER}))
    (tmp_path / "index.html").write_bytes(PAGE)
    assert body_of(answer(site, request_event("GET", "/", headers={"Accept": BROWSER}))) == PAGE


def test_an_asset_is_kept_for_ever_and_travels_compressed_where_that_is_welcome(site: LambdaHandler) -> None:
    plain = answer(site, request_event("GET", "/assets/index-1a2b.js"))
    assert body_of(plain) == SCRIPT
    assert plain["headers"]["Content-Type"] == "text/javascript; charset=utf-8"
    assert "immutable" in plain["headers"]["Cache-Control"]
    packed = answer(site, request_event("GET", "/assets/index-1a2b.js", headers={"Accept-Encoding": "gzip, br"}))
    assert packed["headers"]["Content-Encoding"] == "gzip"
    assert packed["isBase64Encoded"] is True
    assert body_of(packed) == SCRIPT


def test_a_picture_travels_as_the_bytes_that_it_is(site: LambdaHandler) -> None:
    picture = answer(site, request_event("GET", "/assets/pixel-3c4d.png", headers={"Accept-Encoding": "identity"}))
    assert picture["isBase64Encoded"] is True
    assert body_of(picture) == PIXEL


@pytest.mark.parametrize(
    "name",
    ["nothing.js", "odd.exe", "..", ".", "..%2f..%2fsecret.txt", "../../secret.txt", "..\\..\\secret.txt", "a\0.js"],
)
def test_nothing_but_the_pages_own_files_is_served(site: LambdaHandler, name: str) -> None:
    status, code, _ = error_of(answer(site, request_event("GET", f"/assets/{name}")))
    assert (status, code) == (404, "not_found")


@pytest.mark.parametrize("name", ["a" * 256 + ".js", "a" * 5_000 + ".js", "%00.js", "..", ".js"])
def test_a_name_that_no_asset_can_have_is_not_found(site: LambdaHandler, name: str) -> None:
    assert error_of(answer(site, request_event("GET", f"/assets/{name}")))[:2] == (404, "not_found")


@pytest.mark.parametrize("path", ["/", "/health", "/openapi.json", "/api/formats", "/assets/index-1a2b.js"])
def test_head_is_answered_as_get_is_without_the_body(site: LambdaHandler, path: str) -> None:
    head, get = (answer(site, request_event(method, path)) for method in ("HEAD", "GET"))
    assert (head["statusCode"], head["headers"]["Content-Type"]) == (200, get["headers"]["Content-Type"])
    assert not head["body"]


def test_half_a_character_in_a_path_or_a_query_is_shown_as_a_question_mark(site: LambdaHandler) -> None:
    event = {**request_event("GET", "/health"), "rawPath": "/\ud800"}
    assert error_of(answer(site, event))[:2] == (404, "not_found")
