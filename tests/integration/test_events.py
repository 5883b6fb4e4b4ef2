"""The sample events: as their script writes them, listed, and answered by the functions of the source tree."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from events import in_place
from events.make_events import samples
from functions.analysis_worker.app import make_handler as make_worker
from functions.authorizer.app import make_handler as make_authorizer
from functions.job_upkeep.app import make_handler as make_upkeep
from functions.site.app import make_handler as make_site
from functions.upload_handler.app import make_handler as make_upload
from functions.uploads_api.app import make_handler as make_uploads
from tests.event_answers import assert_answered
from tests.integration.cloud import simulated_cloud
from tests.integration.jobs_api import WorkerContext

FOLDER = Path("events")
SAMPLES = samples()
TOKENS = "/battery-analytics/test/tokens"
type Functions = Mapping[str, Callable[[Any, Any], Any]]


@pytest.fixture(scope="module")
def functions() -> Iterator[Functions]:
    with simulated_cloud() as cloud:
        in_place.put_jobs_in_place(cloud.settings)
        in_place.put_token_in_place(TOKENS)
        yield {
            "SiteFunction": make_site({}),
            "UploadFunction": make_upload({}),
            "UploadsApiFunction": make_uploads(cloud.environment),
            "WorkerFunction": make_worker(cloud.environment),
            "UpkeepFunction": make_upkeep(cloud.environment),
            "AuthorizerFunction": make_authorizer({"TOKENS_PARAMETER": TOKENS}),
        }


def test_the_files_are_what_the_script_writes() -> None:
    written = {path.stem: json.loads(path.read_text()) for path in FOLDER.glob("*.json")}
    assert written == {name: sample.event for name, sample in SAMPLES.items()}


def test_the_list_names_every_event_its_function_and_its_status() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| (\d{3})?", (FOLDER / "README.md").read_text(), re.MULTILINE)
    assert rows == [(name, sample.function, str(sample.status or "")) for name, sample in SAMPLES.items()]


@pytest.mark.parametrize("name", SAMPLES)
def test_each_event_is_answered_as_it_must_be(name: str, functions: Functions) -> None:
    sample = SAMPLES[name]
    answer = functions[sample.function](json.loads((FOLDER / f"{name}.json").read_text()), WorkerContext())
    assert_answered(sample, answer)
