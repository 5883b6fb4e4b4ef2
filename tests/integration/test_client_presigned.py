"""The command-line client's presigned upload, against a fake API and a storage over real HTTP."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from battery_client import command as client
from battery_client import job as job_module
from battery_service.http.multipart_body import uploaded_files
from battery_service.http.request import Request
from battery_service.limits import LOCAL

from local.gateway import Event
from tests.integration.running_server import RunningServer, serving
from tests.integration.test_client import CELL

JOB = "5f3a"
FAILURE = {"error": "A.pkl is not what it seems.", "code": "unsafe_pickle", "details": {}, "request_id": "r-9"}
TOO_LARGE = {
    "error": "The upload has too many bytes.",
    "code": "too_large",
    "details": {"presigned_route": "/api/uploads"},
    "request_id": "r-1",
}
type Answer = tuple[int, object]


def answered(status: int, body: object, **headers: str) -> dict[str, Any]:
    text = body if isinstance(body, str) else json.dumps(body)
    return {"statusCode": status, "headers": {"content-type": "application/json", **headers}, "body": text}


@dataclass(slots=True)
class FakeApi:
    """All routes of the API and its storage, as the contract has them; what comes is kept in `seen`."""

    limit: int | None = 1000
    states: list[Answer] = field(default_factory=list)
    storage: list[Answer] = field(default_factory=list)
    result: Answer = (200, CELL)
    direct: Answer = (200, CELL)
    seen: list[str] = field(default_factory=list)
    stored: dict[str, bytes] = field(default_factory=dict)
    announced: list[Any] = field(default_factory=list)
    options: Any = None

    def __call__(self, event: Event, _context: object) -> object:
        method, path = event["requestContext"]["http"]["method"], event["rawPath"]
        self.seen.append(f"{method} {path}")
        request = Request.from_event(event, None)
        match method, path.strip("/").split("/"):
            case "GET", [""]:
                return answered(200, {"limits": {"max_upload_bytes": self.limit}} if self.limit else {})
            case "POST", ["api", "upload"]:
                return answered(*self.direct)
            case "POST", ["api", "uploads"]:
                return self._forms(event, json.loads(request.body())["files"])
            case "POST", ["bucket"]:
                return self._store(request)
            case "POST", ["api", "uploads", "up-1", "analysis"]:
                self.options = json.loads(request.body())
                return answered(202, {"job_id": JOB, "status": "queued", "status_url": f"/api/jobs/{JOB}"})
            case "GET", ["api", "jobs", found] if found == JOB:
                return answered(*(self.states.pop(0) if self.states else (200, {"job_id": JOB, "status": "succeeded"})))
            case "GET", ["api", "jobs", found, "result"] if found == JOB:
                status, body = self.result
                return answered(status, "", location=str(body)) if status == 303 else answered(status, body)
            case "GET", ["bucket", "report"]:
                return answered(200, CELL)
        return answered(404, {"error": "There is nothing here.", "code": "not_found", "details": {}})

    def _forms(self, event: Event, files: list[Any]) -> dict[str, Any]:
        self.announced = files
        url = f"http://{event['headers']['host']}/bucket"
        forms = [
            {"name": file["name"], "key": str(n), "post": {"url": url, "fields": {"key": f"k/{n}", "policy": "p"}}}
            for n, file in enumerate(files)
        ]
        return answered(201, {"upload_id": "up-1", "files": forms})

    def _store(self, request: Request) -> dict[str, Any]:
        (file,) = uploaded_files(request, LOCAL)
        # S3 ignores what follows the file, so the fields must come before it.
        head, _, _ = request.body().partition(b'name="file"')
        assert b'name="policy"' in head
        key = head.partition(b'name="key"\r\n\r\n')[2].partition(b"\r\n")[0].decode()
        status, body = self.storage.pop(0) if self.storage else (204, "")
        if status == 204:
            self.stored[key] = file.content
        return answered(status, body)


@pytest.fixture
def api() -> FakeApi:
    return FakeApi()


@pytest.fixture
def running(api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningServer]:
    monkeypatch.setattr(job_module, "FIRST_PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(job_module, "LONGEST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr("battery_client.presigned.RETRY_PAUSE_SECONDS", 0.001)
    with serving(api) as server:
        yield server


@pytest.fixture
def url(running: RunningServer) -> str:
    return f"{running.url}/api/upload"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.pkl"
    path.write_bytes(b"s" * 1000)
    return path


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "large.pkl"
    path.write_bytes(bytes(range(256)) * 4000)
    return path


def running_at(stage: str) -> Answer:
    return 200, {"job_id": JOB, "status": "running", "stage": stage}


# Direct or presigned


def test_up_to_the_servers_limit_one_request_carries_the_files(api: FakeApi, url: str, small: Path) -> None:
    assert client.main(["--file", str(small), "--url", url]) == 0

    assert api.seen == ["GET /", "POST /api/upload"]


def test_above_the_servers_limit_the_files_go_to_the_storage(api: FakeApi, url: str, large: Path, small: Path) -> None:
    assert client.main(["--files", str(large), str(small), "--url", url, "--eol-threshold", "0.7"]) == 0

    assert api.seen == [
        "GET /",
        "POST /api/uploads",
        "POST /bucket",
        "POST /bucket",
        "POST /api/uploads/up-1/analysis",
        f"GET /api/jobs/{JOB}",
        f"GET /api/jobs/{JOB}/result",
    ]
    assert api.announced == [{"name": "large.pkl", "size_bytes": 1_024_000}, {"name": "small.pkl", "size_bytes": 1000}]
    assert api.stored == {"k/0": large.read_bytes(), "k/1": small.read_bytes()}
    assert api.options == {"plots": "none", "eol_threshold": "0.7"}


def test_the_files_sizes_count_together(api: FakeApi, url: str, small: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.pkl"
    other.write_bytes(b"o")

    assert client.main(["--files", str(small), str(other), "--url", url]) == 0

    assert "POST /api/upload" not in api.seen


def test_an_error_that_names_the_presigned_upload_is_followed(
    api: FakeApi, url: str, large: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    api.limit, api.direct = None, (413, TOO_LARGE)

    assert client.main(["--file", str(large), "--url", url]) == 0

    assert api.stored == {"k/0": large.read_bytes()}
    assert (
        "The upload has too many bytes. (413 too_large) Sending the files as a presigned upload."
        in capsys.readouterr().err
    )


def test_another_413_is_the_end(api: FakeApi, url: str, small: Path) -> None:
    api.direct = (413, {**TOO_LARGE, "details": {}})

    assert client.main(["--file", str(small), "--url", url]) == 1
    assert "POST /api/uploads" not in api.seen


def test_direct_is_direct_whatever_the_size(api: FakeApi, url: str, large: Path) -> None:
    api.direct = (413, TOO_LARGE)

    assert client.main(["--direct", "--file", str(large), "--url", url]) == 1
    assert api.seen == ["POST /api/upload"]


def test_presigned_is_presigned_whatever_the_size(api: FakeApi, url: str, small: Path) -> None:
    assert client.main(["--presigned", "--file", str(small), "--url", url]) == 0
    assert api.stored == {"k/0": small.read_bytes()}


# How far it is


def test_the_upload_the_job_and_its_stages_are_told(
    api: FakeApi, url: str, large: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    api.states = [
        (200, {"job_id": JOB, "status": "queued", "stage": None}),
        running_at("analysing"),
        running_at("analysing"),
        running_at("storing"),
    ]

    assert client.main(["--file", str(large), "--url", url]) == 0

    assert capsys.readouterr().err.splitlines() == [
        "Sending 1.0 MB ...",
        "Sent, waiting for the report ...",
        f"Job {JOB} has started; if this is interrupted, get its report with --job {JOB}",
        "Waiting for a worker ...",
        "Analysing ...",
        "Storing the report ...",
    ]


def test_the_bar_runs_once_over_all_files(url: str, large: Path, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, int]] = []
    monkeypatch.setattr(
        "battery_client.progress.UploadProgress.update", lambda _self, sent, total: told.append((sent, total))
    )

    client.main(["--files", str(large), str(small), "--url", url])

    sent, totals = [n for n, _ in told], {total for _, total in told}
    assert sent == sorted(sent)
    assert totals == {sent[-1]}
    assert sent[-1] > 1_025_000


# What is picked up again


def test_a_job_is_picked_up_by_its_id(api: FakeApi, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    api.states = [running_at("plotting")]

    assert client.main(["--job", JOB, "--url", url]) == 0

    assert api.seen == [f"GET /api/jobs/{JOB}"] * 2 + [f"GET /api/jobs/{JOB}/result"]
    assert "CALB_35_B249" in capsys.readouterr().out


def test_a_job_needs_no_files(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        client.main(["--job", JOB, "--file", str(small)])
    assert "the job has them already" in capsys.readouterr().err


def test_an_unknown_job_is_the_servers_to_say(api: FakeApi, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert client.main(["--job", "../../other", "--url", url]) == 1

    assert capsys.readouterr().err == "There is nothing here. (404 not_found)\n"
    assert len(api.seen) == 1


def test_a_server_that_is_away_for_a_while_does_not_end_the_job(api: FakeApi, url: str) -> None:
    api.states = [(503, {}), (502, "<html>"), running_at("reading"), (503, {}), (429, {})]

    assert client.main(["--job", JOB, "--url", url]) == 0


def test_a_server_that_stays_away_ends_the_client_with_what_to_do(
    api: FakeApi, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    api.states = [(503, {})] * 100

    assert client.main(["--job", JOB, "--url", url]) == 1
    assert f"ask for it again with --job {JOB}" in capsys.readouterr().err


def test_a_large_report_is_fetched_where_the_server_leads(api: FakeApi, url: str, running: RunningServer) -> None:
    api.result = (303, f"{running.url}/bucket/report")

    assert client.main(["--job", JOB, "--url", url]) == 0
    assert api.seen[-1] == "GET /bucket/report"


# How it fails


def test_a_failed_job_ends_with_its_own_error(
    api: FakeApi, url: str, large: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    api.states = [(200, {"job_id": JOB, "status": "failed", "error": FAILURE})]

    assert client.main(["--file", str(large), "--url", url]) == 1

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines()[-2:] == ["A.pkl is not what it seems. (unsafe_pickle)", "Request id: r-9"]


def test_what_the_storage_refuses_is_said_in_its_words(
    api: FakeApi, url: str, large: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    api.storage = [(403, "<Error><Code>AccessDenied</Code><Message>Policy expired &amp; gone.</Message></Error>")]

    assert client.main(["--file", str(large), "--url", url]) == 1

    assert (
        capsys.readouterr().err.splitlines()[-1]
        == "The storage rejected large.pkl: Policy expired & gone. (403 AccessDenied)"
    )
    assert "POST /api/uploads/up-1/analysis" not in api.seen


def test_the_storages_own_trouble_is_tried_again(api: FakeApi, url: str, large: Path) -> None:
    api.storage = [(503, "<Error><Code>SlowDown</Code></Error>"), (500, "")]

    assert client.main(["--file", str(large), "--url", url]) == 0
    assert api.stored == {"k/0": large.read_bytes()}


def test_the_storages_lasting_trouble_is_the_end(
    api: FakeApi, url: str, large: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    api.storage = [(503, "<Error><Code>SlowDown</Code><Message>Slow down.</Message></Error>")] * 3

    assert client.main(["--file", str(large), "--url", url]) == 1
    assert capsys.readouterr().err.splitlines()[-1].endswith("Slow down. (503 SlowDown)")
