"""The API's routes at the address that the user gives, and one request to them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import requests
from requests.auth import AuthBase

from battery_client.answers import Report, content_of, error_text
from battery_client.errors import ClientError, UnreachableError

UPLOAD_ROUTE = "/api/upload"
CONNECT_SECONDS = 10
EXCHANGE_SECONDS = 60
JSON_HEADERS = {"Accept": "application/json"}


@dataclass(frozen=True, slots=True)
class Api:
    """`upload_url` is the endpoint of direct uploads, and the other URLs follow from it. `auth` adds the token."""

    upload_url: str
    auth: AuthBase | None = None

    @property
    def root(self) -> str:
        return self.upload_url.rstrip("/").removesuffix(UPLOAD_ROUTE)

    def job_url(self, job_id: str) -> str:
        return f"{self.root}/api/jobs/{quote(job_id, safe='')}"

    def max_upload_bytes(self) -> int | None:
        """The server's limit for a direct upload, in bytes; None if it names none."""
        try:
            information = self.exchange("GET", f"{self.root}/")
        except UnreachableError:
            raise
        except ClientError:  # the upload itself will show what is wrong
            return None
        limits = information.get("limits")
        limit = limits.get("max_upload_bytes") if isinstance(limits, dict) else None
        return limit if isinstance(limit, int) else None

    def exchange(self, method: str, url: str, body: Mapping[str, Any] | None = None, *, key: str = "") -> Report:
        """The JSON answer to one request; follows redirects. Raises ClientError.

        With an idempotency `key` the request can be sent again where its answer was lost.
        """
        try:
            response = requests.request(
                method,
                url,
                json=body,
                headers={**JSON_HEADERS, **({"Idempotency-Key": key} if key else {})},
                auth=self.auth,
                timeout=(CONNECT_SECONDS, EXCHANGE_SECONDS),
            )
        except requests.ConnectionError as error:
            raise UnreachableError(self.why_no_answer()) from error
        except requests.Timeout as error:
            raise UnreachableError(f"{url} did not answer for {EXCHANGE_SECONDS} seconds.") from error
        except requests.RequestException as error:
            raise ClientError(f"The request to {url} failed: {error}") from error
        if response.status_code in {429, 502, 503, 504}:
            raise UnreachableError(_why_later(response), wait_s=_wait_s(response))
        return content_of(response)

    def why_no_answer(self) -> str:
        if urlsplit(self.upload_url).hostname in {"localhost", "127.0.0.1", "::1"}:
            return f"No server answers at {self.upload_url}. Start one with: python battery_analytics_api.py"
        return f"No server answers at {self.upload_url}. Check the address (--url) and the network."


def _why_later(response: requests.Response) -> str:
    """The API's own message where there is one, as for a caller who has used a quota."""
    try:
        content = response.json()
    except requests.JSONDecodeError:
        content = None
    if isinstance(content, dict) and "error" in content:
        return error_text(content, status=response.status_code)
    return f"{response.url} answered {response.status_code} {response.reason}."


def _wait_s(response: requests.Response) -> float:
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isdecimal() else 0.0
