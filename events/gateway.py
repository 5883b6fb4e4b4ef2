"""API Gateway v2 events with any body, as API Gateway makes them."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gW"

type Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FormPart:
    """One part of a form; `disposition` replaces the whole Content-Disposition where a test needs its own."""

    content: bytes
    file_name: str | None = None
    field: str = "file"
    disposition: str | None = None
    headers: Sequence[str] = ("Content-Type: application/octet-stream",)

    def encoded(self) -> bytes:
        disposition = self.disposition
        if disposition is None:
            disposition = f'form-data; name="{self.field}"'
            if self.file_name is not None:
                disposition += f'; filename="{self.file_name}"'
        head = "\r\n".join([f"Content-Disposition: {disposition}", *self.headers])
        return head.encode() + b"\r\n\r\n" + self.content


def multipart_body(parts: Sequence[FormPart], boundary: str = BOUNDARY) -> bytes:
    delimiter = b"--" + boundary.encode()
    return b"".join(delimiter + b"\r\n" + part.encoded() + b"\r\n" for part in parts) + delimiter + b"--\r\n"


def request_event(
    method: str,
    path: str,
    *,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    as_base64: bool = True,
    request_id: str = "Jk3xWhtLFiAEPxA=",
    authorizer: Mapping[str, Any] | None = None,
) -> Event:
    """The event of one request, payload format version 2.0; absent parts are absent keys, as in the cloud.

    `authorizer` is what the authorizer said about the caller of an accepted request.
    """
    event: Event = {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": urlencode(query or {}),
        "headers": {
            "host": "abc123.execute-api.eu-central-1.amazonaws.com",
            "x-forwarded-for": "203.0.113.7",
            **{name.lower(): value for name, value in (headers or {}).items()},
        },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abc123",
            "domainName": "abc123.execute-api.eu-central-1.amazonaws.com",
            "domainPrefix": "abc123",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7",
                "userAgent": "pytest",
            },
            "requestId": request_id,
            "routeKey": f"{method} {path}",
            "stage": "$default",
            "time": "23/Nov/2026:21:54:00 +0000",
            "timeEpoch": 1795470840000,
        },
        "isBase64Encoded": False,
    }
    if authorizer is not None:
        event["requestContext"]["authorizer"] = dict(authorizer)
    if query:
        event["queryStringParameters"] = dict(query)
    if body is not None:
        event["body"] = base64.b64encode(body).decode() if as_base64 else body.decode()
        event["isBase64Encoded"] = as_base64
    return event


def upload_event(
    parts: Sequence[FormPart],
    *,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    as_base64: bool = True,
    boundary: str = BOUNDARY,
) -> Event:
    """The event of a form sent to POST /api/upload."""
    content_type = {"content-type": f"multipart/form-data; boundary={boundary}"}
    return request_event(
        "POST",
        "/api/upload",
        query=query,
        headers={**content_type, **(headers or {})},
        body=multipart_body(parts, boundary),
        as_base64=as_base64,
    )


def file_part(name: str, content: bytes) -> FormPart:
    return FormPart(content, file_name=name)
