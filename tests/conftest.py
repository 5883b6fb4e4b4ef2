"""How Hypothesis tries properties, and which tests stay on one worker so that what they share is started once."""

import os
from collections.abc import Mapping
from typing import Final

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# Neither profile judges a time: it says more about the machine, and about what else runs there, than about the code.
settings.register_profile(
    "default", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.register_profile("slow-machine", parent=settings.get_profile("default"), max_examples=20)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

# By how a test's id begins; whatever begins otherwise goes wherever there is room.
GROUPS: Final[Mapping[str, str]] = {
    "tests/browser/test_dashboard_on_the_artifact.py": "the artifact",
    "tests/package/": "the artifact",
    "tests/browser/test_dashboard_elsewhere.py": "servers with limits and tokens",
    "tests/browser/test_dashboard_storage.py": "servers with limits and tokens",
    "tests/browser/test_dashboard_token.py": "servers with limits and tokens",
    "tests/browser/test_embedding.py": "servers with limits and tokens",
    "tests/browser/test_dashboard": "the local server",
    "tests/browser/test_harness.py": "the local server",
}


class Groups(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """xdist's own groups have no effect under pytest 9.2, where a plugin cannot rename a test any more."""

    def _split_scope(self, nodeid: str) -> str:
        return next((group for beginning, group in GROUPS.items() if nodeid.startswith(beginning)), nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Groups:
    return Groups(config, log)
