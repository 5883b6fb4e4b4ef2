"""What a start may do later: it waits until no request is being handled, because all share this process's processor."""

from collections.abc import Callable
from time import monotonic, sleep
from typing import Final, Protocol

QUIET_SECONDS: Final = 1.0
LOOK_EVERY_SECONDS: Final = 0.02


class Application(Protocol):
    """It knows whether it is handling a request."""

    @property
    def is_busy(self) -> bool: ...


def when_quiet(application: Application, work: Callable[[], object]) -> None:
    """Do the work once no request was handled for a second."""
    quiet_since = monotonic()
    while monotonic() - quiet_since < QUIET_SECONDS:
        sleep(LOOK_EVERY_SECONDS)
        if application.is_busy:
            quiet_since = monotonic()
    work()
