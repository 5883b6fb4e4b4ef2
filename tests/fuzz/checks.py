"""What must hold for any input: an answer that has the contract's shape, or an error of the user's, at a fair cost."""

import json
import logging
import resource
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

import jsonschema
from battery_analytics import BatteryDataError, analyze
from battery_service.contract.openapi import openapi_document
from battery_service.errors import ApiError
from battery_service.functions import LambdaHandler
from battery_service.http.request import Request
from battery_service.jobs.uploads import announced_upload
from battery_service.limits import UploadLimits
from battery_service.settings import Settings

from events.gateway import request_event
from functions.upload_handler.app import make_handler
from tests.answers import LambdaContext, body_of
from tests.fuzz.inputs import Files

CPU_SECONDS, CPU_SECONDS_PER_MB = 5.0, 1.0
LARGEST_VALIDATED_BYTES = 200_000
ACCEPTED = (200, 400, 413, 415)


class Finding(Exception):
    """What no input may do; the text says what it did."""


def check_files(files: Files) -> None:
    """The files give a report of the contract's shape, or a BatteryDataError. Raises Finding for anything else."""
    with _fair_cost(sum(len(file.content) for file in files)), _no_bug_logged():
        try:
            report = analyze(files, plots="none", time_limit_s=60).to_json()
        except BatteryDataError as error:
            json.dumps([error.message, error.details], allow_nan=False).encode()
            return
    if len(report) <= LARGEST_VALIDATED_BYTES:
        body = json.loads(report, parse_constant=_refused)
        _validate(body, "SeveralReports" if "cells" in body else "Report")


def check_form(body: bytes, content_type: str) -> None:
    """A body posted to /api/upload gives a documented status and a body of its shape. Raises Finding for anything else."""
    event = request_event(
        "POST", "/api/upload", query={"plots": "none"}, headers={"content-type": content_type}, body=body
    )
    with _fair_cost(len(body)), _no_bug_logged():
        answer: Mapping[str, Any] = _upload_handler()(event, LambdaContext())
    if answer["statusCode"] not in ACCEPTED:
        raise Finding(f"status {answer['statusCode']}: {body_of(answer)[:300]!r}")
    if answer["statusCode"] != 200:
        _validate(json.loads(body_of(answer)), "Error")


def check_json(body: bytes) -> None:
    """A body that announces an upload is taken, or refused with a 4xx. Raises Finding for anything else."""
    event = request_event("POST", "/api/uploads", headers={"content-type": "application/json"}, body=body)
    with _fair_cost(len(body)):
        try:
            announced_upload(Request.from_event(event, LambdaContext()), UploadLimits())
        except ApiError as error:
            if error.status >= 500:
                raise Finding(f"status {error.status}: {error.message}") from error
            json.dumps([error.message, error.details], allow_nan=False).encode()


@cache
def _upload_handler() -> LambdaHandler:
    return make_handler({"LIMITS": "local"})


@cache
def _validator(name: str) -> jsonschema.Draft202012Validator:
    document = openapi_document(Settings())
    return jsonschema.Draft202012Validator({"$ref": f"#/components/schemas/{name}", **document})


def _validate(body: object, name: str) -> None:
    for error in _validator(name).iter_errors(body):
        raise Finding(f"the answer is not a {name}: {error.json_path}: {error.message[:200]}")


def _refused(constant: str) -> object:
    raise Finding(f"the answer holds {constant}")


@contextmanager
def _fair_cost(n_bytes: int) -> Iterator[None]:
    """Raises Finding where the block takes more processor time than so many bytes may."""
    allowed = CPU_SECONDS + CPU_SECONDS_PER_MB * n_bytes / 1e6
    before = _cpu_seconds()
    yield
    took = _cpu_seconds() - before
    if took > allowed:
        raise Finding(f"{took:.1f} s of processor time for {n_bytes:,} bytes; {allowed:.1f} s are allowed")


def _cpu_seconds() -> float:
    """Of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


class _Recorder(logging.Handler):
    def __init__(self, records: list[logging.LogRecord]) -> None:
        super().__init__(logging.ERROR)
        self._records = records

    def emit(self, record: logging.LogRecord) -> None:
        self._records.append(record)


@contextmanager
def _no_bug_logged() -> Iterator[None]:
    """Raises Finding where an error is logged: a reader's bug, which the user is told as a corrupted file."""
    records: list[logging.LogRecord] = []
    handler = _Recorder(records)
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)
    if records:
        raise Finding(f"logged: {records[0].getMessage()[:500]}")
