"""What a server answered: its JSON, or an error with one line that says why there is none."""

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

import requests

from battery_client.errors import ClientError, TooLargeError
from battery_client.token import VARIABLE

type Report = dict[str, Any]


def content_of(response: requests.Response) -> Report:
    """The JSON object in an answer. Raises ClientError with the server's error if the answer is one.

    Raises TooLargeError if the server names the presigned upload instead.
    """
    try:
        content = response.json()
    except requests.JSONDecodeError as error:
        raise ClientError(_not_ours(response)) from error
    if not isinstance(content, dict):
        raise ClientError(_not_ours(response))
    if response.ok:
        return content
    if "error" not in content:
        raise ClientError((_unauthorized(response) if "message" in content else None) or _not_ours(response))
    message = error_text(content, status=response.status_code)
    details = content.get("details")
    if response.status_code == 413 and isinstance(details, dict) and "presigned_route" in details:
        raise TooLargeError(message)
    raise ClientError(message)


def error_text(error: Mapping[str, Any], *, status: int | None = None) -> str:
    """An error object of the API, as the user reads it."""
    labels = [str(label) for label in (status, error.get("code")) if label]
    request_id = f"\nRequest id: {error['request_id']}" if error.get("request_id") else ""
    return f"{error.get('error')}" + (f" ({' '.join(labels)})" if labels else "") + request_id


def storage_error(response: requests.Response, name: str) -> ClientError:
    """Why S3 rejected a file, with S3's message."""
    code, message = (_element(response.text, element) for element in ("Code", "Message"))
    reason = f"{message} ({response.status_code} {code})" if code else f"{response.status_code} {response.reason}"
    return ClientError(f"The storage rejected {name}: {reason}")


def _element(xml: str, name: str) -> str:
    found = re.search(rf"<{name}>([^<]*)</{name}>", xml)
    return unescape(found[1]) if found else ""


def _unauthorized(response: requests.Response) -> str | None:
    """What to do if API Gateway rejects the token, or asks for one; None for any other answer."""
    status = f"({response.status_code} {response.reason})"
    if response.status_code in {401, 403} and "Authorization" in response.request.headers:
        return (
            f"The token is not accepted {status}. Is it a token of this deployment, copied in full, and not revoked? "
            "A new token is accepted after two minutes at the latest."
        )
    if response.status_code == 401:
        return f"{response.url.partition('?')[0]} asks for a token {status}: set {VARIABLE}, or give --token."
    return None


def _not_ours(response: requests.Response) -> str:
    return (
        f"{response.url} answered {response.status_code} {response.reason}, but not as a Battery Analytics API does. "
        "Is the address (--url) right?"
    )
