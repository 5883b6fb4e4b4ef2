"""S3's error answers: its codes, statuses and XML.

Hand-written: botocore only reads S3's XML, and moto's errors are tied to its own requests.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from starlette.responses import Response


@dataclass(frozen=True)
class S3Error(Exception):
    """The error that S3 would answer. `facts` are the XML elements besides code and message, by their names.

    Source: Amazon S3 API Reference, "Error responses".
    """

    status: int
    code: str
    message: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"

    def response(self, request_id: str) -> Response:
        elements = {"Code": self.code, "Message": self.message, **self.facts, "RequestId": request_id}
        return xml_response("Error", elements, self.status, {"x-amz-request-id": request_id})


def xml_response(root: str, elements: Mapping[str, object], status: int, headers: Mapping[str, str]) -> Response:
    inner = "".join(f"<{name}>{_text(value)}</{name}>" for name, value in elements.items())
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}>{inner}</{root}>'
    return Response(body, status, headers, media_type="application/xml")


def access_denied(message: str = "Access Denied") -> S3Error:
    return S3Error(403, "AccessDenied", message)


def invalid_argument(message: str, name: str) -> S3Error:
    return S3Error(400, "InvalidArgument", message, {"ArgumentName": name})


def no_such_bucket(bucket: str) -> S3Error:
    return S3Error(404, "NoSuchBucket", "The specified bucket does not exist", {"BucketName": bucket})


def signature_does_not_match(access_key: str) -> S3Error:
    return S3Error(
        403,
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your key and signing "
        "method.",
        {"AWSAccessKeyId": access_key},
    )


def unknown_access_key(access_key: str) -> S3Error:
    message = "The AWS Access Key Id you provided does not exist in our records."
    return S3Error(403, "InvalidAccessKeyId", message, {"AWSAccessKeyId": access_key})


def unsupported_signature() -> S3Error:
    message = "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
    return S3Error(400, "InvalidRequest", message)


def _text(value: object) -> str:
    """As an element's text; a character that XML cannot hold becomes a question mark."""
    return escape("".join(letter if letter.isprintable() or letter in "\t\n" else "?" for letter in str(value)))
