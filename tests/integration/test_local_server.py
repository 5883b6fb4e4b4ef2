"""The local server over real sockets: what it hands to a handler, and how it bears slow and hostile clients."""

import base64
import json
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
import requests
from battery_service.limits import CLOUD

from local.application import Limits
from local.gateway import Event
from local.server import LimitedProtocol
from tests.integration.running_server import SMALL_LIMITS, RawConnection, RunningServer, serving

LARGE = 2 * 1024 * 1024
POST = b"POST /api/upload HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/octet-stream\r\n"


def echo(event: Event, _context: object) -> object:
    """Answers with what arrived, so that a test sees both directions."""
    # With Lambda's limits the event is text, as in the cloud; otherwise the function gets the pieces as they came.
    body = event.get("body", [])
    content = base64.b64decode(body, validate=True) if event["isBase64Encoded"] else b"".join(body)
    seen = {
        "method": event["requestContext"]["http"]["method"],
        "path": event["rawPath"],
        "query": event["rawQueryString"],
        "headers": event["headers"],
        "bytes": len(content),
        "sha256": sha256(content).hexdigest(),
    }
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(seen)}


@pytest.fixture(scope="module")
def echoing() -> Iterator[RunningServer]:
    with serving(echo) as running:
        yield running


def status_of(head: bytes) -> int:
    return int(head.split(b" ", 2)[1])


def assert_alive(running: RunningServer) -> None:
    assert requests.get(f"{running.url}/health", timeout=60).status_code == 200


def trickle(connection: RawConnection) -> None:
    for n in range(100):
        connection.send(b"x-%d: 1\r\n" % n)
        time.sleep(0.1)


# What the handler is given


def test_a_handler_sees_the_request_as_it_was_sent(echoing: RunningServer) -> None:
    seen = requests.get(f"{echoing.url}/api/jobs/1?plots=none&x=%20", headers={"x-a": "1"}, timeout=60).json()

    assert (seen["method"], seen["path"], seen["query"]) == ("GET", "/api/jobs/1", "plots=none&x=%20")
    assert seen["headers"]["x-a"] == "1"


def test_a_large_body_arrives_byte_for_byte(echoing: RunningServer) -> None:
    content = bytes(range(256)) * (LARGE // 256)

    seen = requests.post(f"{echoing.url}/api/upload", data=content, timeout=60).json()

    assert (seen["bytes"], seen["sha256"]) == (LARGE, sha256(content).hexdigest())


def test_files_posted_with_requests_arrive_in_one_multipart_body(echoing: RunningServer) -> None:
    files = [("file", ("a.csv", b"1,2")), ("file", ("b.csv", b"3,4"))]

    seen = requests.post(f"{echoing.url}/api/upload", files=files, timeout=60).json()

    assert seen["headers"]["content-type"].startswith("multipart/form-data; boundary=")
    assert int(seen["headers"]["content-length"]) == seen["bytes"]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_uploads_a_large_file_without_waiting(echoing: RunningServer, tmp_path: Path) -> None:
    file = tmp_path / "cell.pkl"
    file.write_bytes(b"x" * LARGE)

    # curl would send the body of its own accord where no 100 Continue comes, but only after the test has timed out.
    waiting = ["-H", "Expect: 100-continue", "--expect100-timeout", "600"]
    command = ["curl", "-sS", "-F", f"file=@{file}", *waiting, f"{echoing.url}/api/upload"]
    answer = subprocess.run(command, capture_output=True, check=True, timeout=60)

    assert json.loads(answer.stdout)["bytes"] > LARGE


def test_a_chunked_body_is_put_together(echoing: RunningServer) -> None:
    pieces = [b"a" * 70_000, b"b", b"c" * 70_000]

    seen = requests.post(f"{echoing.url}/api/upload", data=iter(pieces), timeout=60).json()

    assert seen["sha256"] == sha256(b"".join(pieces)).hexdigest()
    assert seen["headers"]["content-length"] == "140001"
    assert "transfer-encoding" not in seen["headers"]


def test_a_client_that_expects_a_100_gets_it_before_it_sends_the_body(echoing: RunningServer) -> None:
    with echoing.connect() as connection:
        connection.send(POST + b"content-length: 4\r\nexpect: 100-continue\r\n\r\n")
        assert status_of(connection.head()) == 100
        connection.send(b"body")
        head, body = connection.answer()

    assert status_of(head) == 200
    assert json.loads(body)["bytes"] == 4


# Connections


def test_a_connection_serves_one_request_after_another(echoing: RunningServer) -> None:
    with echoing.connect() as connection:
        for content in (b"first", b"", b"second one"):
            connection.send(POST + b"content-length: %d\r\n\r\n" % len(content) + content)
            _, body = connection.answer()
            assert json.loads(body)["bytes"] == len(content)


def test_pipelined_requests_are_answered_in_their_order(echoing: RunningServer) -> None:
    with echoing.connect() as connection:
        requests_at_once = [
            b"POST /%d HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % (n, n) + b"x" * n for n in range(5)
        ]
        connection.send(b"".join(requests_at_once))
        answers = [json.loads(connection.answer()[1]) for _ in range(5)]

    assert [(answer["path"], answer["bytes"]) for answer in answers] == [(f"/{n}", n) for n in range(5)]


def test_a_head_request_gets_no_body(echoing: RunningServer) -> None:
    response = requests.head(f"{echoing.url}/", timeout=60)

    assert (response.status_code, response.content) == (200, b"")


def test_sixteen_uploads_at_once_are_each_answered_with_their_own(echoing: RunningServer) -> None:
    contents = [bytes([n]) * (LARGE if n % 2 else 1000 + n) for n in range(16)]

    def upload(content: bytes) -> bool:
        seen = requests.post(f"{echoing.url}/api/upload", data=content, timeout=30).json()
        return bool(seen["sha256"] == sha256(content).hexdigest())

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(upload, contents * 4))


def test_large_requests_take_turns_while_small_ones_pass_them() -> None:
    lock = threading.Lock()
    counts = {"now": 0, "most": 0}
    release = threading.Event()

    def slow_when_large(event: Event, _context: object) -> object:
        if "body" in event:
            with lock:
                counts["now"] += 1
                counts["most"] = max(counts["most"], counts["now"])
            release.wait(60)
            with lock:
                counts["now"] -= 1
        return {"statusCode": 200, "body": "done"}

    with serving(slow_when_large) as running, ThreadPoolExecutor(6) as pool:
        uploads = [pool.submit(requests.post, running.url, data=b"x" * LARGE, timeout=30) for _ in range(6)]
        while counts["now"] < SMALL_LIMITS.large_at_once:
            time.sleep(0.01)
        assert_alive(running)
        release.set()

        assert [upload.result().status_code for upload in uploads] == [200] * 6
    assert counts["most"] == SMALL_LIMITS.large_at_once


# Bodies that are too large, too slow, or not what the head says


def test_a_declared_length_above_the_limit_is_refused_before_the_body_comes(echoing: RunningServer) -> None:
    with echoing.connect() as connection:
        connection.send(POST + b"content-length: 999999999999\r\nexpect: 100-continue\r\n\r\n")
        head, body = connection.answer()

    refusal = json.loads(body)
    assert status_of(head) == 413
    assert refusal["code"] == "too_large"
    assert refusal["details"]["limit_bytes"] == SMALL_LIMITS.service.max_upload_bytes
    assert refusal["details"]["presigned_route"] == "/api/uploads"
    assert refusal["request_id"]
    assert_alive(echoing)


def test_a_chunked_body_above_the_limit_is_refused_though_it_declares_nothing(echoing: RunningServer) -> None:
    pieces = (b"x" * 65536 for _ in range(100))

    response = requests.post(f"{echoing.url}/api/upload", data=pieces, timeout=60)

    assert (response.status_code, response.json()["code"]) == (413, "too_large")
    assert_alive(echoing)


def test_a_client_that_sends_a_refused_body_to_its_end_still_reads_the_refusal(echoing: RunningServer) -> None:
    origin = {"origin": "https://dash.example"}

    response = requests.post(f"{echoing.url}/api/upload", data=b"x" * 20_000_000, headers=origin, timeout=60)

    assert response.status_code == 413
    assert response.headers["access-control-allow-origin"] == "*"


def test_a_body_that_ends_before_its_length_does_no_harm(echoing: RunningServer) -> None:
    for _ in range(20):
        with echoing.connect() as connection:
            connection.send(POST + b"content-length: 100\r\n\r\n" + b"x" * 40)

    assert_alive(echoing)


def test_a_body_that_stops_coming_is_given_up_with_a_reason() -> None:
    with serving(echo, replace(SMALL_LIMITS, body_idle_seconds=0.5)) as running, running.connect() as connection:
        connection.send(POST + b"content-length: 100\r\n\r\n" + b"x" * 40)
        head, body = connection.answer()

    assert status_of(head) == 408
    assert json.loads(body)["code"] == "malformed_multipart"


def test_a_body_that_trickles_in_is_given_up_after_a_total_time() -> None:
    with serving(echo, replace(SMALL_LIMITS, body_total_seconds=1.0)) as running, running.connect() as connection:
        connection.send(POST + b"content-length: 1000\r\n\r\n")
        for _ in range(15):
            connection.send(b"x")
            time.sleep(0.1)
        head, _ = connection.answer()

    assert status_of(head) == 408


def test_health_is_answered_while_more_analyses_run_than_there_are_threads_for_them() -> None:
    ends = threading.Event()

    def waiting(event: Event, context: object) -> object:
        if event.get("body"):
            ends.wait(60)
        return echo(event, context)

    with serving(waiting) as running, ThreadPoolExecutor(10) as callers:
        answers = [callers.submit(requests.post, running.url, data=b"small", timeout=60) for _ in range(10)]
        try:
            assert_alive(running)
            assert not any(answer.done() for answer in answers)
        finally:
            ends.set()
        assert {answer.result().status_code for answer in answers} == {200}


def test_bytes_after_the_declared_length_are_not_part_of_the_body(echoing: RunningServer) -> None:
    with echoing.connect() as connection:
        connection.send(POST + b"content-length: 4\r\n\r\nbody and more\r\n\r\n")
        _, body = connection.answer()
        assert json.loads(body)["bytes"] == 4
        assert status_of(connection.head()) == 400


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"not http at all\r\n\r\n",
        POST + b"content-length: -1\r\n\r\n",
        POST + b"content-length: 4\r\ncontent-length: 5\r\n\r\nbody",
        POST + b"content-length: " + b"9" * 5000 + b"\r\n\r\n",
        POST + b"transfer-encoding: chunked\r\n\r\nzz\r\n",
        POST + b"x-large: " + b"x" * 1_000_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"".join(b"x-%d: 1\r\n" % n for n in range(100_000)) + b"\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"\x00" * 200_000,
    ],
    ids=["text", "negative", "two-lengths", "digits", "chunk-size", "one-header", "headers", "tls", "zeros"],
)
def test_a_malformed_request_is_refused_and_the_next_one_served(echoing: RunningServer, request_bytes: bytes) -> None:
    with echoing.connect() as connection:
        try:
            connection.send(request_bytes)
            answer = connection.rest()
        except ConnectionError:  # refused and closed while the test was still sending
            answer = b""

    if answer:
        head, _, body = answer.partition(b"\r\n\r\n")
        assert status_of(head) == 400
        assert json.loads(body)["code"] == "malformed_multipart"
    assert_alive(echoing)


def test_a_head_that_trickles_in_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LimitedProtocol, "head_seconds", 0.5)
    with serving(echo) as running, running.connect() as connection:
        connection.send(b"GET / HTTP/1.1\r\n")
        with pytest.raises(ConnectionError):
            trickle(connection)


def test_clients_that_stay_silent_do_not_keep_others_out(echoing: RunningServer) -> None:
    silent = [echoing.connect() for _ in range(50)]
    try:
        assert_alive(echoing)
    finally:
        for connection in silent:
            connection.socket.close()


def test_a_connection_past_the_limit_is_told_so_and_the_next_one_after_it_served(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(LimitedProtocol, "connections_at_once", 3)
    with serving(echo) as running:
        others = [running.connect() for _ in range(3)]
        for connection in others:
            connection.send(POST + b"content-length: 0\r\n\r\n")
            assert status_of(connection.head()) == 200
        refused = requests.get(f"{running.url}/health", timeout=60)
        for connection in others:
            connection.socket.close()
        while requests.get(f"{running.url}/health", timeout=60).status_code == 503:
            time.sleep(0.01)
        assert_alive(running)

    assert (refused.status_code, refused.json()["code"]) == (503, "internal")
    assert refused.headers["retry-after"] == "2"


# What a handler does wrong


@pytest.mark.parametrize("result", [{"statusCode": "?"}, {"statusCode": 200, "body": 5}])
def test_a_result_that_is_no_answer_is_a_500(result: object) -> None:
    with serving(lambda _event, _context: result) as running:
        response = requests.get(running.url, timeout=60)

    assert (response.status_code, response.json()) == (500, {"message": "Internal Server Error"})


def test_a_handler_that_raises_costs_its_own_request_only(caplog: pytest.LogCaptureFixture) -> None:
    def failing(event: Event, _context: object) -> object:
        if event["rawPath"] == "/fail":
            raise RuntimeError("a fault of ours")
        return {"statusCode": 200}

    with serving(failing) as running:
        response = requests.get(f"{running.url}/fail", timeout=60)
        assert_alive(running)

    assert response.status_code == 500
    assert "a fault of ours" not in response.text
    assert "a fault of ours" in caplog.text


# CORS and the cloud's sizes


def test_a_preflight_from_any_page_is_answered_without_the_handler() -> None:
    def never(_event: Event, _context: object) -> object:
        raise AssertionError("a preflight reached the handler")

    headers = {"origin": "https://dash.example", "access-control-request-method": "POST"}
    with serving(never) as running:
        response = requests.options(f"{running.url}/api/upload", headers=headers, timeout=60)

    assert response.status_code == 204
    assert response.headers["access-control-allow-origin"] == "*"
    assert "POST" in response.headers["access-control-allow-methods"]


def test_a_page_of_another_origin_may_read_the_answer(echoing: RunningServer) -> None:
    headers = {"origin": "https://dash.example"}

    response = requests.post(f"{echoing.url}/api/upload", files={"file": b"x"}, headers=headers, timeout=60)

    assert response.headers["access-control-allow-origin"] == "*"


CLOUD_LIMITS = Limits(CLOUD)


def test_an_event_that_lambda_could_not_carry_is_too_large() -> None:
    with serving(echo, CLOUD_LIMITS) as running:
        fits = requests.post(running.url, data=b"x" * 4_500_000, timeout=60)
        exceeds = requests.post(running.url, data=b"x" * 4_800_000, timeout=60)

    assert (fits.status_code, exceeds.status_code) == (200, 413)
    assert exceeds.json()["details"]["limit_bytes"] == 4_194_304


def test_an_answer_that_lambda_could_not_carry_is_a_500() -> None:
    answer = {"statusCode": 200, "body": "x" * 6_291_457}
    with serving(lambda _event, _context: answer, CLOUD_LIMITS) as running:
        assert requests.get(running.url, timeout=60).status_code == 500


# The end


def test_a_request_that_runs_when_the_server_stops_is_still_answered() -> None:
    entered, release = threading.Event(), threading.Event()

    def waiting(_event: Event, _context: object) -> object:
        entered.set()
        release.wait(60)
        return {"statusCode": 200, "body": "finished"}

    with ThreadPoolExecutor(1) as pool, serving(waiting) as running:
        answer = pool.submit(requests.get, running.url, timeout=60)
        assert entered.wait(60)
        running.server.stop()
        release.set()
        assert answer.result().text == "finished"


def test_a_request_that_outlasts_the_grace_time_does_not_hold_the_server(caplog: pytest.LogCaptureFixture) -> None:
    entered, release = threading.Event(), threading.Event()

    def endless(_event: Event, _context: object) -> object:
        entered.set()
        release.wait(120)
        return {"statusCode": 200}

    with ThreadPoolExecutor(1) as pool:
        with serving(endless, grace_seconds=1) as running:
            answer = pool.submit(requests.get, running.url, timeout=60)
            assert entered.wait(60)
        # The server has ended: `serving` waits for it.
        assert running.application.is_busy
        release.set()

    assert "Traceback" not in caplog.text
    if not answer.exception():
        assert (answer.result().status_code, answer.result().json()["code"]) == (503, "internal")
    else:
        assert isinstance(answer.exception(), requests.ConnectionError)
