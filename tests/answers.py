"""What the functions answered, read as a client would; what is not as the contract has it fails the test."""

import base64
import gzip
import json
from collections.abc import Mapping
from typing import Any


class LambdaContext:
    """As much of Lambda's context as the handler reads."""

    function_name = "upload"
    aws_request_id = "11111111-2222-3333-4444-555555555555"


def body_of(answer: Mapping[str, Any]) -> bytes:
    """The body as a client sees it, decoded and decompressed."""
    body: bytes = base64.b64decode(answer["body"]) if answer["isBase64Encoded"] else answer["body"].encode()
    return gzip.decompress(body) if answer["headers"].get("Content-Encoding") == "gzip" else body


def report_of(answer: Mapping[str, Any]) -> dict[str, Any]:
    assert answer["statusCode"] == 200, answer["body"][:500]
    return json_of(body_of(answer))


def error_of(answer: Mapping[str, Any]) -> tuple[int, str, dict[str, Any]]:
    """Status, code and details of a refusal, whose shape is checked on the way."""
    error = json_of(body_of(answer))
    assert set(error) == {"error", "code", "details", "request_id"}, error
    assert isinstance(error["error"], str)
    assert error["error"].endswith(".")
    assert error["request_id"] == answer["headers"]["X-Request-Id"]
    details = error["details"]
    assert isinstance(details, dict)
    return answer["statusCode"], str(error["code"]), details


def json_of(body: bytes) -> dict[str, object]:
    """A JSON object; NaN and infinities, which JSON does not have, fail the test."""
    parsed: dict[str, object] = json.loads(body, parse_constant=_no_such_constant)
    return parsed


def _no_such_constant(name: str) -> object:
    raise AssertionError(f"{name} is not JSON")
