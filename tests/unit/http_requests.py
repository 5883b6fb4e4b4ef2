"""Requests as the local gateway gets them of its server."""

from urllib.parse import unquote

from starlette.requests import Request


def request(
    method: str = "GET", raw_path: str = "/", *, query: str = "", headers: tuple[tuple[str, str], ...] = ()
) -> Request:
    """From 203.0.113.7, with header names in lower case."""
    return Request(
        {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "path": unquote(raw_path),
            "raw_path": raw_path.encode(),
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers],
            "client": ("203.0.113.7", 50000),
        }
    )
