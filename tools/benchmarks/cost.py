"""The cost of 1,000 analyses by size: `python -m tools.benchmarks.cost`, after `make package`.

The times are those of the built artifact, warm, in its sandbox. A virtual CPU of Lambda and one of this machine differ, so
the ratios are worth more than the cents. Memory is the kernel's peak of the resident memory.
"""

import argparse
import json
import math
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import boto3
from battery_service.jobs.backend import connected
from battery_service.jobs.job import StoredFile
from battery_service.jobs.service import JobService
from battery_service.jobs.settings import JobSettings
from battery_service.options import default_options

from events.gateway import file_part, upload_event
from local.artifact.function import Function
from local.artifact.stack import ArtifactStack
from local.template import NO_QUOTAS
from sample_cells.files import pickle_bytes
from sample_cells.named import named_cell
from tools.benchmarks.inputs import benchmark_inputs
from tools.benchmarks.prices import DIRECT, PRESIGNED, Requests, compute_dollars, transfer_dollars

RUNS = 5
LIGHT_CALLS_OF_A_JOB = 6
GZIP = {"Accept-Encoding": "gzip"}


@dataclass(frozen=True, slots=True)
class Measured:
    """One kind of analysis; times in ms, medians of warm runs."""

    what: str
    megabytes: float
    billed_ms: float
    light_ms: float
    resident_MB: float
    answer_bytes: int
    memory_MB: int
    requests: Requests

    @property
    def dollars_of_1000(self) -> float:
        light = LIGHT_CALLS_OF_A_JOB * compute_dollars(512, self.light_ms) if self.light_ms else 0.0
        science = compute_dollars(self.memory_MB, math.ceil(self.billed_ms))
        return 1000 * (science + light + self.requests.dollars + transfer_dollars(self.answer_bytes))


def main() -> None:
    argparse.ArgumentParser(prog="python -m tools.benchmarks.cost", description=__doc__).parse_args()
    inputs = benchmark_inputs()
    # The embedded DynamoDB takes longer than the cloud's, so nothing is counted while times are measured.
    stack = ArtifactStack(log=lambda _name, _line: None, parameters=NO_QUOTAS)
    try:
        stack.start()
        measured = [
            direct(stack, "small pickle", {"a.pkl": pickle_bytes(named_cell("SAMPLE_LFP_25_SHORT"))}),
            direct(stack, "pickle of 100 cycles", {"a.pkl": inputs.small_pickle}),
            direct(stack, "two of them, compared", {"a.pkl": inputs.small_pickle, "b.pkl": inputs.small_pickle}),
            presigned(stack, "pickle of 2,600 cycles", {"a.pkl": inputs.large_pickle}),
            presigned(stack, "CSV of 2,600 cycles", {"a_cycles.csv": inputs.large_csv}),
        ]
    finally:
        stack.stop()
    print(f"{'analysis':24}{'upload':>10}{'MB':>7}{'billed ms':>11}{'resident MB':>13}{'$ per 1,000':>12}")
    for row in measured:
        kind = "direct" if row.requests is DIRECT else "presigned"
        print(
            f"{row.what:24}{kind:>10}{row.megabytes:7.1f}{row.billed_ms:11.0f}{row.resident_MB:13.0f}"
            f"{row.dollars_of_1000:12.3f}"
        )


def direct(stack: ArtifactStack, what: str, files: Mapping[str, bytes]) -> Measured:
    """`POST /api/upload`, its answer compressed."""
    event = upload_event([file_part(*named) for named in files.items()], headers=GZIP)
    function = stack.artifact.functions["UploadFunction"]
    answers: list[object] = []
    billed_ms = median_ms(lambda: answers.append(function(event)))
    answer = answers[-1]
    if not isinstance(answer, dict) or answer["statusCode"] != 200:
        raise SystemExit(f"{what} was not analysed: {answer}")
    return Measured(
        what=what,
        megabytes=sum(map(len, files.values())) / 1e6,
        billed_ms=billed_ms,
        light_ms=0.0,
        resident_MB=resident_MB(function),
        answer_bytes=len(answer["body"]) * 3 // 4,
        memory_MB=stack.artifact.described["UploadFunction"].memory_MB,
        requests=DIRECT,
    )


def presigned(stack: ArtifactStack, what: str, files: Mapping[str, bytes]) -> Measured:
    """A job, from its message to its report in S3; each other request is counted with the time of asking for the job."""
    worker, light = stack.artifact.functions["WorkerFunction"], stack.artifact.functions["UploadsApiFunction"]
    settings = JobSettings.from_environment(stack.environment)
    backend = connected(settings)
    job_ids: list[str] = []

    def prepared() -> dict[str, object]:
        service = JobService(backend, caller="")
        stored = tuple(StoredFile(name, len(content)) for name, content in files.items())
        job = service.announce(stored, default_options(), "cost")
        for index, content in enumerate(files.values()):
            boto3.client("s3").put_object(Bucket=settings.uploads_bucket, Key=job.key_of(index), Body=content)
        etags = {name: found.etag for name, found in backend.storage.uploaded(job.job_id).items()}
        uploaded = tuple(
            StoredFile(file.name, file.size_bytes, etags[job.key_of(index)]) for index, file in enumerate(stored)
        )
        # Started without a message, so that no other worker takes it.
        backend.jobs.start(job, uploaded, default_options(), "cost", retention_s=3600)
        job_ids.append(job.job_id)
        record = {"messageId": "m", "receiptHandle": "none", "body": json.dumps({"job_id": job.job_id})}
        return {"Records": [record]}

    messages = iter([prepared() for _ in range(RUNS + 1)])
    billed_ms = median_ms(lambda: worker(next(messages)))
    job = backend.jobs.get(job_ids[-1])
    if job is None or job.status != "succeeded":
        raise SystemExit(f"{what} was not analysed: {job}")
    path = f"/api/jobs/{job.job_id}"
    http = {"method": "GET", "path": path}
    asked: dict[str, object] = {"rawPath": path, "headers": {}, "requestContext": {"stage": "$default", "http": http}}
    return Measured(
        what=what,
        megabytes=sum(map(len, files.values())) / 1e6,
        billed_ms=billed_ms,
        light_ms=median_ms(lambda: light(asked)),
        resident_MB=resident_MB(worker),
        answer_bytes=job.result_bytes,
        memory_MB=stack.artifact.described["WorkerFunction"].memory_MB,
        requests=PRESIGNED,
    )


def median_ms(action: Callable[[], object]) -> float:
    """The median of several runs, after one that starts the function."""
    action()
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        action()
        times.append(1000 * (time.perf_counter() - started))
    return statistics.median(times)


def resident_MB(function: Function) -> float:
    """The largest peak of resident memory of all processes of the function's instances."""
    outermost = [instance.process.pid for instance in function.instances]
    return max(_peak_kB(pid) for pid in _with_descendants(outermost)) / 1024


def _with_descendants(pids: list[int]) -> Iterator[int]:
    for pid in pids:
        yield pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        yield from _with_descendants([int(child) for child in children])


def _peak_kB(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM:")).split()[1])


if __name__ == "__main__":
    main()
