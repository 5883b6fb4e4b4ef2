"""The upload handler: analyses the files of one request and answers the report. It also serves the site's routes."""

import time
from collections.abc import Mapping

from battery_service import bridge
from battery_service.bridge import Analysis
from battery_service.callers.light_table import LightTable
from battery_service.callers.quotas import Quotas
from battery_service.callers.usage import LEAST_ANALYSIS_S, LEAST_ANSWER_BYTES, Usage
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
    settings, quotas = Settings.from_environment(environment), Quotas.from_environment(environment)
    usage = (
        Usage(LightTable(environment).update_item, environment["JOBS_TABLE"], quotas) if quotas.are_counted else None
    )
    if settings.preload:
        warm_up()

    def upload(request: Request) -> Answer:
        started = time.perf_counter()
        analysis: Analysis | None = None
        try:
            if usage:
                least = request.body_bytes + LEAST_ANSWER_BYTES
                usage.charge(request.caller, requests=1, n_bytes=least, analysis_s=LEAST_ANALYSIS_S)
            options = parse_options(request.query)
            files = uploaded_files(request, settings.limits)
            analysis = bridge.analyse(files, options)
        except ApiError as error:
            log_event("upload refused", request, code=error.code)
            count_refusal(request.request_id, "direct", error)
            raise
        finally:
            if usage:
                _count_further(usage, request.caller, time.perf_counter() - started, analysis)
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


def _count_further(usage: Usage, caller: str, seconds: float, analysis: Analysis | None) -> None:
    """Count what an upload has used beyond the least, which was counted before it: few do, and they take longer anyway."""
    further_s = max(seconds - LEAST_ANALYSIS_S, 0.0)
    further_bytes = max((len(analysis.report) if analysis else 0) - LEAST_ANSWER_BYTES, 0)
    if further_s or further_bytes:
        usage.add(caller, analysis_s=further_s, n_bytes=further_bytes)


lambda_handler = lambda_handler_of(make_handler)
