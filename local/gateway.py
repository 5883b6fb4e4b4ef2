"""API Gateway's translation, as pure functions: an HTTP request to a version 2.0 event, a handler's result to HTTP.

Source: AWS, "Create AWS Lambda proxy integrations for HTTP APIs", payload format version 2.0.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

type Event = dict[str, Any]
type Headers = tuple[tuple[str, str], ...]

# Of one connection, not of the request or the answer: the server that owns the connection sets its own.
HOP_BY_HOP = frozenset(
    {"connection", "expect", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
)
_TEXT_TYPES = re.compile(r"(text/[^;]+|application/(json|xml|javascript|[^;]+\+(json|xml)))\s*(;|$)", re.IGNORECASE)
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[^\x00\r\n]*")


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One whole request. `raw_path` and `query` are as in the request line; header names are in lower case."""

    method: str
    raw_path: str
    query: str
    headers: Headers
    body: bytes = b""
    source_ip: str = "127.0.0.1"
    protocol: str = "HTTP/1.1"

    def header(self, name: str) -> str | None:
        """The values under this lower-case name, joined by comma; None where there is none."""
        values = [value for key, value in self.headers if key == name]
        return ",".join(values) if values else None


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """One whole answer. Header names are in lower case; the length is left to the server."""

    status: int
    headers: Headers = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The first value under this lower-case name; None where there is none."""
        return next((value for key, value in self.headers if key == name), None)


class MalformedResultError(ValueError):
    """A handler returned what API Gateway could not turn into HTTP; clients see a 500."""


def to_event(request: HttpRequest, *, request_id: str, at: datetime) -> Event:
    """The event that API Gateway would send for this request; absent parts are absent keys, as there."""
    host = request.header("host") or "localhost"
    path = unquote(request.raw_path)
    headers = _joined_headers(request, host)
    event: Event = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": host,
            "domainPrefix": host.partition(".")[0],
            "http": {
                "method": request.method,
                "path": path,
                "protocol": request.protocol,
                "sourceIp": request.source_ip,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": request_id,
            "routeKey": "$default",
            "stage": "$default",
            "time": at.astimezone(UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": int(at.timestamp() * 1000),
        },
        "isBase64Encoded": False,
    }
    if cookies := _cookies(request):
        event["cookies"] = cookies
    if query_parameters := _joined_query(request.query):
        event["queryStringParameters"] = query_parameters
    if request.body:
        event["body"], event["isBase64Encoded"] = _event_body(request.body, headers.get("content-type", ""))
    return event


def from_result(result: object) -> HttpResponse:
    """The answer that API Gateway would give for what a handler returned.

    A result without a `statusCode` is the JSON body of a 200, as in the cloud. Raises MalformedResultError.
    """
    if not isinstance(result, Mapping) or "statusCode" not in result:
        return json_response(200, result)
    try:
        status = int(result["statusCode"])
    except (TypeError, ValueError) as error:
        raise MalformedResultError(f"statusCode is {result['statusCode']!r}, expected a number") from error
    if not 200 <= status <= 599:
        raise MalformedResultError(f"statusCode is {status}, expected 200 to 599")
    headers = [_header(name, value) for name, value in (result.get("headers") or {}).items()]
    cookies = [_header("set-cookie", cookie) for cookie in result.get("cookies") or ()]
    own = [(name, value) for name, value in headers if name not in HOP_BY_HOP and name != "content-length"]
    return HttpResponse(status, (*own, *cookies), _result_body(result))


def json_response(status: int, content: object) -> HttpResponse:
    """An answer of the gateway itself."""
    return HttpResponse(status, (("content-type", "application/json"),), json.dumps(content).encode())


def _joined_headers(request: HttpRequest, host: str) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in request.headers:
        if name not in HOP_BY_HOP and name != "cookie":
            joined[name] = f"{joined[name]},{value}" if name in joined else value
    # The body is whole by now, however it was framed on its way here.
    if request.body:
        joined["content-length"] = str(len(request.body))
    forwarded = joined.get("x-forwarded-for")
    joined["x-forwarded-for"] = f"{forwarded}, {request.source_ip}" if forwarded else request.source_ip
    joined.setdefault("x-forwarded-proto", "http")
    joined["host"] = host
    return joined


def _cookies(request: HttpRequest) -> list[str]:
    return [
        cookie.strip()
        for name, value in request.headers
        if name == "cookie"
        for cookie in value.split(";")
        if cookie.strip()
    ]


def _joined_query(query: str) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True, errors="replace"):
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _event_body(body: bytes, content_type: str) -> tuple[str, bool]:
    if _TEXT_TYPES.match(content_type):
        try:
            return body.decode(), False
        except UnicodeDecodeError:
            pass  # text in another encoding travels like any other bytes
    return base64.b64encode(body).decode("ascii"), True


def _header(name: object, value: object) -> tuple[str, str]:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if not _HEADER_NAME.fullmatch(str(name)) or not _HEADER_VALUE.fullmatch(text):
        raise MalformedResultError(f"header {name!r} is not valid HTTP")
    return str(name).lower(), text


def _result_body(result: Mapping[str, object]) -> bytes:
    body = result.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise MalformedResultError(f"body is {type(body).__name__}, expected a string")
    if not result.get("isBase64Encoded"):
        return body.encode()
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise MalformedResultError("body is not base64, though isBase64Encoded says so") from error
