"""S3's public side on this machine: presigned POSTs and GETs, checked here before the embedded S3 sees them."""

import asyncio
import logging
import tempfile
from collections.abc import Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http.client import HTTPException
from typing import Any, Final
from urllib.parse import parse_qsl, quote, unquote
from uuid import uuid4
from xml.sax.saxutils import escape

from local.asgi import Receive, Send, request_head, respond
from local.body import BodyStalledError, ClientGoneError, next_message
from local.cors import CorsConfiguration
from local.gateway import HttpRequest, HttpResponse
from local.post_form import PostForm
from local.post_policy import checked
from local.presigned_url import check_presigned
from local.s3_error import S3Error, access_denied, no_such_bucket
from local.storage_door import StorageDoor

GATE_PATH: Final = "/s3/"
TRANSFERS_AT_ONCE: Final = 4
# Form fields that S3 keeps as headers of the object.
OBJECT_FIELDS: Final = frozenset(
    {"cache-control", "content-disposition", "content-encoding", "content-type", "expires"}
)
_UNAVAILABLE: Final = S3Error(503, "ServiceUnavailable", "Service is unable to handle request.")
logger = logging.getLogger("local")
type Clock = Callable[[], datetime]


class StorageGate:
    """An ASGI application at `GATE_PATH`. `door` gives the embedded S3, or None while it is not there yet."""

    def __init__(
        self,
        door: Callable[[], StorageDoor | None],
        *,
        cors: CorsConfiguration,
        body_idle_seconds: float = 30.0,
        clock: Clock = lambda: datetime.now(UTC),
    ) -> None:
        self._door = door
        self._cors = cors
        self._body_idle_seconds = body_idle_seconds
        self._clock = clock
        self._transfers = ThreadPoolExecutor(TRANSFERS_AT_ONCE, thread_name_prefix="storage")

    def close(self) -> None:
        self._transfers.shutdown(wait=False, cancel_futures=True)

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        head = request_head(scope)
        response = self._cors.preflight(head)
        if response is None:
            try:
                response = self._cors.apply(head, await self._answer(head, receive))
            except ClientGoneError:
                return
        await respond(send, response)

    async def _answer(self, head: HttpRequest, receive: Receive) -> HttpResponse:
        request_id = uuid4().hex[:16].upper()
        bucket, _, key = unquote(head.raw_path).removeprefix(GATE_PATH).partition("/")
        try:
            door = self._door()
            if door is None:
                raise S3Error(503, "SlowDown", "The storage is starting; try again in a moment.")
            if head.method == "POST" and bucket and not key:
                return await self._post(head, receive, door, bucket)
            if head.method == "GET" and bucket and key:
                return await self._get(head, door, bucket, key)
            raise S3Error(405, "MethodNotAllowed", "The specified method is not allowed against this resource.")
        except S3Error as error:
            return error.response(request_id)
        except (OSError, HTTPException):
            logger.exception("storage request %s failed", request_id)
            return _UNAVAILABLE.response(request_id)
        except asyncio.CancelledError:  # the server's grace is over; the client gets a reason, uvicorn no traceback
            return _UNAVAILABLE.response(request_id)

    async def _post(self, head: HttpRequest, receive: Receive, door: StorageDoor, bucket: str) -> HttpResponse:
        if head.header("content-length") is None:
            raise S3Error(411, "MissingContentLength", "You must provide the Content-Length HTTP header.")
        with tempfile.TemporaryFile() as file:
            form = PostForm(
                head.header("content-type") or "",
                file,
                lambda fields: checked(fields, bucket, door.credentials, self._clock()),
            )
            await self._received(form, receive)
            headers = {
                name: value
                for name, value in form.fields.items()
                if name in OBJECT_FIELDS or name.startswith("x-amz-meta-")
            }
            stored = await asyncio.get_running_loop().run_in_executor(
                self._transfers, door.put, bucket, form.fields["key"], file, form.file_bytes, headers
            )
        if stored.status == 404:
            raise no_such_bucket(bucket)
        if stored.status != 200:
            return stored
        return _stored(head, bucket, form.fields, stored.header("etag") or "")

    async def _received(self, form: PostForm, receive: Receive) -> None:
        more = True
        while more:
            try:
                message = await next_message(receive, self._body_idle_seconds)
            except BodyStalledError as error:
                message_text = (
                    "Your socket connection to the server was not read from or written to within the timeout period."
                )
                raise S3Error(400, "RequestTimeout", message_text) from error
            if message["type"] == "http.disconnect":
                raise ClientGoneError
            form.feed(message.get("body", b""))
            more = message.get("more_body", False)
        form.finish()

    async def _get(self, head: HttpRequest, door: StorageDoor, bucket: str, key: str) -> HttpResponse:
        query = parse_qsl(head.query, keep_blank_values=True)
        host = f"{door.host}:{door.port}"
        check_presigned("GET", f"/{bucket}/{key}", query, host=host, credentials=door.credentials, now=self._clock())
        found = await asyncio.get_running_loop().run_in_executor(self._transfers, door.get, bucket, key, head.query)
        return found if found.status in {200, 404} else access_denied().response("")


def _stored(head: HttpRequest, bucket: str, fields: dict[str, str], etag: str) -> HttpResponse:
    """S3's answer to a POST that it kept: 204, or what `success_action_status` asks for."""
    location = f"http://{head.header('host')}{GATE_PATH}{bucket}/{quote(fields['key'])}"
    headers = (("etag", etag), ("location", location))
    match fields.get("success_action_status"):
        case "200":
            return HttpResponse(200, headers)
        case "201":
            values = {"Location": location, "Bucket": bucket, "Key": fields["key"], "ETag": etag}
            inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in values.items())
            body = f'<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse>{inner}</PostResponse>'.encode()
            return HttpResponse(201, (*headers, ("content-type", "application/xml")), body)
    return HttpResponse(204, headers)
