"""Starting and ending the local server from the command line."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.integration.server_process import SCRIPT, server_process

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")


def test_the_server_says_where_it_is_and_is_there(tmp_path: Path) -> None:
    with server_process(tmp_path) as running:
        information = requests.get(running.url, headers={"accept": "application/json"}, timeout=60).json()
        health = requests.get(f"{running.url}/health", timeout=60)

    assert information["limits"]["max_upload_bytes"] == 50 * 2**20
    assert health.status_code == 200


def test_the_server_listens_on_this_machine_only_unless_told_otherwise(tmp_path: Path) -> None:
    with server_process(tmp_path) as running:
        assert running.url.startswith("http://127.0.0.1:")


def test_cloud_limits_apply_on_request(tmp_path: Path) -> None:
    with server_process(tmp_path, "--cloud-limits") as running:
        information = requests.get(running.url, headers={"accept": "application/json"}, timeout=60).json()
        files = {"file": ("cell.pkl", b"x" * (4 * 2**20 + 1))}
        refused = requests.post(f"{running.url}/api/upload", files=files, timeout=60)

    assert information["limits"]["max_upload_bytes"] == 4 * 2**20
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
    assert refused.json()["details"]["presigned_route"] == "/api/uploads"


@pytest.mark.parametrize("options", [(), ("--quotas",)])
def test_quotas_apply_on_request(tmp_path: Path, options: tuple[str, ...]) -> None:
    """200 open uploads, however long it takes to announce them."""
    announcement = {"files": [{"name": "a.pkl", "size_bytes": 1}]}
    with server_process(tmp_path, *options) as running, requests.Session() as session:
        files = {"file": ("a.pkl", b"no pickle")}
        assert session.post(f"{running.url}/api/upload", files=files, timeout=60).status_code == 400
        url = f"{running.url}/api/uploads"
        answers = [session.post(url, json=announcement, timeout=60) for _ in range(201)]

    assert {answer.status_code for answer in answers[:200]} == {201}
    assert answers[200].status_code == (429 if options else 201)
    if options:
        assert answers[200].json()["details"]["quota"] == "open_jobs"
        assert int(answers[200].headers["retry-after"]) > 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_server_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    with server_process(tmp_path) as running:
        requests.get(f"{running.url}/health", timeout=60)
        running.process.send_signal(number)

        assert running.process.wait(timeout=60) == 0
        assert "Traceback" not in running.log.read_text()


def test_a_signal_ends_the_server_even_while_it_warms_up(tmp_path: Path) -> None:
    with server_process(tmp_path) as running:
        running.process.terminate()

        assert running.process.wait(timeout=60) == 0
        assert "Traceback" not in running.log.read_text()


def test_a_taken_port_is_one_line_and_a_hint(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        command = [sys.executable, str(SCRIPT), str(port)]
        ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)

    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.splitlines() == [
        f"Port {port} on 127.0.0.1 is taken. Try another: python battery_analytics_api.py {port + 1}"
    ]


@pytest.mark.parametrize(
    ("options", "environment", "said"),
    [
        (["0", "--host", "203.0.113.250"], {}, "Cannot listen on 203.0.113.250:0"),
        (["0"], {"LIMITS": "generous"}, "LIMITS is 'generous'"),
    ],
)
def test_what_keeps_the_server_from_starting_is_one_line(
    options: list[str], environment: dict[str, str], said: str
) -> None:
    command = [sys.executable, str(SCRIPT), *options]
    ended = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60, check=False
    )

    assert ended.returncode == 1
    assert said in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
