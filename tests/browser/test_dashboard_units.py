"""The dashboard's modules without a browser: its own tests, of which each failure is told here."""

import subprocess

import pytest

from tests.browser.equipment import NODE, ROOT

DASHBOARD = ROOT / "dashboard"
VITEST = DASHBOARD / "node_modules" / "vitest" / "vitest.mjs"
GENERATED_TYPES = DASHBOARD / "generated" / "api.ts"


@pytest.mark.skipif(NODE is None, reason="Node is not installed")
@pytest.mark.skipif(not VITEST.exists() or not GENERATED_TYPES.exists(), reason="not installed: `make dashboard`")
def test_the_modules_of_the_dashboard_do_what_their_tests_say() -> None:
    command = [str(NODE), str(VITEST), "run", "--reporter=dot"]
    run = subprocess.run(command, cwd=DASHBOARD, capture_output=True, text=True, timeout=300, check=False)
    assert run.returncode == 0, run.stdout[-8000:] + run.stderr[-2000:]
    assert "Tests " in run.stdout
