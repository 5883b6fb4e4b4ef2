"""The local API Gateway as an ASGI application: limits, CORS, and a handler's thread for each request."""

import asyncio
import json
import logging
import os
from collections.abc import Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from battery_service.errors import ApiError, error_body
from battery_service.http.multipart_body import too_large
from battery_service.limits import Limits as ServiceLimits

from local.asgi import Receive, Send, request_head, respond
from local.body import Body, BodyStalledError, BodyTooLargeError, ClientGoneError, received
from local.cors import CorsConfiguration
from local.gateway import (
    Event,
    HttpRequest,
    HttpResponse,
    MalformedResultError,
    from_result,
    json_response,
    to_event,
)

type Invoke = Callable[[Event, str], object]

# What an HTTP API passes on at all, whatever Lambda then says to it.
CLOUD_BODY_BYTES: Final = 10_000_000
LIGHT_REQUESTS_AT_ONCE: Final = 8
STOPPED: Final = "The server was stopped before this request was done. Start it again and repeat the request."
logger = logging.getLogger("local")


@dataclass(frozen=True, slots=True)
class Limits:
    """What the gateway refuses by itself, after the service's own limits.

    Requests with large bodies wait for one of `large_at_once` turns, so that their number never decides the memory;
    all others pass them by.
    """

    service: ServiceLimits
    body_idle_seconds: float = 30.0
    large_at_once: int = min(4, os.process_cpu_count() or 1)

    @property
    def body_bytes(self) -> int:
        return CLOUD_BODY_BYTES if self.service.name == "cloud" else self.service.max_body_bytes

    @property
    def payload_bytes(self) -> int | None:
        """The most that Lambda carries of an event or an answer, as JSON; None for no limit."""
        return self.service.max_answer_bytes


class GatewayApplication:
    """Answers every request with what `invoke(event, request_id)` returns."""

    def __init__(self, invoke: Invoke, *, limits: Limits, cors: CorsConfiguration | None = None) -> None:
        self._invoke = invoke
        self._limits = limits
        self._cors = cors or CorsConfiguration()
        self._light = ThreadPoolExecutor(LIGHT_REQUESTS_AT_ONCE, thread_name_prefix="light")
        self._large = ThreadPoolExecutor(limits.large_at_once, thread_name_prefix="large")
        self._running: set[str] = set()

    @property
    def is_busy(self) -> bool:
        """Whether a handler is at work."""
        return bool(self._running)

    def close(self) -> None:
        """Take no more requests; those that run go on."""
        for pool in (self._light, self._large):
            pool.shutdown(wait=False, cancel_futures=True)

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        head = request_head(scope)
        try:
            response = self._cors.preflight(head)
            if response is None:
                response = self._cors.apply(head, await self._answer(head, receive))
        except ClientGoneError:
            return
        except asyncio.CancelledError:  # the server's grace is over; the client gets a reason, uvicorn no traceback
            response = json_response(503, error_body("internal", STOPPED, {}, str(uuid4())))
        await respond(send, response)

    async def _answer(self, head: HttpRequest, receive: Receive) -> HttpResponse:
        request_id = str(uuid4())
        limits = self._limits
        declared = head.header("content-length")
        # Refused before the body is asked for, so that a client that expects a 100 first sends nothing in vain.
        if declared is not None and int(declared) > limits.body_bytes:
            return _refusal(too_large(int(declared), limits.service), request_id)
        try:
            async with received(receive, max_bytes=limits.body_bytes, idle_seconds=limits.body_idle_seconds) as body:
                pool = self._large if body.is_large else self._light
                loop = asyncio.get_running_loop()
                return await loop.run_in_executor(pool, self._respond_to, head, body, request_id)
        except BodyTooLargeError as error:
            return _refusal(too_large(error.received_bytes, limits.service), request_id)
        except BodyStalledError:
            return _stalled(limits, request_id)

    def _respond_to(self, head: HttpRequest, body: Body, request_id: str) -> HttpResponse:
        """One request from event to answer, in a worker's thread."""
        self._running.add(request_id)
        try:
            response = self._handled(head, body, request_id)
        finally:
            self._running.discard(request_id)
        return replace(response, headers=(*response.headers, ("apigw-requestid", request_id)))

    def _handled(self, head: HttpRequest, body: Body, request_id: str) -> HttpResponse:
        event = to_event(replace(head, body=body.read()), request_id=request_id, at=datetime.now(UTC))
        if self._exceeds_payload(event):
            return _refusal(too_large(body.size_bytes, self._limits.service), request_id)
        try:
            result = self._invoke(event, request_id)
            if self._exceeds_payload(result):
                raise MalformedResultError(
                    f"the answer exceeds the {self._limits.payload_bytes} bytes that Lambda carries"
                )
            return from_result(result)
        except MalformedResultError as error:
            logger.error("request %s: %s", request_id, error)
        except Exception:  # as in the cloud: whatever a handler raises is this request's 500 and nobody else's
            logger.exception("request %s: the handler raised", request_id)
        return json_response(500, {"message": "Internal Server Error"})

    def _exceeds_payload(self, payload: object) -> bool:
        limit = self._limits.payload_bytes
        return limit is not None and len(json.dumps(payload, default=str)) > limit


def _refusal(error: ApiError, request_id: str) -> HttpResponse:
    return json_response(error.status, error_body(error.code, error.message, error.details, request_id))


def _stalled(limits: Limits, request_id: str) -> HttpResponse:
    message = f"The upload stopped: nothing came for {limits.body_idle_seconds:g} seconds. Send it again."
    return json_response(408, error_body("malformed_multipart", message, {}, request_id))
