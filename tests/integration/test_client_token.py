"""The command-line client's token: sent to the API, to nobody else, and never shown."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from battery_client import command as client
from battery_client import job as job_module
from battery_client.token import BearerToken

from local.gateway import Event
from tests.integration.running_server import RunningServer, serving
from tests.integration.test_client import CELL
from tests.integration.test_client_presigned import JOB, FakeApi

TOKEN = "bat_Zm9yIHRlc3RzIG9ubHkuIE5vdGhpbmcgb3BlbnMu-_0"


@dataclass
class Overheard:
    """An API, with what each request to it said of its sender; `refusal` is what the gateway before it answers."""

    api: FakeApi = field(default_factory=FakeApi)
    refusal: tuple[int, str] | None = None
    said: list[tuple[str, str | None]] = field(default_factory=list)

    def __call__(self, event: Event, context: object) -> object:
        path = f"{event['requestContext']['http']['method']} {event['rawPath']}"
        self.said.append((path, event["headers"].get("authorization")))
        if self.refusal is not None and event["rawPath"].startswith("/api/"):
            status, message = self.refusal
            headers = {"content-type": "application/json"}
            return {"statusCode": status, "headers": headers, "body": json.dumps({"message": message})}
        return self.api(event, context)


@pytest.fixture
def overheard() -> Overheard:
    return Overheard()


@pytest.fixture
def running(overheard: Overheard, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningServer]:
    monkeypatch.delenv("BATTERY_API_TOKEN", raising=False)
    monkeypatch.setattr(job_module, "FIRST_PAUSE_SECONDS", 0.001)
    with serving(overheard) as server:
        yield server


@pytest.fixture
def upload(running: RunningServer, tmp_path: Path) -> list[str]:
    file = tmp_path / "A.pkl"
    file.write_bytes(b"a" * 100)
    return ["--file", str(file), "--url", f"{running.url}/api/upload"]


@pytest.mark.parametrize("given", ["option", "environment", "option before environment", "with a line's end"])
def test_it_is_taken_from_the_option_or_the_environment(
    overheard: Overheard, upload: list[str], monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    variable = {"environment": TOKEN, "option before environment": "bat_other", "with a line's end": f"{TOKEN}\n"}
    if given in variable:
        monkeypatch.setenv("BATTERY_API_TOKEN", variable[given])
    option = ["--token", TOKEN] if given.startswith("option") else []

    assert client.main(["--direct", *upload, *option]) == 0

    assert overheard.said == [("POST /api/upload", f"Bearer {TOKEN}")]


def test_without_one_nothing_is_said(overheard: Overheard, upload: list[str]) -> None:
    assert client.main(["--presigned", *upload]) == 0

    assert {authorization for _, authorization in overheard.said} == {None}


def test_the_api_gets_it_at_every_step_and_the_storage_at_none(overheard: Overheard, upload: list[str]) -> None:
    assert client.main(["--presigned", *upload, "--token", TOKEN]) == 0

    bearer = f"Bearer {TOKEN}"
    assert overheard.said == [
        ("POST /api/uploads", bearer),
        ("POST /bucket", None),
        ("POST /api/uploads/up-1/analysis", bearer),
        (f"GET /api/jobs/{JOB}", bearer),
        (f"GET /api/jobs/{JOB}/result", bearer),
    ]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_link_to_another_server_is_followed_without_it(overheard: Overheard, upload: list[str], host: str) -> None:
    elsewhere = Overheard()
    with serving(elsewhere) as storage:
        overheard.api.result = (303, f"http://{host}:{storage.port}/bucket/report")

        assert client.main(["--job", JOB, *upload[2:], "--token", TOKEN]) == 0

    assert elsewhere.said == [("GET /bucket/report", None)]


def test_what_a_netrc_says_of_the_host_does_not_take_its_place(
    overheard: Overheard, upload: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))

    assert client.main(["--direct", *upload, "--token", TOKEN]) == 0

    assert overheard.said == [("POST /api/upload", f"Bearer {TOKEN}")]


@pytest.mark.parametrize("way", ["--direct", "--presigned"])
def test_a_server_that_asks_for_one_is_answered_with_how_to_give_it(
    overheard: Overheard, upload: list[str], capsys: pytest.CaptureFixture[str], way: str
) -> None:
    overheard.refusal = (401, "Unauthorized")

    assert client.main([way, *upload]) == 1

    said = capsys.readouterr().err.splitlines()[-1]
    route = "/api/upload" if way == "--direct" else "/api/uploads"
    assert said.endswith(f"{route} asks for a token (401 Unauthorized): set BATTERY_API_TOKEN, or give --token.")


@pytest.mark.parametrize("refusal", [(403, "Forbidden"), (401, "Unauthorized")], ids=["token", "JSON web token"])
@pytest.mark.parametrize("way", ["--direct", "--presigned"])
def test_one_that_is_not_accepted_is_said_to_be_so_and_not_shown(
    overheard: Overheard, upload: list[str], capsys: pytest.CaptureFixture[str], way: str, refusal: tuple[int, str]
) -> None:
    overheard.refusal = refusal

    assert client.main([way, *upload, "--token", TOKEN]) == 1

    said = capsys.readouterr().err
    assert f"The token is not accepted ({refusal[0]} {refusal[1]})." in said
    assert TOKEN not in said


@pytest.mark.parametrize("token", ["bat_\nX-Injected: 1", "bat_ä", "bat_ bat_", "bat_\x00"])
def test_what_cannot_be_one_is_not_sent_and_not_shown(
    overheard: Overheard, upload: list[str], capsys: pytest.CaptureFixture[str], token: str
) -> None:
    assert client.main(["--direct", *upload, "--token", token]) == 1

    said = capsys.readouterr().err
    assert "has characters that no token has" in said
    assert token not in said
    assert overheard.said == []


def test_one_that_is_printed_by_accident_is_not_readable() -> None:
    request = requests.Request("GET", "http://127.0.0.1/", auth=BearerToken(TOKEN))
    assert TOKEN not in f"{BearerToken(TOKEN)} {BearerToken(TOKEN)!r} {request}"


def test_the_report_is_that_of_a_client_without_one(upload: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    summaries: list[Any] = []
    for option in ([], ["--token", TOKEN]):
        assert client.main(["--direct", *upload, *option]) == 0
        summaries.append(capsys.readouterr().out)
    assert summaries[0] == summaries[1]
    assert CELL["metadata"]["cell_id"] in summaries[0]
