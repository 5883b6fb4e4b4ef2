"""Every hostile input gets its answer, the server lives, and the next upload works."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from sample_cells.plain import cell, pickled
from tests.integration.hostile_uploads import HOSTILE, Hostile
from tests.integration.server_process import server_process

HARMED = Path("/tmp/harmed")


@pytest.fixture(scope="module")
def server_temp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("server-tmp")


@pytest.fixture(scope="module")
def url(server_temp: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(server_temp))
        with server_process(tmp_path_factory.mktemp("elsewhere")) as running:
            yield f"{running.url}/api/upload"


@pytest.fixture(scope="module")
def good_report(url: str) -> bytes:
    return _good_upload(url)


@pytest.fixture(scope="module")
def files_before(good_report: bytes, server_temp: Path) -> set[Path]:
    """What the server keeps while it runs, once it has answered an upload."""
    return _files_in(server_temp)


def _files_in(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def _good_upload(url: str) -> bytes:
    answer = requests.post(url, files={"file": ("good.pkl", pickled(cell()))}, params={"plots": "none"}, timeout=60)
    assert answer.status_code == 200, answer.text
    return answer.content


def _sent(url: str, hostile: Hostile) -> requests.Response:
    if hostile.body is not None:
        headers = {"content-type": hostile.content_type}
        return requests.post(url, data=hostile.body(), headers=headers, timeout=60)
    return requests.post(url, files=[("file", file) for file in hostile.files], timeout=60)


def test_there_are_more_than_forty_of_them() -> None:
    assert len(HOSTILE) > 40


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_upload_is_refused_and_the_next_one_works(
    name: str, url: str, good_report: bytes, files_before: set[Path], server_temp: Path
) -> None:
    hostile = HOSTILE[name]

    answer = _sent(url, hostile)

    assert (answer.status_code, answer.json()["code"]) == (hostile.status, hostile.code), answer.text[:500]
    assert answer.json()["error"].endswith((".", "'", ")"))
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert _good_upload(url) == good_report
    assert _files_in(server_temp) == files_before
    assert not HARMED.exists()
