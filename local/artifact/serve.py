"""The built artifact behind HTTP on this machine: `python -m local.artifact.serve [port]`, as `make run-artifact` does."""

import argparse
import sys
from collections.abc import Sequence

from local.arguments import server_parser
from local.artifact.arguments import add_artifact
from local.artifact.built_template import NotBuiltError, check_runs_here
from local.artifact.stack import ArtifactStack
from local.server import GRACE_SECONDS, LocalServer, bound_socket
from local.token_file import tokens_of


def main(arguments: Sequence[str]) -> int:
    """Serve until Ctrl-C or SIGTERM. Returns 0 after a clean end, 1 where there is no artifact to serve."""
    options = _parser().parse_args(arguments)
    try:
        check_runs_here(options.build)
        tokens = None if options.tokens is None else tokens_of(options.tokens)
        listener = bound_socket(options.host, options.port)
    except (NotBuiltError, OSError, ValueError) as error:
        print(f"Cannot start: {error}", file=sys.stderr)
        return 1
    stack = ArtifactStack(options.build, log=_print, parameters=dict(options.parameter), tokens=tokens)
    host, port = listener.getsockname()[:2]
    try:
        stack.start()
        welcome = f"The built artifact, as {stack.artifact.sandbox.name}: http://{host}:{port} - Ctrl-C stops it"
        server = LocalServer(stack.application, listener, on_ready=lambda: print(welcome, flush=True))
        with server.stopped_by_signals():
            server.run()
            stack.services.finish(GRACE_SECONDS, is_hurried=lambda: server.force_exit)
    finally:
        stack.stop()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = server_parser("Serve the built artifact on this machine.")
    add_artifact(parser)
    return parser


def _print(name: str, line: str) -> None:
    print(f"{name}: {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
