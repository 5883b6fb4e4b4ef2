"""A presigned POST's policy and a presigned GET: what botocore signs is admitted, and nothing else."""

import base64
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import ReadOnlyCredentials

from local.embedded_aws import Credentials
from local.presigned_post import MOST_BYTES, SizeRange, checked
from local.presigned_url import check_presigned
from local.s3_error import S3Error

BUCKET = "battery-uploads"
KEY = "uploads/0123/00"
CREDENTIALS = Credentials("LOCALKEY", "secret")
ENDPOINT = "http://127.0.0.1:4566"
type Fields = dict[str, str]


@cache
def client(credentials: Credentials = CREDENTIALS, signature_version: str = "s3v4") -> Any:
    return boto3.session.Session().client(
        "s3",
        region_name="eu-central-1",
        endpoint_url=ENDPOINT,
        aws_access_key_id=credentials.access_key,
        aws_secret_access_key=credentials.secret_key,
        config=Config(signature_version=signature_version),
    )


def form(conditions: list[object] | None = None, fields: Fields | None = None, **client_options: Any) -> Fields:
    """The fields of a form as boto3 signs them, with names in lower case, as the proxy has them."""
    fields = {"Content-Type": "application/octet-stream"} if fields is None else fields
    conditions = [{"Content-Type": "application/octet-stream"}] if conditions is None else conditions
    post = client(**client_options).generate_presigned_post(BUCKET, KEY, fields, conditions, ExpiresIn=900)
    return {name.lower(): value for name, value in post["fields"].items()}


def signed(policy: object) -> Fields:
    """A form around any policy, signed by botocore."""
    text = policy if isinstance(policy, str) else json.dumps(policy)
    encoded = base64.b64encode(text.encode()).decode()
    request = AWSRequest()
    request.context["timestamp"] = "20260101T000000Z"
    key = ReadOnlyCredentials(CREDENTIALS.access_key, CREDENTIALS.secret_key, None)
    return {
        "key": KEY,
        "policy": encoded,
        "x-amz-algorithm": "AWS4-HMAC-SHA256",
        "x-amz-credential": f"{CREDENTIALS.access_key}/20260101/eu-central-1/s3/aws4_request",
        "x-amz-date": "20260101T000000Z",
        "x-amz-signature": SigV4Auth(key, "s3", "eu-central-1").signature(encoded, request),
    }


def refusal(fields: Mapping[str, str], *, bucket: str = BUCKET, after: timedelta = timedelta(0)) -> S3Error:
    with pytest.raises(S3Error) as caught:
        checked(fields, bucket, CREDENTIALS, datetime.now(UTC) + after)
    return caught.value


def test_what_boto3_signs_is_admitted() -> None:
    assert checked(form(), BUCKET, CREDENTIALS, datetime.now(UTC)) == SizeRange(0, MOST_BYTES)


def test_the_size_range_is_the_policys() -> None:
    fields = form([["content-length-range", 3, 10]], {})

    assert checked(fields, BUCKET, CREDENTIALS, datetime.now(UTC)) == SizeRange(3, 10)


@pytest.mark.parametrize("size", [3, 10])
def test_both_ends_of_a_size_range_belong_to_it(size: int) -> None:
    SizeRange(3, 10).check(size)


@pytest.mark.parametrize(("size", "code"), [(2, "EntityTooSmall"), (11, "EntityTooLarge")])
def test_a_size_outside_the_range_is_refused_with_it(size: int, code: str) -> None:
    with pytest.raises(S3Error) as caught:
        SizeRange(3, 10).check(size)

    assert (caught.value.code, caught.value.status, caught.value.facts["ProposedSize"]) == (code, 400, size)


CHANGES: list[tuple[str, Callable[[Fields], object], str, int]] = [
    ("another key", lambda f: f.update(key="uploads/9999/00"), "AccessDenied", 403),
    ("a key below it", lambda f: f.update(key=f"{KEY}/x"), "AccessDenied", 403),
    ("another content type", lambda f: f.update({"content-type": "text/html"}), "AccessDenied", 403),
    ("no content type", lambda f: f.pop("content-type"), "AccessDenied", 403),
    ("a field more", lambda f: f.update(acl="public-read"), "AccessDenied", 403),
    ("no key", lambda f: f.pop("key"), "InvalidArgument", 400),
    ("no policy", lambda f: f.pop("policy"), "AccessDenied", 403),
    ("no signature", lambda f: f.pop("x-amz-signature"), "InvalidArgument", 400),
    ("no date", lambda f: f.pop("x-amz-date"), "InvalidArgument", 400),
    ("a wrong signature", lambda f: f.update({"x-amz-signature": "0" * 64}), "SignatureDoesNotMatch", 403),
    ("a signature of other letters", lambda f: f.update({"x-amz-signature": "ä"}), "SignatureDoesNotMatch", 403),
    ("a mangled credential", lambda f: f.update({"x-amz-credential": "LOCALKEY"}), "InvalidArgument", 400),
    ("another region", lambda f: f.update({"x-amz-credential": f["x-amz-credential"].replace("eu", "us")}),
     "SignatureDoesNotMatch", 403),
    ("another algorithm", lambda f: f.update({"x-amz-algorithm": "none"}), "InvalidRequest", 400),
]  # fmt: skip


@pytest.mark.parametrize(("change", "code", "status"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES])
def test_a_form_that_was_changed_is_refused(change: Callable[[Fields], object], code: str, status: int) -> None:
    fields = form()
    change(fields)

    error = refusal(fields)

    assert (error.code, error.status) == (code, status)


def test_a_policy_that_was_changed_does_not_fit_its_signature() -> None:
    fields = form([["content-length-range", 1, 10]], {})
    policy = base64.b64decode(fields["policy"]).replace(b"10]", b"99]")
    fields["policy"] = base64.b64encode(policy).decode()

    assert refusal(fields).code == "SignatureDoesNotMatch"


def test_a_form_works_until_it_expires() -> None:
    fields = form()

    assert checked(fields, BUCKET, CREDENTIALS, datetime.now(UTC) + timedelta(seconds=890))
    error = refusal(fields, after=timedelta(seconds=901))
    assert (error.status, str(error)) == (403, "AccessDenied: Invalid according to Policy: Policy expired.")


def test_a_form_for_one_bucket_does_not_open_another() -> None:
    assert refusal(form(), bucket="battery-results").code == "AccessDenied"


def test_a_failed_condition_is_named() -> None:
    fields = form()
    fields["key"] = "other"

    assert f'Policy Condition failed: ["eq", "$key", "{KEY}"]' in refusal(fields).message


def test_a_key_of_somebody_else_is_unknown() -> None:
    error = refusal(form(credentials=Credentials("AKIAREAL", "real")))

    assert (error.code, error.facts) == ("InvalidAccessKeyId", {"AWSAccessKeyId": "AKIAREAL"})


def test_the_old_signature_is_not_supported() -> None:
    assert refusal(form(signature_version="s3")).code == "InvalidRequest"


def test_a_prefix_condition_admits_what_starts_with_it() -> None:
    fields = form([["starts-with", "$x-amz-meta-name", "cell-"]], {"x-amz-meta-name": "cell-7"})

    assert checked(fields, BUCKET, CREDENTIALS, datetime.now(UTC))
    assert refusal({**fields, "x-amz-meta-name": "no-cell"}).code == "AccessDenied"


def test_fields_that_ask_to_be_ignored_need_no_condition() -> None:
    assert checked({**form(), "x-ignore-note": "1"}, BUCKET, CREDENTIALS, datetime.now(UTC))


@pytest.mark.parametrize(
    "policy",
    [
        "no json",
        [],
        {"conditions": []},
        {"expiration": "soon", "conditions": []},
        {"expiration": "2999-01-01T00:00:00Z", "conditions": "all"},
        {"expiration": "2999-01-01T00:00:00Z", "conditions": [["like", "$key", "x"]]},
        {"expiration": "2999-01-01T00:00:00Z", "conditions": [{}]},
        {"expiration": "2999-01-01T00:00:00Z", "conditions": [["content-length-range", "1", "x"]]},
    ],
)
def test_a_policy_that_makes_no_sense_is_refused_though_it_is_signed(policy: object) -> None:
    assert refusal(signed(policy)).code == "InvalidPolicyDocument"


def test_an_error_is_xml_that_no_form_can_break() -> None:
    fields = form()
    fields["acl<&>\x00"] = "x"

    body = refusal(fields).response("ID").body

    assert bytes(body).decode().endswith("acl&lt;&amp;&gt;?</Message><RequestId>ID</RequestId></Error>")


# Presigned GET


def link(**options: Any) -> tuple[str, list[tuple[str, str]]]:
    url = client().generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": "results/a b+ä.gz", **options}, 300)
    parts = urlsplit(url)
    return f"/{BUCKET}/results/a b+ä.gz", parse_qsl(parts.query, keep_blank_values=True)


def check(path: str, query: list[tuple[str, str]], *, after: timedelta = timedelta(0)) -> None:
    check_presigned("GET", path, query, host="127.0.0.1:4566", credentials=CREDENTIALS, now=datetime.now(UTC) + after)


def test_a_link_that_boto3_signs_is_admitted_until_it_expires() -> None:
    path, query = link(ResponseContentType="application/json; charset=utf-8")

    check(path, query, after=timedelta(seconds=290))
    with pytest.raises(S3Error, match="Request has expired"):
        check(path, query, after=timedelta(seconds=301))


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("X-Amz-Signature", "0" * 64, "SignatureDoesNotMatch"),
        ("X-Amz-Expires", "99999", "SignatureDoesNotMatch"),
        ("X-Amz-Expires", "9" * 30, "AuthorizationQueryParametersError"),
        ("X-Amz-Credential", "x", "AuthorizationQueryParametersError"),
        ("X-Amz-Algorithm", "none", "InvalidRequest"),
    ],
)
def test_a_link_that_was_changed_is_refused(name: str, value: str, code: str) -> None:
    path, query = link()

    with pytest.raises(S3Error) as caught:
        check(path, [(key, value if key == name else old) for key, old in query])
    assert caught.value.code == code


def test_a_link_to_one_object_does_not_open_another() -> None:
    _, query = link()

    with pytest.raises(S3Error, match="SignatureDoesNotMatch"):
        check(f"/{BUCKET}/results/other.gz", query)


def test_an_object_without_a_signature_is_denied() -> None:
    with pytest.raises(S3Error, match="AccessDenied"):
        check(f"/{BUCKET}/results/other.gz", [])
