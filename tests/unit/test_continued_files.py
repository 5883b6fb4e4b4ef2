"""A cell over several files: splitting a file changes no figure, and cells that are only named alike stay apart."""

import json
from collections.abc import Sequence
from itertools import pairwise

import pytest
from battery_analytics import BatteryFile, analyze
from battery_analytics.formats.reading import read_cells
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.known_cell import COLUMNS, column, text_table

HEADER, *ROWS = text_table(",", [(name, column(name)) for name in ("cycle_number", *COLUMNS)]).splitlines()
UNNUMBERED = [row.split(",", 1)[1] for row in (HEADER, *ROWS)]


def split(rows: Sequence[str], places: Sequence[int], name: str = "cell_{}.csv") -> list[BatteryFile]:
    """A table cut before these rows, each part with its header."""
    header, *body = rows
    bounds = [0, *sorted(places), len(body)]
    parts = ["\n".join([header, *body[start:stop], ""]) for start, stop in pairwise(bounds)]
    return [BatteryFile(name.format(number), part.encode()) for number, part in enumerate(parts, start=1)]


def figures(files: Sequence[BatteryFile]) -> dict[str, object]:
    report = json.loads(analyze(files, plots="none").to_json())
    assert "cells" not in report
    return {name: report[name] for name in ("capacity_fade", "cycle_table", "voltage_profile", "statistical_metrics")}


@settings(max_examples=25, deadline=None)
@given(st.sets(st.integers(3, len(ROWS) - 3), min_size=1, max_size=3), st.booleans(), st.randoms())
def test_splitting_a_table_changes_no_figure(places: set[int], numbered: bool, order: object) -> None:
    rows = [HEADER, *ROWS] if numbered else UNNUMBERED
    kept = sorted(place for place in places if all(abs(place - other) > 2 for other in places - {place}))
    whole = figures([BatteryFile("cell.csv", "\n".join([*rows, ""]).encode())])
    parts = split(rows, kept)
    order.shuffle(parts)  # type: ignore[attr-defined]

    assert figures(parts) == whole


def test_the_cell_takes_the_name_that_its_files_share_and_says_which_they_are() -> None:
    [cell] = read_cells(split([HEADER, *ROWS], [90]))

    assert cell.cell_id == "cell"
    assert cell.source.files == ("cell_1.csv", "cell_2.csv")
    assert [finding.message for finding in cell.findings if finding.code == "files_joined"] == [
        "cell_1.csv, cell_2.csv continue each other. They were read as one cell in this order."
    ]


def test_cells_that_are_only_numbered_stay_apart() -> None:
    whole = "\n".join([HEADER, *ROWS, ""]).encode()
    cells = read_cells([BatteryFile("cell_1.csv", whole), BatteryFile("cell_2.csv", whole)])

    assert [cell.cell_id for cell in cells] == ["cell_1", "cell_2"]


def test_files_of_other_names_stay_apart() -> None:
    first, second = split([HEADER, *ROWS], [62])
    cells = read_cells([first, BatteryFile("other.csv", second.content)])

    assert len(cells) == 2


def test_files_that_name_the_same_cell_are_one() -> None:
    named = [f"cell_id,{HEADER}", *(f"B7,{row}" for row in ROWS)]
    first, second = split(named, [62])
    [cell] = read_cells([BatteryFile("monday.csv", second.content), BatteryFile("friday.csv", first.content)])

    assert cell.cell_id == "B7"
    assert cell.source.files == ("friday.csv", "monday.csv")
    assert cell.cycling.cycle_number.tolist() == [1, 2, 3]


@pytest.mark.parametrize("dates", [("1_10_11", "2_4_11"), ("2011-01-10", "2011-02-04"), ("20110110", "20110204")])
def test_files_by_date_whose_cycles_begin_again_are_one(dates: tuple[str, str]) -> None:
    whole = "\n".join([HEADER, *ROWS, ""]).encode()
    files = [BatteryFile(f"CS2_35_{date}.csv", whole) for date in dates]
    [cell] = read_cells(files[::-1])

    assert cell.cell_id == "CS2_35"
    assert cell.source.files == tuple(file.name for file in files)
    assert cell.cycling.cycle_number.tolist() == [1, 2, 3, 4, 5, 6]
    assert "cycles_numbered_on" in {finding.code for finding in cell.findings}


def test_other_cells_by_date_stay_apart() -> None:
    whole = "\n".join([HEADER, *ROWS, ""]).encode()
    cells = read_cells([BatteryFile("CS2_35_1_10_11.csv", whole), BatteryFile("CS2_36_2_4_11.csv", whole)])

    assert len(cells) == 2
