"""The dashboard when the server goes away; each spec starts a server of its own to take it away."""

import sys

import pytest

from tests.browser.dropped_files import DroppedFiles
from tests.browser.equipment import needs_the_dashboard
from tests.browser.spec_runner import SpecRunner, sentences
from tests.integration.server_process import SCRIPT

pytestmark = needs_the_dashboard


@pytest.mark.parametrize("sentence", sentences("outage"))
def test_outage(specs: SpecRunner, local_server: str, files: DroppedFiles, sentence: str) -> None:
    specs.play("outage", sentence, local_server, {**files.small, "python": sys.executable, "script": SCRIPT})
