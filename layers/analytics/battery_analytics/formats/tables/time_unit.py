"""Tells the unit of a time that states none, from the dates that stand beside it."""

import csv
from collections.abc import Sequence

import numpy as np

from battery_analytics.formats.tables.column_values import number_of_text
from battery_analytics.formats.tables.columns import ColumnNames, RecognisedColumn, has_unit
from battery_analytics.formats.tables.dates import is_date, seconds_of_dates
from battery_analytics.formats.tables.text import TableText

SAMPLE_BYTES, SAMPLE_ROWS = 40_000, 300
NEAR = 0.02
UNITS = {60.0: "minutes", 3_600.0: "hours", 1e-3: "milliseconds"}


def unit_by_dates(text: TableText, time: RecognisedColumn, names: ColumnNames) -> float | None:
    """The factor from the numbers of the time column to seconds; None where its name states one, or the dates do not tell."""
    if has_unit(time.name):
        return None
    lines = text.content[text.rows_start : text.rows_start + SAMPLE_BYTES].decode("utf-8", "replace").splitlines()
    rows = [row for row in csv.reader(lines[:SAMPLE_ROWS], delimiter=text.header.separator) if row]
    columns = text.header.columns
    moments = [number_of_text(text_of) for text_of in _column(rows, columns.index(time.name))]
    if len(moments) < 3 or any(moment is None for moment in moments):
        return None
    for place, name in enumerate(columns):
        known = names.recognised(name)
        if known is None or known.quantity != "time_s" or name == time.name:
            continue
        dates = _column(rows, place)
        if not dates or not is_date(dates[0]):
            continue
        passed = np.ptp(seconds_of_dates(dates[: len(moments)]))
        span = float(np.ptp(np.array(moments, dtype=np.float64)))
        if span > 0 and np.isfinite(passed):
            return next((factor for factor in UNITS if abs(passed / span / factor - 1) < NEAR), None)
    return None


def _column(rows: Sequence[Sequence[str]], place: int) -> list[str]:
    return [row[place] for row in rows if len(row) > place][:-1]
