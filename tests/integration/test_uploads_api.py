"""Uploads by way of S3, from the announcement to the report, through the functions' own handlers."""

import base64
import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from battery_service import settings
from battery_service.jobs.settings import JobSettings
from battery_service.limits import CLOUD, MIB, UPLOADS

from events.gateway import file_part, upload_event
from functions.upload_handler.app import lambda_handler as direct
from sample_cells.plain import cell, csv_set, pickled
from tests.answers import LambdaContext, body_of, error_of, json_of
from tests.integration.cloud import RESULTS, Cloud, simulated_cloud
from tests.integration.cloud import UPLOADS as UPLOADS_BUCKET
from tests.integration.jobs_api import Api


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with simulated_cloud() as made:
        yield made


@pytest.fixture(scope="module")
def functions(cloud: Cloud) -> Api:
    return Api(cloud)


@pytest.fixture
def api(functions: Api) -> Api:
    functions.cloud.clear()
    return functions


ONE = {"TEST_25_A1.pkl": pickled(cell())}
SET = csv_set(cell(), "TEST_25_A1")
OTHER = {"TEST_25_B2.pkl": pickled(cell("TEST_25_B2", fade_Ah_per_cycle=0.1))}


def direct_report(files: Mapping[str, bytes], **query: str) -> bytes:
    parts = [file_part(name, content) for name, content in files.items()]
    return body_of(direct(upload_event(parts, query=query), LambdaContext()))


def policy_of(post: Mapping[str, Any]) -> dict[str, Any]:
    return json_of(base64.b64decode(post["fields"]["policy"]))


def test_an_announcement_is_answered_with_a_form_for_each_file(api: Api) -> None:
    upload = api.announce(SET)
    assert set(upload) == {"upload_id", "expires_at", "max_bytes", "files"}
    assert upload["max_bytes"] == 50 * MIB
    assert [file["name"] for file in upload["files"]] == list(SET)
    assert all(set(file) == {"name", "key", "post"} for file in upload["files"])
    assert len({file["key"] for file in upload["files"]}) == len(SET)


def test_a_forms_policy_admits_one_key_one_size_one_type_for_15_minutes(api: Api) -> None:
    upload = api.announce(ONE)
    [file] = upload["files"]
    policy = policy_of(file["post"])
    # then the policy fixes what may be posted
    conditions = policy["conditions"]
    plain = {name: value for entry in conditions if isinstance(entry, dict) for name, value in entry.items()}
    size = len(ONE["TEST_25_A1.pkl"])
    assert plain["bucket"] == UPLOADS_BUCKET
    assert plain["key"] == file["key"] == file["post"]["fields"]["key"]
    assert plain["Content-Type"] == file["post"]["fields"]["Content-Type"] == "application/octet-stream"
    assert ["content-length-range", size, size] in conditions
    assert not [entry for entry in conditions if isinstance(entry, list) and entry[0] == "starts-with"]
    # and until when
    until = datetime.fromisoformat(policy["expiration"])
    signed = datetime.strptime(plain["x-amz-date"] + "+0000", "%Y%m%dT%H%M%SZ%z")
    assert 895 <= (until - signed).total_seconds() <= 905
    assert file["post"]["url"] == f"https://{UPLOADS_BUCKET}.s3.eu-central-1.amazonaws.com/"


def test_ids_are_not_guessed_and_keys_say_nothing_of_names(api: Api) -> None:
    ids = {api.announce(ONE)["upload_id"] for _ in range(20)}
    assert len(ids) == 20
    assert all(len(upload_id) == 32 and int(upload_id, 16) for upload_id in ids)
    assert "TEST" not in api.announce(ONE)["files"][0]["key"]


@pytest.mark.parametrize("files", [ONE, SET, {**ONE, **OTHER}], ids=["one pickle", "CSV set", "two cells"])
def test_the_report_is_the_direct_ways_byte_for_byte(api: Api, files: dict[str, bytes]) -> None:
    # when the files go by way of S3
    job_id = api.started(files)
    assert api.job(job_id)["status"] == "queued"
    api.work()
    # then the job tells so, exactly as the contract has it
    job = api.job(job_id)
    assert list(job) == [
        *("job_id", "upload_id", "status", "stage", "attempts", "created_at", "started_at", "finished_at"),
        *("expires_at", "error", "result_url"),
    ]
    assert (job["status"], job["attempts"], job["stage"], job["error"]) == ("succeeded", 1, None, None)
    times = [datetime.fromisoformat(job[name]) for name in ("created_at", "started_at", "finished_at", "expires_at")]
    assert times == sorted(times)
    assert {str(time.tzinfo) for time in times} == {"UTC"}
    assert abs((times[3] - times[2]).total_seconds() - 24 * 3600) < 1
    # and its result is the same report
    assert body_of(api("GET", job["result_url"])) == direct_report(files)
    # and no upload is left
    assert api.cloud.objects(UPLOADS_BUCKET) == []


def test_options_are_the_direct_ways(api: Api) -> None:
    options = {
        "plots": ["capacity", "voltage_profile_plot"],
        "cycles": [2, 3],
        "eol_threshold": 0.9,
        "capacity_reference": "nominal",
    }
    job_id = api.started(ONE, options)
    api.work()
    same = direct_report(
        ONE, plots="capacity,voltage_profile", cycles="2,3", eol_threshold="0.9", capacity_reference="nominal"
    )
    assert body_of(api("GET", f"/api/jobs/{job_id}/result")) == same


def test_options_sent_with_the_announcement_hold_where_the_start_has_none(api: Api) -> None:
    upload = api.announce(ONE, options={"plots": "none"})
    api.put(upload, ONE)
    api.start(upload["upload_id"])
    api.work()
    assert body_of(api("GET", f"/api/jobs/{upload['upload_id']}/result")) == direct_report(ONE, plots="none")


def test_the_result_is_compressed_where_that_is_welcome(api: Api) -> None:
    job_id = api.started(ONE, {"plots": "none"})
    api.work()
    plain = api("GET", f"/api/jobs/{job_id}/result")
    packed = api("GET", f"/api/jobs/{job_id}/result", headers={"Accept-Encoding": "gzip"})
    assert packed["headers"]["Content-Encoding"] == "gzip"
    assert gzip.decompress(base64.b64decode(packed["body"])) == plain["body"].encode() == body_of(packed)


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_a_large_result_is_a_link_to_it(api: Api, encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = api.started(ONE, {"plots": "none"})
    api.work()
    monkeypatch.setattr(settings, "CLOUD", replace(CLOUD, max_answer_bytes=5000))
    answer = Api(api.cloud)("GET", f"/api/jobs/{job_id}/result", headers={"Accept-Encoding": encoding})
    assert (answer["statusCode"], answer["body"]) == (303, "")
    link = answer["headers"]["Location"]
    assert link.startswith(f"https://{RESULTS}.s3.eu-central-1.amazonaws.com/results/{job_id}.json.gz?")
    assert "X-Amz-Expires=15" in link


def test_starting_twice_is_starting_once(api: Api) -> None:
    upload = api.announce(ONE)
    api.put(upload, ONE)
    first, second = (api.start(upload["upload_id"], {"plots": "none"}) for _ in range(2))
    assert first["statusCode"] == second["statusCode"] == 202
    assert json_of(body_of(first)) == json_of(body_of(second))
    assert first["headers"]["Location"] == json_of(body_of(first))["status_url"]
    assert api.work() == 1
    # and after its end it is still the same job
    third = json_of(body_of(api.start(upload["upload_id"], {"plots": "none"})))
    assert (third["job_id"], third["status"]) == (json_of(body_of(first))["job_id"], "succeeded")


def test_starting_again_with_other_options_is_refused(api: Api) -> None:
    job_id = api.started(ONE, {"plots": "none"})
    assert error_of(api.start(job_id, {"plots": "all"}))[:2] == (409, "not_uploaded")


def test_what_was_never_uploaded_is_named(api: Api) -> None:
    upload = api.announce(SET)
    api.cloud.put_upload(upload["files"][0]["key"], SET["TEST_25_A1_cycles.csv"])
    status, code, details = error_of(api.start(upload["upload_id"]))
    assert (status, code) == (409, "not_uploaded")
    assert details == {"missing": ["TEST_25_A1_metadata.csv", "TEST_25_A1_metrics.csv"], "wrong_size": [], "extra": []}
    # and once it is there, the job starts
    api.put(upload, SET)
    assert api.start(upload["upload_id"])["statusCode"] == 202


@pytest.mark.parametrize("difference", [-1, 1])
def test_a_file_of_another_size_is_named(api: Api, difference: int) -> None:
    upload = api.announce(ONE)
    size = len(ONE["TEST_25_A1.pkl"])
    api.cloud.put_upload(upload["files"][0]["key"], bytes(size + difference))
    status, code, details = error_of(api.start(upload["upload_id"]))
    assert (status, code) == (409, "not_uploaded")
    assert details["wrong_size"] == [
        {"name": "TEST_25_A1.pkl", "expected_bytes": size, "size_bytes": size + difference}
    ]


def test_an_object_under_another_key_is_named(api: Api) -> None:
    upload = api.announce(ONE)
    api.put(upload, ONE)
    wrong_key = f"uploads/{upload['upload_id']}/else"
    api.cloud.put_upload(wrong_key, b"x")
    assert error_of(api.start(upload["upload_id"]))[2]["extra"] == [wrong_key]


def test_a_file_replaced_after_the_start_is_not_read(api: Api) -> None:
    job_id = api.started(ONE)
    api.cloud.put_upload(f"uploads/{job_id}/00", next(iter(OTHER.values())))
    api.work()
    job = api.job(job_id)
    assert (job["status"], job["error"]["code"], job["attempts"]) == ("failed", "not_uploaded", 1)
    assert api.cloud.objects(UPLOADS_BUCKET) == []


@pytest.mark.parametrize(
    "files",
    [
        {"a.pkl": pickled(cell())[:-40]},
        {"a.pkl": pickled(["not", "a", "cell"])},
        {"X_metadata.csv": SET["TEST_25_A1_metadata.csv"]},
    ],
)
def test_a_files_fault_fails_the_job_with_the_direct_ways_error_and_is_not_tried_again(
    api: Api, files: dict[str, bytes]
) -> None:
    job_id = api.started(files)
    assert api.work() == 1
    job = api.job(job_id)
    assert (job["status"], job["attempts"], job["result_url"]) == ("failed", 1, None)
    direct_error = json_of(direct_report(files))
    assert {**job["error"], "request_id": ""} == {**direct_error, "request_id": ""}
    assert (api.cloud.objects(UPLOADS_BUCKET), api.cloud.objects(RESULTS)) == ([], [])
    # and its result is that error, again
    status, code, details = error_of(api("GET", f"/api/jobs/{job_id}/result"))
    assert (status, code, details["error"]) == (409, "not_found", job["error"])


def test_a_result_before_its_time_is_a_conflict_that_says_how_far_the_job_is(api: Api) -> None:
    job_id = api.started(ONE)
    answer = api("GET", f"/api/jobs/{job_id}/result")
    assert error_of(answer) == (409, "not_found", {"status": "queued", "stage": None})
    assert answer["headers"]["Retry-After"] == "2"


@pytest.mark.parametrize("job_id", ["0" * 32, "short", "../jobs", "A" * 5000, "report x"])
def test_an_unknown_id_is_not_found_and_deleting_it_is_no_error(api: Api, job_id: str) -> None:
    assert error_of(api("GET", f"/api/jobs/{job_id}"))[:2] == (404, "not_found")
    assert error_of(api("GET", f"/api/jobs/{job_id}/result"))[:2] == (404, "not_found")
    assert error_of(api.start(job_id))[:2] == (404, "not_found")
    assert "/" in job_id or api("DELETE", f"/api/jobs/{job_id}")["statusCode"] == 204


def test_an_upload_is_no_job_before_it_is_started(api: Api) -> None:
    upload = api.announce(ONE)
    assert error_of(api("GET", f"/api/jobs/{upload['upload_id']}"))[:2] == (404, "not_found")


@pytest.mark.parametrize("when", ["announced", "queued", "done"])
def test_deleting_leaves_nothing_at_any_time(api: Api, when: str) -> None:
    upload = api.announce(ONE)
    api.put(upload, ONE)
    job_id = upload["upload_id"]
    if when != "announced":
        api.start(job_id)
    if when == "done":
        api.work()
    assert api("DELETE", f"/api/jobs/{job_id}")["statusCode"] == 204
    api.work()
    assert (api.cloud.objects(UPLOADS_BUCKET), api.cloud.objects(RESULTS)) == ([], [])
    assert error_of(api("GET", f"/api/jobs/{job_id}"))[0] == 404
    assert error_of(api.start(job_id))[0] == 404
    assert api("DELETE", f"/api/jobs/{job_id}")["statusCode"] == 204


def announcement(*files: tuple[object, object]) -> dict[str, object]:
    return {"files": [{"name": name, "size_bytes": size} for name, size in files]}


REFUSALS: dict[str, tuple[object, int, str, str]] = {
    "no body": (None, 400, "no_files", "files"),
    "not JSON": (b"{", 400, "invalid_option", "JSON"),
    "not UTF-8": (b"\xff", 400, "invalid_option", "JSON"),
    "deep": (b"[" * 60_000, 400, "invalid_option", "JSON"),
    "half a character": (b'{"files": [{"name": "\\ud800.pkl", "size_bytes": 1}]}', 400, "invalid_option", "JSON"),
    "options of no kind": ({**announcement(("a.pkl", 1)), "options": False}, 400, "invalid_option", "options"),
    "no object": ([], 400, "no_files", "files"),
    "no files": ({"files": []}, 400, "no_files", "files"),
    "unknown key": ({**announcement(("a.pkl", 1)), "file": 1}, 400, "invalid_option", "'file'"),
    "no name": ({"files": [{"size_bytes": 1}]}, 400, "no_files", "name"),
    "no size": ({"files": [{"name": "a.pkl"}]}, 400, "no_files", "a.pkl"),
    "size as text": (announcement(("a.pkl", "7")), 400, "no_files", "a.pkl"),
    "size below nothing": (announcement(("a.pkl", -1)), 400, "no_files", "a.pkl"),
    "size as truth": (announcement(("a.pkl", True)), 400, "no_files", "a.pkl"),
    "empty file": (announcement(("a.pkl", 0)), 400, "empty_file", "a.pkl"),
    "same name twice": (announcement(("a.pkl", 1), ("A.pkl", 2)), 400, "unsupported_structure", "A.pkl"),
    "too large": (announcement(("a.pkl", 50 * MIB + 1)), 413, "too_large", "a.pkl"),
    "together too large": (announcement(*((f"{n}.pkl", 50 * MIB) for n in range(5))), 413, "too_large", "262,144,000"),
    "too many": (announcement(*((f"{n}.pkl", 1) for n in range(31))), 413, "too_large", "31"),
    "body too large": (announcement(("a" * 70_000 + ".pkl", 1)), 413, "too_large", "65,536"),
    "wrong option": ({**announcement(("a.pkl", 1)), "options": {"plots": "some"}}, 400, "invalid_option", "plots"),
}


@pytest.mark.parametrize("announced", REFUSALS)
def test_an_announcement_that_cannot_be_kept_is_refused_and_says_why(api: Api, announced: str) -> None:
    body, status, code, named = REFUSALS[announced]
    answer = api("POST", "/api/uploads", body)
    assert error_of(answer)[:2] == (status, code)
    assert named in str(json_of(body_of(answer))["error"])


def test_an_announcement_may_use_its_limits(api: Api) -> None:
    files = [{"name": f"{n}.pkl", "size_bytes": 50 * MIB if n < 3 else 1} for n in range(UPLOADS.max_files)]
    answer = api("POST", "/api/uploads", {"files": files})
    assert answer["statusCode"] == 201
    assert len(json.loads(body_of(answer))["files"]) == 30


@pytest.mark.parametrize(
    "options",
    [
        {"plot": "none"},
        {"plots": []},
        {"cycles": [1.5]},
        {"eol_threshold": True},
        {"eol_threshold": "0.5"},
        {"cycles": {}},
        [1],
        "all",
        False,
        0,
        [],
        "",
    ],
)
def test_an_option_that_means_nothing_is_refused_at_the_start(api: Api, options: object) -> None:
    upload = api.announce(ONE)
    api.put(upload, ONE)
    assert error_of(api.start(upload["upload_id"], options))[:2] == (400, "invalid_option")
    assert api.start(upload["upload_id"])["statusCode"] == 202


@pytest.mark.parametrize("name", ["a.xlsx", "a.052", "a.csv.gz", "a"])
def test_a_file_of_any_ending_can_be_announced(api: Api, name: str) -> None:
    assert api("POST", "/api/uploads", announcement((name, 1)))["statusCode"] == 201


def test_variables_that_are_missing_are_named() -> None:
    with pytest.raises(ValueError, match="RESULTS_BUCKET"):
        JobSettings.from_environment({"UPLOADS_BUCKET": "a"})
