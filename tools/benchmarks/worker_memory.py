"""The memory that the worker needs for a large upload: `python -m tools.benchmarks.worker_memory [megabytes ...]`.

The worker runs in its own process with a limited address space, against moto's server in this process. Its peak is the
kernel's figure for its resident memory (VmHWM).
"""

import json
import logging
import os
import subprocess
import sys
import time

import boto3
from battery_service.jobs.backend import connected
from battery_service.jobs.job import StoredFile
from battery_service.jobs.service import JobService
from battery_service.jobs.settings import JobSettings
from battery_service.jobs.table_definition import table_definition
from battery_service.options import default_options
from moto.server import ThreadedMotoServer

from tools.benchmarks.inputs import benchmark_inputs

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "x",
    "AWS_SECRET_ACCESS_KEY": "x",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "POWERTOOLS_METRICS_DISABLED": "true",
    "POWERTOOLS_LOG_LEVEL": "ERROR",
}
# Lambda counts resident memory. Threads and libraries reserve much more address space than that.
ADDRESS_SPACE_BEYOND_MB = 512
LIMITS_MB = (512, 1024)

CHILD = """
import json, resource, sys
limit = int(sys.argv[1]) * 2**20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
from functions.analysis_worker.app import lambda_handler
class Context:
    def get_remaining_time_in_millis(self): return 180_000
answer = lambda_handler(json.loads(sys.argv[2]), Context())
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(json.dumps([answer["batchItemFailures"], *(int(status[name].split()[0]) // 1024 for name in ("VmHWM", "VmPeak"))]))
"""


def main(limits_mb: list[int]) -> None:
    os.environ |= ENVIRONMENT
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    inputs = benchmark_inputs()
    uploads = {
        "pickle": {"big.pkl": inputs.large_pickle},
        "CSV": {"big_cycles.csv": inputs.large_csv},
        "two pickles": {"big.pkl": inputs.large_pickle, "too.pkl": inputs.large_pickle},
        "three pickles": {f"big{number}.pkl": inputs.large_pickle for number in range(3)},
    }
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        os.environ["AWS_ENDPOINT_URL"] = f"http://{host}:{port}"
        settings = _made_resources()
        print(f"{'upload':14}{'MB':>6}{'limit MB':>10}{'ended':>14}{'peak MB':>9}{'seconds':>9}")
        for name, files in uploads.items():
            for limit_mb in limits_mb:
                _measure(name, files, limit_mb, settings)
    finally:
        server.stop()


def _made_resources() -> JobSettings:
    s3, sqs, dynamodb = boto3.client("s3"), boto3.client("sqs"), boto3.client("dynamodb")
    for bucket in ("uploads", "results"):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    dynamodb.create_table(**table_definition("jobs"))
    os.environ |= {"UPLOADS_BUCKET": "uploads", "RESULTS_BUCKET": "results", "JOBS_TABLE": "jobs"}
    os.environ["JOBS_QUEUE_URL"] = sqs.create_queue(QueueName="jobs")["QueueUrl"]
    return JobSettings.from_environment(os.environ)


def _measure(name: str, files: dict[str, bytes], limit_mb: int, settings: JobSettings) -> None:
    backend = connected(settings)
    service = JobService(backend, caller="")
    stored = tuple(StoredFile(file, len(content)) for file, content in files.items())
    job = service.announce(stored, default_options(), "benchmark")
    for index, content in enumerate(files.values()):
        boto3.client("s3").put_object(Bucket=settings.uploads_bucket, Key=job.key_of(index), Body=content)
    service.start(job, default_options(), "benchmark")
    record = {"messageId": "m", "receiptHandle": "none", "body": json.dumps({"job_id": job.job_id})}
    command = [sys.executable, "-c", CHILD, str(limit_mb + ADDRESS_SPACE_BEYOND_MB), json.dumps({"Records": [record]})]
    started = time.perf_counter()
    ended = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # our own program
    seconds = time.perf_counter() - started
    last = ended.stdout.strip().rpartition("\n")[2]
    peak_mb = json.loads(last)[1] if last.startswith("[") else 0
    size_mb = sum(map(len, files.values())) / 1e6
    done = service.job(job.job_id)
    outcome = str(done.error["code"]) if done.error else done.status
    print(f"{name:14}{size_mb:6.0f}{limit_mb:10}{outcome:>14}{peak_mb:9}{seconds:9.1f}", flush=True)
    if done.error:
        print(f"  {done.error['error']}")


if __name__ == "__main__":
    main([int(text) for text in sys.argv[1:]] or list(LIMITS_MB))
