"""Jobs in DynamoDB: every change of state is one write, conditional on the state before it."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from battery_service.callers.identity import caller_id
from battery_service.jobs.item import LIVE, Item, attributes_of, item_of, job_of, partition_of, waiting_partition
from battery_service.jobs.job import ENDED, MAX_ATTEMPTS, Job, Stage, Status, StoredFile
from battery_service.jobs.table_definition import DUE_INDEX
from battery_service.options import Options

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

# From the announcement to the start of the job: the forms' 15 minutes, and time for uploads that began within them.
START_WINDOW_S = 2 * 3600
# A message counts as lost after one minute, then two, four, …; so a long queue causes at most MAX_SENDS messages.
FIRST_RESEND_S = 60
MAX_SENDS = 8
# The function that ends a job deletes its files. Upkeep does it again this much later, in case that was interrupted.
CLEAN_UP_AFTER_S = 60
PAGE = 25


class Conflict(Exception):
    """The job is not in the state that a change starts from."""


class JobTable:
    """The jobs of one table. `now` gives seconds since 1970."""

    def __init__(self, client: "DynamoDBClient", table: str, now: Callable[[], float] = time.time) -> None:
        self._client, self._table, self.now = client, table, now

    def add(self, job: Job) -> None:
        """A new job. Raises Conflict where its id exists."""
        try:
            self._client.put_item(
                TableName=self._table, Item=item_of(job), ConditionExpression="attribute_not_exists(job_id)"
            )
        except ClientError as error:
            raise _conflict_or(error) from error

    def record(self, job_id: str) -> Job | None:
        """The job as it is now, also where it is deleted or expired."""
        answer = self._client.get_item(TableName=self._table, Key={"job_id": {"S": job_id}}, ConsistentRead=True)
        return job_of(answer["Item"]) if "Item" in answer else None

    def get(self, job_id: str) -> Job | None:
        """The job as it is now; None where it is deleted or expired."""
        job = self.record(job_id)
        return None if job is None or job.status == "deleted" or self._has_expired(job) else job

    def due(self, partition: str) -> Iterator[list[Item]]:
        """The items of a partition that are due now, the longest due first, page by page; each comes once."""
        further: dict[str, Any] = {}
        while True:
            answer = self._client.query(
                TableName=self._table,
                IndexName=DUE_INDEX,
                KeyConditionExpression="care = :care AND due_at <= :now",
                ExpressionAttributeValues={":care": {"S": partition}, ":now": {"N": f"{self.now():.3f}"}},
                Limit=PAGE,
                **further,
            )
            yield list(answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            further = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def waiting(self, of_caller: str) -> Iterator[Job]:
        """The jobs of this caller that wait, the longest waiting first, without those that cannot be read."""
        for page in self.due(waiting_partition(of_caller)):
            for item in page:
                job = _readable(item)
                if job is not None and job.waits:
                    yield job

    def start(
        self, job: Job, files: tuple[StoredFile, ...], options: Options, request_id: str, *, retention_s: int
    ) -> Job:
        """From awaiting to queued. Raises Conflict where it has been started already."""
        now = self.now()
        changes = {
            "status": "queued",
            "care": partition_of("queued", job.caller),
            "files": files,
            "options": options,
            "request_id": request_id,
            "sends": 1,
            "due_at": now + FIRST_RESEND_S,
            "expires_at": now + retention_s,
        }
        return self._change(job.job_id, changes, "#status = :was", {"was": ("status", "awaiting")})

    def claim(self, job_id: str, owner: str, *, lease_s: float) -> Job:
        """From queued, or from a run whose lease has expired, to running, owned by `owner`.

        Raises Conflict, but not where the owner's own claim is repeated because its answer was lost.
        """
        now = self.now()
        changes = {"status": "running", "care": LIVE, "owner": owner, "stage": "downloading", "due_at": now + lease_s}
        condition = "(#status = :queued OR (#status = :running AND #due_at <= :now)) AND #attempts < :most"
        given = {
            "queued": ("status", "queued"),
            "running": ("status", "running"),
            "now": ("due_at", now),
            "most": ("attempts", MAX_ATTEMPTS),
            "one": ("attempts", 1),
            "started": ("started_at", now),
        }
        sets = ("#attempts = #attempts + :one", "#started_at = if_not_exists(#started_at, :started)")
        try:
            return self._change(job_id, changes, condition, given, sets=sets)
        except Conflict:
            job = self.record(job_id)
            if job is None or (job.status, job.owner) != ("running", owner):
                raise
            return job

    def enter(self, job: Job, stage: Stage) -> Job:
        """The run's next stage. Raises Conflict where another worker owns the job by now."""
        return self._as_owner(job, "running", {"stage": stage})

    def succeed(self, job: Job, *, report_bytes: int, result_bytes: int, retention_s: int) -> Job:
        sizes = {"report_bytes": report_bytes, "result_bytes": result_bytes}
        return self._as_owner(job, "succeeded", self._ended(job, retention_s) | sizes)

    def fail(self, job: Job, error: Mapping[str, object], *, retention_s: int) -> Job:
        """The run ends without a result. Raises Conflict as `enter` does."""
        return self._as_owner(job, "failed", self._ended(job, retention_s) | {"error": error})

    def release(self, job: Job) -> Job:
        """From running back to queued, for another attempt with the same message."""
        sends = max(job.sends, 1)  # an earlier message has brought a job here that was to wait
        changes = {"sends": sends, "due_at": self.now() + _resend_after_s(sends)}
        return self._as_owner(job, "queued", changes, remove=("owner", "stage"))

    def send_again(self, job: Job) -> Job:
        """To queued; the caller sends a new message. Raises Conflict where the job has changed since it was read."""
        changes = {
            "status": "queued",
            "care": partition_of("queued", job.caller),
            "sends": job.sends + 1,
            "due_at": self.now() + _resend_after_s(job.sends + 1),
        }
        return self._unchanged(job, changes, remove=("owner", "stage"))

    def wait(self, job: Job) -> Job:
        """A queued job waits for others of its caller, and only those look for it. Raises Conflict as `send_again`."""
        changes = {"care": waiting_partition(caller_id(job.caller)), "sends": 0, "due_at": self.now()}
        return self._unchanged(job, changes, remove=())

    def give_up(self, job: Job, error: Mapping[str, object], *, retention_s: int) -> Job:
        """To failed, from outside the run. Raises Conflict where the job has changed since it was read."""
        changes = {"status": "failed", "error": error} | self._ended(job, retention_s)
        return self._unchanged(job, changes, remove=("stage",))

    def mark_deleted(self, job: Job) -> Job:
        """To deleted; the record is kept until no form and no worker can write for it. Raises Conflict as above."""
        last_write = job.due_at if job.status == "running" else 0.0
        changes = {
            "status": "deleted",
            "care": partition_of("deleted", job.caller),
            "expires_at": max(job.created_at + START_WINDOW_S, last_write),
            "due_at": self.now() + CLEAN_UP_AFTER_S,
        }
        gone = ("files", "options", "error", "owner", "stage", "request_id")
        return self._unchanged(job, changes, remove=gone)

    def cleaned_up(self, job: Job) -> None:
        """Due again only when the record expires. Raises Conflict as above."""
        self._unchanged(job, {"due_at": job.expires_at}, remove=())

    def set_back(self, item: Item, after_s: float) -> None:
        """Due so much later, whatever it holds; nothing where it has changed since it was read."""
        with suppress(Conflict):
            changes = {"due_at": self.now() + after_s}
            then = {"then": ("due_at", float(item["due_at"]["N"]))}
            self._written(item["job_id"]["S"], changes, "#due_at = :then", then)

    def cache_result(self, fingerprint: str, job: Job) -> None:
        """Record that this job has the report for this fingerprint."""
        self._client.put_item(
            TableName=self._table,
            Item={
                "job_id": {"S": f"report {fingerprint}"},
                "same_as": {"S": job.job_id},
                "ttl": {"N": str(int(job.expires_at))},
            },
        )

    def cached_result(self, fingerprint: str) -> Job | None:
        """A succeeded job whose result is still kept, for this fingerprint."""
        key = {"job_id": {"S": f"report {fingerprint}"}}
        entry = self._client.get_item(TableName=self._table, Key=key).get("Item")
        job = self.get(entry["same_as"]["S"]) if entry else None
        return job if job is not None and job.status == "succeeded" else None

    def remove(self, job: Job) -> None:
        """Delete the record. Raises Conflict where the job has changed since it was read."""
        condition, given = _same(job)
        names, values = _named(condition, given)
        try:
            self._client.delete_item(
                TableName=self._table,
                Key={"job_id": {"S": job.job_id}},
                ConditionExpression=condition,
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=values,
            )
        except ClientError as error:
            raise _conflict_or(error) from error

    def _has_expired(self, job: Job) -> bool:
        """Whether it is too late to start an upload, or a job's result has expired."""
        if job.status == "awaiting":
            return job.due_at <= self.now()
        return job.status in ENDED and job.expires_at <= self.now()

    def _ended(self, job: Job, retention_s: int) -> dict[str, Any]:
        """The times of a job that ends now, and the partition in which it is due."""
        now = self.now()
        partition = {"care": partition_of("succeeded", job.caller)}
        return partition | {"finished_at": now, "expires_at": now + retention_s, "due_at": now + CLEAN_UP_AFTER_S}

    def _as_owner(self, job: Job, to: Status, changes: Mapping[str, Any], *, remove: tuple[str, ...] = ()) -> Job:
        """A change by the job's owner. Repeated because its answer was lost, it succeeds again."""
        condition = "#owner = :me AND (#status = :running OR #status = :to)"
        given = {"me": ("owner", job.owner), "running": ("status", "running"), "to": ("status", to)}
        return self._change(job.job_id, {"status": to, **changes}, condition, given, remove=remove)

    def _unchanged(self, job: Job, changes: Mapping[str, Any], *, remove: tuple[str, ...]) -> Job:
        condition, given = _same(job)
        return self._change(job.job_id, changes, condition, given, remove=remove)

    def _change(
        self,
        job_id: str,
        changes: Mapping[str, Any],
        condition: str,
        given: Mapping[str, tuple[str, Any]],
        *,
        sets: tuple[str, ...] = (),
        remove: tuple[str, ...] = (),
    ) -> Job:
        return job_of(self._written(job_id, changes, condition, given, sets=sets, remove=remove))

    def _written(
        self,
        job_id: str,
        changes: Mapping[str, Any],
        condition: str,
        given: Mapping[str, tuple[str, Any]],
        *,
        sets: tuple[str, ...] = (),
        remove: tuple[str, ...] = (),
    ) -> Item:
        """One conditional write. `given` holds the condition's values by placeholder, each with the field that has its type."""
        attributes = attributes_of(changes)
        expression = "SET " + ", ".join([*(f"#{name} = :new_{name}" for name in attributes), *sets])
        if remove:
            expression += " REMOVE " + ", ".join(f"#{name}" for name in remove)
        names, values = _named(f"{expression} {condition}", given)
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key={"job_id": {"S": job_id}},
                UpdateExpression=expression,
                ConditionExpression=condition,
                ExpressionAttributeNames=names,
                ExpressionAttributeValues={
                    **values,
                    **{f":new_{name}": attribute for name, attribute in attributes.items()},
                },
                ReturnValues="ALL_NEW",
            )
        except ClientError as error:
            raise _conflict_or(error) from error
        return answer["Attributes"]


def _readable(item: Item) -> Job | None:
    try:
        return job_of(item)
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def _same(job: Job) -> tuple[str, dict[str, tuple[str, Any]]]:
    """The condition that the job has not changed since it was read."""
    given = {"was": ("status", job.status), "then": ("due_at", job.due_at), "tries": ("attempts", job.attempts)}
    return "#status = :was AND #due_at = :then AND #attempts = :tries", given


def _named(
    expression: str, given: Mapping[str, tuple[str, Any]]
) -> tuple[dict[str, str], dict[str, "AttributeValueTypeDef"]]:
    """Placeholders for every name (many are reserved words) and value of an expression."""
    tokens = expression.replace("(", " ").replace(")", " ").replace(",", " ").split()
    names = {token: token[1:] for token in tokens if token.startswith("#")}
    values = {f":{place}": attributes_of({name: value})[name] for place, (name, value) in given.items()}
    return names, values


def _resend_after_s(sends: int) -> float:
    """How long a job stays queued after so many messages before another is sent."""
    return FIRST_RESEND_S * 2.0 ** (sends - 1)


def _conflict_or(error: ClientError) -> Exception:
    return Conflict() if error.response["Error"]["Code"] == "ConditionalCheckFailedException" else error
