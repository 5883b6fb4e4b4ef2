"""The local stack with authorisation on: the authorizer itself, over the embedded SSM, before every route that has data."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from battery_client import command as client
from battery_service.tokens.store import hash_of, line_of, new_token

from sample_cells import plain as cells
from tests.integration.presigned_flow import File, PresignedFlow, post
from tests.integration.server_process import SCRIPT, ServerProcess, server_process

ANN, BOB, NOBODY = new_token(), new_token(), new_token()
STORE = f"# who may call\n{line_of('ann', ANN)}\nnot a line\n{line_of('bob', BOB)}  # Bob's laptop\n"
FILE: File = ("A.pkl", cells.pickled(cells.cell("A")))
JOB = "0" * 32
ROUTES = [
    ("POST", "/api/upload"),
    ("POST", "/api/uploads"),
    ("POST", f"/api/uploads/{JOB}/analysis"),
    ("GET", f"/api/jobs/{JOB}"),
    ("GET", f"/api/jobs/{JOB}/result"),
    ("DELETE", f"/api/jobs/{JOB}"),
    # spelled so that a check of the path alone could miss them
    ("GET", f"/api/%6Aobs/{JOB}"),
    ("POST", "/%61pi/upload"),
    ("POST", "/api/upload/"),
    ("POST", "/api/upload?Authorization=Bearer"),
    ("HEAD", f"/api/jobs/{JOB}"),
    ("OPTIONS", "/api/upload"),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    folder = tmp_path_factory.mktemp("tokens")
    (folder / "tokens.txt").write_text(STORE)
    with server_process(folder, "--tokens", str(folder / "tokens.txt")) as running:
        yield running


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_without_a_token_every_route_with_data_is_401(server: ServerProcess, method: str, path: str) -> None:
    answer = requests.request(method, f"{server.url}{path}", json={}, timeout=60)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/json"
    assert method == "HEAD" or answer.json() == {"message": "Unauthorized"}


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_with_a_wrong_token_it_is_403(server: ServerProcess, method: str, path: str) -> None:
    for token in (NOBODY, hash_of(ANN)):
        answer = requests.request(method, f"{server.url}{path}", json={}, headers=bearer(token), timeout=60)
        assert answer.status_code == 403
        assert method == "HEAD" or answer.json() == {"message": "Forbidden"}


def test_with_a_right_one_both_ways_lead_to_the_report(server: ServerProcess) -> None:
    direct = requests.post(f"{server.url}/api/upload", files={"file": FILE}, headers=bearer(ANN), timeout=60)

    assert direct.status_code == 200
    assert PresignedFlow(server.url, bearer(ANN)).report([FILE]) == direct.content


def test_anothers_upload_and_job_are_404_and_stay(server: ServerProcess) -> None:
    # given a job of Ann's that has succeeded, and an upload that she has not started
    ann = PresignedFlow(server.url, bearer(ANN))
    job = ann.job([FILE], plots="none")
    upload = ann.announced([FILE])
    assert post(upload["files"][0]["post"], FILE).status_code == 204
    # then Bob finds neither
    url = f"{server.url}/api/jobs/{job['job_id']}"
    asked = [requests.request(method, url, headers=bearer(BOB), timeout=60) for method in ("GET", "DELETE")]
    asked += [PresignedFlow(server.url, bearer(BOB)).result(job)]
    asked += [PresignedFlow(server.url, bearer(BOB)).start(upload["upload_id"], {})]
    assert [(answer.status_code, answer.json()["code"]) for answer in asked] == [(404, "not_found")] * 4
    # and Ann finds both
    assert ann.result(job).status_code == 200
    assert ann.start(upload["upload_id"], {}).status_code == 202
    assert requests.delete(url, headers=bearer(ANN), timeout=60).status_code == 204


def test_the_client_takes_both_ways_with_its_token_and_finds_no_job_of_anothers(
    server: ServerProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / FILE[0]
    file.write_bytes(FILE[1])
    url = ["--url", f"{server.url}/api/upload"]
    # given a job that the client has started as Ann
    monkeypatch.setenv("BATTERY_API_TOKEN", ANN)
    assert client.main(["--direct", "--file", str(file), *url]) == 0
    assert client.main(["--presigned", "--file", str(file), *url]) == 0
    job_id = capsys.readouterr().err.partition("Job ")[2].split()[0]
    # then she picks it up, and Bob is told that there is none
    assert client.main(["--job", job_id, *url]) == 0
    assert client.main(["--job", job_id, *url, "--token", BOB]) == 1
    assert "There is no job with this id" in capsys.readouterr().err


@pytest.mark.parametrize("path", ["/", "/health", "/docs", "/openapi.json", "/api/formats"])
@pytest.mark.parametrize("headers", [{}, bearer(NOBODY)], ids=["no token", "wrong token"])
def test_what_holds_no_data_is_open(server: ServerProcess, path: str, headers: dict[str, str]) -> None:
    for accepted in ("text/html", "application/json"):
        answer = requests.get(f"{server.url}{path}", headers={**headers, "Accept": accepted}, timeout=60)
        assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/api/upload", "/api/uploads", f"/api/jobs/{JOB}"])
def test_a_preflight_is_answered_without_a_token_and_allows_one(server: ServerProcess, path: str) -> None:
    headers = {"Origin": "https://dashboard.example", "Access-Control-Request-Method": "POST"}
    headers["Access-Control-Request-Headers"] = "authorization,content-type"
    answer = requests.options(f"{server.url}{path}", headers=headers, timeout=60)
    assert answer.status_code == 204
    assert "authorization" in answer.headers["access-control-allow-headers"]


def test_a_page_can_read_that_it_was_refused(server: ServerProcess) -> None:
    headers = {"Origin": "https://dashboard.example"}
    for given, status in (({}, 401), (bearer(NOBODY), 403)):
        answer = requests.get(f"{server.url}/api/jobs/{JOB}", headers={**headers, **given}, timeout=60)
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (status, "*")


def test_a_request_that_comes_at_once_waits_for_the_authorizer(tmp_path: Path) -> None:
    (tmp_path / "tokens.txt").write_text(STORE)
    with server_process(tmp_path, "--tokens", str(tmp_path / "tokens.txt")) as running:
        asked = [requests.delete(f"{running.url}/api/jobs/{JOB}", headers=bearer(t), timeout=60) for t in (NOBODY, ANN)]
    assert [answer.status_code for answer in asked] == [403, 204]


def test_the_log_says_who_called_and_holds_neither_token_nor_hash(server: ServerProcess) -> None:
    requests.get(f"{server.url}/api/jobs/{JOB}", headers=bearer(ANN), timeout=60)
    requests.get(f"{server.url}/api/jobs/{JOB}", headers=bearer(NOBODY), timeout=60)
    logged = server.log.read_text()
    assert '"caller":"token:ann"' in logged
    assert '"lines":[3]' in logged
    assert "token refused" in logged
    for token in (ANN, BOB, NOBODY):
        assert token not in logged
        assert hash_of(token) not in logged


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "cannot be read"), (b"\xff", "cannot be read"), (b"# nobody\n", "no line"), (ANN.encode(), "no line")],
    ids=["no file", "no text", "nobody", "a token in the place of its line"],
)
def test_a_server_that_could_let_nobody_in_does_not_start(tmp_path: Path, content: bytes | None, said: str) -> None:
    file = tmp_path / "tokens.txt"
    if content is not None:
        file.write_bytes(content)
    command = [sys.executable, str(SCRIPT), "0", "--tokens", str(file)]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("Cannot start: ")
    assert said in ended.stderr
    assert ANN not in ended.stderr
