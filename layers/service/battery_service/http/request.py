"""An API Gateway v2 event, read as the HTTP request that it carries."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pybase64

from battery_service.errors import ApiError

_HEADER_SAFE = re.compile(r"[\x21-\x7e]{1,128}")


@dataclass(frozen=True, slots=True)
class Request:
    """One request. Header names are in lower case; `query` holds decoded values, repeated ones joined by a comma.

    `caller` is the caller by the event of API Gateway; empty where the route needs no token.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    request_id: str
    lambda_request_id: str | None
    caller: str
    event: Mapping[str, Any]

    @classmethod
    def from_event(cls, event: Mapping[str, Any], context: object) -> "Request":
        """The request of an event. Its id is API Gateway's, so that client, log and access log have the same one."""
        request_context = event["requestContext"]
        lambda_request_id = getattr(context, "aws_request_id", None)
        return cls(
            method=request_context["http"]["method"].upper(),
            path=_well_formed(event["rawPath"]),
            headers={name.lower(): _well_formed(value) for name, value in (event.get("headers") or {}).items()},
            query={
                _well_formed(name): _well_formed(value)
                for name, value in (event.get("queryStringParameters") or {}).items()
            },
            request_id=_first_header_safe(request_context.get("requestId"), lambda_request_id) or str(uuid.uuid4()),
            lambda_request_id=lambda_request_id,
            caller=_caller(request_context.get("authorizer") or {}),
            event=event,
        )

    def header(self, name: str) -> str:
        return self.headers.get(name.lower(), "")

    @property
    def body_bytes(self) -> int:
        """The body's length without decoding it: exact, except for a plain body with characters beyond ASCII."""
        body: str | list[bytes] = self.event.get("body") or ""
        if isinstance(body, list):
            return sum(map(len, body))
        if not self.event.get("isBase64Encoded"):
            return len(body)
        return len(body) // 4 * 3 - body[-2:].count("=")

    def body(self) -> bytes:
        """The body's bytes."""
        return b"".join(self.body_chunks())

    def body_chunks(self) -> list[bytes]:
        """The body in pieces: one, a copy, where the event has text, as from API Gateway; the local gateway gives pieces.

        Raises ApiError where the text is not base64, though the event says so.
        """
        body: str | list[bytes] = self.event.get("body") or ""
        if isinstance(body, list):
            return body
        if not self.event.get("isBase64Encoded"):
            return [body.encode("utf-8", "surrogateescape")]
        try:
            return [pybase64.b64decode(body, validate=True)]
        except ValueError as error:
            raise ApiError("malformed_multipart", "The body is marked as base64 but is not valid base64.") from error


def _well_formed(text: str) -> str:
    """The text with `?` for halves of characters, which JSON can hold and UTF-8 cannot."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _caller(authorizer: Mapping[str, Any]) -> str:
    """The kind of token and its name, so that equal names of two kinds are two callers."""
    if (
        "jwt" in authorizer
    ):  # there is one issuer: each subject is a caller, and all tokens without a subject are one caller
        return f"jwt:{authorizer['jwt']['claims'].get('sub', '')}"
    if "lambda" in authorizer:
        return f"token:{authorizer['lambda']['caller']}"
    return ""


def _first_header_safe(*values: object) -> str | None:
    return next((value for value in values if isinstance(value, str) and _HEADER_SAFE.fullmatch(value)), None)
