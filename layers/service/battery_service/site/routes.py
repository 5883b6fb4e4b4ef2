"""Makes the routes that need no token: the page, API information, health, the formats and the contract."""

from collections.abc import Callable

from battery_service.contract.generated import file_formats
from battery_service.http.negotiation import prefers_html
from battery_service.http.request import Request
from battery_service.http.responses import Answer, html_answer, json_answer
from battery_service.http.router import Route
from battery_service.settings import Settings
from battery_service.site.information import api_information
from battery_service.site.pages import Page, small_page


def public_routes(settings: Settings, page: Callable[[], Page | None] = small_page) -> tuple[Route, ...]:
    """`page` returns the page for browsers at the root; where it returns None, a browser gets the same as a program."""

    def root(request: Request) -> Answer:
        shown = page() if prefers_html(request.header("accept")) else None
        return json_answer(api_information(settings)) if shown is None else html_answer(shown.html, shown.policy)

    def health(_: Request) -> Answer:
        return json_answer({"status": "ok", "version": settings.version})

    def contract(_: Request) -> Answer:
        from battery_service.contract.openapi import openapi_document  # noqa: PLC0415  # its tables are built at import

        return json_answer(openapi_document(settings))

    def docs(_: Request) -> Answer:
        from battery_service.contract.docs_page import DOCS_POLICY, docs_page  # noqa: PLC0415  # as above
        from battery_service.contract.openapi import openapi_document  # noqa: PLC0415

        return html_answer(docs_page(openapi_document(settings)), DOCS_POLICY)

    def formats(_: Request) -> Answer:
        return json_answer({"formats": file_formats()})

    return (
        Route("GET", "/", root),
        Route("GET", "/health", health),
        Route("GET", "/openapi.json", contract),
        Route("GET", "/docs", docs),
        Route("GET", "/api/formats", formats),
    )
