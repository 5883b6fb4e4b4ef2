"""From an event to the handler of its route and back, by powertools' resolver.

Powertools keeps the current event on a class attribute that all threads share. A resolver is therefore made for each
request and holds its own event, which hides the shared one; handlers are given their request and never ask for it.
"""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from aws_lambda_powertools.event_handler.api_gateway import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from aws_lambda_powertools.utilities.typing import LambdaContext

from battery_service.errors import ApiError
from battery_service.functions import LambdaHandler
from battery_service.http.cors import preflight_headers
from battery_service.http.request import Request
from battery_service.http.responses import Answer, error_answer, finished, is_binary
from battery_service.log import log_bug, log_event
from battery_service.settings import Settings

type Handler = Callable[..., Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """A method and a path (`/api/jobs/<job_id>`); the handler takes the request and the path's parameters by name."""

    method: str
    path: str
    handler: Handler

    def is_at(self, path: str) -> bool:
        return re.fullmatch(re.sub(r"<\w+>", "[^/]+", self.path), path) is not None


def http_handler(routes: Sequence[Route], settings: Settings) -> LambdaHandler:
    """The Lambda handler that serves the routes, fit to be called from several threads at once."""

    def lambda_handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
        started = time.perf_counter()
        request = Request.from_event(event, context)
        resolver = _RequestResolver(request, routes, settings)
        answer = resolver.resolve(event, cast(LambdaContext, context))
        log_event(
            "request answered",
            request,
            status=answer["statusCode"],
            request_bytes=request.body_bytes,
            answer_bytes=len(answer["body"] or ""),
            milliseconds=round((time.perf_counter() - started) * 1000.0, 1),
        )
        return answer

    return lambda_handler


class _RequestResolver(APIGatewayHttpResolver):
    """The routes, for one request."""

    def __init__(self, request: Request, routes: Sequence[Route], settings: Settings) -> None:
        super().__init__(serializer=_as_it_is, debug=False)
        self.current_event = APIGatewayProxyEventV2(dict(request.event))
        self._request, self._settings = request, settings
        for route in routes:
            self.route(route.path, method=route.method)(self._bound(route.handler))
        self.exception_handler(NotFoundError)(lambda _: self._response(_no_route(request, routes)))
        self.exception_handler(ApiError)(lambda error: self._response(error_answer(error, request)))
        self.exception_handler(Exception)(self._bug)

    def _bound(self, handler: Handler) -> Callable[..., Response[Any]]:
        def serve(**path_parameters: str) -> Response[Any]:
            return self._response(handler(self._request, **path_parameters))

        return serve

    def _bug(self, error: Exception) -> Response[Any]:
        log_bug(self._request, error)
        internal = ApiError("internal", "Something went wrong on our side; the request id helps us to find out what.")
        return self._response(error_answer(internal, self._request))

    def _response(self, answer: Answer) -> Response[Any]:
        leaving = finished(answer, self._request, self._settings)
        body = leaving.body if is_binary(leaving) else leaving.body.decode()
        return Response(status_code=leaving.status, body=body, headers=leaving.headers)


def _no_route(request: Request, routes: Sequence[Route]) -> Answer:
    """A preflight's answer, or why nothing is here: no such path (404), or no such method (405)."""
    methods = sorted({route.method for route in routes if route.is_at(request.path)})
    if methods and request.method == "OPTIONS":
        return Answer(204, content_type=None, headers=preflight_headers(methods))
    if methods and request.method not in methods:  # else the path has characters that no parameter takes
        error = ApiError(
            "not_found",
            f"{request.path} does not take {request.method[:20]}; it takes {', '.join(methods)}.",
            {"path": request.path, "allowed_methods": methods},
            status=405,
            headers={"Allow": ", ".join(methods)},
        )
    else:
        error = ApiError(
            "not_found",
            "There is nothing at this path; GET / lists what there is.",
            {"path": request.path[:200], "paths": sorted({route.path for route in routes})},
        )
    return error_answer(error, request)


def _as_it_is(body: Any) -> str:
    """Bodies are encoded before powertools sees them; compressed ones stay bytes, which it turns into base64."""
    return cast(str, body)
