"""The local API Gateway as an ASGI application: limits, CORS, and one thread per call of a handler."""

import asyncio
import json
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

from battery_service.errors import ApiError, error_body
from battery_service.http.multipart_body import too_large
from battery_service.limits import Limits as ServiceLimits
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from local.body import LARGE_BYTES, Body, BodyStalledError, BodyTooLargeError, received
from local.gateway import Invoke, MalformedResultError, from_result, json_response, to_event

# The largest body that API Gateway accepts.
CLOUD_BODY_BYTES: Final = 10_000_000
LIGHT_REQUESTS_AT_ONCE: Final = 8
QUICK_REQUESTS_AT_ONCE: Final = 4
STOPPED: Final = "The server was stopped before this request was finished. Start it again and repeat the request."
logger = logging.getLogger("local")


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits that the gateway itself applies, from the service's limits.

    At most `large_at_once` requests with large bodies are handled at the same time, and so many are received in memory,
    others on disk, which limits the memory. Other requests do not wait for them. A body that pauses, or that trickles in,
    is not waited for.
    """

    service: ServiceLimits
    body_idle_seconds: float = 30.0
    body_total_seconds: float = 300.0
    large_at_once: int = min(4, os.process_cpu_count() or 1)

    @property
    def body_bytes(self) -> int:
        return CLOUD_BODY_BYTES if self.service.name == "cloud" else self.service.max_body_bytes

    @property
    def payload_bytes(self) -> int | None:
        """The largest event or answer of Lambda, as JSON; None for no limit."""
        return self.service.max_answer_bytes


class GatewayCors(CORSMiddleware):
    """Starlette's CORS with API Gateway's preflights: an empty 204, where Starlette answers 200, or 400 with a reason.

    A preflight that is not allowed has no headers, so that the browser refuses.
    """

    def preflight_response(self, request_headers: Headers) -> Response:
        response = super().preflight_response(request_headers)
        if response.status_code != 200:
            return Response(status_code=204)
        kept = {name: value for name, value in response.headers.items() if not name.startswith("content-")}
        return Response(status_code=204, headers=kept)


class GatewayApplication:
    """Answers every request with the result of `invoke(event, request_id)`."""

    def __init__(self, invoke: Invoke, *, limits: Limits) -> None:
        self._invoke = invoke
        self._limits = limits
        self._quick = ThreadPoolExecutor(QUICK_REQUESTS_AT_ONCE, thread_name_prefix="quick")
        self._light = ThreadPoolExecutor(LIGHT_REQUESTS_AT_ONCE, thread_name_prefix="light")
        self._large = ThreadPoolExecutor(limits.large_at_once, thread_name_prefix="large")
        self._running: set[str] = set()
        self._large_in_memory = 0

    @property
    def is_busy(self) -> bool:
        """Whether a handler is running."""
        return bool(self._running)

    def close(self) -> None:
        """Accept no more requests; running ones continue."""
        for pool in (self._quick, self._light, self._large):
            pool.shutdown(wait=False, cancel_futures=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            response = await self._answer(Request(scope, receive))
        except ClientDisconnect:
            return
        except (
            asyncio.CancelledError
        ):  # the time to finish is over: the client gets a reason, and uvicorn logs no traceback
            response = json_response(503, error_body("internal", STOPPED, {}, str(uuid4())))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        request_id = str(uuid4())
        limits = self._limits
        declared = request.headers.get("content-length")
        # Before the body is read, so that a client that waits for a 100 does not send it for nothing.
        if declared is not None and int(declared) > limits.body_bytes:
            return _refusal(too_large(int(declared), limits.service), request_id)
        in_memory = self._large_in_memory < limits.large_at_once
        self._large_in_memory += in_memory
        try:
            async with received(
                request,
                max_bytes=limits.body_bytes,
                in_memory_bytes=limits.body_bytes if in_memory else LARGE_BYTES,
                idle_seconds=limits.body_idle_seconds,
                total_seconds=limits.body_total_seconds,
            ) as body:
                pool = self._pool_for(body)
                loop = asyncio.get_running_loop()
                return await loop.run_in_executor(pool, self._respond_to, request, body, request_id)
        except BodyTooLargeError as error:
            return _refusal(too_large(error.received_bytes, limits.service), request_id)
        except BodyStalledError:
            return _stalled(limits, request_id)
        finally:
            self._large_in_memory -= in_memory

    def _pool_for(self, body: Body) -> ThreadPoolExecutor:
        """Requests without a body, for the page, health and jobs, never wait for an analysis."""
        if body.size_bytes == 0:
            return self._quick
        return self._large if body.is_large else self._light

    def _respond_to(self, request: Request, body: Body, request_id: str) -> Response:
        """One request from event to answer, in a worker's thread."""
        self._running.add(request_id)
        try:
            response = self._handled(request, body, request_id)
        finally:
            self._running.discard(request_id)
        response.headers["apigw-requestid"] = request_id
        return response

    def _handled(self, request: Request, body: Body, request_id: str) -> Response:
        in_cloud = self._limits.payload_bytes is not None
        event = to_event(request, body.read(), request_id=request_id, at=datetime.now(UTC), as_text=in_cloud)
        if self._exceeds_payload(event):
            return _refusal(too_large(body.size_bytes, self._limits.service), request_id)
        try:
            result = self._invoke(event, request_id)
            if self._exceeds_payload(result):
                raise MalformedResultError(
                    f"the answer exceeds the {self._limits.payload_bytes} bytes that Lambda allows"
                )
            return from_result(result)
        except MalformedResultError as error:
            logger.error("request %s: %s", request_id, error)
        except Exception:  # as in the cloud: an exception of a handler is a 500 of this request only
            logger.exception("request %s: the handler raised", request_id)
        return json_response(500, {"message": "Internal Server Error"})

    def _exceeds_payload(self, payload: object) -> bool:
        limit = self._limits.payload_bytes
        return limit is not None and len(json.dumps(payload, default=str)) > limit


def _refusal(error: ApiError, request_id: str) -> Response:
    return json_response(error.status, error_body(error.code, error.message, error.details, request_id))


def _stalled(limits: Limits, request_id: str) -> Response:
    message = (
        f"The upload stopped: nothing came for {limits.body_idle_seconds:g} seconds, or it took more than "
        f"{limits.body_total_seconds:g} seconds. Send it again."
    )
    return json_response(408, error_body("malformed_multipart", message, {}, request_id))
