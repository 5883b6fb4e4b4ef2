"""The uploads API: announce an upload, start its job, get its status and its report, delete it. It needs no library."""

from collections.abc import Mapping

from battery_service.functions import LambdaHandler, lambda_handler_of
from battery_service.http.negotiation import accepts_gzip
from battery_service.http.request import Request
from battery_service.http.responses import Answer, fits, json_answer
from battery_service.http.router import Route, http_handler
from battery_service.jobs.answers import job_body, job_url, started_body, upload_body
from battery_service.jobs.backend import connected
from battery_service.jobs.idempotency import idempotency_key
from battery_service.jobs.service import JobService
from battery_service.jobs.settings import JobSettings
from battery_service.jobs.uploads import analysis_options, announced_upload
from battery_service.settings import Settings


def make_handler(environment: Mapping[str, str]) -> LambdaHandler:
    """The handler for these variables."""
    settings, job_settings = Settings.from_environment(environment), JobSettings.from_environment(environment)
    backend = connected(job_settings)
    storage, limits = backend.storage, job_settings.limits

    def service_for(request: Request) -> JobService:
        """What the request's caller may do; one request more is counted."""
        backend.usage.charge(request.caller, requests=1)
        return JobService(backend, request.caller)

    def announce(request: Request) -> Answer:
        service, key = service_for(request), idempotency_key(request)
        files, options = announced_upload(request, limits)
        job = service.announce(files, options, request.request_id, key)
        expires_at = backend.jobs.now() + job_settings.post_expires_s
        return json_answer(upload_body(job, storage, expires_at=expires_at, max_bytes=limits.max_file_bytes), 201)

    def start(request: Request, upload_id: str) -> Answer:
        service = service_for(request)
        upload = service.upload(upload_id)
        job = service.start(upload, analysis_options(request, upload.options), request.request_id)
        return json_answer(started_body(job), 202, {"Location": job_url(job)})

    def state(request: Request, job_id: str) -> Answer:
        return json_answer(job_body(service_for(request).job(job_id)))

    def result(request: Request, job_id: str) -> Answer:
        service = service_for(request)
        job = service.finished(job_id)
        if accepts_gzip(request.header("accept-encoding")):
            if fits(settings, binary_bytes=job.result_bytes):
                backend.usage.charge(request.caller, n_bytes=job.result_bytes)
                return Answer(200, service.compressed_report(job), headers={"Content-Encoding": "gzip"})
        elif fits(settings, text_bytes=job.report_bytes):
            backend.usage.charge(request.caller, n_bytes=job.report_bytes)
            return Answer(200, service.report(job))
        backend.usage.charge(request.caller, n_bytes=job.result_bytes, links=1)
        return Answer(303, content_type=None, headers={"Location": storage.result_link(job_id)})

    def delete(request: Request, job_id: str) -> Answer:
        service_for(request).delete(job_id)
        return Answer(204, content_type=None)

    return http_handler(
        (
            Route("POST", "/api/uploads", announce),
            Route("POST", "/api/uploads/<upload_id>/analysis", start),
            Route("GET", "/api/jobs/<job_id>", state),
            Route("GET", "/api/jobs/<job_id>/result", result),
            Route("DELETE", "/api/jobs/<job_id>", delete),
        ),
        settings,
    )


lambda_handler = lambda_handler_of(make_handler)
