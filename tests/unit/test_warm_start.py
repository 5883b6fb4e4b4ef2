"""What the start puts off is done once no request is being handled."""

import pytest

from local import warm_start


class Application:
    """Handles a request for as many looks as are given."""

    def __init__(self, busy_looks: int) -> None:
        self.busy_looks = busy_looks
        self.quiet_looks = 0

    def is_busy(self) -> bool:
        self.busy_looks -= 1
        if self.busy_looks >= 0:
            self.quiet_looks = 0
            return True
        self.quiet_looks += 1
        return False


@pytest.mark.parametrize("busy_looks", [0, 50])
def test_work_is_done_once_the_application_was_quiet_for_a_while(
    busy_looks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warm_start, "QUIET_SECONDS", 0.01)
    monkeypatch.setattr(warm_start, "LOOK_EVERY_SECONDS", 0.001)
    application = Application(busy_looks)
    seen: list[int] = []

    warm_start.when_quiet(application.is_busy, lambda: seen.append(application.quiet_looks))

    assert application.busy_looks < 0
    assert len(seen) == 1
    assert seen[0] >= 1
