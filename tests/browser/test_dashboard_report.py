"""A report in the dashboard: its figures, what can be asked of it, and what can be taken away."""

import pytest

from tests.browser.dropped_files import DroppedFiles
from tests.browser.equipment import needs_the_dashboard
from tests.browser.spec_runner import SpecRunner, sentences

pytestmark = needs_the_dashboard


@pytest.mark.parametrize("sentence", sentences("report"))
def test_report(specs: SpecRunner, local_server: str, files: DroppedFiles, sentence: str) -> None:
    specs.play("report", sentence, local_server, files.small)
