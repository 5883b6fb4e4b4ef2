"""What the browser tests need of the machine and of the build, and in a sentence why they cannot run where it is missing."""

import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUILT_PAGE = ROOT / "functions" / "site" / "page" / "index.html"
SPEC_RUNNER = Path(__file__).parent / "e2e" / "built" / "run.js"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NODE = shutil.which("node") or shutil.which("nodejs")
OLDEST_NODE = 18


@cache
def missing_for_specs() -> str | None:
    """Why specs cannot be played here; None where they can."""
    if CHROMIUM is None:
        return "Chromium is not installed"
    if NODE is None:
        return "Node is not installed"
    said = subprocess.run([NODE, "--version"], capture_output=True, text=True, timeout=60, check=True).stdout.strip()
    if int(said.lstrip("v").partition(".")[0]) < OLDEST_NODE:
        return f"Node {said} is older than {OLDEST_NODE}"
    if not SPEC_RUNNER.exists():
        return "the specs are not built: `make browser-specs`"
    return None


def missing_for_dashboard() -> str | None:
    """Why the dashboard's specs cannot be played here; None where they can."""
    return missing_for_specs() or (None if BUILT_PAGE.exists() else "the dashboard is not built: `make dashboard`")


needs_the_dashboard = pytest.mark.skipif(missing_for_dashboard() is not None, reason=str(missing_for_dashboard()))
