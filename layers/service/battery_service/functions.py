"""Makes the `lambda_handler` of a Lambda function from its `make_handler`."""

import os
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

type LambdaHandler = Callable[[Mapping[str, Any], Any], dict[str, Any]]
type MakeHandler = Callable[[Mapping[str, str]], LambdaHandler]


def lambda_handler_of(make_handler: MakeHandler) -> LambdaHandler:
    """The handler for this process's environment: made at import in Lambda, and at the first event anywhere else.

    Clients are slow to make, and Lambda gives a function a whole processor until its first event.
    """

    @cache
    def handler() -> LambdaHandler:
        return make_handler(os.environ)

    if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
        handler()

    def lambda_handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        return handler()(event, context)

    return lambda_handler
