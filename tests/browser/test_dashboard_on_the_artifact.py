"""The dashboard as it would be deployed: served by the built artifact, and talking to it by both ways."""

from collections.abc import Iterator

import pytest

from tests.browser.dropped_files import DroppedFiles
from tests.browser.equipment import in_one_worker, needs_the_dashboard
from tests.browser.spec_runner import SpecRunner, sentences
from tests.package.running_artifact import needs_the_artifact, running_artifact

pytestmark = [in_one_worker, needs_the_dashboard, needs_the_artifact]
BY_STORAGE = next(sentence for sentence in sentences("storage") if "47 MB" in sentence)


@pytest.fixture(scope="module")
def artifact_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    tmp_path_factory.getbasetemp()  # made before the stack moves this process's temporary files
    with running_artifact() as running:
        yield running.url


def test_a_pickle_that_is_dropped_becomes_a_report(specs: SpecRunner, artifact_url: str, files: DroppedFiles) -> None:
    specs.play("upload", "a pickle that is dropped becomes a report", artifact_url, files.small)


def test_a_file_of_47_MB_goes_by_the_storage(specs: SpecRunner, artifact_url: str, files: DroppedFiles) -> None:
    specs.play("storage", BY_STORAGE, artifact_url, files.large)
