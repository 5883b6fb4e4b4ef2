"""Computes AWS Signature Version 4 of presigned forms and links with botocore's signer, to compare."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

from local.embedded_aws import Credentials

if TYPE_CHECKING:
    from botocore.auth import S3SigV4QueryAuth
    from botocore.awsrequest import AWSRequest

ALGORITHM: Final = "AWS4-HMAC-SHA256"
SIGNATURE_PARAMETER: Final = "X-Amz-Signature"


@dataclass(frozen=True, slots=True)
class CredentialScope:
    """The parts of `X-Amz-Credential`: who signed, for which day, region and service."""

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


def policy_signature(credentials: Credentials, scope: CredentialScope, policy: str) -> str:
    """The signature of a form with this policy, which is in base64."""
    signer, request = _prepared(credentials, scope, scope.date)
    return signer.signature(policy, request)


def link_signature(
    credentials: Credentials,
    scope: CredentialScope,
    method: str,
    url: str,
    query: Iterable[tuple[str, str]],
    *,
    at: str,
) -> str:
    """The signature of a link with only the host as signed header. `url` has no query; `query` is decoded; `at` is its date."""
    covered = [(name, value) for name, value in query if name != SIGNATURE_PARAMETER]
    target = f"{quote(url, safe=':/~')}?{urlencode(covered, quote_via=quote)}"
    signer, request = _prepared(credentials, scope, at, method, target)
    return signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)


def _prepared(
    credentials: Credentials, scope: CredentialScope, at: str, method: str = "POST", url: str = ""
) -> "tuple[S3SigV4QueryAuth, AWSRequest]":
    # botocore is slow to import, and the start must be fast.
    from botocore.auth import S3SigV4QueryAuth  # noqa: PLC0415
    from botocore.awsrequest import AWSRequest  # noqa: PLC0415
    from botocore.credentials import ReadOnlyCredentials  # noqa: PLC0415

    request = AWSRequest(method, url)
    request.context["timestamp"] = at
    key = ReadOnlyCredentials(credentials.access_key, credentials.secret_key, None)
    return S3SigV4QueryAuth(key, scope.service, scope.region), request


def is_equal(expected: str, given: str) -> bool:
    """Whether both are equal, compared in a time that does not depend on where they differ."""
    return hmac.compare_digest(expected.encode(), given.encode())
