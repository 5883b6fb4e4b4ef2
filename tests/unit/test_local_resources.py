"""What the local stack makes is what the template declares."""

from local_stack import resources
from tests.template import properties


def test_queues_are_the_templates() -> None:
    queue, dead = properties("JobsQueue"), properties("DeadJobsQueue")

    assert {name: queue[name] for name in resources.QUEUE_ATTRIBUTES} == resources.QUEUE_ATTRIBUTES
    assert {name: dead[name] for name in resources.DEAD_LETTER_ATTRIBUTES} == resources.DEAD_LETTER_ATTRIBUTES
    assert queue["RedrivePolicy"]["maxReceiveCount"] == resources.RECEIVES_BEFORE_DEAD_LETTER


def test_the_worker_and_upkeep_are_called_as_the_template_says() -> None:
    worker, upkeep = properties("WorkerFunction"), properties("UpkeepFunction")
    (source,) = [event["Properties"] for event in worker["Events"].values() if event["Type"] == "SQS"]
    rates = [str(event["Properties"].get("ScheduleExpression")) for event in upkeep["Events"].values()]

    assert worker["Timeout"] == resources.WORKER_TIMEOUT_SECONDS
    assert upkeep["Timeout"] == resources.UPKEEP_TIMEOUT_SECONDS
    assert source["BatchSize"] == resources.BATCH_SIZE
    assert rates == [f"rate({resources.UPKEEP_EVERY_SECONDS // 60} minutes)"]
