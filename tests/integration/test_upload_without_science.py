"""The upload handler with the science replaced: routes, refusals, logs, metrics, threads."""

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from aws_lambda_powertools.event_handler.api_gateway import APIGatewayHttpResolver, BaseRouter
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from battery_analytics import BatteryFile
from battery_service import bridge
from battery_service.bridge import Analysis
from battery_service.functions import LambdaHandler
from battery_service.options import Options

from events.gateway import Event, FormPart, file_part, request_event, upload_event
from functions.upload_handler.app import make_handler
from tests.answers import LambdaContext, error_of, report_of

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

type Analyse = Callable[[Sequence[BatteryFile], Options], Analysis]


def analysis_of(files: Sequence[BatteryFile], options: Options) -> Analysis:
    """What was asked for, in place of a report."""
    time.sleep(0.002)
    report = {
        "names": [file.name for file in files],
        "sizes": [len(file.content) for file in files],
        "plots": options["plots"],
    }
    timings = {"read": 1.5, "capacity_fade": 2.0, "capacity_plot": 30.0, "voltage_profile_plot": 40.0, "encode": 3.0}
    return Analysis(json.dumps(report).encode(), ("calb_pickle",), len(files), 7, 700, timings)


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch) -> LambdaHandler:
    monkeypatch.setattr(bridge, "analyse", analysis_of)
    return make_handler({})


def answer(handler: LambdaHandler, event: Event) -> dict[str, Any]:
    return handler(event, LambdaContext())


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_program_at_the_root_is_told_what_there_is(handler: LambdaHandler) -> None:
    information = report_of(answer(handler, request_event("GET", "/", headers={"Accept": "application/json"})))
    assert information["name"] == "Battery Analytics API"
    assert information["status"] == "ok"
    assert information["endpoints"]["upload"] == "POST /api/upload"
    assert information["limits"]["max_upload_bytes"] == 4 * 1024 * 1024


def test_health_says_ok(handler: LambdaHandler) -> None:
    assert report_of(answer(handler, request_event("GET", "/health")))["status"] == "ok"


def test_the_contract_is_served_for_machines_and_for_people(handler: LambdaHandler) -> None:
    assert report_of(answer(handler, request_event("GET", "/openapi.json")))["openapi"] == "3.1.0"
    page = answer(handler, request_event("GET", "/docs", headers={"Accept": BROWSER}))
    assert page["headers"]["Content-Type"].startswith("text/html")
    assert "default-src 'none'" in page["headers"]["Content-Security-Policy"]


def test_an_unknown_path_is_not_found(handler: LambdaHandler) -> None:
    status, code, details = error_of(answer(handler, request_event("GET", "/api/nothing")))
    assert (status, code) == (404, "not_found")
    assert "/api/upload" in details["paths"]


def test_a_method_that_a_path_does_not_take_is_refused_with_those_it_does(handler: LambdaHandler) -> None:
    refused = answer(handler, request_event("GET", "/api/upload"))
    assert error_of(refused)[:2] == (405, "method_not_allowed")
    assert refused["headers"]["Allow"] == "POST"


def test_a_preflight_allows_the_upload(handler: LambdaHandler) -> None:
    headers = {"Origin": "http://localhost:3000", "Access-Control-Request-Method": "POST"}
    preflight = answer(handler, request_event("OPTIONS", "/api/upload", headers=headers))
    assert preflight["statusCode"] == 204
    assert preflight["headers"]["Access-Control-Allow-Origin"] == "*"
    assert "POST" in preflight["headers"]["Access-Control-Allow-Methods"]
    assert "Content-Type" in preflight["headers"]["Access-Control-Allow-Headers"]


def test_a_refusal_too_is_readable_from_another_origin(handler: LambdaHandler) -> None:
    refused = answer(handler, upload_event([], headers={"Origin": "http://localhost:3000"}))
    assert error_of(refused)[:2] == (400, "no_files")
    assert refused["headers"]["Access-Control-Allow-Origin"] == "*"


def test_files_and_options_reach_the_analysis(handler: LambdaHandler) -> None:
    event = upload_event([file_part("a.pkl", b"12"), file_part("../b.csv", b"345")], query={"plots": "capacity"})
    assert report_of(answer(handler, event)) == {
        "names": ["a.pkl", "b.csv"],
        "sizes": [2, 3],
        "plots": ["capacity_plot"],
    }


def test_a_wrong_option_is_refused_before_the_files_are_read(handler: LambdaHandler) -> None:
    status, code, details = error_of(answer(handler, upload_event([file_part("a.pkl", b"x")], query={"plot": "x"})))
    assert (status, code, details["option"]) == (400, "invalid_option", "plot")


def test_a_bug_is_a_500_that_tells_the_client_nothing(
    handler: LambdaHandler, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # given an analysis that fails with a message that quotes the file
    def failing(files: Sequence[BatteryFile], options: Options) -> Analysis:
        raise ValueError("could not convert string to float: 'SECRET 4.2 V'") from KeyError("SECRET-CELL")

    monkeypatch.setattr(bridge, "analyse", failing)
    # when a file is uploaded
    refused = answer(handler, upload_event([file_part("SECRET-NAME.pkl", b"x")]))
    # then the client learns that it is our fault, and nothing else
    status, code, details = error_of(refused)
    assert (status, code, details) == (500, "internal", {})
    assert "SECRET" not in str(refused)
    assert "Traceback" not in str(refused)
    # and the log says where, under the same request id, without the message
    [bug] = [line for line in lines(capsys) if line.get("level") == "ERROR"]
    assert bug["request_id"] == refused["headers"]["X-Request-Id"]
    assert [link["type"] for link in bug["chain"]] == ["builtins.ValueError", "builtins.KeyError"]
    assert any("failing" in frame for frame in bug["chain"][0]["frames"])


def test_logs_and_metrics_hold_sizes_and_counts_but_no_names_and_no_content(
    handler: LambdaHandler, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(handler, upload_event([file_part("SECRET-NAME.pkl", b"SECRET-CONTENT")]))
    written = capsys.readouterr().out
    assert "SECRET" not in written
    [analysed] = [line for line in map(json.loads, written.splitlines()) if line.get("message") == "upload analysed"]
    assert (analysed["n_files"], analysed["n_bytes"], analysed["n_points"]) == (1, 14, 700)
    assert analysed["formats"] == ["calb_pickle"]


def test_metrics_sum_the_stages_and_belong_to_one_request(
    handler: LambdaHandler, capsys: pytest.CaptureFixture[str]
) -> None:
    # given two uploads one after the other
    for size in (10, 20):
        answer(handler, upload_event([file_part("a.pkl", b"x" * size)]))
    # then each has a metrics line of its own
    first, second = (line for line in lines(capsys) if "_aws" in line)
    assert (first["UploadBytes"], second["UploadBytes"]) == ([10.0], [20.0])
    assert (first["ReadTime"], first["AnalyseTime"], first["PlotTime"], first["EncodeTime"]) == (
        [1.5],
        [2.0],
        [70.0],
        [3.0],
    )
    assert first["formats"] == ["calb_pickle"]
    assert first["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["way", "service"]]
    assert first["way"] == "direct"


def test_a_refused_upload_is_counted_with_its_code(handler: LambdaHandler, capsys: pytest.CaptureFixture[str]) -> None:
    answer(handler, upload_event([]))
    [counted] = [line for line in lines(capsys) if "_aws" in line]
    assert (counted["RefusedUploads"], counted["code"]) == ([1.0], "no_files")


def test_an_event_that_another_thread_leaves_in_powertools_is_not_served(
    handler: LambdaHandler, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given another thread's request that powertools takes in just before it routes this one
    other = APIGatewayProxyEventV2(request_event("GET", "/nothing"))
    route = APIGatewayHttpResolver._resolve

    def interrupted(resolver: APIGatewayHttpResolver) -> object:
        BaseRouter.current_event = other
        return route(resolver)

    monkeypatch.setattr(APIGatewayHttpResolver, "_resolve", interrupted)
    # when this one is answered, then it is this one
    assert report_of(answer(handler, request_event("GET", "/health")))["status"] == "ok"


@pytest.fixture
def eager_threads() -> Iterator[None]:
    """Threads that change places every few microseconds, so that shared state shows."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("eager_threads")
def test_requests_in_many_threads_never_see_each_other(handler: LambdaHandler) -> None:
    # given 400 requests of four kinds, each with something of its own
    def one(number: int) -> None:
        request_id = f"request-{number}"
        if number % 4 == 0:
            event = request_event("GET", f"/nothing/{number}", request_id=request_id)
            got = answer(handler, event)
            assert error_of(got)[2]["path"] == f"/nothing/{number}"
        elif number % 4 == 1:
            got = answer(handler, request_event("GET", "/health", request_id=request_id))
            assert got["statusCode"] == 200
        else:
            event = upload_event([file_part(f"{number}.pkl", b"x" * number)], headers={"Accept-Encoding": "gzip"})
            event["requestContext"]["requestId"] = request_id
            got = answer(handler, event)
            assert report_of(got) == {"names": [f"{number}.pkl"], "sizes": [number], "plots": "standard"}
        assert got["headers"]["X-Request-Id"] == request_id

    # when eight threads serve them, then every answer is its own request's
    with ThreadPoolExecutor(8) as threads:
        for _ in threads.map(one, range(400)):
            pass


def test_an_answer_too_large_for_lambda_is_refused_not_failed(
    handler: LambdaHandler, monkeypatch: pytest.MonkeyPatch
) -> None:
    huge = Analysis(b'"' + b"x" * 7_000_000 + b'"', (), 1, 1, 1, {})
    monkeypatch.setattr(bridge, "analyse", lambda files, options: huge)
    status, code, details = error_of(answer(handler, upload_event([file_part("a.pkl", b"x")])))
    assert (status, code) == (413, "too_large")
    assert details["limit_bytes"] == 6_291_456


def test_the_largest_upload_is_analysed_and_a_byte_more_refused(handler: LambdaHandler) -> None:
    content = bytes(4 * 1024 * 1024)
    event = upload_event([file_part("a.pkl", content)])
    assert len(json.dumps(event)) < 6_291_456
    assert report_of(answer(handler, event))["sizes"] == [len(content)]
    over = upload_event([FormPart(content + b"x", file_name="a.pkl")])
    assert error_of(answer(handler, over))[:2] == (413, "too_large")
