"""What the local stack makes is what the template declares."""

from battery_service.tokens.parameter import CACHED_S

from local import resources
from local.authorization import IDENTITY_SOURCE
from tests.template import TEMPLATE, properties
from tools.token_tool.__main__ import PARAMETER


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


def test_the_authorizer_is_asked_as_the_template_says() -> None:
    assert properties("AuthorizerFunction")["Timeout"] == resources.AUTHORIZER_TIMEOUT_SECONDS
    assert properties("TokenAuthorizer")["IdentitySource"] == [f"$request.header.{IDENTITY_SOURCE.capitalize()}"]


def test_tokens_are_where_the_template_and_make_token_have_them() -> None:
    assert TEMPLATE["Parameters"]["TokensParameter"]["Default"] == resources.TOKENS_PARAMETER == PARAMETER


def test_who_loses_a_token_is_out_when_the_gateway_and_the_function_have_forgotten_it() -> None:
    """The two minutes that docs/operations.md, the client and the template's comment speak of."""
    assert properties("TokenAuthorizer")["AuthorizerResultTtlInSeconds"] + CACHED_S == 120
