"""pip-audit itself, asking a database of this test's own in the protocol of OSV."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tools.artifact_build.audit import Verdict, asked

HASH = "--hash=sha256:" + "0" * 64
REQUIREMENTS = [f"numpy==2.5.5 {HASH}", f"pillow==9.0.0 {HASH}"]
FAULT = {
    "id": "PYSEC-2023-175",
    "summary": "A heap overflow.",
    "affected": [
        {
            "package": {"name": "pillow", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "10.0.1"}]}],
        }
    ],
}


class Database(BaseHTTPRequestHandler):
    """Knows a fault of Pillow, and of nothing else."""

    def do_POST(self) -> None:
        query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = json.dumps({"vulns": [FAULT]} if query["package"]["name"] == "pillow" else {}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Database) as server:
        monkeypatch.setenv("PIP_AUDIT_OSV_URL", f"http://127.0.0.1:{server.server_port}/v1/query")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield
        server.shutdown()
        thread.join(10)


@pytest.mark.usefixtures("database")
def test_a_vulnerable_library_is_found_by_its_locked_version() -> None:
    assert asked("osv", REQUIREMENTS) == Verdict(2, ("pillow 9.0.0: PYSEC-2023-175, fixed in 10.0.1",))


@pytest.mark.usefixtures("database")
def test_libraries_without_a_known_vulnerability_are_clean() -> None:
    assert asked("osv", REQUIREMENTS[:1]) == Verdict(1)


def test_a_database_that_does_not_answer_is_a_reason_and_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_AUDIT_OSV_URL", "http://127.0.0.1:9/v1/query")
    said = asked("osv", REQUIREMENTS)
    assert isinstance(said, str)
    assert "ConnectionError" in said
