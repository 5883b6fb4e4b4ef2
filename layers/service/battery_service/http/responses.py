"""Answers of handlers, and what is added before they are sent: request id, CORS headers, compression."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from battery_service.errors import PRESIGNED_ROUTE, ApiError, error_body
from battery_service.http.cors import cors_headers
from battery_service.http.negotiation import accepts_gzip
from battery_service.http.request import Request
from battery_service.limits import Limits
from battery_service.settings import Settings

JSON = "application/json"
HTML = "text/html; charset=utf-8"
BINARY_TYPES = ("image/png", "font/")

MIN_GZIP_BYTES = 1024
# Measured on a report of 404 kB, mostly base64 of PNGs: level 1 leaves 70 % in 13 ms, level 6 67 % in 18 ms.
GZIP_LEVEL = 1
# Status line, headers and the keys of the event's JSON.
ENVELOPE_BYTES = 4096

PLAIN_HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept, Accept-Encoding, Origin",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, a body, its type and further headers."""

    status: int
    body: bytes = b""
    content_type: str | None = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


def json_answer(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=str)
    return Answer(status, text.encode("utf-8", "replace"), headers=headers or {})


def html_answer(page: bytes, content_security_policy: str) -> Answer:
    """An HTML page; the policy says where its scripts, styles and images may come from."""
    headers = {"Content-Security-Policy": content_security_policy, "X-Frame-Options": "DENY"}
    return Answer(200, page, content_type=HTML, headers=headers)


def error_answer(error: ApiError, request: Request) -> Answer:
    body = error_body(error.code, error.message, error.details, request.request_id)
    return json_answer(body, error.status, error.headers)


def finished(answer: Answer, request: Request, settings: Settings) -> Answer:
    """The answer as it is sent: with its request id and its CORS headers, and compressed where the client accepts gzip.

    Raises ApiError `too_large` where Lambda would refuse to return it.
    """
    headers = {
        **PLAIN_HEADERS,
        **cors_headers(request.header("origin"), settings),
        "X-Request-Id": request.request_id,
        **answer.headers,
    }
    if answer.content_type:
        headers["Content-Type"] = answer.content_type
    body = answer.body
    if (
        accepts_gzip(request.header("accept-encoding"))
        and len(body) >= MIN_GZIP_BYTES
        and "Content-Encoding" not in headers
    ):
        body = gzip.compress(body, GZIP_LEVEL, mtime=0)
        headers["Content-Encoding"] = "gzip"
    final = replace(answer, body=body, headers=headers)
    _check_size(final, settings.limits)
    return final


def fits(settings: Settings, *, binary_bytes: int = 0, text_bytes: int = 0) -> bool:
    """Whether a body of so many bytes, compressed or as JSON text, certainly fits into one answer."""
    most = settings.limits.max_answer_bytes
    # No byte of UTF-8 text takes more than three in the event: a quote two, a letter beyond ASCII of two bytes six.
    return most is None or -(-binary_bytes // 3) * 4 + 3 * text_bytes + ENVELOPE_BYTES <= most


def is_binary(answer: Answer) -> bool:
    """Whether the body is base64 inside the event."""
    return "Content-Encoding" in answer.headers or answer.headers.get("Content-Type", "").startswith(BINARY_TYPES)


def _check_size(answer: Answer, limits: Limits) -> None:
    if limits.max_answer_bytes is None:
        return
    size = _event_bytes(answer, limits.max_answer_bytes)
    if size > limits.max_answer_bytes:
        raise ApiError(
            "too_large",
            f"The answer would have {size:,} bytes, and the limit is {limits.max_answer_bytes:,}: ask for plots=none, for "
            f"fewer cycles or files, accept gzip, or send the files through POST {PRESIGNED_ROUTE}.",
            {
                "limit_bytes": limits.max_answer_bytes,
                "size_bytes": size,
                "remedies": ["plots=none", "fewer cycles", "fewer files", "Accept-Encoding: gzip"],
                "presigned_route": PRESIGNED_ROUTE,
            },
        )


def _event_bytes(answer: Answer, limit: int) -> int:
    """The answer's size as the event JSON that Lambda counts; an upper bound where it is far below the limit."""
    if is_binary(answer):
        return -(-len(answer.body) // 3) * 4 + ENVELOPE_BYTES
    bound = 6 * len(answer.body) + ENVELOPE_BYTES  # no byte of UTF-8 takes more than six in JSON
    if bound <= limit:
        return bound
    return len(json.dumps(answer.body.decode())) + ENVELOPE_BYTES
