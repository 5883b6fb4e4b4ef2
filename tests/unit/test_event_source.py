"""The stand-in for Lambda's SQS event source, against a queue that is a list."""

import threading
import time
from collections.abc import Callable
from typing import Any, cast

import pytest

from local.event_source import EventSource, failed_of, record
from local.gateway import Event

URL = "http://127.0.0.1:1/000000000000/jobs"


class FakeQueue:
    """Hands out each message once, and notes what is deleted."""

    def __init__(self, bodies: list[str]) -> None:
        self.waiting = [
            {"MessageId": f"id-{body}", "ReceiptHandle": f"handle-{body}", "Body": body, "Attributes": {}}
            for body in bodies
        ]
        self.deleted: list[str] = []
        self._lock = threading.Lock()

    def receive_message(self, *, MaxNumberOfMessages: int, **_options: object) -> dict[str, Any]:
        with self._lock:
            batch, self.waiting = self.waiting[:MaxNumberOfMessages], self.waiting[MaxNumberOfMessages:]
        if not batch:
            time.sleep(0.01)
        return {"Messages": batch} if batch else {}

    def delete_message(self, *, ReceiptHandle: str, **_options: object) -> None:
        self.deleted.append(ReceiptHandle)


def run(queue: FakeQueue, invoke: Callable[[Event, str], object], until: Callable[[], bool], **options: int) -> None:
    source = EventSource(cast(Any, queue), URL, invoke, **options)
    source.start()
    deadline = time.monotonic() + 60
    while not (until() and not source.is_busy) and time.monotonic() < deadline:
        time.sleep(0.01)
    source.stop()
    assert time.monotonic() < deadline


def test_a_message_is_deleted_once_the_function_has_taken_it() -> None:
    queue, events = FakeQueue(["a"]), list[Event]()

    run(queue, lambda event, _id: events.append(event), lambda: bool(queue.deleted))

    assert queue.deleted == ["handle-a"]
    (found,) = events[0]["Records"]
    assert (found["messageId"], found["body"], found["eventSource"]) == ("id-a", "a", "aws:sqs")
    assert found["eventSourceARN"] == "arn:aws:sqs:eu-central-1:000000000000:jobs"


def test_of_a_batch_only_what_failed_stays_in_the_queue() -> None:
    queue = FakeQueue(["a", "b", "c"])
    answer = {"batchItemFailures": [{"itemIdentifier": "id-b"}]}

    run(queue, lambda _event, _id: answer, lambda: len(queue.deleted) == 2, batch_size=10)

    assert queue.deleted == ["handle-a", "handle-c"]


def test_a_function_that_raises_keeps_its_whole_batch(caplog: pytest.LogCaptureFixture) -> None:
    queue, calls = FakeQueue(["a", "b"]), list[str]()

    def failing(_event: Event, request_id: str) -> object:
        calls.append(request_id)
        raise RuntimeError("a fault of ours")

    run(queue, failing, lambda: "a fault of ours" in caplog.text, batch_size=10)

    assert len(calls) == 1
    assert queue.deleted == []


def test_no_more_batches_are_worked_on_at_once_than_allowed_nor_received_to_wait() -> None:
    queue = FakeQueue([str(n) for n in range(12)])
    lock, three_at_once = threading.Lock(), threading.Barrier(3)
    counts = {"now": 0, "most": 0, "most_received": 0}

    def slow(_event: Event, _id: str) -> None:
        with lock:
            counts["now"] += 1
            counts["most"] = max(counts["most"], counts["now"])
            held = 12 - len(queue.waiting) - len(queue.deleted)
            counts["most_received"] = max(counts["most_received"], held)
        three_at_once.wait(60)
        time.sleep(0.01)  # a fourth would come in meanwhile
        with lock:
            counts["now"] -= 1

    run(queue, slow, lambda: len(queue.deleted) == 12, at_once=3)

    assert counts["most"] == 3
    assert counts["most_received"] <= 3


@pytest.mark.parametrize(
    ("answer", "failed"),
    [
        (None, set()),
        ({}, set()),
        ({"batchItemFailures": []}, set()),
        ({"batchItemFailures": [{"itemIdentifier": "a"}]}, {"a"}),
        ({"batchItemFailures": [{"itemIdentifier": "unknown"}]}, {"a", "b"}),
        ({"batchItemFailures": [{}]}, {"a", "b"}),
        ({"batchItemFailures": ["a"]}, {"a", "b"}),
    ],
)
def test_an_answer_that_names_no_message_of_the_batch_fails_it_all(answer: object, failed: set[str]) -> None:
    assert failed_of(answer, frozenset({"a", "b"})) == failed


def test_a_record_carries_how_often_it_was_received() -> None:
    message = {"MessageId": "m", "ReceiptHandle": "r", "Body": "{}", "Attributes": {"ApproximateReceiveCount": "2"}}

    assert record(message, "arn:aws:sqs:eu-central-1:1:q")["attributes"] == {"ApproximateReceiveCount": "2"}
