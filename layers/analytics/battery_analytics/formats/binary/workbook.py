"""Reads the sheets of an Excel workbook as text tables, so that the readers of text read them.

Runs in the child process only: the library ends its whole process where a sheet claims more cells than there is memory for.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from battery_analytics.formats.source_table import BinaryFault

MAX_SHEETS = 200
_NUMBERS = {float}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet's name and its rows as CSV."""

    name: str
    content: bytes


def sheets_of(content: bytes) -> list[Sheet]:
    """The sheets that hold rows. Raises BinaryFault for a workbook that cannot be read or is larger than it looks."""
    from python_calamine import CalamineWorkbook  # noqa: PLC0415  only for workbooks

    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = workbook.sheet_names[:MAX_SHEETS]
        return [
            sheet for name in names if (sheet := _sheet(name, workbook.get_sheet_by_name(name).to_python())).content
        ]
    except BinaryFault:
        raise
    except Exception as fault:  # its errors have no common class
        raise BinaryFault("it is damaged, or no workbook of Excel") from fault


def _sheet(name: str, rows: Sequence[Sequence[object]]) -> Sheet:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    for row in rows:
        if set(map(type, row)) == _NUMBERS:  # most rows: as text without a look at each cell
            written.write(",".join(map(repr, row)) + "\n")
        else:
            writer.writerow([_text(value) for value in row])
    return Sheet(name, written.getvalue().encode())


def _text(value: object) -> object:
    """A cell's value as the text readers know it."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        seconds = value.total_seconds()
        return f"{int(seconds // 3600)}:{int(seconds % 3600 // 60):02d}:{seconds % 60:09.6f}"
    return value
