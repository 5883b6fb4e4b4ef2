"""The Battery Analytics API on this machine: python battery_analytics_api.py [port]"""

import argparse
import errno
import os
import sys
import threading
from collections.abc import Sequence
from functools import partial
from socket import socket

try:
    from battery_service.settings import Settings

    from local.arguments import server_parser
    from local.job_services import JobServices
    from local.router import Router
    from local.server import GRACE_SECONDS, LocalServer, bound_socket
    from local.source_functions import connected_functions, source_functions
    from local.template import NO_QUOTAS, Template
    from local.token_file import tokens_of
    from local.warm_start import warm_start
except (ModuleNotFoundError, SyntaxError) as missing:
    sys.exit(
        f"This needs Python 3.13 and the project's packages ({missing}): run `make test` or `make run` once, and then "
        ".venv/bin/python instead of python."
    )


def main(arguments: Sequence[str]) -> int:
    """Serve until Ctrl-C or SIGTERM. Returns 0 after a clean end, 1 where the server could not start or stopped a request."""
    options = _parser().parse_args(arguments)
    try:
        variables = _variables(cloud_limits=options.cloud_limits, needs_token=options.tokens is not None)
        settings = Settings.from_environment({**os.environ, **variables})
        tokens = None if options.tokens is None else tokens_of(options.tokens)
        listener = bound_socket(options.host, options.port)
    except (OSError, ValueError) as error:
        print(_why_not_started(error, options.host, options.port), file=sys.stderr)
        return 1
    # Embedded metrics are for CloudWatch to read, not for a terminal.
    os.environ.setdefault("POWERTOOLS_METRICS_DISABLED", "true")
    template = Template.read(parameters=None if options.quotas else NO_QUOTAS)
    services = JobServices(template, partial(connected_functions, variables), tokens=tokens)
    functions = source_functions(template, services, variables)
    application = Router(template, functions, services, settings)
    warm_up_arguments = (lambda: application.is_busy, functions, services)
    threading.Thread(target=warm_start, args=warm_up_arguments, name="warm-up", daemon=True).start()
    server = LocalServer(application, listener, on_ready=lambda: print(_welcome(listener, settings), flush=True))
    try:
        with server.stopped_by_signals():
            server.run()
            services.finish(GRACE_SECONDS, is_hurried=lambda: server.force_exit)
    finally:
        services.stop()
    if application.is_busy or services.is_busy:
        print(f"Stopped a request that ran for more than {GRACE_SECONDS} seconds.", file=sys.stderr, flush=True)
        os._exit(1)  # an analysis cannot be interrupted, and an ordinary exit would wait for its thread
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = server_parser("Serve the Battery Analytics API on this machine.")
    parser.add_argument("--cloud-limits", action="store_true", help="take and answer only what the cloud would: 4 MiB")
    parser.add_argument(
        "--quotas", action="store_true", help="refuse a caller who sends more than the cloud would take"
    )
    return parser


def _variables(*, cloud_limits: bool, needs_token: bool) -> dict[str, str]:
    """The variables that the functions get in addition to the process's environment."""
    limits = "cloud" if cloud_limits else os.environ.get("LIMITS", "local")
    stage = os.environ.get("STAGE", "local")
    return {"LIMITS": limits, "STAGE": stage, "NEEDS_TOKEN": str(needs_token).lower()}


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
