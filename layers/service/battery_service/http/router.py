"""Makes the handler of HTTP events from one list of routes, with powertools' resolver.

Powertools (3.37) keeps the current event on a class attribute, which all threads share: with one resolver, 924 of 4,000
requests in eight threads went wrong. So each request has a resolver of its own here, whose own event hides the shared one.
Powertools never answers 405, and its preflights allow every method at every path. So where a path does not take a
request's method, that method has a route too, which answers 405 or the preflight.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
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

type RouteHandler = Callable[..., Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """A method and a path (`/api/jobs/<job_id>`). The handler gets the request, and the path's parameters by name."""

    method: str
    path: str
    handler: RouteHandler


def http_handler(routes: Sequence[Route], settings: Settings) -> LambdaHandler:
    """The Lambda handler of the routes. Several threads may call it."""

    def handle(event: Mapping[str, Any], context: object) -> dict[str, Any]:
        started = time.perf_counter()
        request = Request.from_event(event, context)
        answer = _resolver(request, routes, settings).resolve(event, cast(LambdaContext, context))
        log_event(
            "request answered",
            request,
            status=answer["statusCode"],
            request_bytes=request.body_bytes,
            answer_bytes=len(answer["body"] or ""),
            milliseconds=round((time.perf_counter() - started) * 1000.0, 1),
        )
        return answer

    return handle


def _resolver(request: Request, routes: Sequence[Route], settings: Settings) -> APIGatewayHttpResolver:
    """The routes, for one request."""

    def response(answer: Answer) -> Response[Any]:
        final = finished(answer, request, settings)
        body = final.body if is_binary(final) else final.body.decode()
        return Response(status_code=final.status, body=body, headers=final.headers)

    def refused(error: ApiError) -> Response[Any]:
        return response(error_answer(error, request))

    def failed(error: Exception) -> Response[Any]:
        log_bug(request, error)
        return refused(ApiError("internal", "An error on our side; the request id helps us to find the cause."))

    def served_by(handler: RouteHandler) -> Callable[..., Response[Any]]:
        return lambda **path_parameters: response(handler(request, **path_parameters))

    resolver = APIGatewayHttpResolver(serializer=_unchanged, debug=False)
    resolver.current_event = APIGatewayProxyEventV2(dict(request.event))
    routes = [*routes, *(_head_of(route) for route in routes if route.method == "GET")]
    for route in (*routes, *_routes_beside(routes, request.method)):
        resolver.route(route.path, method=route.method)(served_by(route.handler))
    resolver.exception_handler(NotFoundError)(lambda _: refused(_not_found(request, routes)))
    resolver.exception_handler(ApiError)(refused)
    resolver.exception_handler(Exception)(failed)
    return resolver


def _head_of(route: Route) -> Route:
    """The route that answers HEAD as this one answers GET, without the body."""
    return Route("HEAD", route.path, lambda *given, **named: replace(route.handler(*given, **named), body=b""))


def _routes_beside(routes: Sequence[Route], method: str) -> list[Route]:
    """One route of this method per path that does not take it."""
    methods = {path: sorted(route.method for route in routes if route.path == path) for path in _paths(routes)}
    return [Route(method, path, _not_allowed(taken)) for path, taken in methods.items() if method not in taken]


def _not_allowed(methods: Sequence[str]) -> RouteHandler:
    """The handler of a path that takes these methods, for all others: it answers a preflight, or 405."""

    def answer(request: Request, **_path_parameters: str) -> Answer:
        if request.method == "OPTIONS":
            return Answer(204, content_type=None, headers=preflight_headers(methods))
        raise ApiError(
            "method_not_allowed",
            f"{request.path} does not take {request.method[:20]}; it takes {', '.join(methods)}.",
            {"path": request.path, "allowed_methods": list(methods)},
            headers={"Allow": ", ".join(methods)},
        )

    return answer


def _not_found(request: Request, routes: Sequence[Route]) -> ApiError:
    return ApiError(
        "not_found",
        "There is no such path; GET / lists the endpoints.",
        {"path": request.path[:200], "paths": _paths(routes)},
    )


def _paths(routes: Sequence[Route]) -> list[str]:
    return sorted({route.path for route in routes})


def _unchanged(body: Any) -> str:
    """Bodies are encoded before powertools sees them; compressed ones stay bytes, which it turns into base64."""
    return cast(str, body)
