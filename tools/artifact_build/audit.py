"""Looks up the locked libraries in a database of known vulnerabilities: `python -m tools.artifact_build.audit`.

It looks up what is deployed and what the local server runs, and installs nothing. A vulnerability is an error; a database that
cannot be reached is only reported.
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
TIMEOUT_S = 10
REASON_LENGTH = 160


@dataclass(frozen=True)
class Verdict:
    """A database's answer: how many libraries it knows, what it found, and which it does not know, and why."""

    n_known: int
    vulnerabilities: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def verdict(report: str) -> Verdict:
    """The answer in pip-audit's report, which is JSON. Raises ValueError if it is not."""
    dependencies = json.loads(report)["dependencies"]
    known = [it for it in dependencies if "skip_reason" not in it]
    found = [
        f"{it['name']} {it['version']}: {fault['id']}, fixed in {', '.join(fault['fix_versions']) or 'no version yet'}"
        for it in known
        for fault in it["vulns"]
    ]
    unknown = [f"{it['name']}: {it['skip_reason']}" for it in dependencies if "skip_reason" in it]
    return Verdict(len(known), tuple(found), tuple(unknown))


def asked(database: str, requirements: Sequence[str]) -> Verdict | str:
    """The database's answer for these libraries, or the reason why there is none."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listed:
        listed.write("\n".join(requirements))
        listed.flush()
        options = ["--vulnerability-service", database, "--timeout", str(TIMEOUT_S), "--requirement", listed.name]
        # They are pinned and hashed, so nothing has to be resolved or downloaded.
        pinned = ["--disable-pip", "--require-hashes", "--no-deps"]
        command = [str(Path(sys.executable).with_name("pip-audit")), "--format", "json", "--progress-spinner", "off"]
        done = subprocess.run([*command, *options, *pinned], capture_output=True, text=True, check=False)
    try:
        found = verdict(done.stdout)
    except ValueError:
        return shorten((done.stderr.splitlines() or ["no answer"])[-1], REASON_LENGTH)
    return found if found.n_known else found.unknown[0]


def main() -> None:
    requirements = locked_requirements("--all-packages")
    unreachable = []
    for database in DATABASES:
        # One library first: a mirror of the index without a database need not be asked for all of them.
        answer = asked(database, requirements[:1])
        if not isinstance(answer, str):
            answer = asked(database, requirements)
        if isinstance(answer, str):
            unreachable.append(f"{database}: {answer}")
            continue
        print(
            f"{answer.n_known} of {len(requirements)} locked libraries were looked up for vulnerabilities in {database}."
        )
        print("\n".join(answer.unknown))
        if answer.vulnerabilities:
            raise SystemExit("\n".join(answer.vulnerabilities))
        return
    print(f"SKIPPED: no database of vulnerabilities can be reached from here ({'; '.join(unreachable)}).")


if __name__ == "__main__":
    main()
