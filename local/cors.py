"""CORS as API Gateway's CorsConfiguration does it: preflights are answered here and never reach a handler."""

from dataclasses import dataclass, replace

from local.gateway import HttpRequest, HttpResponse


@dataclass(frozen=True, slots=True)
class CorsConfiguration:
    """Who may call from a browser. The default admits any page, without credentials."""

    allow_origins: tuple[str, ...] = ("*",)
    allow_methods: tuple[str, ...] = ("GET", "POST", "DELETE", "OPTIONS")
    allow_headers: tuple[str, ...] = ("*",)
    expose_headers: tuple[str, ...] = ("*",)
    max_age_seconds: int = 600

    def preflight(self, request: HttpRequest) -> HttpResponse | None:
        """The answer to a preflight; None for every other request.

        An origin that is not allowed gets its 204 without the headers, which makes the browser refuse.
        """
        asked = request.header("access-control-request-method")
        if request.method != "OPTIONS" or asked is None or request.header("origin") is None:
            return None
        allowed = self._allowed_origin(request)
        if allowed is None:
            return HttpResponse(204)
        return HttpResponse(
            204,
            (
                *allowed,
                ("access-control-allow-methods", ",".join(self.allow_methods)),
                # Spelled out where it is "*", because a wildcard never covers Authorization.
                ("access-control-allow-headers", self._allowed_headers(request)),
                ("access-control-max-age", str(self.max_age_seconds)),
            ),
        )

    def apply(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """The answer with this configuration's headers in place of the handler's own."""
        kept = tuple(item for item in response.headers if not item[0].startswith("access-control-"))
        allowed = self._allowed_origin(request)
        if allowed is None:
            return replace(response, headers=kept)
        exposed = ("access-control-expose-headers", ",".join(self.expose_headers))
        return replace(response, headers=(*kept, *allowed, exposed))

    def _allowed_origin(self, request: HttpRequest) -> tuple[tuple[str, str], ...] | None:
        origin = request.header("origin")
        if origin is None:
            return None
        if "*" in self.allow_origins:
            return (("access-control-allow-origin", "*"),)
        if origin in self.allow_origins:
            return (("access-control-allow-origin", origin), ("vary", "Origin"))
        return None

    def _allowed_headers(self, request: HttpRequest) -> str:
        if "*" in self.allow_headers:
            return request.header("access-control-request-headers") or "*"
        return ",".join(self.allow_headers)
