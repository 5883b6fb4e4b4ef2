"""The small page in Chromium: it uploads, it shows the report, and nothing in a report becomes markup."""

import copy
import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest
from battery_service.http.multipart_body import uploaded_files
from battery_service.http.request import Request
from battery_service.limits import LOCAL
from battery_service.site.pages import Page, small_page

from local.gateway import Event
from tests.integration.running_server import SMALL_LIMITS, serving
from tests.integration.test_client import CELL

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")

QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--virtual-time-budget=10000",
]
SMALL_PAGE = small_page() or Page(b"", "")
CHOOSE_TWO_FILES = '<script>analyse([new File(["1,2"], "a_cycles.csv"), new File(["3"], "ä b.csv")])</script>'
ONE_PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
HOSTILE = "<img src=x onerror=\"document.title='hacked'\">"


class PageServer:
    """The page as it is served, with a choice of files already made, and `answer` for its upload."""

    def __init__(self, status: int, answer: object) -> None:
        self.status, self.answer = status, answer
        self.names: list[str] = []

    def __call__(self, event: Event, _context: object) -> object:
        if event["rawPath"] == "/api/upload":
            self.names = [file.name for file in uploaded_files(Request.from_event(event, None), LOCAL)]
            return {"statusCode": self.status, "body": json.dumps(self.answer)}
        if "text/html" not in event["headers"]["accept"]:
            return {"statusCode": 200, "body": '{"limits": {"max_upload_bytes": 52428800}}'}
        page = SMALL_PAGE.html.decode().replace("</body>", f"{CHOOSE_TWO_FILES}</body>")
        headers = {"content-type": "text/html; charset=utf-8", "content-security-policy": SMALL_PAGE.policy}
        return {"statusCode": 200, "headers": headers, "body": page}


def document_of(server: PageServer, profile: Path) -> str:
    """The page's body after all is done, without its script."""
    assert CHROMIUM is not None
    with serving(server, SMALL_LIMITS) as running:
        command = [CHROMIUM, *QUIET, f"--user-data-dir={profile}", "--dump-dom", f"{running.url}/"]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=180, check=True)
    assert "Uncaught" not in ended.stderr
    return re.sub(r"<script>.*?</script>", "", ended.stdout, flags=re.DOTALL)


def words_of(document: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", document.partition("<body>")[2])).split())


def with_plots(cell: object) -> "dict[str, dict[str, object]]":
    shown: dict[str, dict[str, object]] = copy.deepcopy(cell)  # type: ignore[arg-type]  # a report is a dict of dicts
    shown["capacity_fade"]["capacity_plot"] = ONE_PIXEL
    shown["voltage_profile"]["voltage_profile_plot"] = ONE_PIXEL
    return shown


def test_the_page_uploads_the_chosen_files_and_shows_the_report(tmp_path: Path) -> None:
    server = PageServer(200, with_plots(CELL))

    document = document_of(server, tmp_path)

    assert server.names == ["a_cycles.csv", "ä b.csv"]
    words = words_of(document)
    for said in (
        "Up to 50 MiB in one request",
        "CALB_35_B249 Prismatic · 58 Ah nominal · 35.0 °C",
        "Cycles 99 numbers 1 to 99",
        "Retention 99.59 % 0.0041 % fade per cycle",
        "Health Excellent 99.6 of 100",
        "End of life at cycle 4,512 indicative 90 % interval 3,900 to no upper limit",
        "warning The last cycle has no charge. (cycle 99)",
    ):
        assert said in words
    assert document.count('<img src="blob:') == 2


def test_several_cells_are_compared_and_linked(tmp_path: Path) -> None:
    rows = [
        {"rank": 2, "cell_id": "A", "total_cycles": 99, "capacity_retention_percentage": 98.0},
        {"rank": 1, "cell_id": "B", "total_cycles": 50, "capacity_retention_percentage": 99.0},
    ]
    document = document_of(PageServer(200, {"cells": [CELL, CELL], "comparison": {"cells": rows}}), tmp_path)

    assert "2 cells, slowest fade first" in document
    assert document.index('<a href="#cell-1">B</a>') < document.index('<a href="#cell-0">A</a>')
    assert document.count("<article") == 2


def test_what_a_file_says_never_becomes_markup(tmp_path: Path) -> None:
    cell = with_plots(CELL)
    cell["metadata"].update(cell_id=HOSTILE, form_factor=HOSTILE)
    cell["battery_health"]["degradation_indicators"] = [HOSTILE]
    cell["capacity_fade"][f"{HOSTILE}_plot"] = ONE_PIXEL

    document = document_of(PageServer(200, cell), tmp_path)

    assert "<title>Battery Analytics</title>" in document
    assert words_of(document).count("onerror=") >= 3


def test_an_error_is_shown_in_the_servers_words(tmp_path: Path) -> None:
    refusal = {"error": f"{HOSTILE} has no column 'x'.", "code": "missing_columns", "details": {}, "request_id": "r-17"}

    document = document_of(PageServer(400, refusal), tmp_path)

    assert f"{HOSTILE} has no column 'x'. missing_columns · request r-17" in words_of(document)
    assert '<div id="error" role="alert">' in document


def test_a_server_that_asks_for_a_token_is_said_to_do_so(tmp_path: Path) -> None:
    document = document_of(PageServer(401, {"message": "Unauthorized"}), tmp_path)

    assert "This server asks for a token" in words_of(document)
