"""API Gateway with a Lambda authorizer: who calls is found out first, and put into the event that the function gets.

API Gateway asks once a minute for each token (`AuthorizerResultTtlInSeconds` in the template), this asks for each request.
JSON web tokens are checked by API Gateway itself, and by nobody here.

Source: AWS, "Control access to HTTP APIs with AWS Lambda authorizers", payload format version 2.0, simple responses.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from local.embedded_aws import REGION
from local.gateway import Event, MalformedResultError

type Invoke = Callable[[Event, str], object]

IDENTITY_SOURCE: Final = "authorization"
UNAUTHORIZED: Final = {
    "statusCode": 401,
    "headers": {"content-type": "application/json"},
    "body": '{"message":"Unauthorized"}',
}
FORBIDDEN: Final = {**UNAUTHORIZED, "statusCode": 403, "body": '{"message":"Forbidden"}'}


def with_authorization(function: Invoke, authorizer: Invoke) -> Invoke:
    """`function` for those whom `authorizer` lets in. It is not even asked where a request says nothing of who sent it."""

    def invoke(event: Event, request_id: str) -> object:
        identity = event["headers"].get(IDENTITY_SOURCE, "").strip()
        if not identity:
            return UNAUTHORIZED
        answer = authorizer(authorizer_event(event, identity), request_id)
        if not isinstance(answer, Mapping) or not isinstance(answer.get("isAuthorized"), bool):
            raise MalformedResultError("the authorizer did not say whether the request is authorized")
        if not answer["isAuthorized"]:
            return FORBIDDEN
        known = {"lambda": dict(answer.get("context") or {})}
        return function({**event, "requestContext": {**event["requestContext"], "authorizer": known}}, request_id)

    return invoke


def authorizer_event(event: Event, identity: str) -> dict[str, Any]:
    """What the authorizer is told of a request: all but its body."""
    context = event["requestContext"]
    place = f"{context['accountId']}:{context['apiId']}/{context['stage']}"
    told = {name: value for name, value in event.items() if name not in {"body", "isBase64Encoded"}}
    return {
        **told,
        "type": "REQUEST",
        "routeArn": f"arn:aws:execute-api:{REGION}:{place}/{context['http']['method']}{event['rawPath']}",
        "identitySource": [identity],
    }
