"""The built artifact behind HTTP, in a thread of the test."""

import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from events.fixtures import create_fixtures
from local.artifact.built_template import BUILT, NotBuiltError, check_runs_here
from local.artifact.stack import ArtifactStack
from local.server import LocalServer, bound_socket

ROOT = Path(__file__).parents[2]


def missing_for_the_artifact() -> str | None:
    """Why the artifact cannot be run here; None where it can."""
    if not (ROOT / ".aws-sam/build/.built").is_file():
        return "the artifact is not built: run make package, or make test"
    try:
        check_runs_here(ROOT / BUILT)
    except NotBuiltError as error:
        return str(error)
    return None


needs_the_artifact = pytest.mark.skipif(missing_for_the_artifact() is not None, reason=str(missing_for_the_artifact()))


@dataclass(frozen=True, slots=True)
class RunningArtifact:
    url: str
    stack: ArtifactStack
    lines: list[str]


@contextmanager
def running_artifact(tokens: str | None = None) -> Iterator[RunningArtifact]:
    """Open to anybody, with what the sample events refer to in place; or asking for one of these tokens."""
    environment, place = dict(os.environ), tempfile.tempdir
    lines: list[str] = []
    stack = ArtifactStack(ROOT / BUILT, log=lambda name, line: lines.append(f"{name}: {line}"), tokens=tokens)
    listener = bound_socket("127.0.0.1", 0)
    server = LocalServer(stack.application, listener, grace_seconds=5)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        stack.start()
        if tokens is None:
            create_fixtures(stack.environment)
        yield RunningArtifact(f"http://127.0.0.1:{listener.getsockname()[1]}", stack, lines)
    finally:
        server.stop()
        thread.join(30)
        stack.stop()
        os.environ.clear()
        os.environ.update(environment)
        tempfile.tempdir = place
    assert not thread.is_alive()
