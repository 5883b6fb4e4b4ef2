"""Ways in which files reach the server and its report comes back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests

from battery_client.errors import ClientError
from battery_client.multipart_stream import MultipartStream, OnSent

CONNECT_SECONDS = 10
ANSWER_SECONDS = 900
type Report = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Upload:
    """The files of one analysis, and its options by their names in the API."""

    paths: Sequence[Path]
    options: Mapping[str, str] = field(default_factory=dict)


class Transport(Protocol):
    """One of the API's ways in. Raises ClientError, which carries the server's own words where it gave any."""

    def analyse(self, upload: Upload, on_sent: OnSent) -> Report: ...


@dataclass(frozen=True, slots=True)
class DirectTransport:
    """`POST /api/upload`: the files in one request, the report in its answer."""

    url: str

    def analyse(self, upload: Upload, on_sent: OnSent) -> Report:
        body = MultipartStream(upload.paths, on_sent)
        try:
            response = requests.post(
                self.url,
                params=upload.options,
                data=body,
                headers={"Content-Type": body.content_type, "Accept": "application/json"},
                timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
            )
        except requests.ConnectionError as error:
            raise ClientError(self._why_no_answer(body)) from error
        except requests.Timeout as error:
            raise ClientError(f"{self.url} took the files but did not answer for {ANSWER_SECONDS} seconds.") from error
        except requests.RequestException as error:
            raise ClientError(f"The exchange with {self.url} failed: {error}") from error
        return report_of(response)

    def _why_no_answer(self, body: MultipartStream) -> str:
        if body.sent_bytes:
            sent, total = body.sent_bytes / 1e6, len(body) / 1e6
            return f"The connection to {self.url} broke after {sent:.1f} of {total:.1f} MB; it may take less at once."
        if urlsplit(self.url).hostname in {"localhost", "127.0.0.1", "::1"}:
            return f"No server answers at {self.url}. Start one with: python battery_analytics_api.py"
        return f"No server answers at {self.url}. Check the address (--url) and the network."


def report_of(response: requests.Response) -> Report:
    """The report in an answer. Raises ClientError with the server's own error where it holds none."""
    try:
        content = response.json()
    except requests.JSONDecodeError as error:
        raise ClientError(_not_ours(response)) from error
    if not isinstance(content, dict):
        raise ClientError(_not_ours(response))
    if response.ok:
        return content
    if "error" not in content:
        raise ClientError(_not_ours(response))
    labels = [str(response.status_code), *(str(content[key]) for key in ("code",) if content.get(key))]
    request_id = f"\nRequest id: {content['request_id']}" if content.get("request_id") else ""
    raise ClientError(f"{content['error']} ({' '.join(labels)}){request_id}")


def _not_ours(response: requests.Response) -> str:
    return (
        f"{response.url} answered {response.status_code} {response.reason}, but not as a Battery Analytics API does. "
        "Is the address (--url) right?"
    )
