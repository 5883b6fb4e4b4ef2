"""The presigned way over HTTP as any client takes it, step by step, so that a test can go wrong at each."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests

WAIT_SECONDS = 120
type File = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class PresignedFlow:
    """The API at `url`; `headers` go with every request to it, and to nobody else."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def announced(self, files: Sequence[File]) -> dict[str, Any]:
        body = {"files": [{"name": name, "size_bytes": len(content)} for name, content in files]}
        answer = requests.post(f"{self.url}/api/uploads", json=body, headers=self.headers, timeout=WAIT_SECONDS)
        assert answer.status_code == 201, answer.text
        announced: dict[str, Any] = answer.json()
        return announced

    def start(self, upload_id: str, options: Mapping[str, object]) -> requests.Response:
        url = f"{self.url}/api/uploads/{upload_id}/analysis"
        return requests.post(url, json=options, headers=self.headers, timeout=60)

    def ended(self, job_id: str) -> dict[str, Any]:
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            answer = requests.get(f"{self.url}/api/jobs/{job_id}", headers=self.headers, timeout=60)
            job: dict[str, Any] = answer.json()
            if job["status"] in {"succeeded", "failed"}:
                return job
            time.sleep(0.1)
        raise AssertionError(f"the job did not end: {job}")

    def job(self, files: Sequence[File], **options: object) -> dict[str, Any]:
        """The job of these files, at its end."""
        announced = self.announced(files)
        for file, place in zip(files, announced["files"], strict=True):
            stored = post(place["post"], file)
            assert stored.status_code == 204, stored.text
        started = self.start(announced["upload_id"], options)
        assert started.status_code == 202, started.text
        return self.ended(started.json()["job_id"])

    def result(self, job: Mapping[str, Any], **headers: str) -> requests.Response:
        url = f"{self.url}/api/jobs/{job['job_id']}/result"
        return requests.get(url, headers={**self.headers, **headers}, timeout=60)

    def report(self, files: Sequence[File], **options: object) -> bytes:
        job = self.job(files, **options)
        assert job["status"] == "succeeded", job
        answer = self.result(job)
        assert answer.status_code == 200
        return answer.content


def post(form: Mapping[str, Any], file: File, **changed: str) -> requests.Response:
    """The file as a browser posts it by this form, some of its fields changed."""
    fields = {**form["fields"], **changed}
    return requests.post(form["url"], data=fields, files={"file": file}, timeout=60)


def direct_report(url: str, files: Sequence[File], **options: str) -> bytes:
    parts = [("file", file) for file in files]
    answer = requests.post(f"{url}/api/upload", files=parts, params=options, timeout=WAIT_SECONDS)
    assert answer.status_code == 200, answer.text
    return answer.content
