"""The science function's door: API information, health, the contract, and POST /api/upload."""

import os
import time

from battery_service import bridge
from battery_service.docs_page import DOCS_POLICY, docs_page
from battery_service.errors import ApiError
from battery_service.front_page import FRONT_PAGE_POLICY, api_information, front_page
from battery_service.log import log_event
from battery_service.metrics import count_refusal, count_upload
from battery_service.multipart_body import uploaded_files
from battery_service.negotiation import prefers_html
from battery_service.openapi import openapi_document
from battery_service.options import parse_options
from battery_service.request import Request
from battery_service.responses import Answer, html_answer, json_answer
from battery_service.routing import LambdaHandler, Route, lambda_handler_of
from battery_service.settings import Settings
from battery_service.warm_up import warm_up


def make_handler(settings: Settings) -> LambdaHandler:
    """The handler for these settings; the local server makes its own, with its own limits."""
    if settings.preload:
        warm_up()

    def root(request: Request) -> Answer:
        page = front_page() if prefers_html(request.header("accept")) else None
        return json_answer(api_information(settings)) if page is None else html_answer(page, FRONT_PAGE_POLICY)

    def health(_: Request) -> Answer:
        return json_answer({"status": "ok", "version": settings.version})

    def contract(_: Request) -> Answer:
        return json_answer(openapi_document(settings))

    def docs(_: Request) -> Answer:
        return html_answer(docs_page(openapi_document(settings)), DOCS_POLICY)

    def upload(request: Request) -> Answer:
        started = time.perf_counter()
        try:
            options = parse_options(request.query)
            files = uploaded_files(request, settings.limits)
            analysis = bridge.analyse(files, options)
        except ApiError as error:
            log_event("upload refused", request, code=error.code)
            count_refusal(request.request_id, error)
            raise
        n_bytes = sum(len(file.content) for file in files)
        total_ms = (time.perf_counter() - started) * 1000.0
        log_event(
            "upload analysed",
            request,
            n_files=len(files),
            n_bytes=n_bytes,
            formats=sorted(set(analysis.formats)),
            n_cells=analysis.n_cells,
            n_cycles=analysis.n_cycles,
            n_points=analysis.n_points,
            stages_ms={stage: round(milliseconds, 1) for stage, milliseconds in analysis.timings_ms.items()},
        )
        count_upload(request.request_id, n_files=len(files), n_bytes=n_bytes, analysis=analysis, total_ms=total_ms)
        return Answer(200, analysis.report)

    return lambda_handler_of(
        (
            Route("GET", "/", root),
            Route("GET", "/health", health),
            Route("GET", "/openapi.json", contract),
            Route("GET", "/docs", docs),
            Route("POST", "/api/upload", upload),
        ),
        settings,
    )


lambda_handler = make_handler(Settings.from_environment(os.environ))
