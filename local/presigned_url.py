"""A presigned URL, checked as S3 checks it: signature and expiry.

Hand-written around botocore's signer: moto accepts any signature, and botocore makes signatures but checks none.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from local.embedded_aws import Credentials
from local.s3_error import (
    S3Error,
    access_denied,
    signature_does_not_match,
    unknown_access_key,
    unsupported_signature,
)
from local.signature import ALGORITHM, SIGNATURE_PARAMETER, CredentialScope, is_equal, link_signature


def check_presigned(
    method: str, path: str, query: Sequence[tuple[str, str]], *, host: str, credentials: Credentials, now: datetime
) -> None:
    """Raise S3Error unless exactly this URL was signed for `host` and is still valid. `path` and `query` are decoded."""
    given = dict(query)
    if "X-Amz-Algorithm" not in given and "Signature" not in given:
        raise access_denied()
    if given.get("X-Amz-Algorithm") != ALGORITHM:
        raise unsupported_signature()
    scope = CredentialScope.parsed(given.get("X-Amz-Credential", ""))
    if scope is None:
        raise _malformed("Error parsing the X-Amz-Credential parameter")
    if scope.access_key != credentials.access_key:
        raise unknown_access_key(scope.access_key)
    signed_at, expires_at = _validity(given)
    expected = link_signature(credentials, scope, method, f"http://{host}{path}", query, at=given["X-Amz-Date"])
    if not is_equal(expected, given.get(SIGNATURE_PARAMETER, "")):
        raise signature_does_not_match(scope.access_key)
    if not signed_at - timedelta(minutes=15) <= now < expires_at:
        raise access_denied("Request has expired")


def _validity(given: dict[str, str]) -> tuple[datetime, datetime]:
    try:
        signed_at = datetime.strptime(given["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return signed_at, signed_at + timedelta(seconds=int(given["X-Amz-Expires"]))
    except (KeyError, ValueError, OverflowError) as error:
        raise _malformed("X-Amz-Date and X-Amz-Expires must say when the URL was signed and for how long") from error


def _malformed(message: str) -> S3Error:
    return S3Error(400, "AuthorizationQueryParametersError", message)
