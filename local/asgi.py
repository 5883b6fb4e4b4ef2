"""Between ASGI and whole requests and answers."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from local.gateway import HttpRequest, HttpResponse

type Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
type Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


def request_head(scope: MutableMapping[str, Any]) -> HttpRequest:
    """All of the request but its body."""
    client = scope.get("client")
    return HttpRequest(
        method=scope["method"],
        raw_path=scope["raw_path"].decode("latin-1"),
        query=scope["query_string"].decode("latin-1"),
        headers=tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]),
        source_ip=client[0] if client else "127.0.0.1",
        protocol=f"HTTP/{scope['http_version']}",
    )


async def respond(send: Send, response: HttpResponse) -> None:
    headers = [(name.encode("latin-1"), value.encode("utf-8")) for name, value in response.headers]
    if response.status not in {204, 304}:
        headers.append((b"content-length", str(len(response.body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})
