"""Write the events for `sam local invoke` and the tests: `python -m events.make_events [folder]`.

Each is what AWS would send, with a small synthetic cell where one is needed; what a function must answer stands beside it.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from events import in_place
from events.gateway import FormPart, file_part, request_event, upload_event
from events.sample import Event, Sample
from local.authorization import authorizer_event
from sample_cells.plain import cell, csv_set, pickled

ORIGIN: Final = "https://dashboard.example.com"
BROWSER: Final = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
QUEUE_ARN: Final = "arn:aws:sqs:eu-central-1:123456789012:battery-analytics-jobs"
# A pickle of protocol 0 that would call os.system.
HOSTILE: Final = b"cos\nsystem\n(Vtouch /tmp/harmed\ntR."
SENT_AT_MS: Final = 1_795_470_840_000


def samples() -> dict[str, Sample]:
    """Every event and its answer, by the name of its file."""
    return {**_site(), **_upload(), **_uploads_api(), **_worker(), **_upkeep(), **_authorizer()}


def _site() -> dict[str, Sample]:
    return {
        "health": Sample("SiteFunction", request_event("GET", "/health"), 200, {"status": "ok"}),
        "root_json": Sample(
            "SiteFunction",
            request_event("GET", "/", headers={"Accept": "application/json"}),
            200,
            {"name": "Battery Analytics API"},
        ),
        "root_browser": Sample("SiteFunction", request_event("GET", "/", headers=BROWSER), 200),
        "openapi": Sample("SiteFunction", request_event("GET", "/openapi.json"), 200, {"openapi": "3.1.0"}),
        "docs": Sample("SiteFunction", request_event("GET", "/docs", headers=BROWSER), 200),
        "formats": Sample("SiteFunction", request_event("GET", "/api/formats"), 200),
        "asset_unknown": Sample(
            "SiteFunction", request_event("GET", "/assets/gone-0a1b2c3d.js"), 404, {"code": "not_found"}
        ),
    }


def _upload() -> dict[str, Sample]:
    one = pickled(cell("SAMPLE_25_A1"))
    other = pickled(cell("SAMPLE_25_A2", fade_Ah_per_cycle=0.05))
    csv_files = csv_set(cell("SAMPLE_25_A1"), "SAMPLE_25_A1")
    first, second = file_part("SAMPLE_25_A1.pkl", one), file_part("SAMPLE_25_A2.pkl", other)
    compressed = {"Accept-Encoding": "gzip"}
    preflight = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    return {
        "upload_pickle": _direct([first], 200),
        "upload_pickle_gzip_without_plots": _direct([first], 200, query={"plots": "none"}, headers=compressed),
        "upload_csv_set": _direct([file_part(*named) for named in csv_files.items()], 200),
        "upload_two_cells": _direct([first, second], 200, query={"plots": "none"}),
        "upload_without_file": _direct([], 400, code="no_files"),
        "upload_unknown_option": _direct([first], 400, query={"plots": "everything"}, code="invalid_option"),
        "upload_corrupted_pickle": _direct([file_part("half.pkl", one[: len(one) // 2])], 400, code="corrupted_file"),
        "upload_hostile_pickle": _direct([file_part("cell.pkl", HOSTILE)], 400, code="unsafe_pickle"),
        "upload_preflight": Sample("UploadFunction", request_event("OPTIONS", "/api/upload", headers=preflight), 204),
    }


def _direct(
    parts: Sequence[FormPart],
    status: int,
    *,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    code: str | None = None,
) -> Sample:
    event = upload_event(parts, query=query, headers=headers)
    return Sample("UploadFunction", event, status, {} if code is None else {"code": code})


def _uploads_api() -> dict[str, Sample]:
    announcement = {"files": [{"name": in_place.FILE[0], "size_bytes": len(in_place.FILE[1])}]}
    start = _uploads_request("POST", f"/api/uploads/{in_place.TO_START}/analysis", {"plots": "none"})
    job, result = f"/api/jobs/{in_place.SUCCEEDED}", f"/api/jobs/{in_place.SUCCEEDED}/result"
    report = {"metadata": {"cell_id": "SAMPLE_25_A1"}}
    return {
        "uploads_request": Sample("UploadsApiFunction", _uploads_request("POST", "/api/uploads", announcement), 201),
        "uploads_request_too_large": Sample(
            "UploadsApiFunction",
            _uploads_request("POST", "/api/uploads", {"files": [{"name": "cell.pkl", "size_bytes": 10**9}]}),
            413,
            {"code": "too_large"},
        ),
        "job_start": _of_a_job(start, 202, {"job_id": in_place.TO_START, "status": "queued"}),
        "job_state": _of_a_job(
            _uploads_request("GET", job), 200, {"job_id": in_place.SUCCEEDED, "status": "succeeded"}
        ),
        "job_result": _of_a_job(_uploads_request("GET", result), 200, report),
        "job_forget": _of_a_job(_uploads_request("DELETE", f"/api/jobs/{in_place.TO_FORGET}"), 204),
        "job_of_nobody": Sample(
            "UploadsApiFunction", _uploads_request("GET", f"/api/jobs/{in_place.NOBODYS}"), 404, {"code": "not_found"}
        ),
    }


def _uploads_request(method: str, path: str, body: object = None) -> Event:
    content = None if body is None else json.dumps(body).encode()
    headers = {} if body is None else {"Content-Type": "application/json"}
    return request_event(method, path, headers=headers, body=content, as_base64=False)


def _of_a_job(event: Event, status: int, answer: Mapping[str, object] | None = None) -> Sample:
    return Sample("UploadsApiFunction", event, status, answer or {}, needs_in_place=True)


def _worker() -> dict[str, Sample]:
    good = _message("good", json.dumps({"job_id": in_place.TO_WORK_ON}))
    another = _message("good", json.dumps({"job_id": in_place.TO_WORK_ON_BESIDE_A_BAD_ONE}))
    bad = _message("bad", "not a job")
    only_the_bad_one = {"batchItemFailures": [{"itemIdentifier": "bad"}]}
    return {
        "sqs_job": Sample("WorkerFunction", {"Records": [good]}, answer={"batchItemFailures": []}, needs_in_place=True),
        "sqs_bad_and_good": Sample(
            "WorkerFunction", {"Records": [bad, another]}, answer=only_the_bad_one, needs_in_place=True
        ),
    }


def _message(message_id: str, body: str) -> Event:
    """One record of an SQS event."""
    return {
        "messageId": message_id,
        "receiptHandle": "a-receipt-handle",
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": str(SENT_AT_MS),
            "SenderId": "AIDAEXAMPLE",
            "ApproximateFirstReceiveTimestamp": str(SENT_AT_MS + 5),
        },
        "messageAttributes": {},
        "md5OfBody": "00000000000000000000000000000000",
        "eventSource": "aws:sqs",
        "eventSourceARN": QUEUE_ARN,
        "awsRegion": "eu-central-1",
    }


def _upkeep() -> dict[str, Sample]:
    """What EventBridge Scheduler sends where the schedule says nothing else: an empty object."""
    return {"schedule": Sample("UpkeepFunction", {}, answer={"processed_jobs": 0})}


def _authorizer() -> dict[str, Sample]:
    known = {"isAuthorized": True, "context": {"caller": in_place.CALLER}}
    return {
        "authorizer_token": Sample("AuthorizerFunction", _asked(in_place.TOKEN), answer=known, needs_in_place=True),
        "authorizer_wrong_token": Sample(
            "AuthorizerFunction", _asked("another"), answer={"isAuthorized": False}, needs_in_place=True
        ),
    }


def _asked(token: str) -> Event:
    authorization = f"Bearer {token}"
    return authorizer_event(
        request_event("POST", "/api/upload", headers={"Authorization": authorization}), authorization
    )


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, sample in samples().items():
        (folder / f"{name}.json").write_text(json.dumps(sample.event, indent=2) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
