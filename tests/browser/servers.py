"""The servers that specs talk to; each a process of its own, as its users start it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from battery_service.tokens import line_of, new_token

from tests.integration.server_process import server_process


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
        yield ServerOfTokens(server.url, token)
