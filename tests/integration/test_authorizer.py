"""The authorizer against SSM: who is let in, who is not, and what of it is in the log."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from battery_service.functions import LambdaHandler
from battery_service.tokens.store import hash_of, line_of, new_token
from botocore.exceptions import ClientError
from moto import mock_aws

from events.gateway import request_event
from functions.authorizer.app import CONNECT_S, READ_S, TRIES, make_handler
from local.authorization import authorizer_event
from tests.answers import LambdaContext
from tests.template import properties

PARAMETER = "/battery-analytics/test/tokens"
ENVIRONMENT = {"TOKENS_PARAMETER": PARAMETER}
ANN, BOB = new_token(), new_token()
STORE = f"# who may call\n{line_of('ann', ANN)}\nnot a line\n{line_of('bob', BOB)}\n"


@pytest.fixture
def ssm(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with mock_aws():
        yield boto3.client("ssm")


@pytest.fixture
def authorizer(ssm: Any) -> LambdaHandler:
    return stored(ssm, STORE)


def stored(ssm: Any, text: str) -> LambdaHandler:
    ssm.put_parameter(Name=PARAMETER, Type="SecureString", Value=text)
    return make_handler(ENVIRONMENT)


def asked(authorizer: LambdaHandler, authorization: str) -> dict[str, Any]:
    event = request_event("POST", "/api/uploads", headers={"Authorization": authorization}, body=b"{}")
    return authorizer(authorizer_event(event, authorization), LambdaContext())


@pytest.mark.parametrize(("token", "caller"), [(ANN, "ann"), (BOB, "bob")], ids=["ann", "bob"])
@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_a_token_lets_its_caller_in(authorizer: LambdaHandler, scheme: str, token: str, caller: str) -> None:
    assert asked(authorizer, f"{scheme} {token}") == {"isAuthorized": True, "context": {"caller": caller}}


REFUSED = {
    "another token": f"Bearer {new_token()}",
    "a shorter one": f"Bearer {ANN[:-1]}",
    "a longer one": f"Bearer {ANN}x",
    "in other letters": f"Bearer {ANN.swapcase()}",
    "its hash": f"Bearer {hash_of(ANN)}",
    "its line": f"Bearer {line_of('ann', ANN)}",
    "another scheme": f"Basic {ANN}",
    "no scheme": ANN,
    "no token": "Bearer",
    "its caller": "Bearer ann",
    "two tokens": f"Bearer {ANN},Bearer {BOB}",
    "no text": "Bearer \ud800",
}


@pytest.mark.parametrize("sent", REFUSED)
def test_anything_else_lets_nobody_in(authorizer: LambdaHandler, sent: str) -> None:
    assert asked(authorizer, REFUSED[sent]) == {"isAuthorized": False}


def test_a_token_opens_as_soon_as_its_line_is_stored_and_the_others_stay(ssm: Any) -> None:
    ssm.put_parameter(Name=PARAMETER, Type="SecureString", Value=line_of("ann", ANN))
    assert asked(make_handler(ENVIRONMENT), f"Bearer {BOB}") == {"isAuthorized": False}
    ssm.put_parameter(Name=PARAMETER, Type="SecureString", Value=STORE, Overwrite=True)
    assert all(asked(make_handler(ENVIRONMENT), f"Bearer {token}")["isAuthorized"] for token in (ANN, BOB))


def test_a_store_that_is_not_there_is_a_fault_and_no_admission(ssm: Any) -> None:
    with pytest.raises(ClientError, match="ParameterNotFound"):
        asked(make_handler(ENVIRONMENT), f"Bearer {ANN}")


def test_it_gives_up_on_ssm_before_lambda_gives_up_on_it() -> None:
    longest_pause_s = 1  # between two tries of boto's standard mode
    assert TRIES * (CONNECT_S + READ_S) + (TRIES - 1) * longest_pause_s < properties("AuthorizerFunction")["Timeout"]


def test_a_parameter_that_is_no_store_lets_nobody_in_and_says_so(ssm: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(stored(ssm, ANN), f"Bearer {ANN}") == {"isAuthorized": False}
    assert "holds no valid token" in capsys.readouterr().out


def test_the_log_names_the_line_that_means_nothing_and_holds_neither_token_nor_hash(
    authorizer: LambdaHandler, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = new_token()
    for token in (ANN, wrong):
        asked(authorizer, f"Bearer {token}")
    logged = capsys.readouterr().out
    assert '"lines":[3]' in logged
    assert logged.count("token refused") == 1
    for secret in (ANN, BOB, wrong, hash_of(ANN), hash_of(BOB), hash_of(wrong), "not a line"):
        assert secret not in logged
