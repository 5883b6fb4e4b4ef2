"""The command-line client against a real HTTP server: what it sends, says, saves, and how it fails."""

import base64
import copy
import io
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from battery_analytics import BatteryFile
from battery_client import command as client
from battery_client.progress import UploadProgress
from battery_client.summary import summary
from battery_service.http.multipart_body import uploaded_files
from battery_service.http.request import Request
from battery_service.limits import LOCAL

from local.gateway import Event
from tests.integration.running_server import RunningServer, serving

SCRIPT = Path(__file__).resolve().parents[2] / "battery_analytics_client.py"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(8)

CELL: dict[str, Any] = {
    "metadata": {
        "cell_id": "CALB_35_B249",
        "form_factor": "Prismatic",
        "nominal_capacity_in_Ah": 58.0,
        "total_cycles": 99,
        "first_cycle_number": 1,
        "last_cycle_number": 99,
        "test_temperature_C": 35.0,
    },
    "capacity_fade": {
        "capacity_fade_rate_per_cycle": 0.0041,
        "capacity_retention_percentage": 99.59,
        "reference_cycle": 2,
        "last_compared_cycle": 98,
        "basis": "Cycles 2 and 98 are compared.",
        "capacity_plot": base64.b64encode(PNG).decode(),
    },
    "voltage_profile": {
        "voltage_profile_plot": base64.b64encode(PNG + b"2").decode(),
        "differential_voltage_plot": None,
    },
    "statistical_metrics": {
        "cycle_life_projection": {
            "projected_eol_cycle": 4512.0,
            "eol_capacity": 47.0,
            "confidence": None,
            "interval": {"low": 3900.0, "high": None, "level": 0.9, "basis": "indicative"},
            "method": "linear",
        }
    },
    "battery_health": {"health_score": 99.59, "health_status": "Excellent", "degradation_indicators": []},
    "test_protocol": {"summary": "Ageing, cycles 1 to 99 at 1C."},
    "data_quality": [
        {"code": "no_charge", "severity": "warning", "message": "The last cycle has no charge.", "cycles": [99]}
    ],
}


class FakeApi:
    """Answers every upload with `answer`, and keeps what it was sent."""

    def __init__(self) -> None:
        self.status = 200
        self.answer: object = CELL
        self.content_type = "application/json"
        self.events: list[Event] = []

    def __call__(self, event: Event, context: object) -> object:
        self.events.append(event)
        body = self.answer if isinstance(self.answer, str) else json.dumps(self.answer)
        return {"statusCode": self.status, "headers": {"content-type": self.content_type}, "body": body}

    @property
    def files(self) -> list[BatteryFile]:
        return uploaded_files(Request.from_event(self.events[-1], None), LOCAL)


@pytest.fixture
def api() -> FakeApi:
    return FakeApi()


@pytest.fixture
def running(api: FakeApi) -> Iterator[RunningServer]:
    with serving(api) as server:
        yield server


@pytest.fixture
def url(running: RunningServer) -> str:
    return f"{running.url}/api/upload"


@pytest.fixture
def cell_file(tmp_path: Path) -> Path:
    path = tmp_path / "CALB_35_B249.pkl"
    path.write_bytes(bytes(range(256)) * 4000)
    return path


# What it sends


def test_a_file_arrives_under_its_name_byte_for_byte(api: FakeApi, url: str, cell_file: Path) -> None:
    assert client.main(["--file", str(cell_file), "--url", url]) == 0

    assert api.files == [BatteryFile("CALB_35_B249.pkl", cell_file.read_bytes())]
    assert api.events[-1]["requestContext"]["http"]["method"] == "POST"
    assert "transfer-encoding" not in api.events[-1]["headers"]


def test_files_arrive_together_in_their_order(api: FakeApi, url: str, tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ('B "1"_cycles.csv', "Zelle_ä_metadata.csv", "empty.csv")]
    for path in paths:
        path.write_bytes(path.name.encode() if path.name != "empty.csv" else b"")

    assert client.main(["--files", *map(str, paths), "--url", url]) == 0

    assert [file.content for file in api.files] == [path.read_bytes() for path in paths]
    assert api.files[1].name == "Zelle_ä_metadata.csv"


def test_options_travel_under_their_names(api: FakeApi, url: str, cell_file: Path) -> None:
    options = ["--plots", "capacity", "--eol-threshold", "0.7", "--capacity-reference", "nominal", "--cycles", "1,50"]

    assert client.main(["--file", str(cell_file), "--url", url, *options]) == 0

    assert api.events[-1]["queryStringParameters"] == {
        "plots": "capacity",
        "eol_threshold": "0.7",
        "capacity_reference": "nominal",
        "cycles": "1,50",
    }


@pytest.mark.parametrize("wanted", [False, True])
def test_plots_are_asked_for_where_somebody_will_see_them(
    api: FakeApi, url: str, cell_file: Path, tmp_path: Path, wanted: bool
) -> None:
    saving = ["--save-plots", str(tmp_path / "plots")] if wanted else []

    client.main(["--file", str(cell_file), "--url", url, *saving])

    assert api.events[-1].get("queryStringParameters", {}) == ({} if wanted else {"plots": "none"})


# What it says


def test_the_summary_holds_what_an_engineer_looks_for(
    url: str, cell_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    client.main(["--file", str(cell_file), "--url", url])

    said = capsys.readouterr()
    assert said.out.splitlines() == [
        "CALB_35_B249  (Prismatic, 58 Ah nominal, 35.0 °C)",
        "  Cycles     99  (numbers 1 to 99)",
        "  Retention  99.59 %  (cycles 2 to 98, 0.0041 % fade per cycle)",
        "  Test       Ageing, cycles 1 to 99 at 1C.",
        "  Health     Excellent  99.6 of 100",
        "  Life       to cycle 4,512 (47 Ah) - indicative 90 % interval 3,900 to no upper limit",
        "  Findings   warning: The last cycle has no charge.  (cycle 99)",
    ]
    assert said.err.splitlines() == ["Sending 1.0 MB ...", "Sent, waiting for the report ..."]


def test_an_abstention_is_said_with_its_reason(
    api: FakeApi, url: str, cell_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cell = copy.deepcopy(CELL)
    cell["statistical_metrics"]["cycle_life_projection"] = {
        "projected_eol_cycle": None,
        "abstained": True,
        "abstention_reason": "The capacity does not fall.",
    }
    api.answer = cell

    client.main(["--file", str(cell_file), "--url", url])

    assert "  Life       not projected: The capacity does not fall." in capsys.readouterr().out


def test_several_cells_are_summed_up_one_by_one_and_ranked(
    api: FakeApi, url: str, cell_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        {"rank": 2, "cell_id": "A", "retention_at_common_cycle": 98.5, "capacity_retention_percentage": 98.0},
        {"rank": None, "cell_id": "B", "retention_at_common_cycle": None, "capacity_retention_percentage": None},
        {"rank": 1, "cell_id": "C", "retention_at_common_cycle": 101.0, "capacity_retention_percentage": 101.0},
    ]
    comparison = {"cells": rows, "common_cycle": 30, "basis": "Ranked by the retention at cycle 30."}
    api.answer = {"cells": [CELL] * 3, "comparison": comparison}

    client.main(["--file", str(cell_file), "--url", url])

    said = capsys.readouterr().out
    assert said.count("Health") == 3
    assert said.splitlines()[-5:] == [
        "Most capacity retained first, at cycle 30",
        "  1          C  101.00 %, at its end 101.00 %",
        "  2          A  98.50 %, at its end 98.00 %",
        "  -          B  not compared, at its end unknown",
        "             Ranked by the retention at cycle 30.",
    ]


def test_what_sets_the_worst_cell_apart_and_what_was_not_read_are_said(
    api: FakeApi, url: str, cell_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = {"rank": 1, "cell_id": "A", "retention_at_common_cycle": 98.5, "capacity_retention_percentage": 98.0}
    comparison = {"cells": [row], "common_cycle": 30, "basis": "Ranked.", "summary": "A fades fastest."}
    failure = {"file": "b.csv", "error": "b.csv is empty.", "code": "empty_file", "details": {}}
    api.answer = {"cells": [CELL], "comparison": comparison, "failures": [failure]}

    client.main(["--file", str(cell_file), "--url", url, "--format", "CALB pickle"])

    assert api.events[-1]["queryStringParameters"]["format"] == "CALB pickle"
    assert capsys.readouterr().out.splitlines()[-5:] == [
        "             A fades fastest.",
        "             Ranked.",
        "",
        "Not read",
        "  empty_file b.csv is empty.",
    ]


@pytest.mark.parametrize(
    ("capacity_Ah", "text"), [(0.00152, "1.52 mAh"), (47.0, "47 Ah"), (2e-5, "20 µAh"), (180.5, "180.5 Ah")]
)
def test_a_capacity_is_said_in_the_unit_of_its_size(capacity_Ah: float, text: str) -> None:
    cell = copy.deepcopy(CELL)
    cell["statistical_metrics"]["cycle_life_projection"]["eol_capacity"] = capacity_Ah

    assert f"({text})" in summary(cell)


def test_where_nothing_is_compared_the_reason_stands_beside(
    api: FakeApi, url: str, cell_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cell = copy.deepcopy(CELL)
    cell["capacity_fade"] = {"capacity_retention_percentage": None, "basis": "The test steps through several rates."}
    api.answer = cell

    client.main(["--file", str(cell_file), "--url", url])

    said = capsys.readouterr().out.splitlines()
    assert said[2:4] == ["  Retention  unknown", "             The test steps through several rates."]


def test_a_hostile_name_does_not_steer_the_terminal(
    api: FakeApi, url: str, cell_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cell = copy.deepcopy(CELL)
    cell["metadata"]["cell_id"] = "\x1b[2Jgone\x07"
    api.answer = cell

    client.main(["--file", str(cell_file), "--url", url])

    assert "\x1b" not in capsys.readouterr().out


def test_a_terminal_sees_a_bar_that_grows_and_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("battery_client.progress.REDRAW_SECONDS", 0.0)
    terminal = Terminal()
    progress = UploadProgress(terminal)
    for sent in (1_000_000, 2_000_000):
        progress.update(sent, 2_000_000)
    progress.finish()

    _, half, whole, blank, end = terminal.getvalue().split("\r")
    assert half.rstrip() == "[###############...............]  50 % of 2.0 MB"
    assert whole.rstrip() == "Sent 2.0 MB, waiting for the report ..."
    assert (blank.strip(), end) == ("", "")


# What it saves and shows


def test_the_output_is_the_servers_report(url: str, cell_file: Path, tmp_path: Path) -> None:
    output = tmp_path / "report.json"

    assert client.main(["--file", str(cell_file), "--url", url, "--output", str(output)]) == 0

    assert json.loads(output.read_text(encoding="utf-8")) == CELL


def test_plots_are_saved_under_the_names_of_cell_and_plot(url: str, cell_file: Path, tmp_path: Path) -> None:
    plots = tmp_path / "new" / "plots"

    assert client.main(["--file", str(cell_file), "--url", url, "--save-plots", str(plots)]) == 0

    assert {path.name: path.read_bytes() for path in plots.iterdir()} == {
        "CALB_35_B249_capacity_plot.png": PNG,
        "CALB_35_B249_voltage_profile_plot.png": PNG + b"2",
    }


def test_a_name_from_the_server_never_becomes_a_path(api: FakeApi, url: str, cell_file: Path, tmp_path: Path) -> None:
    cell = copy.deepcopy(CELL)
    cell["metadata"]["cell_id"] = "../../../etc/evil\x00"
    cell["capacity_fade"]["/../../x_plot"] = cell["capacity_fade"]["capacity_plot"]
    api.answer = {"cells": [cell, cell], "comparison": {"cells": []}}
    plots = tmp_path / "plots"

    assert client.main(["--file", str(cell_file), "--url", url, "--save-plots", str(plots)]) == 0

    assert sorted(path.name for path in plots.iterdir()) == [
        "etc_evil_capacity_plot.png",
        "etc_evil_capacity_plot_2.png",
        "etc_evil_voltage_profile_plot.png",
        "etc_evil_voltage_profile_plot_2.png",
        "etc_evil_x_plot.png",
        "etc_evil_x_plot_2.png",
    ]


def test_plots_are_shown_as_one_page_that_holds_them_all(
    url: str, cell_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    assert client.main(["--file", str(cell_file), "--url", url, "--show-plots"]) == 0

    (page,) = tmp_path.glob("battery-plots-*/plots.html")
    assert opened == [page.as_uri()]
    assert page.read_text(encoding="utf-8").count("<img") == 2


# How it fails


def test_the_servers_own_error_is_what_the_user_reads(
    api: FakeApi, url: str, cell_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    api.status = 400
    api.answer = {
        "error": "CALB.pkl has no column 'voltage_in_V'.",
        "code": "missing_columns",
        "details": {},
        "request_id": "r-17",
    }

    assert client.main(["--file", str(cell_file), "--url", url]) == 1

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines()[-2:] == [
        "CALB.pkl has no column 'voltage_in_V'. (400 missing_columns)",
        "Request id: r-17",
    ]


def test_an_upload_above_the_limit_ends_with_the_servers_refusal(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    large = tmp_path / "large.pkl"
    large.write_bytes(bytes(8_000_000))

    assert client.main(["--file", str(large), "--url", url]) == 1
    assert "(413 too_large)" in capsys.readouterr().err


def test_no_server_is_said_with_what_to_do(cell_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    assert client.main(["--file", str(cell_file), "--url", f"http://127.0.0.1:{port}/api/upload"]) == 1
    assert capsys.readouterr().err == (
        f"No server answers at http://127.0.0.1:{port}/api/upload. Start one with: python battery_analytics_api.py\n"
    )


@pytest.mark.parametrize("answer", ["<html>hello", "[]", '{"message": "Forbidden"}'])
def test_another_kind_of_server_is_recognised(
    api: FakeApi, url: str, cell_file: Path, capsys: pytest.CaptureFixture[str], answer: str
) -> None:
    api.status, api.answer = 403, answer

    assert client.main(["--file", str(cell_file), "--url", url]) == 1
    assert "answered 403 Forbidden, but not as a Battery Analytics API does" in capsys.readouterr().err


def test_an_address_that_is_none_is_one_line(cell_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert client.main(["--file", str(cell_file), "--url", "localhost:5000"]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize("missing", ["missing.pkl", "."])
def test_what_is_no_file_is_named_before_anything_is_sent(
    api: FakeApi, url: str, cell_file: Path, capsys: pytest.CaptureFixture[str], missing: str
) -> None:
    assert client.main(["--files", str(cell_file), missing, "--url", url]) == 1

    assert capsys.readouterr().err.startswith(missing)
    assert api.events == []


def test_nothing_to_analyse_is_a_question_of_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        client.main([])
    assert "give --file or --files" in capsys.readouterr().err


def test_a_picture_that_is_none_is_not_saved(
    api: FakeApi, url: str, cell_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cell = copy.deepcopy(CELL)
    cell["capacity_fade"]["capacity_plot"] = base64.b64encode(b"<script>").decode()
    api.answer = cell

    assert client.main(["--file", str(cell_file), "--url", url, "--save-plots", str(tmp_path / "plots")]) == 1
    assert "'capacity_plot' is not a PNG image" in capsys.readouterr().err


def test_the_script_runs_from_any_directory(url: str, cell_file: Path, tmp_path: Path) -> None:
    command = [sys.executable, str(SCRIPT), "--file", cell_file.name, "--url", url]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)

    assert (ended.returncode, ended.stdout.splitlines()[1]) == (0, "  Cycles     99  (numbers 1 to 99)")
