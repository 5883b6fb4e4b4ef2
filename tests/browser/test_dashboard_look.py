"""The dashboard for every eye and hand: light and dark, small and wide, on paper, by keyboard, by screen reader."""

import pytest

from tests.browser.dropped_files import DroppedFiles
from tests.browser.equipment import needs_the_dashboard
from tests.browser.spec_runner import SpecRunner, sentences

pytestmark = needs_the_dashboard


@pytest.mark.parametrize("sentence", sentences("look"))
def test_look(specs: SpecRunner, local_server: str, files: DroppedFiles, sentence: str) -> None:
    specs.play("look", sentence, local_server, files.small)
