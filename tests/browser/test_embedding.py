"""The documented example for embedders: what is written is what works, type-checked and in Chromium across origins."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.dropped_files import DroppedFiles
from tests.browser.embedders_page import EXAMPLE, EmbeddersProject, served
from tests.browser.equipment import ROOT, needs_the_dashboard
from tests.browser.servers import ServerOfTokens
from tests.browser.spec_runner import SpecRunner, sentences

DOCUMENT = ROOT / "docs" / "embedding.md"


@pytest.mark.parametrize("file", sorted(EXAMPLE.iterdir()), ids=lambda file: file.name)
def test_the_document_quotes_the_file_as_it_is(file: Path) -> None:
    quoted = re.findall(r"^```\w+\n(.*?)^```$", DOCUMENT.read_text(), re.DOTALL | re.MULTILINE)
    assert file.read_text() in quoted


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, local_server: str) -> EmbeddersProject:
    project = EmbeddersProject(tmp_path_factory.mktemp("project"), local_server)
    project.set_up()
    return project


@pytest.fixture(scope="module")
def their_page(project: EmbeddersProject) -> Iterator[str]:
    project.bundle()
    with served(project.folder) as url:
        yield url


@needs_the_dashboard
def test_the_example_has_the_types_that_the_api_gives(project: EmbeddersProject) -> None:
    project.check_types()


@needs_the_dashboard
@pytest.mark.parametrize("sentence", sentences("embedding"))
def test_embedding(specs: SpecRunner, their_page: str, local_server: str, files: DroppedFiles, sentence: str) -> None:
    specs.play("embedding", sentence, their_page, {**files.small, "api": local_server})


@needs_the_dashboard
@pytest.mark.parametrize("sentence", sentences("embedding_by_storage"))
def test_embedding_by_storage(
    specs: SpecRunner, their_page: str, server_with_cloud_limits: str, files: DroppedFiles, sentence: str
) -> None:
    specs.play("embedding_by_storage", sentence, their_page, {**files.large, "api": server_with_cloud_limits})


@needs_the_dashboard
@pytest.mark.parametrize("sentence", sentences("embedding_with_token"))
def test_embedding_with_token(
    specs: SpecRunner, their_page: str, server_of_tokens: ServerOfTokens, files: DroppedFiles, sentence: str
) -> None:
    inputs = {**files.small, "api": server_of_tokens.url, "token": server_of_tokens.token}
    specs.play("embedding_with_token", sentence, their_page, inputs)
