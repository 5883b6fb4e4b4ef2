"""A job exists for the caller who announced it: for anybody else it is an id that there never was."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from battery_service.jobs.result_cache import fingerprint

from sample_cells.plain import cell, pickled
from tests.answers import body_of, error_of, json_of
from tests.integration.cloud import RESULTS, TABLE, UPLOADS, Cloud, simulated_cloud
from tests.integration.jobs_api import Answer, Api

FILES = {"TEST_25_A1.pkl": pickled(cell())}
NEVER = "0" * 32


@dataclass(frozen=True)
class Callers:
    """Ann, whose job it is; Bob, who has its id; and whoever calls an endpoint that asks for no token."""

    ann: Api
    bob: Api
    nobody: Api


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with simulated_cloud(cache=True) as made:
        yield made


@pytest.fixture(scope="module")
def functions(cloud: Cloud) -> Callers:
    return Callers(Api(cloud, caller="ann"), Api(cloud, caller="bob"), Api(cloud))


@pytest.fixture
def callers(functions: Callers) -> Callers:
    functions.ann.cloud.clear()
    return functions


def without_ids(answer: Answer) -> tuple[Any, ...]:
    """All that an answer tells but the id that was asked for."""
    status, code, details = error_of(answer)
    return status, code, dict.fromkeys(details), json_of(body_of(answer))["error"]


def assert_as_if_it_never_was(api: Api, method: str, path: str, job_id: str) -> None:
    asked, never = api(method, path.format(job_id)), api(method, path.format(NEVER))
    assert asked["statusCode"] == 404
    assert without_ids(asked) == without_ids(never)


def test_an_upload_is_started_by_its_caller_alone(callers: Callers) -> None:
    # given an upload of Ann's, whose files are there
    upload = callers.ann.announce(FILES)
    callers.ann.put(upload, FILES)
    # then nobody else can start it
    for other in (callers.bob, callers.nobody):
        assert_as_if_it_never_was(other, "POST", "/api/uploads/{}/analysis", upload["upload_id"])
    # and she can
    assert callers.ann.start(upload["upload_id"])["statusCode"] == 202
    # and then neither can anybody else
    assert_as_if_it_never_was(callers.bob, "POST", "/api/uploads/{}/analysis", upload["upload_id"])


@pytest.mark.parametrize("worked", [False, True], ids=["queued", "succeeded"])
@pytest.mark.parametrize("path", ["/api/jobs/{}", "/api/jobs/{}/result"])
def test_a_job_and_its_result_are_seen_by_its_caller_alone(callers: Callers, path: str, worked: bool) -> None:
    job_id = callers.ann.started(FILES)
    if worked:
        callers.ann.work()
    for other in (callers.bob, callers.nobody):
        assert_as_if_it_never_was(other, "GET", path, job_id)
    assert callers.ann("GET", path.format(job_id))["statusCode"] in {200, 409}


def test_a_job_is_deleted_by_its_caller_alone(callers: Callers) -> None:
    # given a job of Ann's that has succeeded
    job_id = callers.ann.started(FILES)
    callers.ann.work()
    # when others delete it
    for other in (callers.bob, callers.nobody):
        assert error_of(other("DELETE", f"/api/jobs/{job_id}"))[:2] == (404, "not_found")
    # then it is all still there
    assert callers.ann.job(job_id)["status"] == "succeeded"
    assert callers.ann("GET", f"/api/jobs/{job_id}/result")["statusCode"] == 200
    # until she deletes it, as often as she likes
    for _ in range(2):
        assert callers.ann("DELETE", f"/api/jobs/{job_id}")["statusCode"] == 204
    assert callers.ann.cloud.objects(RESULTS) == []
    assert error_of(callers.bob("DELETE", f"/api/jobs/{job_id}"))[:2] == (404, "not_found")


def test_an_upload_that_was_not_started_is_deleted_by_its_caller_alone(callers: Callers) -> None:
    upload = callers.ann.announce(FILES)
    callers.ann.put(upload, FILES)
    assert callers.bob("DELETE", f"/api/jobs/{upload['upload_id']}")["statusCode"] == 404
    assert len(callers.ann.cloud.objects(UPLOADS)) == 1
    assert callers.ann("DELETE", f"/api/jobs/{upload['upload_id']}")["statusCode"] == 204
    assert callers.ann.cloud.objects(UPLOADS) == []


def test_an_id_that_never_was_is_forgotten_already_whoever_asks(callers: Callers) -> None:
    assert callers.bob("DELETE", f"/api/jobs/{NEVER}")["statusCode"] == 204


def test_who_asks_for_anothers_overdue_job_sets_nothing_going(callers: Callers) -> None:
    # given a job of Ann's that must be looked after at once
    job_id = callers.ann.started(FILES)
    key = {"job_id": {"S": job_id}}
    dynamodb = callers.ann.cloud.dynamodb
    dynamodb.update_item(
        TableName=TABLE,
        Key=key,
        UpdateExpression="SET due_at = :past",
        ExpressionAttributeValues={":past": {"N": "1"}},
    )
    before = dynamodb.get_item(TableName=TABLE, Key=key)["Item"]
    # when Bob asks for it, nothing happens to it
    assert callers.bob("GET", f"/api/jobs/{job_id}")["statusCode"] == 404
    assert dynamodb.get_item(TableName=TABLE, Key=key)["Item"] == before
    # and when Ann does, it is
    callers.ann.job(job_id)
    assert dynamodb.get_item(TableName=TABLE, Key=key)["Item"]["sends"] == {"N": "2"}


def test_a_job_stays_its_callers_when_the_token_is_changed_for_another(callers: Callers) -> None:
    job_id = callers.ann.started(FILES)
    assert Api(callers.ann.cloud, caller="ann").job(job_id)["job_id"] == job_id


def test_a_job_from_before_callers_were_recorded_is_the_open_endpoints(callers: Callers) -> None:
    # given an item as it was written then
    job_id = callers.nobody.started(FILES)
    dynamodb = callers.nobody.cloud.dynamodb
    item = dynamodb.get_item(TableName=TABLE, Key={"job_id": {"S": job_id}})["Item"]
    assert item.pop("caller") == {"S": ""}
    dynamodb.put_item(TableName=TABLE, Item=item)
    # then it is there for who calls without a token, and for nobody who has one
    assert callers.nobody.job(job_id)["job_id"] == job_id
    assert_as_if_it_never_was(callers.ann, "GET", "/api/jobs/{}", job_id)


def test_an_equal_file_of_anothers_is_analysed_anew(callers: Callers) -> None:
    # given a report of Ann's, and a deployment that lets equal files share one
    jobs = callers.ann.cloud.backend().jobs
    first, second, third = callers.ann.started(FILES), callers.ann.started(FILES), callers.bob.started(FILES)
    callers.ann.work()
    # then Ann's second job has the first one's, and Bob's does not tell him that there was one
    fingerprints = [fingerprint(job, ["f" * 64], "1") for job in map(jobs.record, (first, second, third)) if job]
    assert fingerprints[0] == fingerprints[1] != fingerprints[2]
    entries = [item for item in callers.ann.cloud.dynamodb.scan(TableName=TABLE)["Items"] if "same_as" in item]
    assert sorted(entry["same_as"]["S"] for entry in entries) == sorted((first, third))
    # and all three are the same
    results = [
        api("GET", f"/api/jobs/{job_id}/result")
        for api, job_id in ((callers.ann, first), (callers.ann, second), (callers.bob, third))
    ]
    assert len({json.dumps(json_of(body_of(result))) for result in results}) == 1
