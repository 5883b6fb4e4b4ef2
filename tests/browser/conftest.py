"""What the specs share: one browser, one server of each kind, and the files that are dropped."""

from collections.abc import Iterator

import pytest

from tests.browser import servers
from tests.browser.dropped_files import DroppedFiles
from tests.browser.spec_runner import SpecRunner, spec_runner
from tests.integration.server_process import server_process


@pytest.fixture(scope="session")
def specs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SpecRunner]:
    with spec_runner(tmp_path_factory.mktemp("pictures")) as runner:
        yield runner


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> DroppedFiles:
    return DroppedFiles(tmp_path_factory.mktemp("dropped"))


@pytest.fixture(scope="session")
def local_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server as `make run` starts it."""
    with server_process(tmp_path_factory.mktemp("server")) as server:
        yield server.url


@pytest.fixture(scope="session")
def server_with_cloud_limits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server that takes 4 MiB at once, as API Gateway does; what is larger goes by the storage."""
    with server_process(tmp_path_factory.mktemp("server"), "--cloud-limits") as server:
        servers.wait_for_storage(server.url)
        yield server.url


@pytest.fixture(scope="session")
def server_of_tokens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.ServerOfTokens]:
    with servers.server_of_tokens(tmp_path_factory.mktemp("server")) as server:
        yield server
