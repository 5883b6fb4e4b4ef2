"""What every Lambda function has: a handler made from an environment, and the `lambda_handler` that Lambda calls."""

import os
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

type LambdaHandler = Callable[[Mapping[str, Any], Any], dict[str, Any]]
type MakeHandler = Callable[[Mapping[str, str]], LambdaHandler]


def lambda_handler_of(make_handler: MakeHandler) -> LambdaHandler:
    """The handler for this process's environment: made at once in Lambda, and at the first event anywhere else.

    Clients are slow to make, and Lambda gives the time before the first event a whole processor.
    """

    @cache
    def handler() -> LambdaHandler:
        return make_handler(os.environ)

    if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
        handler()

    def lambda_handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        return handler()(event, context)

    return lambda_handler
