"""The Battery Analytics API on this machine: python battery_analytics_api.py [port]"""

import argparse
import errno
import os
import sys
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from socket import socket

try:
    from battery_service.settings import Settings

    from local.front_door import FrontDoor
    from local.job_functions import in_this_process
    from local.lambda_function import Handler, LocalFunction
    from local.presigned_way import PresignedWay
    from local.server import GRACE_SECONDS, LocalServer, bound_socket
    from local.token_file import tokens_of
    from local.warm_start import when_quiet
except (ModuleNotFoundError, SyntaxError) as missing:
    sys.exit(
        f"This needs Python 3.13 and the project's packages ({missing}): run `make test` or `make run` once, and then "
        ".venv/bin/python instead of python."
    )


def main(arguments: Sequence[str]) -> int:
    """Serve until Ctrl-C or SIGTERM; 0 after a clean end, 1 where the server could not start or had to give up."""
    options = _parser().parse_args(arguments)
    try:
        variables = _variables(cloud_limits=options.cloud_limits)
        settings = Settings.from_environment({**os.environ, **variables})
        tokens = None if options.tokens is None else tokens_of(options.tokens)
        listener = bound_socket(options.host, options.port)
    except (OSError, ValueError) as error:
        print(_why_not_started(error, options.host, options.port), file=sys.stderr)
        return 1
    way = PresignedWay(in_this_process(variables), tokens=tokens)
    application = _application(variables, settings, way)
    server = LocalServer(application, listener, on_ready=lambda: print(_welcome(listener, settings), flush=True))
    try:
        with server.stopped_by_signals():
            server.run()
            way.finish(GRACE_SECONDS, is_hurried=lambda: server.is_hurried)
    finally:
        way.stop()
    if application.is_busy or way.is_busy:
        print(f"Gave up on a request that ran for more than {GRACE_SECONDS} seconds.", file=sys.stderr, flush=True)
        os._exit(1)  # an analysis cannot be interrupted, and an ordinary exit would wait for its thread
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Serve the Battery Analytics API on this machine.")
    parser.add_argument("port", nargs="?", type=_port, default=5000, help="default: 5000; 0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; 0.0.0.0 opens it to the network")
    parser.add_argument("--cloud-limits", action="store_true", help="take and answer only what the cloud would: 4 MiB")
    parser.add_argument(
        "--tokens", type=Path, metavar="FILE", help="let in only who has a token of this file, which `make token` makes"
    )
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{port} is not a port; ports are 0 to 65535")
    return port


def _variables(*, cloud_limits: bool) -> dict[str, str]:
    """What the functions are told here beside the process's own environment."""
    limits = "cloud" if cloud_limits else os.environ.get("LIMITS", "local")
    return {"LIMITS": limits, "STAGE": os.environ.get("STAGE", "local")}


def _application(variables: Mapping[str, str], settings: Settings, way: PresignedWay) -> FrontDoor:
    # Imported when first needed: the port opens before powertools loads.
    @cache
    def load_site() -> Handler:
        from functions.site.app import make_handler  # noqa: PLC0415

        return make_handler({**os.environ, **variables})

    @cache
    def load_upload_handler() -> Handler:
        from functions.upload_handler.app import make_handler  # noqa: PLC0415

        return make_handler({**os.environ, **variables})

    site, upload_handler = LocalFunction("site", load_site), LocalFunction("upload_handler", load_upload_handler)
    application = FrontDoor(settings, site, upload_handler, way)

    def prepare() -> None:
        from battery_service.options import Options  # noqa: PLC0415  # as above
        from battery_service.warm_up import warm_up  # noqa: PLC0415  # as above, and the science with it

        load_site()
        load_upload_handler()
        if way.authorizer is not None:  # every upload waits for the embedded AWS, which holds the tokens
            way.open()
        # The page asks for no plots, so what they need comes after its first upload, and the embedded AWS last.
        warm_up(Options(plots="none"))
        when_quiet(application, warm_up)
        when_quiet(application, way.open)

    # Embedded metrics are for CloudWatch to read; nobody wants them in a terminal.
    os.environ.setdefault("POWERTOOLS_METRICS_DISABLED", "true")
    threading.Thread(target=prepare, name="warm-up", daemon=True).start()
    return application


def _welcome(listener: socket, settings: Settings) -> str:
    host, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": "localhost", "::": "localhost"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104  # compared, not bound
    size = settings.limits.max_upload_bytes // 2**20
    return f"Battery Analytics API: http://{shown}:{port} - files up to {size} MiB to /api/upload, Ctrl-C stops it"


def _why_not_started(error: OSError | ValueError, host: str, port: int) -> str:
    if not isinstance(error, OSError):
        return f"Cannot start: {error}."
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < 65535 else 5000
        return f"Port {port} on {host} is taken. Try another: python battery_analytics_api.py {other}"
    return f"Cannot listen on {host}:{port}: {error.strerror or error}."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
