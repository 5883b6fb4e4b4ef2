"""API Gateway's Lambda authorizer: it is called first, and its answer about the caller is put into the function's event.

API Gateway calls it once a minute for each token (`AuthorizerResultTtlInSeconds` in the template), this for each request.
JSON web tokens are checked by API Gateway itself, and not here.

Source: AWS, "Control access to HTTP APIs with AWS Lambda authorizers", payload format version 2.0, simple responses.
"""

from collections.abc import Mapping
from typing import Any, Final

from local.gateway import Event, Invoke, MalformedResultError
from local.template import REGION

UNAUTHORIZED: Final = {
    "statusCode": 401,
    "headers": {"content-type": "application/json"},
    "body": '{"message":"Unauthorized"}',
}
FORBIDDEN: Final = {**UNAUTHORIZED, "statusCode": 403, "body": '{"message":"Forbidden"}'}


def with_authorization(function: Invoke, authorizer: Invoke, *, identity_source: str) -> Invoke:
    """`function`, called for requests that `authorizer` accepts; a request without the header `identity_source` gets a 401."""

    def invoke(event: Event, request_id: str) -> object:
        identity = event["headers"].get(identity_source, "").strip()
        if not identity:
            return UNAUTHORIZED
        answer = authorizer(authorizer_event(event, identity), request_id)
        if not isinstance(answer, Mapping) or not isinstance(answer.get("isAuthorized"), bool):
            raise MalformedResultError("the authorizer did not say whether the request is authorized")
        if not answer["isAuthorized"]:
            return FORBIDDEN
        caller = {"lambda": dict(answer.get("context") or {})}
        return function({**event, "requestContext": {**event["requestContext"], "authorizer": caller}}, request_id)

    return invoke


def authorizer_event(event: Event, identity: str) -> dict[str, Any]:
    """The event that the authorizer gets: the request without its body."""
    context = event["requestContext"]
    place = f"{context['accountId']}:{context['apiId']}/{context['stage']}"
    event_without_body = {name: value for name, value in event.items() if name not in {"body", "isBase64Encoded"}}
    return {
        **event_without_body,
        "type": "REQUEST",
        "routeArn": f"arn:aws:execute-api:{REGION}:{place}/{context['http']['method']}{event['rawPath']}",
        "identitySource": [identity],
    }
