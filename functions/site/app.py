"""The site: the dashboard and all answers that need no token. It uses neither the library nor AWS."""

from collections.abc import Mapping
from pathlib import Path

from battery_service.errors import ApiError
from battery_service.functions import LambdaHandler, lambda_handler_of
from battery_service.http.negotiation import accepts_gzip
from battery_service.http.request import Request
from battery_service.http.responses import Answer
from battery_service.http.router import Route, http_handler
from battery_service.settings import Settings
from battery_service.site.pages import Dashboard, Page, small_page
from battery_service.site.routes import public_routes

# `make dashboard` builds it here.
PAGE_FOLDER = Path(__file__).with_name("page")
# An asset's name has the hash of its content, so the content of a name never changes.
FOREVER = "public, max-age=31536000, immutable"


def make_handler(environment: Mapping[str, str], *, page_folder: Path = PAGE_FOLDER) -> LambdaHandler:
    """The handler for these variables; where the dashboard was not built, it serves the small page."""
    settings = Settings.from_environment(environment)
    dashboard = Dashboard(page_folder)

    def page() -> Page | None:
        return dashboard.page() or small_page()

    def asset(request: Request, name: str) -> Answer:
        found = dashboard.asset(name)
        if found is None:
            raise ApiError("not_found", "The page has no such file; reload the page.", {"path": request.path[:200]})
        headers = {"Cache-Control": FOREVER}
        if found.compressed is not None and accepts_gzip(request.header("accept-encoding")):
            headers["Content-Encoding"] = "gzip"
            return Answer(200, found.compressed, found.content_type, headers)
        return Answer(200, found.content, found.content_type, headers)

    return http_handler((*public_routes(settings, page), Route("GET", "/assets/<name>", asset)), settings)


lambda_handler = lambda_handler_of(make_handler)
