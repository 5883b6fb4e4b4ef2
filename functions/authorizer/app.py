"""The authorizer's door: who calls, by the token that a request carries. Nobody is let in while that cannot be known."""

import os
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import boto3
from battery_service.http.request import Request
from battery_service.log import log_event, log_warning
from battery_service.tokens.parameter import TokenParameter
from battery_service.tokens.store import TokenStore, bearer_token, caller_of
from botocore.config import Config

type Authorizer = Callable[[Mapping[str, Any], object], dict[str, Any]]

CONNECT_S, READ_S, TRIES = 1, 2, 2
# Fails well before the function's own timeout, so that the log says why.
IMPATIENT = Config(
    connect_timeout=CONNECT_S, read_timeout=READ_S, retries={"mode": "standard", "total_max_attempts": TRIES}
)


def make_handler(parameter_name: str) -> Authorizer:
    """The handler for the tokens in this SSM parameter, in the account that the environment names.

    It raises where the parameter cannot be read. API Gateway makes a 500 of that and asks again for the next request,
    where it would remember a refusal; and the alarm for the function's errors goes off.
    """
    tokens = TokenParameter(boto3.client("ssm", config=IMPATIENT), parameter_name, on_read=_warn)

    def authorize(event: Mapping[str, Any], context: object) -> dict[str, Any]:
        request = Request.from_event(event, context)
        token = bearer_token(request.header("authorization"))
        caller = None if token is None else caller_of(token, tokens.store())
        if caller is None:
            log_event("token refused", request)
            return {"isAuthorized": False}
        return {"isAuthorized": True, "context": {"caller": caller}}

    return authorize


def _warn(store: TokenStore) -> None:
    if store.malformed_lines:
        log_warning("malformed lines in the token store", lines=store.malformed_lines)
    if not store.entries:
        log_warning("the token store lets nobody in")


@cache
def _handler() -> Authorizer:
    return make_handler(os.environ["TOKENS_PARAMETER"])


def lambda_handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    return _handler()(event, context)


if "TOKENS_PARAMETER" in os.environ:  # in Lambda: clients are slow to make, and the time before the first event is free
    _handler()
