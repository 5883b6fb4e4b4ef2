"""The dashboard and a server that asks for a token."""

import pytest

from tests.browser.dropped_files import DroppedFiles
from tests.browser.equipment import needs_the_dashboard
from tests.browser.servers import ServerOfTokens
from tests.browser.spec_runner import SpecRunner, sentences

pytestmark = needs_the_dashboard


@pytest.mark.parametrize("sentence", sentences("token"))
def test_token(specs: SpecRunner, server_of_tokens: ServerOfTokens, files: DroppedFiles, sentence: str) -> None:
    specs.play("token", sentence, server_of_tokens.url, {**files.small, **files.large, "token": server_of_tokens.token})
