"""What comes of a look into the databases of vulnerabilities: a finding fails, a database that is silent is said."""

import json
from collections.abc import Sequence

import pytest

from tools.artifact_build import audit
from tools.artifact_build.audit import Verdict, verdict

CLEAN = {"name": "numpy", "version": "2.5.5", "vulns": []}
VULNERABLE = {
    "name": "pillow",
    "version": "9.0.0",
    "vulns": [
        {"id": "PYSEC-2023-175", "fix_versions": ["10.0.1"], "aliases": ["CVE-2023-4863"], "description": "…"},
        {"id": "PYSEC-2030-1", "fix_versions": [], "aliases": [], "description": "…"},
    ],
}
UNKNOWN = {"name": "six", "skip_reason": "Dependency not found on PyPI and could not be audited: six (1.17.0)"}


def report(*dependencies: object) -> str:
    """A report in the form of `pip-audit --format json`."""
    return json.dumps({"dependencies": dependencies, "fixes": []})


def test_a_vulnerability_is_named_with_the_version_that_mends_it() -> None:
    assert verdict(report(CLEAN, VULNERABLE)) == Verdict(
        2,
        (
            "pillow 9.0.0: PYSEC-2023-175, fixed in 10.0.1",
            "pillow 9.0.0: PYSEC-2030-1, fixed in no version yet",
        ),
    )


def test_a_library_that_the_database_does_not_have_does_not_count_as_looked_up() -> None:
    assert verdict(report(CLEAN, UNKNOWN)) == Verdict(1, (), (f"six: {UNKNOWN['skip_reason']}",))


@pytest.mark.parametrize("output", ["", "ERROR: no connection"])
def test_what_is_no_report_is_no_verdict(output: str) -> None:
    with pytest.raises(ValueError, match="Expecting value"):
        verdict(output)


def databases(monkeypatch: pytest.MonkeyPatch, said: dict[str, Verdict | str]) -> list[tuple[str, int]]:
    """Two locked libraries, and databases that say this; gives what was asked, and of how many libraries."""
    questions: list[tuple[str, int]] = []

    def asked(database: str, requirements: Sequence[str]) -> Verdict | str:
        questions.append((database, len(requirements)))
        return said[database]

    monkeypatch.setattr(audit, "locked_requirements", lambda *_: ["numpy==2.5.5", "pillow==9.0.0"])
    monkeypatch.setattr(audit, "asked", asked)
    return questions


def test_a_finding_fails_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    databases(monkeypatch, {"pypi": Verdict(2, ("pillow 9.0.0: PYSEC-2023-175, fixed in 10.0.1",))})
    with pytest.raises(SystemExit, match="PYSEC-2023-175"):
        audit.main()


def test_another_database_is_asked_where_the_first_one_is_silent(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = databases(monkeypatch, {"pypi": "no connection", "osv": Verdict(2)})
    audit.main()
    assert questions == [("pypi", 1), ("osv", 1), ("osv", 2)]
    assert "2 of 2 locked libraries were looked up for vulnerabilities in osv." in capsys.readouterr().out


def test_where_no_database_answers_it_says_so_and_why_and_fails_nobody(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    databases(monkeypatch, {"pypi": "not found", "osv": "no such host"})
    audit.main()
    said = capsys.readouterr().out
    assert said.startswith("SKIPPED")
    assert "pypi: not found" in said
    assert "osv: no such host" in said
