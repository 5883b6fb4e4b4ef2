"""The proxy of the embedded S3, where the test chooses the time and whether the services are there."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import boto3
import pytest
import requests

from local.embedded_aws import Credentials
from local.embedded_s3 import EmbeddedS3
from local.s3_proxy import S3Proxy
from local.server import LocalServer, bound_socket

CREDENTIALS = Credentials("LOCALKEY", "secret")


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port: int = closed.getsockname()[1]
        return port


@contextmanager
def proxy(*, later: timedelta = timedelta(0), is_there: bool = True) -> Iterator[str]:
    """The proxy's URL; behind it is a port where nobody listens."""
    s3 = EmbeddedS3(closed_port(), CREDENTIALS)
    application = S3Proxy(
        lambda: s3 if is_there else None,
        body_idle_seconds=0.5,
        clock=lambda: datetime.now(UTC) + later,
    )
    listener = bound_socket("127.0.0.1", 0)
    server = LocalServer(application, listener, grace_seconds=5)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/s3/uploads"
    finally:
        server.stop()
        thread.join(20)


@pytest.fixture(scope="module")
def fields() -> dict[str, str]:
    s3 = boto3.session.Session().client(
        "s3",
        region_name="eu-central-1",
        endpoint_url="http://127.0.0.1:9",
        aws_access_key_id=CREDENTIALS.access_key,
        aws_secret_access_key=CREDENTIALS.secret_key,
    )
    found: dict[str, str] = s3.generate_presigned_post("uploads", "k", ExpiresIn=900)["fields"]
    return found


def posted(url: str, fields: dict[str, str]) -> requests.Response:
    return requests.post(url, data=fields, files={"file": b"content"}, timeout=60)


def test_an_expired_form_is_refused_as_s3_does(fields: dict[str, str]) -> None:
    with proxy(later=timedelta(seconds=901)) as url:
        answer = posted(url, fields)

    assert answer.status_code == 403
    assert "<Code>AccessDenied</Code>" in answer.text
    assert "<Message>Invalid according to Policy: Policy expired.</Message>" in answer.text


def test_a_form_is_judged_before_its_file_has_come(fields: dict[str, str]) -> None:
    head = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    )
    start = f'{head}--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nx'.encode()
    with proxy(later=timedelta(seconds=901)) as url:
        port = int(url.split(":")[2].split("/")[0])
        with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
            connection.sendall(
                b"POST /s3/uploads HTTP/1.1\r\nhost: x\r\ncontent-type: multipart/form-data; boundary=b\r\n"
                b"content-length: 50000000\r\n\r\n" + start
            )
            assert connection.recv(65536).startswith(b"HTTP/1.1 403")


def test_an_upload_that_stalls_is_given_up(fields: dict[str, str]) -> None:
    with proxy() as url:
        port = int(url.split(":")[2].split("/")[0])
        with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
            connection.sendall(
                b"POST /s3/uploads HTTP/1.1\r\nhost: x\r\ncontent-type: multipart/form-data; boundary=b\r\n"
                b"content-length: 50000000\r\n\r\n--b\r\n"
            )
            answer = connection.recv(65536)
            while b"</Error>" not in answer and (piece := connection.recv(65536)):
                answer += piece
            assert b"<Code>RequestTimeout</Code>" in answer


def test_a_body_without_a_length_is_refused(fields: dict[str, str]) -> None:
    with proxy() as url:
        answer = requests.post(url, data=iter([b"x"]), timeout=60)

    assert (answer.status_code, "MissingContentLength" in answer.text) == (411, True)


def test_services_that_are_gone_or_not_there_yet_are_a_503(
    fields: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    with proxy() as url:
        gone = posted(url, fields)
    with proxy(is_there=False) as url:
        not_yet = posted(url, fields)

    assert (gone.status_code, "ServiceUnavailable" in gone.text) == (503, True)
    assert (not_yet.status_code, "SlowDown" in not_yet.text) == (503, True)
    assert "ConnectionRefusedError" in caplog.text
