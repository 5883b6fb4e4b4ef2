"""The servers that specs talk to; each a process of its own, as its users start it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from battery_service.tokens.store import line_of, new_token

from tests.integration.server_process import server_process

READY_SECONDS = 180


def wait_for_storage(url: str, token: str = "") -> None:
    """The embedded services start behind the server's back; what needs them waits, and a spec need not."""
    headers = {"Authorization": f"Bearer {token}"}
    answer = requests.get(f"{url}/api/jobs/{'0' * 32}", headers=headers, timeout=READY_SECONDS)
    assert answer.status_code == 404, answer.text


@dataclass(frozen=True, slots=True)
class ServerOfTokens:
    """A server with the cloud's limits that asks for a token, and a token that it takes."""

    url: str
    token: str


@contextmanager
def server_of_tokens(folder: Path) -> Iterator[ServerOfTokens]:
    token = new_token()
    store = folder / "tokens.txt"
    store.write_text(f"{line_of('specs', token)}\n")
    with server_process(folder, "--cloud-limits", "--tokens", str(store)) as server:
        wait_for_storage(server.url, token)
        yield ServerOfTokens(server.url, token)
