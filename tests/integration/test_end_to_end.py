"""The real server as its users start it, the real library, and their clients: files in, report out."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from battery_client import command as client

from sample_cells.files import write_cell
from sample_cells.named import SAMPLES
from tests.integration.server_process import ServerProcess, server_process

SAMPLES_USED = ("SAMPLE_NMC_25_LINEAR", "SAMPLE_LFP_25_SHORT")


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples")
    for name in SAMPLES_USED:
        write_cell(SAMPLES[name].simulate(name), folder)
    return folder


@pytest.fixture(scope="module")
def server_temp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("server-tmp")


@pytest.fixture(scope="module")
def server(server_temp: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(server_temp))
        with server_process(tmp_path_factory.mktemp("elsewhere")) as running:
            yield running


@pytest.fixture
def url(server: ServerProcess) -> str:
    return f"{server.url}/api/upload"


def triplet(folder: Path, name: str) -> list[Path]:
    return [folder / f"{name}_{kind}.csv" for kind in ("cycles", "metadata", "metrics")]


def test_the_client_brings_back_a_report_with_its_plots(
    url: str, samples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = SAMPLES_USED[0]
    output, plots = tmp_path / "report.json", tmp_path / "plots"
    results = ["--output", str(output), "--save-plots", str(plots)]

    assert client.main(["--file", str(samples / f"{name}.pkl"), "--url", url, *results]) == 0

    report = json.loads(output.read_text(encoding="utf-8"))
    assert report["metadata"]["cell_id"] == name
    assert sorted(path.name for path in plots.iterdir()) == [
        f"{name}_{plot}.png"
        for plot in (
            "capacity_plot",
            "differential_voltage_plot",
            "temperature_vs_capacity_plot",
            "voltage_profile_plot",
        )
    ]
    said = capsys.readouterr().out
    retention = report["capacity_fade"]["capacity_retention_percentage"]
    assert f"Retention  {retention:.2f} %" in said


def test_the_client_sums_up_several_cells(url: str, samples: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [*triplet(samples, SAMPLES_USED[0]), samples / f"{SAMPLES_USED[1]}.pkl"]

    assert client.main(["--files", *map(str, files), "--url", url]) == 0

    said = capsys.readouterr().out
    assert all(name in said for name in SAMPLES_USED)
    assert "Ranked by the retention at cycle" in said


def test_the_client_repeats_the_servers_refusal(url: str, samples: Path, capsys: pytest.CaptureFixture[str]) -> None:
    metadata = samples / f"{SAMPLES_USED[0]}_metadata.csv"

    assert client.main(["--file", str(metadata), "--url", url]) == 1

    said = capsys.readouterr().err
    assert "(400 incomplete_csv_set)" in said
    assert f"{SAMPLES_USED[0]}_cycles.csv" in said


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_uploads_files_as_the_readme_says(url: str, samples: Path) -> None:
    forms = [part for path in triplet(samples, SAMPLES_USED[0]) for part in ("-F", f"file=@{path}")]

    answer = subprocess.run(["curl", "-sSf", *forms, f"{url}?plots=none"], capture_output=True, check=True, timeout=60)

    assert json.loads(answer.stdout)["metadata"]["cell_id"] == SAMPLES_USED[0]


def test_a_page_of_another_origin_uploads_and_reads(url: str, samples: Path) -> None:
    origin = {"origin": "https://dashboard.example"}
    preflight = requests.options(url, headers={**origin, "access-control-request-method": "POST"}, timeout=60)
    with (samples / f"{SAMPLES_USED[1]}.pkl").open("rb") as file:
        answer = requests.post(url, files={"file": file}, params={"plots": "none"}, headers=origin, timeout=60)

    assert preflight.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.ok


def test_two_hundred_uploads_sixteen_at_a_time_are_each_as_if_alone(url: str, samples: Path) -> None:
    uploads = [
        [(path.name, path.read_bytes()) for path in paths]
        for name in SAMPLES_USED
        for paths in ([samples / f"{name}.pkl"], triplet(samples, name))
    ]

    def report_of(number: int) -> bytes:
        kind = number % len(uploads)
        plots = "capacity" if number % 20 == kind else "none"
        files = [("file", file) for file in uploads[kind]]
        answer = requests.post(url, files=files, params={"plots": plots}, timeout=120)
        assert answer.status_code == 200, answer.text
        return answer.content

    alone = {number: report_of(number) for number in range(20)}
    with ThreadPoolExecutor(16) as pool:
        together = list(pool.map(report_of, range(208)))

    assert all(report == alone[number % 20] for number, report in enumerate(together))


def test_nothing_is_left_behind(url: str, server_temp: Path) -> None:
    for content in (b"", b"no pickle", bytes(3_000_000)):
        refused = requests.post(url, files={"file": ("../../etc/x.pkl", content)}, timeout=60)
        assert refused.status_code == 400

    # The folder of the embedded services goes when the server does.
    assert [path for path in server_temp.rglob("*") if not path.is_dir()] == []
