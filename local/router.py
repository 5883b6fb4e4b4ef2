"""Passes each request to a function, by the template's routes, or to the proxy of the embedded S3."""

from collections.abc import Mapping

from battery_service.settings import Settings
from starlette.types import ASGIApp, Receive, Scope, Send

from local.application import GatewayApplication, GatewayCors, Limits
from local.authorization import with_authorization
from local.gateway import Event, Invoke
from local.job_services import JobServices
from local.public_links import with_public_links
from local.s3_proxy import S3_PATH, S3Proxy
from local.template import Route, Template


class Router:
    """The whole local server as one ASGI application: the routes of the template, and S3 for presigned forms and links.

    Where `services` has tokens, the routes that have an authorizer call it first.
    """

    def __init__(
        self, template: Template, functions: Mapping[str, Invoke], services: JobServices, settings: Settings
    ) -> None:
        def invoke(route: Route) -> Invoke:
            function = with_public_links(functions[route.function], services.endpoint)
            if route.authorizer is None or not services.has_tokens:
                return function
            authorizer = functions[route.authorizer]
            return with_authorization(function, authorizer, identity_source=template.identity_source)

        by_root = {root_of(route): invoke(route) for route in template.routes}
        self._gateway = GatewayApplication(by_path(by_root), limits=Limits(settings.limits))
        self._s3_proxy = S3Proxy(services.s3)
        cors = template.cors
        self._application = GatewayCors(
            self._dispatch,
            allow_origins=sorted(settings.allowed_origins),
            allow_methods=cors["AllowMethods"],
            allow_headers=cors["AllowHeaders"],
            expose_headers=cors["ExposeHeaders"],
            max_age=cors["MaxAge"],
        )

    @property
    def is_busy(self) -> bool:
        return self._gateway.is_busy

    def close(self) -> None:
        self._gateway.close()
        self._s3_proxy.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._application(scope, receive, send)

    async def _dispatch(self, scope: Scope, receive: Receive, send: Send) -> None:
        part: ASGIApp = self._s3_proxy if scope["path"].startswith(S3_PATH) else self._gateway
        await part(scope, receive, send)


def root_of(route: Route) -> str:
    """The part of a route's path before its first parameter: `/api/jobs` of `/api/jobs/{job_id}/result`."""
    return route.path.partition("{")[0].rstrip("/")


def by_path(functions: Mapping[str, Invoke]) -> Invoke:
    """Calls the function with the longest root that a path is at or below.

    So a function also gets paths and methods that its routes do not take, and answers with an error of the API; API Gateway
    itself would answer `{"message": "Not Found"}`.
    """
    by_length = sorted(functions.items(), key=lambda item: len(item[0]), reverse=True)

    def invoke(event: Event, request_id: str) -> object:
        path = f"{event['rawPath']}/"
        function = next(found for root, found in by_length if path.startswith(f"{root}/"))
        return function(event, request_id)

    return invoke
