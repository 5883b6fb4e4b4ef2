"""The fuzzers find what they should, and every input that they once found is answered as it must be."""

from pathlib import Path

import pytest
from battery_analytics import BatteryFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.checks import Finding, check_files, check_form, check_json
from tests.fuzz.edits import EDITS, MOST_BYTES, Edit, edited
from tests.fuzz.run import fuzz
from tests.fuzz.targets import TARGETS, Target

CORPUS = sorted(path for path in (Path(__file__).parents[1] / "corpus").iterdir() if path.is_dir())


@pytest.mark.parametrize("folder", CORPUS, ids=lambda folder: folder.name)
def test_what_was_found_once_is_answered_as_it_must_be(folder: Path) -> None:
    contents = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    if "type" in contents:
        check_form(contents["body"], contents["type"].decode())
    elif "body.json" in contents:
        check_json(contents["body.json"])
    else:
        check_files([BatteryFile(name, content) for name, content in contents.items()])


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_each_target_draws_inputs_that_hold(target: Target) -> None:
    @settings(max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(target.inputs)
    def holds(drawn: object) -> None:
        target.check(drawn)

    holds()


@given(st.binary(max_size=300), EDITS)
def test_edits_take_any_bytes_and_never_grow_beyond_their_limit(content: bytes, edits: list[Edit]) -> None:
    assert len(edited(content, edits)) <= MOST_BYTES


def test_a_finding_is_made_small_kept_as_files_and_told(tmp_path: Path) -> None:
    def check(content: bytes) -> None:
        if b"!" in content:
            raise Finding("an exclamation mark")

    target = Target("marks", st.binary(max_size=50), check, lambda content: {"any.bin": content})
    outcome = fuzz(target, seconds=3, first_seed=1, kept_in=tmp_path)

    assert outcome.n_inputs > 100
    [told] = outcome.findings
    assert "Finding at test_fuzz.py" in told
    assert told.endswith("an exclamation mark\n")
    assert [path.read_bytes() for path in tmp_path.glob("marks-*/any.bin")] == [b"!"]


@pytest.mark.parametrize("body", [b'{"files": [{"name": "a.pkl", "size_bytes": 3}]}', b"[" * 60_000, b"\xff"])
def test_a_body_is_taken_or_refused(body: bytes) -> None:
    check_json(body)
