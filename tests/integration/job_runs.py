"""Jobs brought to rest in a simulated cloud, while one chosen thing goes wrong at one chosen call."""

import gzip
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from battery_analytics import BatteryFile
from battery_service.bridge import Analysis
from battery_service.errors import ApiError
from battery_service.jobs.backend import Backend
from battery_service.jobs.job import Job, StoredFile, result_key
from battery_service.jobs.service import JobService
from battery_service.jobs.upkeep import process_due_jobs
from battery_service.jobs.worker import Worker
from battery_service.options import Options, default_options
from botocore.exceptions import EndpointConnectionError

from tests.integration.cloud import RESULTS, UPLOADS, Clock, Cloud, Intercept

LEASE_S = 195.0
FILES = {"first_cycles.csv": b"one, two", "first_metadata.csv": b"three"}

type When = Literal["before", "after"]


class Killed(BaseException):
    """The process is gone: no `except Exception` sees it, and no call is made after it."""


def aws_is_down() -> Exception:
    return EndpointConnectionError(endpoint_url="https://aws.example")


def small_analysis(
    files: Sequence[BatteryFile], options: Options, on_stage: Callable[[str], None] | None = None
) -> Analysis:
    """A report that follows from the files, told in the library's stages; a file of `fault` is at fault."""
    for stage in ("read", "capacity_fade", "capacity_plot"):
        if on_stage:
            on_stage(stage)
        if stage == "read" and any(file.content == b"fault" for file in files):
            raise ApiError("corrupted_file", "It is truncated.", {"file": files[0].name})
    return Analysis(report_of_files({file.name: file.content for file in files}), ("made up",), 1, 1, 1, {})


def report_of_files(files: Mapping[str, bytes]) -> bytes:
    return json.dumps({name: hashlib.sha256(content).hexdigest() for name, content in files.items()}).encode()


@dataclass
class AtCall:
    """Does something at the call of this index, once; counts and names all calls."""

    index: int | None = None
    do: Callable[[Callable[[], Any]], Any] = lambda call: call()
    calls: list[str] = field(default_factory=list)
    dead: bool = False

    def __call__(self, name: str, call: Callable[[], Any]) -> Any:
        if self.dead:
            raise Killed
        self.calls.append(name)
        if len(self.calls) - 1 != self.index:
            return call()
        try:
            return self.do(call)
        except Killed:
            self.dead = True
            raise


def fails(when: When) -> Callable[[Callable[[], Any]], Any]:
    """AWS does not answer: the call has not been made, or its answer is lost."""

    def do(call: Callable[[], Any]) -> Any:
        if when == "after":
            call()
        raise aws_is_down()

    return do


def kills(when: When) -> Callable[[Callable[[], Any]], Any]:
    def do(call: Callable[[], Any]) -> Any:
        if when == "after":
            call()
        raise Killed

    return do


def first(action: Callable[[], None]) -> Callable[[Callable[[], Any]], Any]:
    """Something else happens just before the call is made."""

    def do(call: Callable[[], Any]) -> Any:
        action()
        return call()

    return do


@dataclass
class Run:
    """Jobs in a cloud, and everybody who does something with them.

    Its time begins anew, so that what earlier runs have left in the cloud is not due before it has ended.
    """

    cloud: Cloud
    folder: Path
    files: Mapping[str, bytes] = field(default_factory=lambda: dict(FILES))

    def __post_init__(self) -> None:
        self.cloud.clock = Clock()
        self.job_ids: list[str] = []
        self.backend = self.cloud.backend()
        self.service = JobService(self.backend, caller="")

    def announced(self) -> Job:
        stored = tuple(StoredFile(name, len(content)) for name, content in self.files.items())
        job = self.service.announce(stored, default_options(), "request-1")
        for index, content in enumerate(self.files.values()):
            self.cloud.put_upload(job.key_of(index), content)
        self.job_ids.append(job.job_id)
        return job

    def started(self) -> Job:
        return self.service.start(self.announced(), default_options(), "request-1")

    def worker(self, intercept: Intercept | None = None) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
        backend = self.cloud.backend(intercept)
        worker = Worker(backend, small_analysis, self.folder)
        return lambda event: worker.handle(event, lambda: LEASE_S - 15.0)

    def deliver(
        self, handle: Callable[[Mapping[str, Any]], Mapping[str, Any]], *, times: int = 1
    ) -> list[dict[str, Any]]:
        """Hand the next message to a worker so many times; a killed worker deletes none."""
        records = self.cloud.received()
        for _ in range(times):
            try:
                self.cloud.deliver(handle, records)
            except Killed:
                return records
        return records

    def upkeep(self, intercept: Intercept | None = None) -> None:
        backend: Backend = self.cloud.backend(intercept)
        try:
            process_due_jobs(backend)
        except (Killed, EndpointConnectionError):
            return

    def rest(self) -> None:
        """Sound workers and upkeep take over, until nothing is left to do before the jobs expire."""
        handle = self.worker()
        for _ in range(8):
            self.cloud.drain(handle)
            jobs = [self.backend.jobs.record(job_id) for job_id in self.job_ids]
            due = [job.due_at for job in jobs if job is not None and job.due_at < job.expires_at]
            if not due:
                return
            self.cloud.clock.seconds = max(self.cloud.clock.seconds, *due)
            self.upkeep()
        raise AssertionError("it does not come to rest")

    def assert_done(self, job: Job) -> Job:
        """The job has succeeded, with exactly its report, and nothing else is left of it."""
        done = self.backend.jobs.record(job.job_id)
        assert done is not None
        assert (done.status, done.error) == ("succeeded", None)
        assert 1 <= done.attempts <= 3
        assert self.results() == [result_key(job.job_id)]
        compressed = self.backend.storage.result(job.job_id)
        assert gzip.decompress(compressed) == report_of_files(self.files)
        assert done.result_bytes == len(compressed)
        self.assert_no_traces()
        return done

    def assert_failed(self, job: Job, code: str) -> Job:
        failed = self.backend.jobs.record(job.job_id)
        assert failed is not None
        assert failed.status == "failed"
        assert failed.error is not None
        assert (failed.error["code"], set(failed.error)) == (code, {"error", "code", "details", "request_id"})
        assert self.results() == []
        self.assert_no_traces()
        return failed

    def assert_deleted(self, job: Job) -> None:
        """Nothing is left of it but its id, and that not for long."""
        assert self.backend.jobs.get(job.job_id) is None
        assert self.results() == []
        self.assert_no_traces()
        self.cloud.clock.advance(7200)
        self.upkeep()
        assert self.backend.jobs.record(job.job_id) is None

    def results(self) -> list[str]:
        return [key for job_id in self.job_ids for key in self.cloud.objects(RESULTS, f"results/{job_id}")]

    def assert_no_traces(self) -> None:
        assert self.cloud.objects(UPLOADS) == []
        assert self.cloud.received() == []
        assert list(self.folder.iterdir()) == []
        assert self.cloud.held() & set(self.job_ids) == set()
