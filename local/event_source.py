"""Lambda's event source for a queue: it polls, calls the function with batches, and deletes what succeeded.

Hand-written: moto's event source mappings call a function in Docker.
Source: AWS Lambda Developer Guide, "Using Lambda with Amazon SQS": a message stays in the queue, invisible, while the
function handles it. The function names the messages that failed; if it raises, all of its batch have failed. Failed
messages become visible again after the queue's visibility timeout. After `maxReceiveCount` SQS itself moves them to the
dead-letter queue.
"""

import logging
import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError

from local.gateway import Event, Invoke
from local.template import REGION

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

LONG_POLL_SECONDS: Final = 10
REST_AFTER_FAULT_SECONDS: Final = 1.0
logger = logging.getLogger("local")


class EventSource:
    """Calls `invoke(event, request_id)` for the messages of one queue, `at_once` batches at the same time.

    There are as many threads, and each polls by itself, so that no message is received before it can be handled.
    """

    def __init__(
        self,
        client: "SQSClient",
        queue_url: str,
        invoke: Invoke,
        *,
        batch_size: int = 1,
        at_once: int = 2,
    ) -> None:
        account, name = queue_url.rsplit("/", 2)[1:]
        self._client = client
        self._queue_url = queue_url
        self._queue_arn = f"arn:aws:sqs:{REGION}:{account}:{name}"
        self._invoke = invoke
        self._batch_size = batch_size
        self._working: set[str] = set()
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._poll, name=f"worker-{n}", daemon=True) for n in range(at_once)]

    @property
    def is_busy(self) -> bool:
        """Whether the function is handling a batch."""
        return bool(self._working)

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop calling the function; a running call continues."""
        self._stopping.set()

    def _poll(self) -> None:
        name = threading.current_thread().name
        while not self._stopping.is_set():
            messages = self._received()
            if messages and not self._stopping.is_set():
                self._working.add(name)
                self._deliver(messages)
                self._working.discard(name)

    def _received(self) -> Sequence[Mapping[str, Any]]:
        try:
            answer = self._client.receive_message(
                QueueUrl=self._queue_url,
                MaxNumberOfMessages=self._batch_size,
                WaitTimeSeconds=LONG_POLL_SECONDS,
                MessageSystemAttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
        except (BotoCoreError, ClientError) as error:
            if not self._stopping.is_set():
                logger.warning("the queue cannot be read: %s", error)
                self._stopping.wait(REST_AFTER_FAULT_SECONDS)
            return ()
        return answer.get("Messages", ())

    def _deliver(self, messages: Sequence[Mapping[str, Any]]) -> None:
        failed = self._failed(messages)
        for message in messages:
            if message["MessageId"] not in failed:
                self._delete(message)

    def _failed(self, messages: Sequence[Mapping[str, Any]]) -> frozenset[str]:
        ids = frozenset(message["MessageId"] for message in messages)
        event = {"Records": [record(message, self._queue_arn) for message in messages]}
        try:
            result = self._invoke(event, str(uuid4()))
        except Exception:  # as in Lambda: after any exception, the batch has failed
            logger.exception("the worker raised; its messages come back after the queue's visibility timeout")
            return ids
        return failed_of(result, ids)

    def _delete(self, message: Mapping[str, Any]) -> None:
        try:
            self._client.delete_message(QueueUrl=self._queue_url, ReceiptHandle=message["ReceiptHandle"])
        except (BotoCoreError, ClientError) as error:
            if not self._stopping.is_set():
                logger.warning("a handled message could not be deleted and will be delivered again: %s", error)


def record(message: Mapping[str, Any], queue_arn: str) -> Event:
    """A received message as Lambda's event has it."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": dict(message.get("Attributes", {})),
        "messageAttributes": dict(message.get("MessageAttributes", {})),
        "md5OfBody": message.get("MD5OfBody", ""),
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": REGION,
    }


def failed_of(result: object, ids: frozenset[str]) -> frozenset[str]:
    """The messages that failed, by the function's answer. With an invalid answer all have failed, as in Lambda."""
    if not isinstance(result, Mapping) or not result.get("batchItemFailures"):
        return frozenset()
    try:
        named = frozenset(failure["itemIdentifier"] for failure in result["batchItemFailures"])
    except (TypeError, KeyError):
        return ids
    return named if named <= ids else ids
