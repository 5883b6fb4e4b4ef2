"""Files into the dashboard: what is dropped or chosen becomes a report, or a refusal in the API's own words."""

import pytest

from tests.browser.dropped_files import DroppedFiles
from tests.browser.equipment import needs_the_dashboard
from tests.browser.spec_runner import SpecRunner, sentences

pytestmark = needs_the_dashboard


@pytest.mark.parametrize("sentence", sentences("upload"))
def test_upload(specs: SpecRunner, local_server: str, files: DroppedFiles, sentence: str) -> None:
    specs.play("upload", sentence, local_server, files.small)
