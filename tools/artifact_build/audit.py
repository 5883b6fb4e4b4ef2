"""Looks the locked libraries up in a database of known vulnerabilities: `python -m tools.artifact_build.audit`.

It asks for what is deployed and what the local server runs, and installs nothing. A vulnerability fails it; a database that
cannot be reached is said, and fails nobody.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten

from tools.artifact_build.uv import locked_requirements

# pip-audit's names for the database of the package index and for OSV.
DATABASES = ("pypi", "osv")
PATIENCE_S = 10
REASON_LENGTH = 160


@dataclass(frozen=True)
class Verdict:
    """What a database said: of how many libraries it knows, what it found, and of which it knows nothing, and why."""

    n_known: int
    vulnerabilities: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def verdict(report: str) -> Verdict:
    """What pip-audit's report says, as JSON. Raises ValueError where it is none."""
    dependencies = json.loads(report)["dependencies"]
    known = [it for it in dependencies if "skip_reason" not in it]
    found = [
        f"{it['name']} {it['version']}: {fault['id']}, mended in {', '.join(fault['fix_versions']) or 'no version yet'}"
        for it in known
        for fault in it["vulns"]
    ]
    unknown = [f"{it['name']}: {it['skip_reason']}" for it in dependencies if "skip_reason" in it]
    return Verdict(len(known), tuple(found), tuple(unknown))


def asked(database: str, requirements: Sequence[str]) -> Verdict | str:
    """What the database says of these libraries, or why it says nothing."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listed:
        listed.write("\n".join(requirements))
        listed.flush()
        options = ["--vulnerability-service", database, "--timeout", str(PATIENCE_S), "--requirement", listed.name]
        # Pinned and hashed as they are, they need nobody to resolve or download them.
        alone = ["--disable-pip", "--require-hashes", "--no-deps"]
        command = [str(Path(sys.executable).with_name("pip-audit")), "--format", "json", "--progress-spinner", "off"]
        done = subprocess.run([*command, *options, *alone], capture_output=True, text=True, check=False)
    try:
        said = verdict(done.stdout)
    except ValueError:
        return shorten((done.stderr.splitlines() or ["no answer"])[-1], REASON_LENGTH)
    return said if said.n_known else said.unknown[0]


def main() -> None:
    requirements = locked_requirements("--all-packages")
    silent = []
    for database in DATABASES:
        # One library first: a mirror of the index that has no database would be asked in vain for each of them.
        said = asked(database, requirements[:1])
        if not isinstance(said, str):
            said = asked(database, requirements)
        if isinstance(said, str):
            silent.append(f"{database}: {said}")
            continue
        print(
            f"{said.n_known} of {len(requirements)} locked libraries were looked up for vulnerabilities in {database}."
        )
        print("\n".join(said.unknown))
        if said.vulnerabilities:
            raise SystemExit("\n".join(said.vulnerabilities))
        return
    print(f"SKIPPED: no database of vulnerabilities can be reached from here ({'; '.join(silent)}).")


if __name__ == "__main__":
    main()
