"""A job as a DynamoDB item and back: numbers and strings; lists and records as JSON text."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from battery_service.callers.identity import caller_id
from battery_service.jobs.job import Job, Status, StoredFile
from battery_service.options import Options, default_options

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

# The partitions of the index on `due_at`, by the attribute `care`: an index's key cannot be renamed in place.
# Queued and running jobs; an earlier version has all others here too.
LIVE = "job"
# Callers of whom jobs wait.
CALLERS = "callers"
# Uploads that wait for their start, ended and deleted jobs: a caller with many of them delays a few others at most.
TO_CLEAN_UP = tuple(f"clean up {digit:x}" for digit in range(16))
# DynamoDB's own expiry deletes what upkeep has not deleted within a day.
TTL_AFTER_EXPIRY_S = 24 * 3600

_NUMBERS = ("created_at", "due_at", "expires_at", "started_at", "finished_at")
_COUNTS = ("attempts", "sends", "report_bytes", "result_bytes")
_TEXTS = ("status", "request_id", "caller", "stage", "owner", "care")
_RECORDS = ("files", "options", "error")

type Item = Mapping[str, AttributeValueTypeDef]


def item_of(job: Job) -> dict[str, "AttributeValueTypeDef"]:
    """The whole item of a new job."""
    fields: dict[str, Any] = {
        "status": job.status,
        "request_id": job.request_id,
        "caller": job.caller,
        "files": job.files,
        "options": job.options,
        "attempts": job.attempts,
        "sends": job.sends,
        "created_at": job.created_at,
        "due_at": job.due_at,
        "expires_at": job.expires_at,
    }
    return {"job_id": {"S": job.job_id}, "care": {"S": partition_of(job.status, job.caller)}, **attributes_of(fields)}


def partition_of(status: Status, caller: str) -> str:
    """The partition in which a job of this status is due."""
    return LIVE if status in ("queued", "running") else TO_CLEAN_UP[int(caller_id(caller)[0], 16)]


def waiting_partition(of_caller: str) -> str:
    """The partition of the jobs that wait until others of this caller have ended."""
    return f"waiting {of_caller}"


def attributes_of(fields: Mapping[str, Any]) -> dict[str, "AttributeValueTypeDef"]:
    """Attributes of some of a job's fields; the table's time to live follows `expires_at`."""
    attributes: dict[str, AttributeValueTypeDef] = {name: _attribute(name, value) for name, value in fields.items()}
    if "expires_at" in fields:
        attributes["ttl"] = {"N": str(int(fields["expires_at"]) + TTL_AFTER_EXPIRY_S)}
    return attributes


def job_of(item: Item) -> Job:
    """The job of an item, without the fields and options that this version does not know.

    Raises KeyError, TypeError or ValueError for an item that is no job.
    """
    fields: dict[str, Any] = {"job_id": item["job_id"]["S"]}
    fields |= {name: item[name]["S"] for name in _TEXTS if name in item and name != "care"}
    fields |= {name: float(item[name]["N"]) for name in _NUMBERS if name in item}
    fields |= {name: int(item[name]["N"]) for name in _COUNTS if name in item}
    records = {name: json.loads(item[name]["S"]) for name in _RECORDS if name in item}
    if "files" in records:
        fields["files"] = tuple(
            StoredFile(file["name"], file["size_bytes"], file.get("etag", "")) for file in records["files"]
        )
    if "options" in records:
        fields["options"] = _known(records["options"])
    if "error" in records:
        fields["error"] = records["error"]
    return Job(**fields)


def _known(options: Mapping[str, Any]) -> Options:
    """The options that this version has; those that an earlier one did not know have their defaults."""
    return {name: options.get(name, default) for name, default in default_options().items()}


def _attribute(name: str, value: Any) -> "AttributeValueTypeDef":
    if name in _NUMBERS:
        return {"N": f"{value:.3f}"}
    if name in _COUNTS:
        return {"N": str(value)}
    if name in _TEXTS:
        return {"S": value}
    plain = [asdict(file) for file in value] if name == "files" else value
    return {"S": json.dumps(plain, ensure_ascii=False, default=str)}
