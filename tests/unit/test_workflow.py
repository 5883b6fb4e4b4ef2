"""Continuous integration runs what contributors run, with no more rights than reading."""

from pathlib import Path
from typing import Any

import yaml

WORKFLOW: dict[str, Any] = yaml.safe_load(Path(".github/workflows/check.yml").read_text())
[JOB] = WORKFLOW["jobs"].values()
GOALS = [entry["goal"] for entry in JOB["strategy"]["matrix"]["include"]]


def test_checks_tests_and_both_artifacts_are_made() -> None:
    assert GOALS == ["check", "test", "package", "package ARCH=arm64"]
    assert {"run": "make ${{ matrix.goal }}"} in JOB["steps"]


def test_every_goal_is_one_of_the_makefile() -> None:
    targets = {line.partition(":")[0] for line in Path("Makefile").read_text().splitlines() if ": " in line}
    assert {goal.split()[0] for goal in GOALS} <= targets


def test_it_may_read_the_repository_and_nothing_else() -> None:
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert "permissions" not in JOB
    assert not any("secrets." in str(step) for step in JOB["steps"])


def test_only_actions_of_github_itself_are_used() -> None:
    used = [step["uses"] for step in JOB["steps"] if "uses" in step]
    assert used
    assert all(action.startswith("actions/") for action in used)
