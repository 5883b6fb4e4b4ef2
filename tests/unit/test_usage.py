"""What callers use: counted in one write, refused where nothing is left, and never the reason why the API does not answer."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from battery_service.callers.identity import caller_id
from battery_service.callers.quotas import Quotas
from battery_service.callers.usage import Usage
from battery_service.errors import ApiError
from battery_service.jobs.table_definition import table_definition
from botocore.exceptions import EndpointConnectionError
from moto import mock_aws

from tests.integration.cloud import REGION, Clock

TABLE = "jobs"
# 12:34:56 of some day.
NOON = 1_800_000_000.0 // 3600 * 3600 + 34 * 60 + 56
A, B = "token:a", "jwt:b"


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        made = boto3.client("dynamodb", region_name=REGION)
        made.create_table(**table_definition(TABLE))
        yield made


class Counting:
    """Usage with these quotas, at a time that is set; `calls` are the writes that it has made."""

    def __init__(self, client: Any, **quotas: int) -> None:
        self.clock, self.calls = Clock(NOON), 0

        def update_item(**request: Any) -> Any:
            self.calls += 1
            return client.update_item(**request)

        self.usage = Usage(update_item, TABLE, Quotas(**quotas), self.clock)

    def accepts(self, caller: str = A, /, **amounts: float) -> bool:
        try:
            self.usage.charge(caller, **amounts)
        except ApiError:
            return False
        return True

    def refusal(self, caller: str = A, /, **amounts: float) -> ApiError:
        with pytest.raises(ApiError) as caught:
            self.usage.charge(caller, **amounts)
        return caught.value


def test_requests_are_limited_per_minute_and_caller(client: Any) -> None:
    counting = Counting(client, requests_per_minute=3)
    assert [counting.accepts(requests=1) for _ in range(5)] == [True, True, True, False, False]
    assert counting.accepts(B, requests=1)
    # 12:34:56, so the next minute begins in four seconds
    error = counting.refusal(requests=1)
    assert (error.code, error.status, error.headers) == ("quota_exceeded", 429, {"Retry-After": "4"})
    assert error.details == {"quota": "requests_per_minute", "limit": 3, "retry_after_s": 4}
    counting.clock.advance(4)
    assert counting.accepts(requests=1)


@pytest.mark.parametrize(
    ("quota", "amount"),
    [("bytes_per_hour", "n_bytes"), ("analysis_seconds_per_hour", "analysis_s"), ("links_per_hour", "links")],
)
def test_the_others_are_limited_per_hour(client: Any, quota: str, amount: str) -> None:
    counting = Counting(client, **{quota: 10})
    assert [counting.accepts(**{amount: 4}) for _ in range(4)] == [True, True, True, False]  # 4, 8, 12 of 10
    error = counting.refusal(**{amount: 4})
    assert error.headers == {"Retry-After": str(25 * 60 + 4)}
    assert error.details["quota"] == quota
    counting.clock.advance(25 * 60 + 4)
    assert counting.accepts(**{amount: 4})


def test_one_write_checks_and_counts_all(client: Any) -> None:
    counting = Counting(client, requests_per_minute=9, bytes_per_hour=9, analysis_seconds_per_hour=9)
    assert counting.accepts(requests=1, n_bytes=5, analysis_s=1)
    assert counting.calls == 1
    [item] = client.scan(TableName=TABLE)["Items"]
    assert item["job_id"] == {"S": f"hour {caller_id(A)} {int(NOON // 3600)}"}
    assert {name: item[name]["N"] for name in ("minute_34", "n_bytes", "analysis_s")} == {
        "minute_34": "1",
        "n_bytes": "5",
        "analysis_s": "1",
    }
    assert 3600 <= float(item["ttl"]["N"]) - NOON <= 2 * 3600


def test_what_is_refused_is_not_counted(client: Any) -> None:
    counting = Counting(client, requests_per_minute=9, bytes_per_hour=5)
    counting.usage.charge(A, requests=1, n_bytes=5)
    assert counting.refusal(requests=1, n_bytes=1).details["quota"] == "bytes_per_hour"
    [item] = client.scan(TableName=TABLE)["Items"]
    assert (item["minute_34"]["N"], item["n_bytes"]["N"]) == ("1", "5")


def test_an_amount_of_nothing_is_only_checked(client: Any) -> None:
    counting = Counting(client, analysis_seconds_per_hour=2)
    assert counting.accepts(analysis_s=0)
    counting.usage.add(A, analysis_s=2.5)
    assert not counting.accepts(analysis_s=0)


def test_what_has_been_used_is_counted_above_the_quota_too(client: Any) -> None:
    counting = Counting(client, analysis_seconds_per_hour=2)
    for _ in range(2):
        counting.usage.add(A, analysis_s=1.25)
    [item] = client.scan(TableName=TABLE)["Items"]
    assert item["analysis_s"]["N"].rstrip("0") == "2.5"


def test_a_quota_of_nothing_is_no_limit_and_costs_no_write(client: Any) -> None:
    counting = Counting(client, bytes_per_hour=1)
    assert all(counting.accepts(requests=1, analysis_s=99) for _ in range(5))
    counting.usage.add(A, links=1)
    assert counting.calls == 0


def test_requests_at_once_are_accepted_exactly_as_often_as_the_quota_says(client: Any) -> None:
    """The condition and the count are one write, so no two requests see the same count. moto makes no call whole itself."""
    import threading  # noqa: PLC0415

    lock = threading.Lock()

    def update_item(**request: Any) -> Any:
        with lock:
            return client.update_item(**request)

    usage = Usage(update_item, TABLE, Quotas(requests_per_minute=50), Clock(NOON))

    def accepted(_: int) -> bool:
        try:
            usage.charge(A, requests=1)
        except ApiError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(accepted, range(120))) == 50


def test_where_the_table_does_not_answer_nobody_is_refused(client: Any, capsys: pytest.CaptureFixture[str]) -> None:
    def down(**_: Any) -> Any:
        raise EndpointConnectionError(endpoint_url="https://aws.example")

    usage = Usage(down, TABLE, Quotas(requests_per_minute=1))
    for _ in range(3):
        usage.charge(A, requests=1)
    usage.add(A, requests=1)
    assert capsys.readouterr().out.count("a caller's use was not counted") == 4


@pytest.mark.parametrize("caller", ["", "token:a", "jwt:" + "x" * 5000, "jwt:\ud800 \n"])
def test_a_caller_of_any_name_has_a_key_of_its_own(client: Any, caller: str) -> None:
    counting = Counting(client, requests_per_minute=1)
    assert counting.accepts(caller, requests=1)
    assert counting.accepts(caller + "x", requests=1)
    assert not counting.accepts(caller, requests=1)


def test_quotas_come_from_variables_and_a_wrong_one_is_named() -> None:
    given = {"REQUESTS_PER_MINUTE": "1", "MEGABYTES_PER_HOUR": "2", "ANALYSIS_SECONDS_PER_HOUR": "3"}
    given |= {"LINKS_PER_HOUR": "4", "OPEN_JOBS": "5"}
    assert Quotas.from_environment(given) == Quotas(1, 2_000_000, 3, 4, 5)
    assert Quotas.from_environment({}) == Quotas()
    with pytest.raises(ValueError, match="LINKS_PER_HOUR is '-1'"):
        Quotas.from_environment({"LINKS_PER_HOUR": "-1"})
