"""The client beyond a quota: it waits as long as the server says, if that is not long, and shows the server's reason."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
import requests
from battery_client.api import Api
from battery_client.errors import ClientError, UnreachableError
from battery_client.job import JobFollower
from battery_client.presigned import PresignedTransport

QUOTA = {"error": "You have used your 600 requests per minute: try again in 23 seconds.", "code": "quota_exceeded"}


type Answer = tuple[int, object, Mapping[str, str]]


class Answers:
    """Gives these answers, one after the other: status, JSON body and headers."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)

    def request(self, method: str, url: str, **_: Any) -> requests.Response:
        status, body, headers = self.answers.pop(0)
        response = requests.Response()
        response.status_code, response.url, response.reason = status, url, "Too Many Requests"
        response.headers.update(headers)
        response._content = json.dumps(body).encode()
        return response


def follower(
    monkeypatch: pytest.MonkeyPatch, *answers: tuple[int, object, Mapping[str, str]]
) -> tuple[JobFollower, list[float]]:
    given, pauses = Answers(*answers), list[float]()
    monkeypatch.setattr(requests, "request", given.request)
    return JobFollower(Api("https://a.example/api/upload"), pause=pauses.append), pauses


def test_it_waits_as_long_as_the_server_says(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs, pauses = follower(monkeypatch, (429, QUOTA, {"Retry-After": "23"}), (200, {"status": "queued"}, {}))
    assert jobs._state("a")["status"] == "queued"
    assert pauses == [23.0]


def test_it_does_not_wait_for_an_hour_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs, pauses = follower(monkeypatch, (429, QUOTA, {"Retry-After": "1700"}))
    with pytest.raises(ClientError, match=r"600 requests per minute.*429 quota_exceeded(?s:.*)--job a"):
        jobs._state("a")
    assert pauses == []


def test_without_a_time_it_waits_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    refused: Answer = (429, {"message": "Too Many Requests"}, {})
    jobs, pauses = follower(monkeypatch, refused, refused, (200, {"status": "queued"}, {}))
    assert jobs._state("a")["status"] == "queued"
    assert pauses == [0.2, 0.4]


def test_the_reason_of_an_announcement_that_is_refused_is_the_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs, _ = follower(monkeypatch, (429, QUOTA, {}))
    with pytest.raises(UnreachableError, match="You have used your 600 requests"):
        jobs.api.exchange("POST", "https://a.example/api/uploads", {})


def test_an_announcement_is_sent_again_with_the_same_key(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs, pauses = follower(
        monkeypatch, (503, {}, {}), (429, QUOTA, {"Retry-After": "23"}), (201, {"upload_id": "u"}, {})
    )
    keys: list[str] = []
    exchange = Api.exchange

    def recorded(api: Api, *given: Any, key: str) -> Any:
        keys.append(key)
        return exchange(api, *given, key=key)

    monkeypatch.setattr(Api, "exchange", recorded)
    transport = PresignedTransport(jobs.api, jobs, pause=pauses.append)
    assert transport._answer_to({"files": []}, key="a-key-of-this-upload") == {"upload_id": "u"}
    assert keys == ["a-key-of-this-upload"] * 3
    assert pauses == [1.0, 23.0]
