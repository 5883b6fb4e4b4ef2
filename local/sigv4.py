"""AWS Signature Version 4, as far as a presigned POST and a presigned GET of S3 need it.

Source: AWS, "Authenticating Requests: Using Query Parameters" and "… Browser-Based Uploads Using POST".
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote

ALGORITHM = "AWS4-HMAC-SHA256"
SIGNATURE_PARAMETER = "X-Amz-Signature"


@dataclass(frozen=True, slots=True)
class Credentials:
    """The one key pair that the embedded services know."""

    access_key: str
    secret_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CredentialScope:
    """What `X-Amz-Credential` says: who signed, for which day, region and service."""

    access_key: str
    date: str
    region: str
    service: str

    @classmethod
    def parsed(cls, credential: str) -> "CredentialScope | None":
        parts = credential.rsplit("/", 4)
        if len(parts) != 5 or parts[4] != "aws4_request":
            return None
        return cls(*parts[:4])

    def __str__(self) -> str:
        return f"{self.date}/{self.region}/{self.service}/aws4_request"


def signature(credentials: Credentials, scope: CredentialScope, string_to_sign: str) -> str:
    key = f"AWS4{credentials.secret_key}".encode()
    for part in (scope.date, scope.region, scope.service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.new(key, string_to_sign.encode(), hashlib.sha256).hexdigest()


def is_signature(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode())


def presigned_string_to_sign(
    method: str, path: str, query: Iterable[tuple[str, str]], *, host: str, scope: CredentialScope, at: str
) -> str:
    """What the signature of a presigned URL covers, where `host` is its only signed header.

    `path` and `query` are decoded; the signature's own parameter is left out. `at` is `X-Amz-Date`.
    """
    parameters = sorted(
        (quote(name, safe="~"), quote(value, safe="~")) for name, value in query if name != SIGNATURE_PARAMETER
    )
    canonical = "\n".join(
        (
            method,
            quote(path, safe="/~"),
            "&".join(f"{name}={value}" for name, value in parameters),
            f"host:{host}",
            "",
            "host",
            "UNSIGNED-PAYLOAD",
        )
    )
    return "\n".join((ALGORITHM, at, str(scope), hashlib.sha256(canonical.encode()).hexdigest()))
