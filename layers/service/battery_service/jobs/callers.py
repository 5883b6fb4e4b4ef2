"""One record per caller in the table of jobs: its open uploads and jobs, and those that were sent to the workers.

Both are sets of ids. To add or to remove an id twice changes nothing, so what a killed worker has left undone is repeated
without counting twice.
"""

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from battery_service.callers.identity import caller_id
from battery_service.callers.quotas import Quotas, quota_exceeded
from battery_service.jobs.item import CALLERS, Item
from battery_service.jobs.job import Job
from battery_service.jobs.table import START_WINDOW_S, JobTable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Longer than any job and its result is kept.
KEPT_S = 10 * 24 * 3600
# A caller's waiting jobs are looked at again so much later, in case the end of another has not sent them.
LOOK_AGAIN_S = 60
RETRY_OPEN_S = 60
_KEY = "caller "


class CallerTable:
    """The records of all callers. `at_once` is how many jobs of one caller are sent to the workers; 0 is no limit."""

    def __init__(self, client: "DynamoDBClient", table: str, jobs: JobTable, quotas: Quotas, at_once: int) -> None:
        self._client, self._table, self._jobs, self._at_once = client, table, jobs, at_once
        self._open_jobs = quotas.open_jobs

    def add(self, job: Job, key: str, instead_of: str = "") -> str | None:
        """The new job, counted as open. With an idempotency key that the caller has used before, the id of its job then.

        The record comes first: if nothing follows it, upkeep removes it, as each upload that nobody starts. One transaction
        would do the same, but transactions on one caller's record refuse each other, and a page announces several at once.
        `instead_of` is the id of a job with this key that no longer exists. Raises ApiError `quota_exceeded`.
        """
        self._jobs.add(job)
        if key and (earlier := self._earlier_use(job, key, instead_of)):
            self._jobs.remove(job)
            return earlier
        if self._open_jobs and not self._is_within("open", self._open_jobs, job.caller, job.job_id):
            self._jobs.remove(job)
            raise quota_exceeded("open_jobs", self._open_jobs, RETRY_OPEN_S)
        return None

    def take(self, caller: str, job_id: str) -> bool:
        """Whether the job may be sent to the workers: it is among the first `at_once` of its caller, or was before."""
        return not self._at_once or self._is_within("sent", self._at_once, caller, job_id)

    def release(self, caller: str, job_id: str) -> bool:
        """The job has ended, or does not exist. Whether other jobs of its caller wait."""
        record = self._update(
            caller_id(caller), "SET #ttl = :ttl DELETE #sent :ids, #open :ids", {":ids": {"SS": [job_id]}}
        )
        return "care" in record

    def note_waiting(self, caller: str) -> None:
        """Jobs of this caller wait: the end of each of its jobs, and upkeep, sends the next."""
        self._look_again(caller_id(caller), "")

    def set_back(self, of_caller: str) -> None:
        """Look at the caller of this id later."""
        self._look_again(of_caller, "attribute_exists(#care)")

    def nobody_waits(self, of_caller: str) -> None:
        """No job of the caller waits, unless one has been noted within the last minute, which no index may show yet."""
        try:
            self._update(
                of_caller,
                "SET #ttl = :ttl REMOVE #care, #due_at",
                {":now": {"N": f"{self._jobs.now():.3f}"}},
                "#due_at <= :now",
            )
        except ClientError as error:
            if not _is_refused(error):
                raise

    def _look_again(self, of_caller: str, condition: str) -> None:
        due_at = f"{self._jobs.now() + LOOK_AGAIN_S:.3f}"
        expression = "SET #ttl = :ttl, #care = :care, #due_at = :due"
        self._update(of_caller, expression, {":care": {"S": CALLERS}, ":due": {"N": due_at}}, condition)

    def _update(
        self, of_caller: str, expression: str, values: Mapping[str, Any], condition: str = ""
    ) -> Mapping[str, Any]:
        names = ("ttl", "sent", "open", "care", "due_at")
        used = {f"#{name}": name for name in names if f"#{name}" in f"{expression} {condition}"}
        given: dict[str, Any] = {"ConditionExpression": condition} if condition else {}
        answer = self._client.update_item(
            TableName=self._table,
            Key={"job_id": {"S": f"{_KEY}{of_caller}"}},
            UpdateExpression=expression,
            ExpressionAttributeNames=used,
            ExpressionAttributeValues={**values, ":ttl": self._ttl(KEPT_S)},
            ReturnValues="ALL_NEW",
            **given,
        )
        return answer["Attributes"]

    def _is_within(self, ids: str, most: int, caller: str, job_id: str) -> bool:
        """Whether the job is among so many ids of the caller's set, or was added to it now."""
        try:
            self._update(
                caller_id(caller),
                f"SET #ttl = :ttl ADD #{ids} :ids",
                {":ids": {"SS": [job_id]}, ":id": {"S": job_id}, ":most": {"N": str(most)}},
                f"attribute_not_exists(#{ids}) OR size(#{ids}) < :most OR contains(#{ids}, :id)",
            )
        except ClientError as error:
            if _is_refused(error):
                return False
            raise
        return True

    def _earlier_use(self, job: Job, key: str, instead_of: str) -> str | None:
        """The id of the job that the caller has announced with this key before; None at the first use, which is kept."""
        digest = hashlib.sha256(f"{caller_id(job.caller)} {key}".encode()).hexdigest()
        try:
            self._client.put_item(
                TableName=self._table,
                Item={
                    "job_id": {"S": f"once {digest}"},
                    "same_as": {"S": job.job_id},
                    "ttl": self._ttl(START_WINDOW_S),
                },
                ConditionExpression="attribute_not_exists(job_id) OR same_as = :gone",
                ExpressionAttributeValues={":gone": {"S": instead_of}},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if _is_refused(error):
                earlier: str = error.response["Item"]["same_as"]["S"]  # type: ignore[typeddict-item]  # not in the stubs
                return earlier
            raise
        return None

    def _ttl(self, seconds: float) -> Any:
        return {"N": str(int(self._jobs.now() + seconds))}


def id_of_caller(item: Item) -> str:
    """The id of the caller whose record this is."""
    return item["job_id"]["S"].removeprefix(_KEY)


def _is_refused(error: ClientError) -> bool:
    return error.response["Error"]["Code"] == "ConditionalCheckFailedException"
