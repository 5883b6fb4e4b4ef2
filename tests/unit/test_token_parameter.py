"""How long the store of tokens is remembered, and that an old one is never used in its place."""

from typing import Any, cast

import pytest
from battery_service.tokens.parameter import TokenParameter
from battery_service.tokens.store import TokenStore, caller_of, line_of

from tests.integration.cloud import Clock


class Parameters:
    """As much of SSM as the store needs; it can be down."""

    def __init__(self, value: str) -> None:
        self.value: str | None = value
        self.asked: list[dict[str, Any]] = []

    def get_parameter(self, **arguments: Any) -> dict[str, Any]:
        self.asked.append(arguments)
        if self.value is None:
            raise ConnectionError
        return {"Parameter": {"Value": self.value}}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ssm() -> Parameters:
    return Parameters(line_of("ann", "one"))


@pytest.fixture
def parameter(ssm: Parameters, clock: Clock) -> TokenParameter:
    return TokenParameter(cast(Any, ssm), "/tokens", now=clock)


def test_it_is_read_decrypted_once_a_minute(parameter: TokenParameter, ssm: Parameters, clock: Clock) -> None:
    for seconds in (0.0, 30.0, 29.9):
        clock.advance(seconds)
        parameter.store()
    assert ssm.asked == [{"Name": "/tokens", "WithDecryption": True}]
    clock.advance(0.1)
    parameter.store()
    assert len(ssm.asked) == 2


def test_a_token_that_was_taken_away_opens_for_a_minute_at_most(
    parameter: TokenParameter, ssm: Parameters, clock: Clock
) -> None:
    assert caller_of("one", parameter.store()) == "ann"
    ssm.value = "# nobody"
    clock.advance(60.0)
    assert caller_of("one", parameter.store()) is None


def test_no_old_store_stands_in_for_one_that_cannot_be_read(
    parameter: TokenParameter, ssm: Parameters, clock: Clock
) -> None:
    parameter.store()
    value, ssm.value = ssm.value, None
    clock.advance(60.0)
    for _ in range(2):
        with pytest.raises(ConnectionError):
            parameter.store()
        clock.advance(1.0)
    ssm.value = value
    assert caller_of("one", parameter.store()) == "ann"


def test_a_clock_that_is_set_back_prolongs_nothing(parameter: TokenParameter, ssm: Parameters, clock: Clock) -> None:
    parameter.store()
    clock.advance(-3600.0)
    parameter.store()
    assert len(ssm.asked) == 2


def test_whoever_wants_to_know_is_told_of_each_reading(ssm: Parameters, clock: Clock) -> None:
    told: list[TokenStore] = []
    parameter = TokenParameter(cast(Any, ssm), "/tokens", on_read=told.append, now=clock)
    stores = [parameter.store(), parameter.store()]
    assert told == stores[:1]
