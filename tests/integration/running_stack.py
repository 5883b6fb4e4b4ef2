"""The whole local stack in a thread of the test: real functions, embedded services, and a seam before the first."""

import os
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from battery_service.settings import Settings

from functions.upload_handler.app import make_handler
from local.gateway import Event, Invoke
from local.job_services import JobServices
from local.router import Router
from local.server import LocalServer, bound_socket
from local.source_functions import connected_functions, source_functions
from local.template import Template

type Handler = Callable[[Event, object], object]


@contextmanager
def running_stack(
    variables: Mapping[str, str], around: Callable[[Handler], Handler], *, site: Handler | None = None
) -> Iterator[str]:
    """Its URL. The functions have these variables.

    `around` makes the upload handler of the real one; `site` takes the place of the real site.
    """
    environment, place = dict(os.environ), tempfile.tempdir
    settings, template = Settings.from_environment(variables), Template.read()
    services = JobServices(template, partial(connected_functions, variables))
    functions = dict(source_functions(template, services, variables))
    functions["UploadFunction"] = called(around(make_handler(variables)))
    if site is not None:
        functions["SiteFunction"] = called(site)
    listener = bound_socket("127.0.0.1", 0)
    server = LocalServer(Router(template, functions, services, settings), listener, grace_seconds=5)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        services.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.stop()
        thread.join(30)
        services.finish(10, is_hurried=lambda: False)
        services.stop()
        os.environ.clear()
        os.environ.update(environment)
        tempfile.tempdir = place
    assert not thread.is_alive()


def called(handler: Handler) -> Invoke:
    """The handler as the gateway calls it, with no context."""
    return lambda event, _request_id: handler(event, None)
