"""The light client of DynamoDB: signed as botocore signs, and the same answers and errors from a real server."""

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from battery_service.callers import light_table
from battery_service.callers.light_table import LightTable, TableError
from battery_service.callers.quotas import Quotas
from battery_service.callers.usage import Usage
from battery_service.errors import ApiError
from battery_service.jobs.table_definition import table_definition
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.server import ThreadedMotoServer

REGION = "eu-central-1"
NOW = 1_800_000_000.0
KEYS = {"AWS_REGION": REGION, "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "a/secret+key"}
REQUEST = {
    "TableName": "jobs",
    "Key": {"job_id": {"S": "hour ä 1"}},
    "UpdateExpression": "ADD #n :n",
    "ExpressionAttributeNames": {"#n": "n"},
    "ExpressionAttributeValues": {":n": {"N": "1"}},
}


class Recorder(ThreadingHTTPServer):
    """Answers every request with an empty object; it may close its connections without a word."""

    def __init__(self, answers: list[tuple[int, dict[str, object]]] | None = None, *, closes: bool = False) -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.connections: set[object] = set()
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"] or 0))
                recorder.requests.append((dict(self.headers.items()), body))
                recorder.connections.add(self.client_address)
                status, answer = answers.pop(0) if answers else (200, {})
                content = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
                self.close_connection = closes

            do_GET = do_POST

            def log_message(self, *_: object) -> None: ...

        super().__init__(("127.0.0.1", 0), Handler)
        Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    made = Recorder()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture(autouse=True)
def _closed_connections(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A function keeps its connection as long as it lives."""
    opened: list[HTTPConnection] = []
    connect = HTTPConnection.connect

    def recorded(connection: HTTPConnection) -> None:
        opened.append(connection)
        connect(connection)

    monkeypatch.setattr(HTTPConnection, "connect", recorded)
    yield
    for connection in opened:
        connection.close()


@pytest.mark.parametrize("token", ["", "a-session-token"])
def test_a_request_is_signed_as_botocore_signs_it(
    recorder: Recorder, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = {**KEYS, "AWS_SESSION_TOKEN": token, "AWS_ENDPOINT_URL": recorder.url}
    LightTable(environment, now=lambda: NOW).update_item(**REQUEST)
    [(headers, body)] = recorder.requests
    assert json.loads(body) == REQUEST
    sent = {name.lower(): value for name, value in headers.items()}
    kept = {name: sent[name] for name in ("content-type", "x-amz-target")}
    request = AWSRequest("POST", f"{recorder.url}/", data=body, headers=kept)
    _sign(request, token, monkeypatch)
    assert sent["authorization"] == request.headers["Authorization"]
    assert sent.get("x-amz-security-token", "") == token


def _sign(request: AWSRequest, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import datetime  # noqa: PLC0415

    at = datetime.datetime.fromtimestamp(NOW, datetime.UTC)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda *_, **__: at.replace(tzinfo=None), raising=False)
    credentials = Credentials(KEYS["AWS_ACCESS_KEY_ID"], KEYS["AWS_SECRET_ACCESS_KEY"], token or None)
    SigV4Auth(credentials, "dynamodb", REGION).add_auth(request)
    assert request.headers["X-Amz-Date"] == at.strftime("%Y%m%dT%H%M%SZ")


def test_a_connection_is_kept_and_opened_again_where_the_server_has_closed_it() -> None:
    for closes, connections in ((False, 1), (True, 3)):
        server = Recorder(closes=closes)
        table = LightTable({**KEYS, "AWS_ENDPOINT_URL": server.url})
        for _ in range(3):
            assert table.update_item(**REQUEST) == {}
        assert (len(server.requests), len(server.connections)) == (3, connections)
        server.shutdown()
        server.server_close()


def test_an_error_has_its_code_and_the_item_that_was_there() -> None:
    item = {"n": {"N": "7"}}
    kind = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"
    server = Recorder([(400, {"__type": kind, "message": "The conditional request failed", "Item": item})])
    with pytest.raises(TableError) as caught:
        LightTable({**KEYS, "AWS_ENDPOINT_URL": server.url}).update_item(**REQUEST)
    assert caught.value.response == {"Error": {"Code": "ConditionalCheckFailedException"}, "Item": item}
    server.shutdown()
    server.server_close()


def test_without_a_server_it_raises_soon() -> None:
    with pytest.raises(OSError, match="refused"):
        LightTable({**KEYS, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}).update_item(**REQUEST)


def test_a_function_with_a_snapshot_asks_for_its_credentials_and_again_before_they_end() -> None:
    found = {"AccessKeyId": "one", "SecretAccessKey": "s", "Token": "t", "Expiration": "2027-01-15T09:00:00Z"}
    source = Recorder([(200, {**found, "AccessKeyId": name}) for name in ("one", "two")])
    table_server = Recorder()
    now = [NOW]  # 2027-01-15T08:00:00Z
    environment = {
        "AWS_REGION": REGION,
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{source.url}/credentials",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": "secret",
        "AWS_ENDPOINT_URL": table_server.url,
    }
    table = LightTable(environment, now=lambda: now[0])
    for seconds in (0, 60, 3600 - light_table.RENEWED_BEFORE_S):
        now[0] = NOW + seconds
        table.update_item(**REQUEST)
    names = [
        headers["authorization"].partition("Credential=")[2].partition("/")[0] for headers, _ in table_server.requests
    ]
    assert names == ["one", "one", "two"]
    assert [headers["Authorization"] for headers, _ in source.requests] == ["secret", "secret"]
    for server in (source, table_server):
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("region", "host"),
    [("eu-central-1", "dynamodb.eu-central-1.amazonaws.com"), ("cn-north-1", "dynamodb.cn-north-1.amazonaws.com.cn")],
)
def test_the_table_of_the_functions_own_region_is_used(region: str, host: str) -> None:
    table = LightTable({**KEYS, "AWS_REGION": region})
    assert table._endpoint == urlsplit(f"https://{host}")
    assert type(table._connection()).__name__ == "HTTPSConnection"


@pytest.mark.slow
def test_callers_are_counted_by_it_as_by_boto3(monkeypatch: pytest.MonkeyPatch) -> None:
    """Against moto's server: the same item, and the same refusal."""
    server = ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    endpoint = f"http://{host}:{port}"
    client: Any = boto3.client("dynamodb", region_name=REGION, endpoint_url=endpoint)
    light = LightTable({**KEYS, "AWS_ENDPOINT_URL": endpoint})
    items = []
    for name, update_item in (("heavy", client.update_item), ("light", light.update_item)):
        client.create_table(**table_definition(name))
        usage = Usage(update_item, name, Quotas(requests_per_minute=2, bytes_per_hour=100), now=lambda: NOW)
        for _ in range(2):
            usage.charge("token:a", requests=1, n_bytes=30)
        with pytest.raises(ApiError) as caught:
            usage.charge("token:a", requests=1, n_bytes=30)
        assert caught.value.details["quota"] == "requests_per_minute"
        items += client.scan(TableName=name)["Items"]
    server.stop()
    assert len(items) == 2
    assert items[0] == items[1]
