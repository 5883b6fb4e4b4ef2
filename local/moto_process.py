"""moto's server as a process of its own: it prints its port, accepts one key, and ends with the process that started it.

It has a process of its own for three reasons, measured while an analysis was running: small calls take 29 ms instead of 184,
the 200 MB that it needs for objects of 50 MB are freed with it, and it can be stopped at any time. It imports nothing of
this project.
"""

import contextlib
import logging
import os
import shutil
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterable
from typing import Any

ACCESS_KEY_VARIABLE = "EMBEDDED_ACCESS_KEY"
SCRATCH_VARIABLE = "EMBEDDED_SCRATCH"
type Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def main() -> None:
    # Ctrl-C reaches every process of the terminal, but this one must not end before the functions that need it.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    try:
        serve()
    except Exception:  # noqa: BLE001  # printed here, because os._exit prints nothing
        traceback.print_exc()
    finally:
        shutil.rmtree(os.environ[SCRATCH_VARIABLE], ignore_errors=True)
        # Threads may still be answering, but nobody reads their answers.
        os._exit(0)


def serve() -> None:
    """Wait until our standard input is closed, which happens whenever the parent ends."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app  # noqa: PLC0415  # slow, and signals first
    from werkzeug.serving import make_server  # noqa: PLC0415

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    services: Application = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", 0, locked(services, os.environ[ACCESS_KEY_VARIABLE]), threaded=True)
    with contextlib.suppress(OSError):  # the parent may have ended before this was ready
        sys.stdout.write(f"{server.port}\n")
        sys.stdout.flush()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sys.stdin.buffer.read()


def locked(application: Application, access_key: str) -> Application:
    """The application for requests that name this key in Authorization, which a web page sends only after a preflight."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if f"Credential={access_key}/" in environ.get("HTTP_AUTHORIZATION", ""):
            return application(environ, start_response)
        start_response("403 Forbidden", [("Content-Type", "text/plain")])
        return [b"These services belong to the Battery Analytics API on this machine.\n"]

    return answer


if __name__ == "__main__":
    main()
