"""The events for `sam local invoke`: as their script writes them, and answered."""

import json
from pathlib import Path

import pytest

from events.make_events import events
from functions.upload_handler.app import lambda_handler
from tests.integration.api_gateway import LambdaContext

FOLDER = Path("events")
EXPECTED_STATUS = {"upload_without_file": 400, "upload_unknown_option": 400}


def test_the_files_are_what_the_script_writes() -> None:
    assert {path.stem: json.loads(path.read_text()) for path in FOLDER.glob("*.json")} == events()


@pytest.mark.parametrize("name", events())
def test_each_event_is_answered(name: str) -> None:
    answer = lambda_handler(json.loads((FOLDER / f"{name}.json").read_text()), LambdaContext())
    assert answer["statusCode"] == EXPECTED_STATUS.get(name, 200)
