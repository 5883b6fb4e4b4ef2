"""What a caller with a quota is answered, by the functions' own handlers; and an announcement that is sent twice."""

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from http.client import HTTPConnection
from typing import Any

import pytest
from battery_service import settings
from battery_service.callers.quotas import Quotas
from battery_service.callers.usage import LEAST_ANSWER_BYTES, Usage
from battery_service.jobs.table import START_WINDOW_S
from battery_service.jobs.upkeep import process_due_jobs
from battery_service.limits import CLOUD
from moto.server import ThreadedMotoServer

from events.gateway import file_part, upload_event
from functions.upload_handler.app import make_handler
from sample_cells.plain import cell, pickled
from tests.answers import LambdaContext, body_of, error_of, json_of
from tests.integration.cloud import Cloud, simulated_cloud
from tests.integration.jobs_api import Api

ONE = {"TEST_25_A1.pkl": pickled(cell())}
OTHER = {"TEST_25_B2.pkl": pickled(cell("TEST_25_B2"))}
NOW = 1_800_000_000.0
NO_PLOTS = {"plots": "none"}

type Caller = Callable[..., Api]


@pytest.fixture(scope="module")
def one_cloud() -> Iterator[Cloud]:
    with simulated_cloud() as made:
        yield made


@pytest.fixture(autouse=True)
def _one_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    """No minute and no hour ends during a test."""
    for module in ("battery_service.jobs.backend", "functions.upload_handler.app"):
        monkeypatch.setattr(f"{module}.Usage", partial(Usage, now=lambda: NOW))


@pytest.fixture
def caller(one_cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Caller:
    """An API with these quotas, as a caller sees it."""
    one_cloud.clear()

    def made(name: str = "greedy", **quotas: int) -> Api:
        monkeypatch.setattr(one_cloud, "settings", replace(one_cloud.settings, quotas=Quotas(**quotas)))
        return Api(one_cloud, name)

    return made


def quota_of(answer: Mapping[str, Any]) -> str:
    """The quota that an answer says is used; that it says when to try again is checked."""
    status, code, details = error_of(answer)
    assert (status, code) == (429, "quota_exceeded")
    assert set(details) == {"quota", "limit", "retry_after_s"}
    assert answer["headers"]["Retry-After"] == str(details["retry_after_s"])
    assert 0 < details["retry_after_s"] <= 3600
    return str(details["quota"])


def announce(api: Api, files: Mapping[str, bytes] = ONE, key: str = "", **more: object) -> dict[str, Any]:
    announced = [{"name": name, "size_bytes": len(content)} for name, content in files.items()]
    headers = {"Idempotency-Key": key} if key else None
    return api("POST", "/api/uploads", {"files": announced, **more}, headers)


def test_every_request_counts_and_the_next_caller_is_not_affected(caller: Caller) -> None:
    api = caller(requests_per_minute=6)
    requests = [
        ("GET", "/api/jobs/x"),
        ("HEAD", "/api/jobs/x"),
        ("GET", "/api/jobs/x/result"),
        ("DELETE", "/api/jobs/x"),
    ]
    requests += [("POST", "/api/uploads/x/analysis"), ("POST", "/api/uploads")]
    assert [api(*request)["statusCode"] for request in requests] == [404, 404, 404, 204, 404, 400]
    for method, path in requests:
        answer = api(method, path)
        assert answer["statusCode"] == 429
        assert method == "HEAD" or quota_of(answer) == "requests_per_minute"
    assert announce(Api(api.cloud, "other"))["statusCode"] == 201


def test_open_uploads_and_jobs_are_limited_until_one_ends(caller: Caller) -> None:
    api = caller(open_jobs=2)
    first, second = api.announce(ONE), api.announce(ONE)
    answer = announce(api)
    assert quota_of(answer) == "open_jobs"
    assert announce(Api(api.cloud, "other"))["statusCode"] == 201
    # a job that runs is open
    api.put(first, ONE)
    api.start(first["upload_id"], NO_PLOTS)
    assert quota_of(announce(api)) == "open_jobs"
    # and one that has ended is not
    api.work()
    third = api.announce(ONE)
    assert quota_of(announce(api)) == "open_jobs"
    # nor one that was deleted
    api("DELETE", f"/api/jobs/{second['upload_id']}")
    api.announce(ONE)
    assert quota_of(announce(api)) == "open_jobs"
    # nor an upload that was never started
    assert third
    api.cloud.clock.seconds = time.time() + START_WINDOW_S + 61
    process_due_jobs(api.cloud.backend())
    assert announce(api)["statusCode"] == 201


def test_what_is_refused_leaves_no_record(caller: Caller) -> None:
    api = caller(open_jobs=1)
    api.announce(ONE)
    before = len(api.cloud.dynamodb.scan(TableName="jobs")["Items"])
    for _ in range(3):
        announce(api)
    assert len(api.cloud.dynamodb.scan(TableName="jobs")["Items"]) == before


def test_files_count_when_their_job_starts_and_results_when_they_are_fetched(caller: Caller) -> None:
    api = caller(bytes_per_hour=1_000_000)
    job_id = api.started(ONE, NO_PLOTS)
    api.work()
    used = [len(next(iter(ONE.values())))]
    assert _counted(api, "n_bytes") == sum(used)
    report = body_of(api("GET", f"/api/jobs/{job_id}/result"))
    used.append(len(report))
    assert _counted(api, "n_bytes") == sum(used)
    # a job that was started already does not count again
    api.start(job_id, NO_PLOTS)
    assert _counted(api, "n_bytes") == sum(used)


def test_nothing_is_announced_started_or_fetched_beyond_the_bytes_of_an_hour(caller: Caller) -> None:
    api = caller(bytes_per_hour=1_000_000)
    job_id = api.started(ONE, NO_PLOTS)
    api.work()
    waiting = api.announce(ONE)
    api.put(waiting, ONE)
    api.cloud.clock.seconds = NOW
    api.cloud.backend().usage.add("token:greedy", n_bytes=1_000_000)
    assert quota_of(api("GET", f"/api/jobs/{job_id}/result")) == "bytes_per_hour"
    assert quota_of(announce(api)) == "bytes_per_hour"
    assert quota_of(api.start(waiting["upload_id"])) == "bytes_per_hour"
    # but the job can be seen and deleted
    assert api.job(job_id)["status"] == "succeeded"
    assert api("DELETE", f"/api/jobs/{job_id}")["statusCode"] == 204


def test_a_link_counts_as_one_and_as_its_bytes(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    api = caller(links_per_hour=2)
    job_id = api.started(ONE, NO_PLOTS)
    api.work()
    monkeypatch.setattr(settings, "CLOUD", replace(CLOUD, max_answer_bytes=5000))
    api = caller(links_per_hour=2)
    answers = [api("GET", f"/api/jobs/{job_id}/result") for _ in range(3)]
    assert [answer["statusCode"] for answer in answers] == [303, 303, 429]
    assert quota_of(answers[-1]) == "links_per_hour"


def test_the_seconds_of_a_job_count_and_then_nothing_is_started(caller: Caller) -> None:
    api = caller(analysis_seconds_per_hour=1)
    upload = api.announce(ONE)
    api.put(upload, ONE)
    job_id = api.started(ONE, NO_PLOTS)
    api.work()
    assert api.job(job_id)["status"] == "succeeded"
    assert _counted(api, "analysis_s") >= 1.0
    assert quota_of(api.start(upload["upload_id"])) == "analysis_seconds_per_hour"
    assert quota_of(announce(api)) == "analysis_seconds_per_hour"


def test_the_seconds_of_a_file_that_is_refused_count_too(caller: Caller) -> None:
    api = caller(analysis_seconds_per_hour=5)
    job_id = api.started({"a.pkl": b"no pickle"})
    api.work()
    assert api.job(job_id)["status"] == "failed"
    assert _counted(api, "analysis_s") >= 1.0


def _counted(api: Api, amount: str) -> float:
    items = api.cloud.dynamodb.scan(TableName="jobs")["Items"]
    return sum(float(item[amount]["N"]) for item in items if item["job_id"]["S"].startswith("hour ") and amount in item)


@pytest.fixture
def direct(one_cloud: Cloud) -> Iterator[Callable[..., Callable[..., dict[str, Any]]]]:
    """The handler of direct uploads with these quotas, counting in the simulated table over HTTP."""
    one_cloud.clear()
    server = ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    opened: list[HTTPConnection] = []

    def made(**quotas: int) -> Callable[..., dict[str, Any]]:
        environment = {
            **{name.upper(): str(value) for name, value in quotas.items()},
            "JOBS_TABLE": one_cloud.settings.table,
            "AWS_ENDPOINT_URL": f"http://{host}:{port}",
            "AWS_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
        }
        handler = make_handler(environment)

        def upload(content: bytes = ONE["TEST_25_A1.pkl"], name: str = "greedy") -> dict[str, Any]:
            event = upload_event([file_part("TEST_25_A1.pkl", content)], query=NO_PLOTS)
            event["requestContext"]["authorizer"] = {"lambda": {"caller": name}}
            return handler(event, LambdaContext())

        return upload

    with pytest.MonkeyPatch.context() as patch:
        connect = HTTPConnection.connect

        def recorded(connection: HTTPConnection) -> None:
            opened.append(connection)
            connect(connection)

        patch.setattr(HTTPConnection, "connect", recorded)
        yield made
    for connection in opened:
        connection.close()
    server.stop()


def test_direct_uploads_are_refused_where_a_caller_has_used_its_seconds(direct: Any) -> None:
    upload = direct(analysis_seconds_per_hour=2)
    assert [upload()["statusCode"] for _ in range(2)] == [200, 200]
    assert quota_of(upload()) == "analysis_seconds_per_hour"
    assert upload(name="other")["statusCode"] == 200


def test_direct_uploads_count_their_requests_and_bytes_and_at_least_a_second(direct: Any, one_cloud: Cloud) -> None:
    upload = direct(requests_per_minute=50, megabytes_per_hour=50, analysis_seconds_per_hour=50)
    assert upload()["statusCode"] == 200
    [item] = one_cloud.dynamodb.scan(TableName="jobs")["Items"]
    [requests] = [item[name]["N"] for name in item if name.startswith("minute_")]
    assert requests == "1"
    assert float(item["analysis_s"]["N"]) >= 1.0
    size = len(ONE["TEST_25_A1.pkl"])
    assert size + LEAST_ANSWER_BYTES <= float(item["n_bytes"]["N"]) < size + LEAST_ANSWER_BYTES + 1000


def test_an_upload_that_is_refused_counts_too(direct: Any) -> None:
    upload = direct(requests_per_minute=100, analysis_seconds_per_hour=1)
    assert error_of(upload(b"no pickle"))[0] == 400
    assert quota_of(upload()) == "analysis_seconds_per_hour"


def test_without_quotas_a_direct_upload_needs_no_table() -> None:
    event = upload_event([file_part("TEST_25_A1.pkl", ONE["TEST_25_A1.pkl"])], query=NO_PLOTS)
    assert make_handler({})(event, LambdaContext())["statusCode"] == 200


KEY = str(uuid.UUID(int=7))


def upload_id_of(answer: Mapping[str, Any]) -> str:
    assert answer["statusCode"] == 201, answer["body"]
    return str(json_of(body_of(answer))["upload_id"])


@pytest.mark.parametrize("open_jobs", [0, 1])
def test_an_announcement_sent_twice_with_one_key_is_one_upload(caller: Caller, open_jobs: int) -> None:
    api = caller(open_jobs=open_jobs)
    first, second = announce(api, key=KEY), announce(api, key=KEY)
    assert upload_id_of(first) == upload_id_of(second)
    # and so after its start
    api.put(json_of(body_of(first)), ONE)
    started = [json_of(body_of(api.start(upload_id_of(first), NO_PLOTS))) for _ in range(2)]
    assert started[0] == started[1]
    assert upload_id_of(announce(api, key=KEY)) == upload_id_of(first)
    assert api.work() == 1


def test_other_keys_and_other_callers_have_uploads_of_their_own(caller: Caller) -> None:
    api = caller()
    answers = [announce(api, key=KEY), announce(api, key=KEY + "x"), announce(api), announce(api)]
    answers.append(announce(Api(api.cloud, "other"), key=KEY))
    assert len({upload_id_of(answer) for answer in answers}) == 5


@pytest.mark.parametrize("second", [{"files": OTHER}, {"options": {"plots": "none"}}])
def test_a_key_used_for_something_else_is_refused(caller: Caller, second: dict[str, Any]) -> None:
    api = caller(open_jobs=5)
    first = upload_id_of(announce(api, key=KEY))
    status, code, details = error_of(announce(api, **{"files": ONE, **second}, key=KEY))
    assert (status, code) == (400, "invalid_option")
    assert details == {"option": "Idempotency-Key", "upload_id": first}


def test_a_key_can_be_used_again_when_its_upload_was_deleted(caller: Caller) -> None:
    api = caller(open_jobs=1)
    first = upload_id_of(announce(api, key=KEY))
    api("DELETE", f"/api/jobs/{first}")
    second = upload_id_of(announce(api, key=KEY))
    assert second != first
    assert upload_id_of(announce(api, key=KEY)) == second


@pytest.mark.parametrize("key", ["short", "x" * 129, "with spaces in it all", "ä" * 20])
def test_a_key_of_another_form_is_refused(caller: Caller, key: str) -> None:
    status, code, details = error_of(announce(caller(), key=key))
    assert (status, code, details["option"]) == (400, "invalid_option", "Idempotency-Key")
