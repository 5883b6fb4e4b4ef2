"""The dashboard of one server, told to talk to another."""

import pytest

from tests.browser.dropped_files import DroppedFiles
from tests.browser.equipment import needs_the_dashboard
from tests.browser.spec_runner import SpecRunner, sentences

pytestmark = needs_the_dashboard


@pytest.mark.parametrize("sentence", sentences("elsewhere"))
def test_elsewhere(
    specs: SpecRunner, local_server: str, server_with_cloud_limits: str, files: DroppedFiles, sentence: str
) -> None:
    inputs = {**files.small, **files.large, "api": server_with_cloud_limits}
    specs.play("elsewhere", sentence, local_server, inputs)
