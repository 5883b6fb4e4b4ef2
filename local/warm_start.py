"""Loads what requests will need, in the order in which they need it.

The page requests no plots, so their libraries are loaded after those of its first upload, and the embedded AWS starts last.
Both wait until no request is being handled, because all share this process's interpreter lock.
"""

from collections.abc import Callable, Mapping
from time import monotonic, sleep
from typing import Final, Protocol

from local.gateway import Invoke
from local.job_services import JobServices
from local.lambda_function import LocalFunction

QUIET_SECONDS: Final = 1.0
LOOK_EVERY_SECONDS: Final = 0.02


class Application(Protocol):
    """An object that says whether it is handling a request."""

    @property
    def is_busy(self) -> bool: ...


def warm_start(application: Application, functions: Mapping[str, Invoke], services: JobServices) -> None:
    """Load the functions, then the library, then start the services, or these at once where each request needs a token."""
    from battery_service.options import default_options  # noqa: PLC0415  # slow, and the port must open first
    from battery_service.warm_up import warm_up  # noqa: PLC0415  # as above

    for function in functions.values():
        if isinstance(function, LocalFunction):
            function.load()
    if services.has_tokens:
        services.start()
    warm_up({**default_options(), "plots": "none"})
    when_quiet(application, warm_up)
    when_quiet(application, services.start)


def when_quiet(application: Application, work: Callable[[], object]) -> None:
    """Do the work after one second without a request."""
    quiet_since = monotonic()
    while monotonic() - quiet_since < QUIET_SECONDS:
        sleep(LOOK_EVERY_SECONDS)
        if application.is_busy:
            quiet_since = monotonic()
    work()
