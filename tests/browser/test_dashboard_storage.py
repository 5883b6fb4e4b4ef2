"""Large files into the dashboard: they go by the storage, and nothing of them stays there."""

import pytest

from tests.browser.dropped_files import DroppedFiles
from tests.browser.equipment import needs_the_dashboard
from tests.browser.spec_runner import SpecRunner, sentences

pytestmark = needs_the_dashboard


@pytest.mark.parametrize("sentence", sentences("storage"))
def test_storage(specs: SpecRunner, server_with_cloud_limits: str, files: DroppedFiles, sentence: str) -> None:
    specs.play("storage", sentence, server_with_cloud_limits, files.large)
