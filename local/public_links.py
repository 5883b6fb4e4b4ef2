"""Changes links to the embedded S3 into links to the S3 proxy, at the host that the client called."""

import base64
import gzip
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from local.gateway import Event, Invoke
from local.s3_proxy import S3_PATH

STATUSES_WITH_LINKS: Final = frozenset({201, 303})  # one form per file, and a link to a large report


def with_public_links(invoke: Invoke, endpoint: Callable[[], str]) -> Invoke:
    """`invoke`, with each link to `endpoint()` in its answers' `Location` and forms leading to the S3 proxy.

    A signature includes the signed host; the proxy has that host.
    """

    def answered(event: Event, request_id: str) -> object:
        result = invoke(event, request_id)
        if not isinstance(result, Mapping) or result.get("statusCode") not in STATUSES_WITH_LINKS:
            return result
        private, public = f"{endpoint()}/", _public_root(event)
        headers = {
            name: str(value).replace(private, public, 1) if name.lower() == "location" else value
            for name, value in (result.get("headers") or {}).items()
        }
        answer = {**result, "headers": headers}
        return _with_public_forms(answer, private, public) if result["statusCode"] == 201 else answer

    return answered


def _public_root(event: Event) -> str:
    headers = event["headers"]
    return f"{headers.get('x-forwarded-proto', 'http')}://{headers['host']}{S3_PATH}"


def _with_public_forms(answer: dict[str, Any], private: str, public: str) -> dict[str, Any]:
    body = json.loads(_plain(answer))
    for file in body.get("files", ()):
        file["post"]["url"] = file["post"]["url"].replace(private, public, 1)
    headers = {name: value for name, value in answer["headers"].items() if name.lower() != "content-encoding"}
    return {**answer, "headers": headers, "body": json.dumps(body), "isBase64Encoded": False}


def _plain(answer: Mapping[str, Any]) -> bytes:
    body: str = answer.get("body") or "{}"
    content = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
    is_compressed = any(
        name.lower() == "content-encoding" and value == "gzip" for name, value in answer["headers"].items()
    )
    return gzip.decompress(content) if is_compressed else content
