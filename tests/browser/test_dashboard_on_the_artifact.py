"""The dashboard as it would be deployed: served by the built artifact, by both ways, open and with a token."""

from collections.abc import Iterator

import pytest
from battery_service.tokens.store import line_of, new_token

from tests.browser.dropped_files import DroppedFiles
from tests.browser.equipment import needs_the_dashboard
from tests.browser.spec_runner import SpecRunner, sentences
from tests.package.running_artifact import needs_the_artifact, running_artifact

pytestmark = [needs_the_dashboard, needs_the_artifact]
TOKEN = new_token()
CORE = [(group, sentence) for group in ("upload", "storage") for sentence in sentences(group)]


@pytest.fixture(scope="module")
def artifact_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    tmp_path_factory.getbasetemp()  # made before the stack moves this process's temporary files
    with running_artifact() as running:
        yield running.url


@pytest.fixture(scope="module")
def artifact_with_token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    tmp_path_factory.getbasetemp()
    with running_artifact(line_of("specs", TOKEN)) as running:
        yield running.url


@pytest.mark.parametrize(("group", "sentence"), CORE)
def test_the_artifact(specs: SpecRunner, artifact_url: str, files: DroppedFiles, group: str, sentence: str) -> None:
    specs.play(group, sentence, artifact_url, {**files.small, **files.large})


@pytest.mark.parametrize("sentence", sentences("token"))
def test_the_artifact_with_a_token(
    specs: SpecRunner, artifact_with_token: str, files: DroppedFiles, sentence: str
) -> None:
    specs.play("token", sentence, artifact_with_token, {**files.small, **files.large, "token": TOKEN})
