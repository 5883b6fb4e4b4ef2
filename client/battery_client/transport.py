"""How files are sent and the report comes back: a direct upload, or the choice by size."""

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
    """Receives the progress of an analysis."""

    def update(self, sent_bytes: int, total_bytes: int) -> None: ...

    def note(self, text: str) -> None:
        """A line that stays after the end."""

    def stage(self, text: str) -> None:
        """What the server does now."""


class Transport(Protocol):
    """A direct or a presigned upload. Raises ClientError, with the server's message if there is one."""

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
            raise ClientError(f"{url} got the files but did not answer for {ANSWER_SECONDS} seconds.") from error
        except requests.RequestException as error:
            raise ClientError(f"The request to {url} failed: {error}") from error
        return content_of(response)

    def _why_no_answer(self, body: MultipartStream) -> str:
        if body.sent_bytes:
            sent, total = body.sent_bytes / 1e6, len(body) / 1e6
            return (
                f"The connection to {self.api.upload_url} broke after {sent:.1f} of {total:.1f} MB; "
                "the server may accept less per request."
            )
        return self.api.why_no_answer()


@dataclass(frozen=True, slots=True)
class TransportBySize:
    """A direct upload up to the limit that the server names, a presigned upload for more."""

    api: Api
    direct: Transport
    presigned: Transport

    def analyse(self, upload: Upload, progress: Progress) -> Report:
        limit = self.api.max_upload_bytes()
        if limit is not None and upload.size_bytes > limit:
            return self.presigned.analyse(upload, progress)
        try:
            return self.direct.analyse(upload, progress)
        except TooLargeError as error:
            progress.note(f"{str(error).splitlines()[0]} Sending the files as a presigned upload.")
            return self.presigned.analyse(upload, progress)
