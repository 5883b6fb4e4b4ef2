"""Structured logs of requests and jobs. They never hold a file's name or content."""

import logging
import sys
import traceback
from typing import TextIO

from aws_lambda_powertools import Logger

from battery_service.http.request import Request
from battery_service.jobs.job import Job

SERVICE = "battery-analytics"

# botocore logs at INFO, at every cold start, where it found credentials and endpoints.
logging.getLogger("botocore").setLevel(logging.WARNING)


class _StandardOutput(logging.StreamHandler[TextIO]):
    """Writes to what `sys.stdout` is when a line is written, not when this was imported."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:
        return sys.stdout

    @stream.setter
    def stream(self, _: TextIO) -> None:
        raise AttributeError("the stream is always sys.stdout")


# Keys go with each line, never into the logger's own state: that is shared by all threads.
_logger = Logger(service=SERVICE, utc=True, use_rfc3339=True, logger_handler=_StandardOutput())


def log_event(message: str, request: Request, **facts: object) -> None:
    """One line about a request; facts are sizes, counts, formats, codes and times."""
    _logger.info(message, stacklevel=3, **_identity(request), **facts)  # type: ignore[arg-type]  # powertools takes any key as a fact


def log_warning(message: str, **facts: object) -> None:
    """One line about something that an operator should repair, although nothing has failed yet."""
    _logger.warning(message, stacklevel=3, **facts)  # type: ignore[arg-type]  # as above


def log_bug(request: Request, error: BaseException) -> None:
    """The place of a bug: types and frames of the whole chain, without the messages, which may quote a file."""
    _logger.error("unhandled exception", stacklevel=3, **_identity(request), chain=_chain(error))  # type: ignore[arg-type]  # as above


def log_job(message: str, job: Job, **facts: object) -> None:
    """One line about a job, under the request that started it."""
    _logger.info(message, stacklevel=3, job_id=job.job_id, request_id=job.request_id, **facts)  # type: ignore[arg-type]  # as above


def log_job_bug(job_id: str, error: BaseException, **facts: object) -> None:
    """The place of a bug, or an error of AWS, that ended an attempt at a job."""
    _logger.error("attempt failed", stacklevel=3, job_id=job_id, chain=_chain(error), **facts)  # type: ignore[arg-type]  # as above


def _identity(request: Request) -> dict[str, object]:
    caller = {"caller": request.caller} if request.caller else {}
    return caller | {
        "request_id": request.request_id,
        "function_request_id": request.lambda_request_id,
        "method": request.method,
    }


def _chain(error: BaseException) -> list[dict[str, object]]:
    chain: list[dict[str, object]] = []
    current: BaseException | None = error
    while current is not None and len(chain) < 10:
        frames = traceback.extract_tb(current.__traceback__)
        chain.append(
            {
                "type": f"{type(current).__module__}.{type(current).__qualname__}",
                "frames": [f"{frame.filename}:{frame.lineno} {frame.name}: {frame.line}" for frame in frames],
            }
        )
        current = current.__cause__ or current.__context__
    return chain
