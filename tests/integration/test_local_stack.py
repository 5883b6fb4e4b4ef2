"""The local server's second way in, over real HTTP: forms, jobs, reports, and nothing left when it stops."""

import base64
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from battery_client import command as client
from battery_service import settings
from battery_service.limits import CLOUD

from local.embedded_aws import EmbeddedAws
from sample_cells import plain as cells
from tests.integration.presigned_flow import File, PresignedFlow, direct_report, post
from tests.integration.running_stack import running_stack
from tests.integration.server_process import ROOT, ServerProcess, server_process
from tools.benchmarks.inputs import BenchmarkInputs, benchmark_inputs

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals and processes")

HOSTILE = b"cos\nsystem\n(S'touch /tmp/owned'\ntR."
PICKLE: File = ("A.pkl", cells.pickled(cells.cell("A")))
SECOND: File = ("B.pkl", cells.pickled(cells.cell("B", fade_Ah_per_cycle=0.05)))
TRIPLET: list[File] = list(cells.csv_set(cells.cell("C"), "C").items())


@pytest.fixture(scope="module")
def server_temp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("server-tmp")


@pytest.fixture(scope="module")
def server(server_temp: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TMPDIR", str(server_temp))
            # What a developer may have set for other work; none of it must ever be used.
            patch.setenv("AWS_PROFILE", "production")
            patch.setenv("AWS_ENDPOINT_URL_S3", "http://192.0.2.1:9")
            patch.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
            patch.setenv("AWS_SECRET_ACCESS_KEY", "real")
            patch.setenv("HTTP_PROXY", "http://192.0.2.1:9")
            running = stack.enter_context(server_process(tmp_path_factory.mktemp("elsewhere")))
        yield running


@pytest.fixture
def flow(server: ServerProcess) -> PresignedFlow:
    return PresignedFlow(server.url)


@pytest.fixture
def form(flow: PresignedFlow) -> dict[str, Any]:
    found: dict[str, Any] = flow.announced([PICKLE])["files"][0]["post"]
    return found


def code_of(answer: requests.Response) -> str:
    assert answer.headers["content-type"] == "application/xml"
    return answer.text.partition("<Code>")[2].partition("</Code>")[0]


# The whole way


@pytest.mark.parametrize("files", [[PICKLE], TRIPLET, [PICKLE, *TRIPLET, SECOND]], ids=["pickle", "triplet", "several"])
def test_the_presigned_way_gives_the_direct_ways_report_byte_for_byte(flow: PresignedFlow, files: list[File]) -> None:
    options = {"plots": "capacity", "eol_threshold": "0.7", "cycles": "1,3"}

    presigned = flow.report(files, plots=["capacity"], eol_threshold=0.7, cycles=[1, 3])

    assert presigned == direct_report(flow.url, files, **options)


def test_forms_and_links_lead_to_the_host_that_was_called(server: ServerProcess) -> None:
    host = server.url.replace("127.0.0.1", "localhost")

    announced = PresignedFlow(host).announced([PICKLE])

    assert announced["files"][0]["post"]["url"].startswith(f"{host}/s3/")


def test_a_page_of_another_origin_may_post_to_the_storage(form: dict[str, Any]) -> None:
    origin = {"origin": "https://dashboard.example"}
    preflight = requests.options(form["url"], headers={**origin, "access-control-request-method": "POST"}, timeout=60)
    stored = requests.post(form["url"], data=form["fields"], files={"file": PICKLE}, headers=origin, timeout=60)

    assert (preflight.status_code, stored.status_code) == (204, 204)
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert stored.headers["access-control-allow-origin"] == "*"


def test_the_client_takes_the_presigned_way_and_names_its_job(
    server: ServerProcess, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / PICKLE[0]
    file.write_bytes(PICKLE[1])
    url = ["--url", f"{server.url}/api/upload"]

    assert client.main(["--presigned", "--file", str(file), *url]) == 0

    said = capsys.readouterr()
    job_id = said.err.partition("Job ")[2].split()[0]
    assert client.main(["--job", job_id, *url]) == 0
    assert capsys.readouterr().out == said.out


def test_a_report_that_one_answer_cannot_carry_is_fetched_from_the_storage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "CLOUD", replace(CLOUD, max_answer_bytes=30_000))
    with running_stack({}, lambda handler: handler) as url:
        flow = PresignedFlow(url)
        job = flow.job([PICKLE])
        led = requests.get(f"{url}/api/jobs/{job['job_id']}/result", allow_redirects=False, timeout=60)
        fetched = flow.result(job)
        changed = requests.get(led.headers["location"].replace("X-Amz-Expires=", "X-Amz-Expires=9"), timeout=60)
        direct = flow.report([PICKLE], plots="none")

    assert (led.status_code, fetched.status_code) == (303, 200)
    assert led.headers["location"].startswith(f"{url}/s3/")
    assert fetched.json()["metadata"] == json.loads(direct)["metadata"]
    assert (changed.status_code, code_of(changed)) == (403, "SignatureDoesNotMatch")


def test_a_hostile_file_fails_its_job_with_the_direct_ways_error(flow: PresignedFlow) -> None:
    file = ("evil.pkl", HOSTILE)

    job = flow.job([file])
    direct = requests.post(f"{flow.url}/api/upload", files={"file": file}, timeout=60).json()

    assert job["status"] == "failed"
    assert job["attempts"] == 1
    assert {**job["error"], "request_id": ""} == {**direct, "request_id": ""}
    assert direct["code"] == "unsafe_pickle"


# What the storage refuses, as S3 does


def test_a_larger_file_than_announced_is_too_large(form: dict[str, Any]) -> None:
    answer = post(form, ("A.pkl", PICKLE[1] + b"x"))

    assert (answer.status_code, code_of(answer)) == (400, "EntityTooLarge")
    assert f"<MaxSizeAllowed>{len(PICKLE[1])}</MaxSizeAllowed>" in answer.text


def test_a_smaller_file_than_announced_is_too_small(form: dict[str, Any]) -> None:
    answer = post(form, ("A.pkl", PICKLE[1][:-1]))

    assert (answer.status_code, code_of(answer)) == (400, "EntityTooSmall")


def test_a_form_opens_its_own_key_only(flow: PresignedFlow, form: dict[str, Any]) -> None:
    other = flow.announced([PICKLE])["files"][0]["key"]

    answer = post(form, PICKLE, key=other)

    assert (answer.status_code, code_of(answer)) == (403, "AccessDenied")
    assert "Policy Condition failed" in answer.text


def test_a_changed_signature_is_refused(form: dict[str, Any]) -> None:
    answer = post(form, PICKLE, **{"x-amz-signature": "0" * 64})

    assert (answer.status_code, code_of(answer)) == (403, "SignatureDoesNotMatch")


def test_a_policy_cannot_be_made_to_last(form: dict[str, Any]) -> None:
    policy = json.loads(base64.b64decode(form["fields"]["policy"]))
    policy["expiration"] = "2999-01-01T00:00:00Z"

    answer = post(form, PICKLE, policy=base64.b64encode(json.dumps(policy).encode()).decode())

    assert (answer.status_code, code_of(answer)) == (403, "SignatureDoesNotMatch")


def test_another_content_type_is_refused(form: dict[str, Any]) -> None:
    answer = post(form, PICKLE, **{"Content-Type": "text/html"})

    assert (answer.status_code, code_of(answer)) == (403, "AccessDenied")


@pytest.mark.parametrize(
    ("headers", "body", "status", "code"),
    [
        ({"content-type": "application/json"}, b"{}", 412, "PreconditionFailed"),
        ({"content-type": "multipart/form-data; boundary=x"}, b"--x\r\n", 400, "MalformedPOSTRequest"),
        (
            {"content-type": "multipart/form-data; boundary=x"},
            b'--x\r\nContent-Disposition: form-data; name="key"\r\n\r\na\r\n--x--\r\n',
            400,
            "InvalidArgument",
        ),
        (
            {"content-type": "multipart/form-data; boundary=x"},
            b'--x\r\nContent-Disposition: form-data; name="key"\r\n\r\n' + b"a" * 30_000 + b"\r\n--x--\r\n",
            400,
            "MaxPostPreDataLengthExceeded",
        ),
    ],
)
def test_a_form_that_is_none_is_refused(
    form: dict[str, Any], headers: dict[str, str], body: bytes, status: int, code: str
) -> None:
    answer = requests.post(form["url"], data=body, headers=headers, timeout=60)

    assert (answer.status_code, code_of(answer)) == (status, code)


def test_an_object_cannot_be_read_or_listed_without_a_signature(form: dict[str, Any]) -> None:
    assert post(form, PICKLE).status_code == 204

    read = requests.get(f"{form['url']}/{form['fields']['key']}", timeout=60)
    listed = requests.get(f"{form['url']}/?list-type=2", timeout=60)

    assert (read.status_code, code_of(read)) == (403, "AccessDenied")
    assert listed.status_code == 405


def test_what_was_refused_is_not_there(flow: PresignedFlow) -> None:
    announced = flow.announced([PICKLE])
    post(announced["files"][0]["post"], ("A.pkl", PICKLE[1] + b"x"))

    answer = flow.start(announced["upload_id"], {})

    assert (answer.status_code, answer.json()["code"]) == (409, "not_uploaded")


# No way out, and nothing left


def test_every_aws_client_of_the_process_has_the_embedded_endpoint_and_key(monkeypatch: pytest.MonkeyPatch) -> None:
    probe = """
import json, os, sys
from local.embedded_aws import EmbeddedAws
from local.job_services import _point_this_process_to
aws = EmbeddedAws()
try:
    aws.wait_until_ready()
    _point_this_process_to(aws)
    import boto3
    from battery_service.jobs.backend import connected
    from battery_service.jobs.settings import JobSettings
    backend = connected(JobSettings("uploads", "results", "table", "queue"))
    made = [vars(part)["_client"] for part in (backend.jobs, backend.storage, backend.queue)]
    every = boto3.session.Session()
    made += [every.client(name) for name in ("s3", "sqs", "sts")]
    found = {(client.meta.endpoint_url, client._request_signer._credentials.access_key) for client in made}
    assert found == {(aws.endpoint, aws.credentials.access_key)}, found
    assert aws.endpoint.startswith("http://127.0.0.1:")
finally:
    aws.stop()
"""
    for name, value in {
        "AWS_PROFILE": "production",
        "AWS_ENDPOINT_URL_S3": "https://s3.eu-central-1.amazonaws.com",
        "AWS_ENDPOINT_URL_DYNAMODB": "https://dynamodb.eu-central-1.amazonaws.com",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
        "AWS_ACCESS_KEY_ID": "AKIAREAL",
        "AWS_SECRET_ACCESS_KEY": "real",
        "AWS_SESSION_TOKEN": "real",
        "AWS_USE_FIPS_ENDPOINT": "true",
    }.items():
        monkeypatch.setenv(name, value)

    ended = subprocess.run(
        [sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )

    assert (ended.returncode, ended.stderr) == (0, "")


def test_the_embedded_services_open_to_their_own_key_only() -> None:
    aws = EmbeddedAws()
    try:
        aws.wait_until_ready()
        for path in ("/", "/moto-api/data.json", "/battery-uploads?X-Amz-Credential=" + aws.credentials.access_key):
            answer = requests.get(f"{aws.endpoint}{path}", headers={"origin": "https://evil.example"}, timeout=60)
            assert answer.status_code == 403
            assert "access-control-allow-origin" not in answer.headers
    finally:
        aws.stop()


def children_of(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in listed.stdout.split()]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def assert_nothing_is_left(moto: int, temporary: Path) -> None:
    deadline = time.monotonic() + 60
    while (is_alive(moto) or os.listdir(temporary)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_alive(moto)
    assert os.listdir(temporary) == []


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


def test_nothing_is_left_when_it_stops(tmp_path: Path, temporary: Path) -> None:
    with server_process(tmp_path) as running:
        announced = PresignedFlow(running.url).announced([PICKLE])
        post(announced["files"][0]["post"], PICKLE)
        (moto,) = children_of(running.process.pid)
        running.process.send_signal(signal.SIGINT)

        assert running.process.wait(timeout=120) == 0
        assert_nothing_is_left(moto, temporary)
        assert "Traceback" not in running.log.read_text()


def test_nothing_is_left_when_it_is_killed_as_soon_as_the_services_start(tmp_path: Path, temporary: Path) -> None:
    with server_process(tmp_path) as running, ThreadPoolExecutor(1) as pool:
        asked = pool.submit(requests.get, f"{running.url}/api/jobs/{'0' * 32}", timeout=60)
        while not (children := children_of(running.process.pid)):
            assert not asked.done()
            time.sleep(0.01)
        running.process.kill()

        running.process.wait(timeout=120)
        assert_nothing_is_left(children[0], temporary)
        assert isinstance(asked.exception(), requests.ConnectionError)


def test_the_services_start_by_themselves_once_no_request_is_handled(tmp_path: Path, temporary: Path) -> None:
    with server_process(tmp_path) as running:
        deadline = time.monotonic() + 120
        while not children_of(running.process.pid):
            assert time.monotonic() < deadline
            time.sleep(0.05)


# The sizes that the presigned way is for


@pytest.fixture(scope="module")
def large_inputs() -> BenchmarkInputs:
    return benchmark_inputs()


@pytest.mark.large_files
@pytest.mark.parametrize(
    ("name", "kind", "least_bytes"),
    [("LARGE.pkl", "large_pickle", 46_000_000), ("LARGE_cycles.csv", "large_csv", 40_000_000)],
)
def test_a_file_of_fifty_megabytes_gives_the_direct_ways_report(
    flow: PresignedFlow, large_inputs: BenchmarkInputs, name: str, kind: str, least_bytes: int
) -> None:
    file = (name, getattr(large_inputs, kind))
    assert len(file[1]) > least_bytes

    assert flow.report([file]) == direct_report(flow.url, [file])
