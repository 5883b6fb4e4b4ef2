"""A job as an item: what is written is what is read."""

import pytest
from battery_service.jobs.answers import iso
from battery_service.jobs.item import attributes_of, item_of, job_of
from battery_service.jobs.job import Job, StoredFile, is_id, new_id
from battery_service.options import Options, default_options, options_of_json, parse_options
from hypothesis import given
from hypothesis import strategies as st

TIMES = st.integers(0, 4_000_000_000_000).map(lambda milliseconds: milliseconds / 1000)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
OPTIONS = st.fixed_dictionaries(
    {
        "plots": st.sampled_from(
            ["standard", "all", "none", ["capacity_plot"], ["capacity_plot", "voltage_profile_plot"]]
        ),
        "eol_threshold": st.floats(0.1, 0.9),
        "capacity_reference": st.sampled_from(["initial", "nominal"]),
        "compare": st.sampled_from(["auto", "ageing", "check_ups", "all"]),
        "format": st.none() | st.sampled_from(["Arbin csv", "cycles table"]),
        "sections": st.sampled_from(["all", ["capacity_fade"], ["capacity_fade", "source"]]),
        "cycles": st.none() | st.lists(st.integers(0, 9999), min_size=1, max_size=5, unique=True),
    }
)
JOBS = st.builds(
    Job,
    job_id=st.builds(new_id),
    status=st.sampled_from(["awaiting", "queued"]),
    created_at=TIMES,
    due_at=TIMES,
    expires_at=TIMES,
    files=st.lists(st.builds(StoredFile, NAMES, st.integers(1, 2**40), st.text(max_size=9)), max_size=3).map(tuple),
    options=OPTIONS,
    request_id=st.text(st.characters(codec="ascii"), max_size=9),
    attempts=st.integers(0, 3),
    sends=st.integers(0, 8),
)


@given(JOBS)
def test_a_job_comes_back_as_it_was_written(job: Job) -> None:
    assert job_of(item_of(job)) == job


def test_an_error_comes_back_as_it_was_written() -> None:
    error = {"error": "Zelle Ä ist leer.", "code": "no_cycles", "details": {"n": [1, None]}, "request_id": "r"}
    item = {**item_of(Job("a" * 32, "awaiting", 1.0, 2.0, 3.0)), **attributes_of({"status": "failed", "error": error})}
    assert job_of(item).error == error


@given(OPTIONS)
def test_options_as_json_are_options_as_a_query(options: Options) -> None:
    assert options.keys() == default_options().keys()
    query = {
        name: ",".join(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in options.items()
        if value is not None
    }
    assert options_of_json(options) == parse_options(query) == options


def test_ids_are_told_from_anything_else() -> None:
    assert is_id(new_id())
    for other in ("", "a" * 31, "a" * 33, "A" * 32, "a" * 32 + "\n", "report " + "a" * 25):
        assert not is_id(other)


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, None), (0.0, "1970-01-01T00:00:00.000Z"), (1.8e9 + 0.25, "2027-01-15T08:00:00.250Z")]
)
def test_times_are_iso_8601_in_utc(seconds: float | None, text: str | None) -> None:
    assert iso(seconds) == text
