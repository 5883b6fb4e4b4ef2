"""UpdateItem without botocore, for the function of direct uploads.

boto3 and its client take 0.4 s of a cold start, this 0.05 s, in which it reads the certificates (measured on a busy machine
of two cores). urllib3 takes 0.07 s more, and neither it nor powertools signs requests.
Source: AWS, "Create a signed AWS API request" (Signature Version 4), and the JSON protocol of DynamoDB.
"""

import hashlib
import hmac
import http.client
import json
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

SERVICE = "dynamodb"
CONTENT_TYPE = "application/x-amz-json-1.0"
# DynamoDB answers within some milliseconds. A count that takes longer is not worth the caller's wait.
TIMEOUT_S = 1.0
# Lambda's temporary credentials are fetched again so long before they end.
RENEWED_BEFORE_S = 300.0


class TableError(Exception):
    """An error that DynamoDB has answered; `response` has the layout of botocore's errors."""

    def __init__(self, answer: Mapping[str, Any]) -> None:
        code = str(answer.get("__type", "")).rpartition("#")[2]
        super().__init__(code)
        self.response = {"Error": {"Code": code}, "Item": answer.get("Item", {})}


@dataclass(frozen=True, slots=True)
class _Credentials:
    access_key: str
    secret_key: str
    session_token: str
    valid_until: float


class LightTable:
    """A client for the region, credentials and endpoint of these variables. Threads may share it: each has a connection."""

    def __init__(self, environment: Mapping[str, str], now: Callable[[], float] = time.time) -> None:
        self._environment, self._now = environment, now
        self._region = environment.get("AWS_REGION") or environment["AWS_DEFAULT_REGION"]
        suffix = "amazonaws.com.cn" if self._region.startswith("cn-") else "amazonaws.com"
        endpoint = environment.get("AWS_ENDPOINT_URL_DYNAMODB") or environment.get("AWS_ENDPOINT_URL")
        self._endpoint = urlsplit(endpoint or f"https://{SERVICE}.{self._region}.{suffix}")
        # Made once, because it reads all certificates.
        self._tls = ssl.create_default_context() if self._endpoint.scheme == "https" else None
        self._credentials: _Credentials | None = None
        self._of_thread = threading.local()

    def update_item(self, **request: Any) -> dict[str, Any]:
        """DynamoDB's answer. Raises TableError, or OSError where there is none."""
        body = json.dumps(request).encode()
        status, content = self._exchanged(body, self._signed_headers("UpdateItem", body))
        answer: dict[str, Any] = json.loads(content or b"{}")
        if status != http.client.OK:
            raise TableError(answer)
        return answer

    def _exchanged(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """Status and body of the answer. A connection that was kept may have been closed, so it is tried twice."""
        kept: http.client.HTTPConnection | None = getattr(self._of_thread, "connection", None)
        for connection in (kept, self._connection()):
            if connection is None:
                continue
            try:
                connection.request("POST", "/", body, dict(headers))
                answer = connection.getresponse()
                content = answer.read()
            except (OSError, http.client.HTTPException):
                connection.close()
                self._of_thread.connection = None
                if connection is kept:
                    continue
                raise
            self._of_thread.connection = connection
            return answer.status, content
        raise AssertionError("the last connection returns or raises")

    def _connection(self) -> http.client.HTTPConnection:
        """A connection, which opens with its first request."""
        host, port = self._endpoint.hostname or "", self._endpoint.port
        if self._tls is None:
            return http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)
        return http.client.HTTPSConnection(host, port, timeout=TIMEOUT_S, context=self._tls)

    def _signed_headers(self, operation: str, body: bytes) -> dict[str, str]:
        if self._credentials is None or self._credentials.valid_until <= self._now():
            self._credentials = _credentials(self._environment)
        credentials = self._credentials
        at = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(self._now()))
        headers = {
            "content-type": CONTENT_TYPE,
            "host": self._endpoint.netloc,
            "x-amz-date": at,
            "x-amz-security-token": credentials.session_token,
            "x-amz-target": f"DynamoDB_20120810.{operation}",
        }
        headers = {name: value for name, value in headers.items() if value}
        names = ";".join(headers)
        lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
        canonical = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
        scope = f"{at[:8]}/{self._region}/{SERVICE}/aws4_request"
        to_sign = f"AWS4-HMAC-SHA256\n{at}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        key = f"AWS4{credentials.secret_key}".encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
        signed = f"Credential={credentials.access_key}/{scope}, SignedHeaders={names}, Signature={signature}"
        return {**headers, "authorization": f"AWS4-HMAC-SHA256 {signed}"}


def _credentials(environment: Mapping[str, str]) -> _Credentials:
    """Lambda's own: from the variables, or from the address that a function with SnapStart has instead."""
    if key := environment.get("AWS_ACCESS_KEY_ID"):
        token = environment.get("AWS_SESSION_TOKEN", "")
        return _Credentials(key, environment["AWS_SECRET_ACCESS_KEY"], token, float("inf"))
    from urllib.request import Request, urlopen  # noqa: PLC0415  # only with SnapStart

    headers = {"Authorization": environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"]}
    request = Request(environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"], headers=headers)  # noqa: S310  # Lambda's own address
    with urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310  # as above
        found: Mapping[str, str] = json.loads(answer.read())
    valid_until = datetime.fromisoformat(found["Expiration"]).timestamp() - RENEWED_BEFORE_S
    return _Credentials(found["AccessKeyId"], found["SecretAccessKey"], found["Token"], valid_until)
