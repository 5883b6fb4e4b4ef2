"""The presigned upload for large files: announced to the API, posted to S3, analysed as a job."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import sleep
from typing import Any
from uuid import uuid4

import requests

from battery_client.answers import Report, storage_error
from battery_client.api import CONNECT_SECONDS, Api
from battery_client.errors import ClientError, UnreachableError
from battery_client.job import LONGEST_WAIT_SECONDS, JobFollower
from battery_client.multipart_stream import MultipartStream
from battery_client.transport import Progress, Upload

TRIES = 3
RETRY_PAUSE_SECONDS = 1.0
POST_SECONDS = 120
type Post = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PresignedTransport:
    """`POST /api/uploads`, one form per file, `POST …/analysis`, and then the job."""

    api: Api
    follower: JobFollower
    pause: Callable[[float], None] = sleep

    def analyse(self, upload: Upload, progress: Progress) -> Report:
        announced = self._announced(upload)
        posts = [file["post"] for file in announced["files"]]
        self._send(list(zip(upload.paths, posts, strict=True)), progress)
        started = self.api.exchange(
            "POST", f"{self.api.root}/api/uploads/{announced['upload_id']}/analysis", dict(upload.options)
        )
        job_id = str(started["job_id"])
        progress.note(f"Job {job_id} has started; if this is interrupted, get its report with --job {job_id}")
        return self.follower.report_of(job_id, progress)

    def _announced(self, upload: Upload) -> Report:
        files = [{"name": path.name, "size_bytes": path.stat().st_size} for path in upload.paths]
        announced = self._answer_to({"files": files}, key=str(uuid4()))
        if "upload_id" not in announced or len(announced.get("files", ())) != len(files):
            raise ClientError(f"{self.api.root} does not offer presigned uploads.")
        return announced

    def _answer_to(self, announcement: Mapping[str, Any], *, key: str) -> Report:
        """The answer to an announcement. With its key it can be sent again, and announces one upload."""
        for left in reversed(range(TRIES)):
            try:
                return self.api.exchange("POST", f"{self.api.root}/api/uploads", announcement, key=key)
            except UnreachableError as error:
                wait = max(RETRY_PAUSE_SECONDS * (TRIES - left), error.wait_s)
                if not left or wait > LONGEST_WAIT_SECONDS:
                    raise
            self.pause(wait)
        raise AssertionError("the last try returns or raises")

    def _send(self, files: list[tuple[Path, Post]], progress: Progress) -> None:
        total = sum(len(_form(path, post, lambda _sent, _total: None)) for path, post in files)
        done = 0
        for path, post in files:

            def on_sent(sent: int, _total: int, before: int = done) -> None:
                progress.update(before + sent, total)

            form = _form(path, post, on_sent)
            self._post(path, post["url"], form)
            done += len(form)

    def _post(self, path: Path, url: str, form: MultipartStream) -> None:
        """Send one file; send it again after an error of the network or of S3 itself."""
        for left in reversed(range(TRIES)):
            fault: Exception | None = None
            try:
                response = requests.post(
                    url,
                    data=form,
                    headers={"Content-Type": form.content_type},
                    timeout=(CONNECT_SECONDS, POST_SECONDS),
                )
            except (requests.ConnectionError, requests.Timeout) as error:
                fault = error
            except requests.RequestException as error:
                raise ClientError(f"{path.name} could not be sent to the storage: {error}") from error
            else:
                if response.ok:
                    return
                if response.status_code < 500:
                    raise storage_error(response, path.name)
            if not left:
                raise (
                    storage_error(response, path.name)
                    if fault is None
                    else ClientError(f"The connection to the storage broke while {path.name} was sent, {TRIES} times.")
                ) from fault
            self.pause(RETRY_PAUSE_SECONDS * (TRIES - left))


def _form(path: Path, post: Post, on_sent: Callable[[int, int], None]) -> MultipartStream:
    return MultipartStream([path], on_sent, fields=post["fields"])
