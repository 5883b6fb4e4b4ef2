"""The S3 proxy: it checks presigned POSTs and GETs as S3 does, and passes them on to the embedded S3.

Hand-written: moto checks neither policy nor signature nor expiry, and answers no preflight of an object.
"""

import asyncio
import logging
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http.client import HTTPException
from typing import Final
from urllib.parse import quote
from uuid import uuid4

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from local.body import BodyStalledError, chunks
from local.embedded_s3 import EmbeddedS3
from local.post_form import PostForm
from local.presigned_post import checked
from local.presigned_url import check_presigned
from local.s3_error import S3Error, access_denied, no_such_bucket, xml_response

S3_PATH: Final = "/s3/"
TRANSFERS_AT_ONCE: Final = 4
# Form fields that S3 stores as headers of the object.
OBJECT_FIELDS: Final = frozenset(
    {"cache-control", "content-disposition", "content-encoding", "content-type", "expires"}
)
_UNAVAILABLE: Final = S3Error(503, "ServiceUnavailable", "Service is unable to handle request.")
logger = logging.getLogger("local")
type Clock = Callable[[], datetime]


class S3Proxy:
    """An ASGI application at `S3_PATH`. `s3` gives the embedded S3, or None while it has not started."""

    def __init__(
        self,
        s3: Callable[[], EmbeddedS3 | None],
        *,
        body_idle_seconds: float = 30.0,
        clock: Clock = lambda: datetime.now(UTC),
    ) -> None:
        self._s3 = s3
        self._body_idle_seconds = body_idle_seconds
        self._clock = clock
        self._transfers = ThreadPoolExecutor(TRANSFERS_AT_ONCE, thread_name_prefix="s3")

    def close(self) -> None:
        self._transfers.shutdown(wait=False, cancel_futures=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            response = await self._answer(Request(scope, receive))
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        request_id = uuid4().hex[:16].upper()
        bucket, _, key = str(request.scope["path"]).removeprefix(S3_PATH).partition("/")
        try:
            s3 = self._s3()
            if s3 is None:
                raise S3Error(503, "SlowDown", "The storage is starting; try again in a moment.")
            if request.method == "POST" and bucket and not key:
                return await self._post(request, s3, bucket)
            if request.method == "GET" and bucket and key:
                return await self._get(request, s3, bucket, key)
            raise S3Error(405, "MethodNotAllowed", "The specified method is not allowed against this resource.")
        except S3Error as error:
            return error.response(request_id)
        except (OSError, HTTPException):
            logger.exception("storage request %s failed", request_id)
            return _UNAVAILABLE.response(request_id)
        except (
            asyncio.CancelledError
        ):  # the time to finish is over: the client gets a reason, and uvicorn logs no traceback
            return _UNAVAILABLE.response(request_id)

    async def _post(self, request: Request, s3: EmbeddedS3, bucket: str) -> Response:
        if "content-length" not in request.headers:
            raise S3Error(411, "MissingContentLength", "You must provide the Content-Length HTTP header.")
        with tempfile.TemporaryFile() as file:
            form = PostForm(
                request.headers.get("content-type", ""),
                file,
                lambda fields: checked(fields, bucket, s3.credentials, self._clock()),
            )
            await self._received(form, request)
            headers = {
                name: value
                for name, value in form.fields.items()
                if name in OBJECT_FIELDS or name.startswith("x-amz-meta-")
            }
            stored = await asyncio.get_running_loop().run_in_executor(
                self._transfers, s3.put, bucket, form.fields["key"], file, form.file_bytes, headers
            )
        if stored.status_code == 404:
            raise no_such_bucket(bucket)
        if stored.status_code != 200:
            return stored
        return _stored(request, bucket, form.fields, stored.headers.get("etag", ""))

    async def _received(self, form: PostForm, request: Request) -> None:
        try:
            async for chunk in chunks(request, self._body_idle_seconds):
                form.feed(chunk)
        except BodyStalledError as error:
            message = "Your socket connection to the server was not read from or written to within the timeout period."
            raise S3Error(400, "RequestTimeout", message) from error
        form.finish()

    async def _get(self, request: Request, s3: EmbeddedS3, bucket: str, key: str) -> Response:
        query = request.scope["query_string"].decode("latin-1")
        parameters = request.query_params.multi_items()
        check_presigned(
            "GET", f"/{bucket}/{key}", parameters, host=s3.host, credentials=s3.credentials, now=self._clock()
        )
        found = await asyncio.get_running_loop().run_in_executor(self._transfers, s3.get, bucket, key, query)
        return found if found.status_code in {200, 404} else access_denied().response("")


def _stored(request: Request, bucket: str, fields: dict[str, str], etag: str) -> Response:
    """S3's answer to a POST that it stored: 204, or the status in `success_action_status`."""
    location = f"http://{request.headers.get('host')}{S3_PATH}{bucket}/{quote(fields['key'])}"
    headers = {"etag": etag, "location": location}
    match fields.get("success_action_status"):
        case "200":
            return Response(None, 200, headers)
        case "201":
            elements = {"Location": location, "Bucket": bucket, "Key": fields["key"], "ETag": etag}
            return xml_response("PostResponse", elements, 201, headers)
    return Response(None, 204, headers)
