"""The authorizer: finds the caller whose token a request has. It accepts nobody while the token store cannot be read."""

from collections.abc import Mapping
from typing import Any

import boto3
from battery_service.functions import LambdaHandler, lambda_handler_of
from battery_service.http.request import Request
from battery_service.log import log_event, log_warning
from battery_service.tokens.parameter import TokenParameter
from battery_service.tokens.store import TokenStore, bearer_token, caller_of
from botocore.config import Config

CONNECT_S, READ_S, TRIES = 1, 2, 2
# Fails well before the function's own timeout, so that the log says why.
CLIENT_CONFIG = Config(
    connect_timeout=CONNECT_S, read_timeout=READ_S, retries={"mode": "standard", "total_max_attempts": TRIES}
)


def make_handler(environment: Mapping[str, str]) -> LambdaHandler:
    """The handler for the tokens in the SSM parameter that `TOKENS_PARAMETER` names.

    It raises where the parameter cannot be read, because API Gateway would cache a rejection. After an exception it
    answers 500 and calls the authorizer again at the next request, and the alarm for the function's errors goes off.
    """
    tokens = TokenParameter(boto3.client("ssm", config=CLIENT_CONFIG), environment["TOKENS_PARAMETER"], on_read=_warn)

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
        log_warning("the token store holds no valid token")


lambda_handler = lambda_handler_of(make_handler)
