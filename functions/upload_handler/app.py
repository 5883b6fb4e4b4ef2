"""The upload handler: analyses the files of one request and answers the report. It also serves the site's routes."""

import time
from collections.abc import Mapping

from battery_service import bridge
from battery_service.errors import ApiError
from battery_service.functions import LambdaHandler, lambda_handler_of
from battery_service.http.multipart_body import uploaded_files
from battery_service.http.request import Request
from battery_service.http.responses import Answer
from battery_service.http.router import Route, http_handler
from battery_service.log import log_event
from battery_service.metrics import count_refusal, count_upload
from battery_service.options import parse_options
from battery_service.settings import Settings
from battery_service.site.routes import public_routes
from battery_service.warm_up import warm_up


def make_handler(environment: Mapping[str, str]) -> LambdaHandler:
    """The handler for these variables. Several threads may call it."""
    settings = Settings.from_environment(environment)
    if settings.preload:
        warm_up()

    def upload(request: Request) -> Answer:
        started = time.perf_counter()
        try:
            options = parse_options(request.query)
            files = uploaded_files(request, settings.limits)
            analysis = bridge.analyse(files, options)
        except ApiError as error:
            log_event("upload refused", request, code=error.code)
            count_refusal(request.request_id, "direct", error)
            raise
        n_bytes = sum(len(file.content) for file in files)
        total_ms = (time.perf_counter() - started) * 1000.0
        log_event(
            "upload analysed",
            request,
            n_files=len(files),
            n_bytes=n_bytes,
            **analysis.facts(),
        )
        count_upload(
            request.request_id,
            "direct",
            n_files=len(files),
            n_bytes=n_bytes,
            analysis=analysis,
            total_ms=total_ms,
        )
        return Answer(200, analysis.report)

    return http_handler((*public_routes(settings), Route("POST", "/api/upload", upload)), settings)


lambda_handler = lambda_handler_of(make_handler)
