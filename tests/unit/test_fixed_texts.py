"""Dates and durations are read all rows at once, to the values that they have one by one."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from battery_analytics.formats.tables.column_values import number_of_text, numbers
from battery_analytics.formats.tables.dates import seconds_of_dates
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples

MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(2099, 12, 31)).map(lambda one: one.replace(microsecond=0))
SPELLINGS = ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%Y-%m-%dT%H:%M:%S")


@examples(60)
@given(st.lists(MOMENTS, min_size=1, max_size=20), st.sampled_from(SPELLINGS))
def test_dates_are_seconds_since_1970(moments: list[datetime], spelling: str) -> None:
    seconds = seconds_of_dates([moment.strftime(spelling) for moment in moments])

    assert seconds.tolist() == [moment.replace(tzinfo=UTC).timestamp() for moment in moments]


@examples(60)
@given(st.lists(st.integers(0, 3_000_000), min_size=1, max_size=20))
def test_dates_of_twelve_hours_without_leading_zeros(offsets: list[int]) -> None:
    moments = [datetime(2024, 1, 13, tzinfo=UTC) + timedelta(seconds=offset) for offset in offsets]
    texts = [f"{one.month}/{one.day}/{one.year} {one.hour % 12 or 12}:{one:%M:%S} {one:%p}" for one in moments]

    assert seconds_of_dates([*texts, "1/13/2024 12:00:00 AM"])[:-1].tolist() == [one.timestamp() for one in moments]


def test_what_is_in_no_calendar_is_no_date() -> None:
    texts = [
        "2024-02-29 00:00:00",
        "2023-02-29 00:00:00",
        "2024-13-01 00:00:00",
        "1960-01-01 00:00:00",
        "",
        None,
        "soon",
    ]

    assert np.isnan(seconds_of_dates(texts)).tolist() == [False, True, True, True, True, True, True]


@examples(60)
@given(st.lists(st.tuples(st.integers(0, 999), st.integers(0, 59), st.integers(0, 59_999)), min_size=2, max_size=20))
def test_durations_are_seconds(parts: list[tuple[int, int, int]]) -> None:
    texts = [f"{hours}:{minutes:02d}:{milli / 1000:06.3f}" for hours, minutes, milli in parts]

    read = numbers([*texts, None, ""], clock=True)

    expected = [hours * 3600 + minutes * 60 + milli / 1000 for hours, minutes, milli in parts]
    assert read.values[:-2].tolist() == pytest.approx(expected, abs=1e-9)
    assert read.values[:-2].tolist() == pytest.approx([number_of_text(text, clock=True) for text in texts])
    assert np.isnan(read.values[-2:]).all()
    assert read.unreadable == 0


def test_days_before_a_duration_and_other_numbers_among_durations() -> None:
    assert numbers(["1d 00:00:05", "00:00:06"], clock=True).values.tolist() == [86_405, 6]
    assert numbers(["00:00:05", "7.5", "x"], clock=True).values[:2].tolist() == [5, 7.5]
    assert numbers(["00:00:05", "7.5", "x"], clock=True).unreadable == 1
