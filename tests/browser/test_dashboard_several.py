"""Several cells in the dashboard, and what it says where it cannot show what was asked for."""

import pytest

from tests.browser.dropped_files import DroppedFiles
from tests.browser.equipment import needs_the_dashboard
from tests.browser.spec_runner import SpecRunner, sentences

pytestmark = needs_the_dashboard


@pytest.mark.parametrize("sentence", sentences("several"))
def test_several(specs: SpecRunner, local_server: str, files: DroppedFiles, sentence: str) -> None:
    specs.play("several", sentence, local_server, files.small)
