"""Callers in the OpenAPI document: the routes that need a token, and the answers without one or beyond a quota."""

from typing import Any

from battery_service.contract.json_schema import Schema, record, ref, text

PROTECTED = "/api/"
OPEN = frozenset({"/api/formats"})
SECURITY_SCHEMES: Schema = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "`Authorization: Bearer …`, with a token of this deployment or, where it has an identity provider, "
        "a JSON web token of that provider. An open deployment needs no token, and the local server needs one only if it "
        "was started with `--tokens`. An upload and its job exist only for the caller who announced it.",
    }
}
TOKEN_SCHEMAS: dict[str, Schema] = {
    "Refusal": record(
        "The answer of API Gateway itself to a request without a valid token, or to one too many of all callers.",
        {"message": text("`Unauthorized`, `Forbidden` or `Too Many Requests`.")},
    )
}
_CONTENT: Schema = {"application/json": {"schema": ref("Refusal")}}
TOKEN_RESPONSES: Schema = {
    "Unauthorized": {"description": "There is no token, or no valid JSON web token.", "content": _CONTENT},
    "Forbidden": {"description": "The token is unknown or revoked, or lacks the scope.", "content": _CONTENT},
    "TooManyRequests": {
        "description": "The caller has used a quota, which `details` name, or the API has too many requests of all callers. "
        "Codes: `quota_exceeded`.",
        "headers": {
            "Retry-After": {
                "description": "In how many seconds to try again; API Gateway itself does not say it.",
                "schema": {"type": "integer"},
            }
        },
        "content": {"application/json": {"schema": {"oneOf": [ref("Error"), ref("Refusal")]}}},
    },
}
_REFUSALS = {
    status: {"$ref": f"#/components/responses/{name}"}
    for status, name in (("401", "Unauthorized"), ("403", "Forbidden"), ("429", "TooManyRequests"))
}


def with_tokens(paths: dict[str, Any], *, required: bool) -> Schema:
    """The paths with the answers to callers at those that receive or return data, and with the token where one is required."""
    return {
        path: {method: _asking(operation, required=required) for method, operation in operations.items()}
        if path.startswith(PROTECTED) and path not in OPEN
        else operations
        for path, operations in paths.items()
    }


def _asking(operation: dict[str, Any], *, required: bool) -> Schema:
    responses = dict(sorted((operation["responses"] | _REFUSALS).items()))
    security: list[dict[str, list[str]]] = [{name: []} for name in SECURITY_SCHEMES] if required else []
    return {**operation, "security": security, "responses": responses}
