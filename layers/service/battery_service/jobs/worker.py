"""The worker: for each message it runs the job to its end and deletes its files. A message may come more than once."""

import gzip
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from battery_service import bridge
from battery_service.bridge import Analysis, BatteryFile
from battery_service.callers.usage import LEAST_ANALYSIS_S
from battery_service.errors import ApiError, error_body
from battery_service.jobs.backend import Backend
from battery_service.jobs.job import MAX_ATTEMPTS, STAGES, Job, Stage
from battery_service.jobs.queue import job_id_of
from battery_service.jobs.result_cache import fingerprint
from battery_service.jobs.storage import ObjectMissing
from battery_service.jobs.table import Conflict
from battery_service.jobs.temporary_folder import temporary_folder
from battery_service.jobs.upkeep import clean_up
from battery_service.log import log_job, log_job_bug
from battery_service.metrics import coarse_stage, count_failed_attempt, count_refusal, count_upload
from battery_service.options import Options

# A lease is this much longer than its invocation, so that it never expires while its worker runs.
LEASE_MARGIN_S = 15.0
GZIP_LEVEL = 6

_STAGES: Mapping[str, Stage] = {"Read": "reading", "Analyse": "analysing", "Plot": "plotting"}


class Analyse(Protocol):
    """The bridge's `analyse_job`, or a test's replacement."""

    def __call__(
        self, files: Sequence[BatteryFile], options: Options, on_stage: Callable[[str], None] | None = None
    ) -> Analysis: ...


@dataclass(frozen=True, slots=True)
class Message:
    """One record of an SQS event."""

    message_id: str
    receipt_handle: str
    body: str

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Message":
        return cls(record["messageId"], record["receiptHandle"], record["body"])


class Worker:
    """Runs jobs. Several threads may use it; `folder` is where its temporary folders are made."""

    def __init__(self, backend: Backend, analyse: Analyse = bridge.analyse_job, folder: Path | None = None) -> None:
        self._backend, self._jobs, self._storage = backend, backend.jobs, backend.storage
        self._settings = backend.settings
        self._analyse, self._folder = analyse, folder

    def handle(self, event: Mapping[str, Any], remaining_s: Callable[[], float]) -> dict[str, Any]:
        """Handle a batch of messages. Returns those that the queue must deliver again, or move to the dead-letter queue."""
        messages = [Message.from_record(record) for record in event["Records"]]
        failed = [message for message in messages if not self._is_handled(message, remaining_s() + LEASE_MARGIN_S)]
        return {"batchItemFailures": [{"itemIdentifier": message.message_id} for message in failed]}

    def _is_handled(self, message: Message, lease_s: float) -> bool:
        try:
            return self._work_on(message, lease_s)
        except Exception as error:  # noqa: BLE001  # the outermost boundary: logged, and the queue delivers again
            log_job_bug("", error, message_id=message.message_id)
            return False

    def _work_on(self, message: Message, lease_s: float) -> bool:
        job_id = job_id_of(message.body)
        try:
            job = self._jobs.claim(job_id, secrets.token_hex(8), lease_s=lease_s)
        except Conflict:
            return clean_up(self._backend, job_id, self._jobs.record(job_id))
        log_job("attempt begins", job, attempt=job.attempts)
        try:
            job = self._completed(job)
        except Conflict:  # deleted, or its lease has expired and another worker owns it
            log_job("job deleted or owned by another", job, attempt=job.attempts)
            return clean_up(self._backend, job_id, self._jobs.record(job_id))
        except Exception as error:  # noqa: BLE001  # an error of ours or of AWS: logged, and another attempt follows
            log_job_bug(job_id, error, request_id=job.request_id, attempt=job.attempts)
            count_failed_attempt(job.request_id)
            return self._try_again_or_fail(job, message)
        return clean_up(self._backend, job_id, job)

    def _completed(self, job: Job) -> Job:
        started = time.perf_counter()
        try:
            return self._report_stored(job)
        except ApiError as fault:
            log_job("job refused", job, code=fault.code)
            count_refusal(job.request_id, "storage", fault)
            return self._failed(job, fault)
        finally:
            self._backend.usage.add(job.caller, analysis_s=max(time.perf_counter() - started, LEAST_ANALYSIS_S))

    def _report_stored(self, job: Job) -> Job:
        """The job with its report in S3. Raises ApiError for an error in its files, Conflict where another worker owns it."""
        started = time.perf_counter()
        with temporary_folder(self._folder) as folder:
            digests = [self._downloaded(job, index, folder) for index in range(len(job.files))]
            key = fingerprint(job, digests, self._settings.version) if self._settings.cache else None
            if key and (ended := self._succeeded_from_cache(job, key)):
                return ended
            files = [BatteryFile(file.name, _path(folder, i).read_bytes()) for i, file in enumerate(job.files)]
        analysis = self._analyse(files, job.options, _Progress(self._jobs.enter, job))
        self._jobs.enter(job, "storing")
        compressed = gzip.compress(analysis.report, GZIP_LEVEL, mtime=0)
        self._storage.put_result(job.job_id, compressed)
        ended = self._succeeded(job, len(analysis.report), len(compressed))
        if key:
            self._jobs.cache_result(key, ended)
        self._count(ended, analysis, (time.perf_counter() - started) * 1000.0)
        return ended

    def _downloaded(self, job: Job, index: int, folder: Path) -> str:
        try:
            return self._storage.download(job, index, _path(folder, index))
        except ObjectMissing as error:
            name = job.files[index].name
            raise ApiError(
                "not_uploaded",
                f"{name} has been deleted or replaced since the analysis was started: upload the files again.",
                {"missing": [name]},
            ) from error

    def _succeeded_from_cache(self, job: Job, key: str) -> Job | None:
        """The job with a copy of an equal job's report; None where no such report is kept."""
        equal = self._jobs.cached_result(key)
        if equal is None:
            return None
        try:
            self._storage.copy_result(equal.job_id, job.job_id)
        except ObjectMissing:
            return None
        return self._succeeded(job, equal.report_bytes, equal.result_bytes)

    def _succeeded(self, job: Job, report_bytes: int, result_bytes: int) -> Job:
        return self._jobs.succeed(
            job, report_bytes=report_bytes, result_bytes=result_bytes, retention_s=self._settings.retention_s
        )

    def _failed(self, job: Job, fault: ApiError) -> Job:
        error = error_body(fault.code, fault.message, fault.details, job.request_id)
        return self._jobs.fail(job, error, retention_s=self._settings.retention_s)

    def _try_again_or_fail(self, job: Job, message: Message) -> bool:
        """After an error of ours: another attempt soon, or failure if this was the last one."""
        try:
            if job.attempts < MAX_ATTEMPTS:
                self._jobs.release(job)
                self._backend.queue.deliver_again(message.receipt_handle, after_s=self._settings.retry_delay_s)
                return False
            job = self._failed(job, _internal_error(job))
        except Conflict:  # the error came after the job had ended
            return clean_up(self._backend, job.job_id, self._jobs.record(job.job_id))
        return clean_up(self._backend, job.job_id, job)

    def _count(self, job: Job, analysis: Analysis, total_ms: float) -> None:
        n_bytes = sum(file.size_bytes for file in job.files)
        log_job(
            "job done",
            job,
            attempt=job.attempts,
            n_files=len(job.files),
            n_bytes=n_bytes,
            **analysis.facts(),
        )
        count_upload(
            job.request_id, "storage", n_files=len(job.files), n_bytes=n_bytes, analysis=analysis, total_ms=total_ms
        )


class _Progress:
    """Records the job's stages, each once and in order, when it is called with the library's stages."""

    def __init__(self, enter: Callable[[Job, Stage], Job], job: Job) -> None:
        self._enter, self._job, self._reached = enter, job, STAGES.index("downloading")

    def __call__(self, library_stage: str) -> None:
        stage = _STAGES.get(coarse_stage(library_stage))
        if stage is not None and STAGES.index(stage) > self._reached:
            self._reached = STAGES.index(stage)
            self._enter(self._job, stage)


def _path(folder: Path, index: int) -> Path:
    return folder / f"{index:02d}"


def _internal_error(job: Job) -> ApiError:
    return ApiError(
        "internal",
        f"There was an error on our side in each of {job.attempts} attempts, so the job was stopped; the request id helps "
        "us to find the cause.",
        {"attempts": job.attempts},
    )
