"""Calls uv, which reads the lock file: the uv on the path, or else the one that `make` puts into .tools."""

import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CANDIDATES = ("uv", str(ROOT / ".tools/uv/bin/uv"))


def run_uv(arguments: Sequence[str]) -> str:
    """uv's output. It stops the build if uv fails, after uv's own messages."""
    done = subprocess.run([_uv(), "--quiet", *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"uv {arguments[0]} failed with {done.returncode}.")
    return done.stdout


def locked_requirements(*options: str) -> list[str]:
    """The pinned requirements in uv.lock of the packages that the options name, with hashes, without our own packages."""
    without = ("--no-dev", "--no-emit-workspace", "--no-header", "--no-annotate")
    exported = run_uv(["export", "--frozen", *without, *options])
    return exported.replace("\\\n", "").splitlines()


@cache
def _uv() -> str:
    for candidate in CANDIDATES:
        # Run rather than looked up: a version manager may put a uv on the path that runs for another Python only.
        try:
            subprocess.run([candidate, "--version"], capture_output=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        return candidate
    raise SystemExit("There is no uv; `make package` brings it.")
