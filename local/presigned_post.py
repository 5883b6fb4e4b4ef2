"""A presigned POST's policy, checked as S3 checks it: signature, expiry, conditions, size.

Hand-written: moto accepts any policy, and no library was found that checks one.

Source: Amazon S3 API Reference, "POST policy" (conditions, their matching, and the fields that need none).
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local.embedded_aws import Credentials
from local.s3_error import (
    S3Error,
    access_denied,
    invalid_argument,
    signature_does_not_match,
    unknown_access_key,
    unsupported_signature,
)
from local.signature import ALGORITHM, CredentialScope, is_equal, policy_signature

MOST_BYTES = 5 * 1024**3  # of any POST, whatever its policy
# Fields that a form may carry without a condition in its policy.
FREE_FIELDS = frozenset({"file", "policy", "x-amz-signature"})
IGNORED_PREFIX = "x-ignore-"


@dataclass(frozen=True, slots=True)
class SizeRange:
    """The smallest and the largest size of the file in bytes, both allowed."""

    least: int = 0
    most: int = MOST_BYTES

    def check(self, size_bytes: int) -> None:
        """Raises S3Error for the size of a whole file."""
        self.check_most(size_bytes)
        if size_bytes < self.least:
            message = "Your proposed upload is smaller than the minimum allowed size"
            facts = {"ProposedSize": size_bytes, "MinSizeAllowed": self.least}
            raise S3Error(400, "EntityTooSmall", message, facts)

    def check_most(self, size_bytes: int) -> None:
        """Raises S3Error as soon as this many bytes of a file have come."""
        if size_bytes > self.most:
            message = "Your proposed upload exceeds the maximum allowed size"
            facts = {"ProposedSize": size_bytes, "MaxSizeAllowed": self.most}
            raise S3Error(400, "EntityTooLarge", message, facts)


def checked(fields: Mapping[str, str], bucket: str, credentials: Credentials, now: datetime) -> SizeRange:
    """Check the form of a POST. Returns the allowed size of the file, and raises S3Error for anything else that is wrong.

    `fields` are the form's fields before the file, by their names in lower case.
    """
    if "key" not in fields:
        raise invalid_argument(
            "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.",
            "key",
        )
    if "policy" not in fields:
        raise access_denied()
    _check_signature(fields, credentials)
    policy = _decoded(fields["policy"])
    _check_expiry(policy, now)
    return _check_conditions(policy, {**fields, "bucket": bucket})


def _check_signature(fields: Mapping[str, str], credentials: Credentials) -> None:
    if fields.get("x-amz-algorithm") != ALGORITHM:
        raise unsupported_signature()
    for name in ("x-amz-credential", "x-amz-date", "x-amz-signature"):
        if name not in fields:
            raise invalid_argument(f"Bucket POST must contain a field named '{name}'.", name)
    scope = CredentialScope.parsed(fields["x-amz-credential"])
    if scope is None:
        raise invalid_argument("the Credential is mal-formed", "x-amz-credential")
    if scope.access_key != credentials.access_key:
        raise unknown_access_key(scope.access_key)
    if not is_equal(policy_signature(credentials, scope, fields["policy"]), fields["x-amz-signature"]):
        raise signature_does_not_match(scope.access_key)


def _decoded(encoded: str) -> dict[str, Any]:
    try:
        policy = json.loads(base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError) as error:
        raise _invalid_policy("Invalid JSON.") from error
    if not isinstance(policy, dict) or not isinstance(policy.get("conditions"), list):
        raise _invalid_policy("Policy must contain a list of conditions.")
    return policy


def _check_expiry(policy: Mapping[str, Any], now: datetime) -> None:
    try:
        expiry = datetime.fromisoformat(policy["expiration"])
    except (KeyError, TypeError, ValueError) as error:
        raise _invalid_policy("Policy must have a valid expiration.") from error
    if now >= (expiry if expiry.tzinfo else expiry.replace(tzinfo=UTC)):
        raise access_denied("Invalid according to Policy: Policy expired.")


def _check_conditions(policy: Mapping[str, Any], values: Mapping[str, str]) -> SizeRange:
    sizes = SizeRange()
    named: set[str] = set()
    for condition in policy["conditions"]:
        operator, subject, operand = _read(condition)
        if operator == "content-length-range":
            sizes = _size_range(subject, operand)
            continue
        name = str(subject).removeprefix("$").lower()
        named.add(name)
        value = values.get(name, "")
        met = value.startswith(str(operand)) if operator == "starts-with" else value == str(operand)
        if not met:
            shown = json.dumps([operator, f"${name}", operand])
            raise access_denied(f"Invalid according to Policy: Policy Condition failed: {shown}")
    extra = sorted(
        name
        for name in values
        if name not in named | FREE_FIELDS and name != "bucket" and not name.startswith(IGNORED_PREFIX)
    )
    if extra:
        raise access_denied(f"Invalid according to Policy: Extra input fields: {', '.join(extra)}")
    return sizes


def _read(condition: object) -> tuple[str, object, object]:
    """A condition as its operator and two operands; `{"name": value}` is short for an `eq`."""
    match condition:
        case {**pairs} if len(pairs) == 1:
            ((name, value),) = pairs.items()
            return "eq", f"${name}", value
        case [str(operator), subject, operand] if operator.lower() in {"eq", "starts-with", "content-length-range"}:
            return operator.lower(), subject, operand
    raise _invalid_policy(f"Invalid condition: {json.dumps(condition)[:200]}")


def _size_range(least: object, most: object) -> SizeRange:
    if not (isinstance(least, int) and isinstance(most, int)):
        raise _invalid_policy("Invalid content-length-range.")
    return SizeRange(least, min(most, MOST_BYTES))


def _invalid_policy(reason: str) -> S3Error:
    return S3Error(400, "InvalidPolicyDocument", f"Invalid Policy: {reason}")
