"""Ways in which files reach the server and its report comes back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import requests

from battery_client.answers import Report, content_of
from battery_client.api import CONNECT_SECONDS, JSON_HEADERS, Api
from battery_client.errors import ClientError, TooLargeError
from battery_client.multipart_stream import MultipartStream

ANSWER_SECONDS = 900


@dataclass(frozen=True, slots=True)
class Upload:
    """The files of one analysis, and its options by their names in the API."""

    paths: Sequence[Path]
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def size_bytes(self) -> int:
        return sum(path.stat().st_size for path in self.paths)


class Progress(Protocol):
    """Somebody who wants to know how far it is."""

    def update(self, sent_bytes: int, total_bytes: int) -> None: ...

    def note(self, text: str) -> None:
        """Something to be read even when all is over."""

    def stage(self, text: str) -> None:
        """What is being done now."""


class Transport(Protocol):
    """One of the API's ways in. Raises ClientError, which carries the server's own words where it gave any."""

    def analyse(self, upload: Upload, progress: Progress) -> Report: ...


@dataclass(frozen=True, slots=True)
class DirectTransport:
    """`POST /api/upload`: the files in one request, the report in its answer."""

    api: Api

    def analyse(self, upload: Upload, progress: Progress) -> Report:
        url = self.api.upload_url
        body = MultipartStream(upload.paths, progress.update)
        try:
            response = requests.post(
                url,
                params=upload.options,
                data=body,
                headers={"Content-Type": body.content_type, **JSON_HEADERS},
                auth=self.api.auth,
                timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
            )
        except requests.ConnectionError as error:
            raise ClientError(self._why_no_answer(body)) from error
        except requests.Timeout as error:
            raise ClientError(f"{url} took the files but did not answer for {ANSWER_SECONDS} seconds.") from error
        except requests.RequestException as error:
            raise ClientError(f"The exchange with {url} failed: {error}") from error
        return content_of(response)

    def _why_no_answer(self, body: MultipartStream) -> str:
        if body.sent_bytes:
            sent, total = body.sent_bytes / 1e6, len(body) / 1e6
            return (
                f"The connection to {self.api.upload_url} broke after {sent:.1f} of {total:.1f} MB; "
                "it may take less at once."
            )
        return self.api.why_no_answer()


@dataclass(frozen=True, slots=True)
class TransportBySize:
    """The direct way for what it takes by the server's own word, the presigned one for more."""

    api: Api
    direct: Transport
    presigned: Transport

    def analyse(self, upload: Upload, progress: Progress) -> Report:
        limit = self.api.max_upload_bytes()
        if limit is not None and upload.size_bytes > limit:
            return self.presigned.analyse(upload, progress)
        try:
            return self.direct.analyse(upload, progress)
        except TooLargeError as refusal:
            progress.note(f"{str(refusal).splitlines()[0]} Taking the way for large files.")
            return self.presigned.analyse(upload, progress)
