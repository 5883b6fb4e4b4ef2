"""API Gateway's translation, as pure functions: an HTTP request to a version 2.0 event, a handler's result to HTTP.

Hand-written: Mangum translates in the opposite direction, from events to ASGI; powertools and `sam local` do neither.
Source: AWS, "Create AWS Lambda proxy integrations for HTTP APIs", payload format version 2.0.
"""

import binascii
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pybase64
from starlette.requests import Request
from starlette.responses import Response

type Event = dict[str, Any]
# A function, called with an event and the id of the request.
type Invoke = Callable[[Event, str], object]

# These headers belong to a connection and not to a request or answer; each server sets its own.
HOP_BY_HOP = frozenset(
    {"connection", "expect", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
)
_TEXT_TYPES = re.compile(r"(text/[^;]+|application/(json|xml|javascript|[^;]+\+(json|xml)))\s*(;|$)", re.IGNORECASE)
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[^\x00\r\n]*")


class MalformedResultError(ValueError):
    """A handler returned what API Gateway could not turn into HTTP; clients see a 500."""


def to_event(request: Request, body: Sequence[bytes], *, request_id: str, at: datetime, as_text: bool = True) -> Event:
    """The event that API Gateway would send for this request; absent parts are absent keys, as in API Gateway.

    `body` is in pieces, as it came. Where it need not be `as_text`, because the handler runs in this process, it stays so:
    base64 would cost three copies of a large upload.
    """
    host = request.headers.get("host") or "localhost"
    path = request.scope["path"]
    query = request.scope["query_string"].decode("latin-1")
    source_ip = request.client.host if request.client else "127.0.0.1"
    headers = _joined_headers(request, body, host, source_ip)
    event: Event = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": host,
            "domainPrefix": host.partition(".")[0],
            "http": {
                "method": request.method,
                "path": path,
                "protocol": f"HTTP/{request.scope['http_version']}",
                "sourceIp": source_ip,
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
    if query_parameters := _joined(request.query_params.multi_items()):
        event["queryStringParameters"] = query_parameters
    if body and not as_text:
        event["body"] = body
    elif body:
        event["body"], event["isBase64Encoded"] = _event_body(b"".join(body), headers.get("content-type", ""))
    return event


def from_result(result: object) -> Response:
    """The answer that API Gateway would give for the result of a handler, without the handler's own CORS headers.

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
    own = [
        (name, value)
        for name, value in headers
        if name not in HOP_BY_HOP and name != "content-length" and not name.startswith("access-control-")
    ]
    response = Response(_result_body(result), status)
    response.raw_headers += [(name.encode(), value.encode()) for name, value in (*own, *cookies)]
    return response


def json_response(status: int, content: object, headers: Mapping[str, str] | None = None) -> Response:
    """An answer of the gateway itself."""
    return Response(json.dumps(content), status, headers, media_type="application/json")


def _joined_headers(request: Request, body: Sequence[bytes], host: str, source_ip: str) -> dict[str, str]:
    left_out = HOP_BY_HOP | {"cookie"}
    joined = _joined((name, value) for name, value in request.headers.items() if name not in left_out)
    # The body is complete here, so how it was sent does not matter.
    if body:
        joined["content-length"] = str(sum(map(len, body)))
    forwarded = joined.get("x-forwarded-for")
    joined["x-forwarded-for"] = f"{forwarded}, {source_ip}" if forwarded else source_ip
    joined.setdefault("x-forwarded-proto", "http")
    joined["host"] = host
    return joined


def _cookies(request: Request) -> list[str]:
    return [
        cookie.strip() for header in request.headers.getlist("cookie") for cookie in header.split(";") if cookie.strip()
    ]


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _event_body(body: bytes, content_type: str) -> tuple[str, bool]:
    if _TEXT_TYPES.match(content_type):
        try:
            return body.decode(), False
        except UnicodeDecodeError:
            pass  # text in another encoding is sent like any other bytes
    return pybase64.b64encode_as_string(body), True


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
        return pybase64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise MalformedResultError("body is not base64, though isBase64Encoded says so") from error
