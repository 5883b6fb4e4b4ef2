"""The very artifact that would be deployed, under AWS's own runtime client: every event, every way in, and a death."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
from battery_analytics import BatteryFile
from battery_service import bridge
from battery_service.options import Options
from battery_service.tokens.store import line_of, new_token

from events.make_events import samples
from functions.site.app import make_handler as make_site
from functions.upload_handler.app import make_handler as make_upload
from sample_cells import plain as cells
from tests.answers import LambdaContext
from tests.event_answers import assert_answered
from tests.integration.presigned_flow import File, PresignedFlow, direct_report, post
from tests.package.running_artifact import ROOT, RunningArtifact, needs_the_artifact, running_artifact
from tests.real_data.folder import CALB
from tools.smoke.__main__ import main as smoke

pytestmark = needs_the_artifact

PICKLE: File = ("A.pkl", cells.pickled(cells.cell("A")))
SECOND: File = ("B.pkl", cells.pickled(cells.cell("B", fade_Ah_per_cycle=0.05)))
TRIPLET: Sequence[File] = tuple(cells.csv_set(cells.cell("C"), "C").items())
INPUTS: dict[str, Sequence[File]] = {"a pickle": (PICKLE,), "a CSV set": TRIPLET, "two cells": (PICKLE, SECOND)}
SAMPLES = samples()
SOURCE = {"SiteFunction": make_site({}), "UploadFunction": make_upload({})}
OPEN_PATHS = ("/", "/health", "/docs", "/openapi.json", "/api/formats")
B249 = CALB / "CALB_35_B249.pkl"


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningArtifact]:
    tmp_path_factory.getbasetemp()  # made before the stack moves this process's temporary files
    with running_artifact() as running:
        yield running


def report_of_the_source_tree(files: Sequence[File], **options: str) -> bytes:
    uploaded = [BatteryFile(name, content) for name, content in files]
    return bridge.analyse(uploaded, Options(**options)).report  # type: ignore[arg-type]  # plots are text here


# Events


@pytest.mark.parametrize("name", SAMPLES)
def test_each_event_is_answered_as_it_must_be(name: str, artifact: RunningArtifact) -> None:
    sample = SAMPLES[name]
    assert_answered(sample, artifact.stack.artifact.functions[sample.function](sample.event))


@pytest.mark.parametrize("name", [name for name, sample in SAMPLES.items() if sample.function in SOURCE])
def test_the_artifact_answers_byte_for_byte_as_the_source_tree_does(name: str, artifact: RunningArtifact) -> None:
    function, event = SAMPLES[name].function, SAMPLES[name].event
    assert artifact.stack.artifact.functions[function](event) == SOURCE[function](event, LambdaContext())


# Reports


@pytest.mark.parametrize("name", INPUTS)
def test_both_ways_give_the_report_of_the_source_tree_byte_for_byte(name: str, artifact: RunningArtifact) -> None:
    expected = report_of_the_source_tree(INPUTS[name])
    assert direct_report(artifact.url, INPUTS[name]) == expected
    assert PresignedFlow(artifact.url).report(INPUTS[name]) == expected


@pytest.mark.real_data
@pytest.mark.skipif(not B249.is_file(), reason=f"the real cell is not there: {B249}")
def test_a_real_cell_has_the_report_of_the_source_tree_by_both_ways(artifact: RunningArtifact) -> None:
    file = (B249.name, B249.read_bytes())
    expected = report_of_the_source_tree([file])
    assert direct_report(artifact.url, [file]) == expected
    assert PresignedFlow(artifact.url).report([file]) == expected


# The client


@pytest.mark.parametrize("way", ["--direct", "--presigned"])
def test_the_client_gets_its_report_by_both_ways(way: str, artifact: RunningArtifact, tmp_path: Path) -> None:
    file, report = tmp_path / PICKLE[0], tmp_path / "report.json"
    file.write_bytes(PICKLE[1])
    url = f"{artifact.url}/api/upload"
    options = ["--file", str(file), way, "--url", url, "--output", str(report)]
    command = [sys.executable, "battery_analytics_client.py", *options]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    assert json.loads(report.read_bytes()) == json.loads(report_of_the_source_tree([PICKLE]))


# Who may call


def test_with_tokens_only_their_bearers_come_in_and_a_job_is_its_callers_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ann, bob = new_token(), new_token()
    with running_artifact(tokens=f"{line_of('ann', ann)}\n{line_of('bob', bob)}\n") as artifact:
        url, upload = artifact.url, [("file", PICKLE)]

        def status(method: str, path: str, token: str | None, **more: Any) -> int:
            headers = {} if token is None else {"Authorization": f"Bearer {token}"}
            return requests.request(method, f"{url}{path}", headers=headers, timeout=60, **more).status_code

        assert [status("POST", "/api/upload", token, files=upload) for token in (None, "wrong", ann)] == [401, 403, 200]
        assert [status("GET", path, None) for path in OPEN_PATHS] == [200] * len(OPEN_PATHS)
        anns = requests.Session()
        anns.headers["Authorization"] = f"Bearer {ann}"
        announced = {"files": [{"name": PICKLE[0], "size_bytes": len(PICKLE[1])}]}
        place = anns.post(f"{url}/api/uploads", json=announced, timeout=60).json()
        assert post(place["files"][0]["post"], PICKLE).status_code == 204
        job = f"/api/jobs/{place['upload_id']}"
        start = f"/api/uploads/{place['upload_id']}/analysis"
        assert [status("POST", start, token, json={}) for token in (None, "wrong", bob, ann)] == [401, 403, 404, 202]
        for path in (job, f"{job}/result"):
            assert [status("GET", path, token) for token in (None, "wrong", bob)] == [401, 403, 404]
        assert status("GET", job, ann) == 200
        monkeypatch.setenv("BATTERY_API_TOKEN", bob)
        assert smoke([url]) == 0, capsys.readouterr().out


# The smoke test


def test_the_smoke_test_passes(artifact: RunningArtifact, capsys: pytest.CaptureFixture[str]) -> None:
    assert smoke([artifact.url]) == 0, capsys.readouterr().out


# A death


def test_a_function_that_is_killed_in_the_middle_is_a_500_and_the_next_request_is_answered(
    artifact: RunningArtifact,
) -> None:
    long = ("LONG.pkl", cells.pickled(cells.cell("LONG", n_cycles=800)))
    upload = artifact.stack.artifact.functions["UploadFunction"]
    direct_report(artifact.url, [PICKLE])  # so that one instance is warm, and is the one that works
    (instance,) = upload.instances

    def send() -> requests.Response:
        return requests.post(f"{artifact.url}/api/upload", files=[("file", long)], timeout=60)

    with ThreadPoolExecutor(1) as client:
        sent = client.submit(send)
        while not instance.is_at_work:
            time.sleep(0.001)
        os.kill(instance.process.pid, signal.SIGKILL)
        answer = sent.result()
    assert (answer.status_code, answer.json()) == (500, {"message": "Internal Server Error"})
    assert direct_report(artifact.url, [PICKLE]) == report_of_the_source_tree([PICKLE])
    assert instance not in upload.instances
