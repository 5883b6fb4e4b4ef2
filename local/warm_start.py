"""Loads what requests will need, in the order in which they need it.

The page requests no plots, so their libraries are loaded after those of its first upload, and the embedded AWS starts last.
Both wait until no request is being handled, because all share this process's interpreter lock.
"""

from collections.abc import Callable, Mapping
from time import monotonic, sleep
from typing import Final

from local.gateway import Invoke
from local.job_services import JobServices
from local.lambda_function import LocalFunction

QUIET_SECONDS: Final = 3.0
LOOK_EVERY_SECONDS: Final = 0.02


def warm_start(is_busy: Callable[[], bool], functions: Mapping[str, Invoke], services: JobServices) -> None:
    """Load the functions, then the science, then start the services; these at once where each request needs a token."""
    from battery_service.options import default_options  # noqa: PLC0415  # slow, and the port opens first
    from battery_service.warm_up import warm_up  # noqa: PLC0415  # as above

    for function in functions.values():
        if isinstance(function, LocalFunction):
            function.load()
    if services.has_tokens:
        services.start()
    warm_up({**default_options(), "plots": "none"})
    when_quiet(is_busy, warm_up)
    when_quiet(is_busy, services.start)


def when_quiet(is_busy: Callable[[], bool], work: Callable[[], object]) -> None:
    """Do the work once no request was handled for a few seconds."""
    quiet_since = monotonic()
    while monotonic() - quiet_since < QUIET_SECONDS:
        sleep(LOOK_EVERY_SECONDS)
        if is_busy():
            quiet_since = monotonic()
    work()
