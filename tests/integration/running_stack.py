"""The whole local stack in a thread of the test: real functions, embedded services, and a seam before the first."""

import os
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from battery_service.settings import Settings

from functions.site.app import make_handler as make_site
from functions.upload_handler.app import make_handler
from local.front_door import FrontDoor
from local.gateway import Event
from local.job_functions import in_this_process
from local.presigned_way import PresignedWay
from local.server import LocalServer, bound_socket

type Handler = Callable[[Event, object], object]


@contextmanager
def running_stack(
    variables: Mapping[str, str], around: Callable[[Handler], Handler], *, site: Handler | None = None
) -> Iterator[str]:
    """Its URL. The functions have these variables.

    `around` makes the upload handler of the real one; `site` takes the place of the real site.
    """
    environment, place = dict(os.environ), tempfile.tempdir
    settings = Settings.from_environment(variables)
    way = PresignedWay(in_this_process(variables))
    handler = around(make_handler(variables))
    listener = bound_socket("127.0.0.1", 0)
    page = site or make_site(variables)
    door = FrontDoor(settings, lambda event, _id: page(event, None), lambda event, _id: handler(event, None), way)
    server = LocalServer(door, listener, grace_seconds=5)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        way.launch()
        way.open()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.stop()
        thread.join(30)
        way.finish(10, is_hurried=lambda: False)
        way.stop()
        os.environ.clear()
        os.environ.update(environment)
        tempfile.tempdir = place
    assert not thread.is_alive()
