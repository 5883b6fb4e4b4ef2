"""Bytes in, report out: `analyze` is the library's front door."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import orjson

from battery_analytics.cell import Cell, Json
from battery_analytics.cell_analysis import analyse_cell
from battery_analytics.comparison import comparison
from battery_analytics.errors import InvalidOption
from battery_analytics.files import BatteryFile
from battery_analytics.formats.reading import read_cells
from battery_analytics.options import DEFAULT_EOL_THRESHOLD, Options, checked_options
from battery_analytics.pictures import pictures
from battery_analytics.sections import sections
from battery_analytics.timing import StageTimer


@dataclass(frozen=True, slots=True)
class Report:
    """One cell's report, or several cells' reports with their comparison, as plain JSON values.

    `timings_ms` are milliseconds by stage; `to_json` adds its own as `encode`.
    """

    body: dict[str, Json]
    formats: tuple[str, ...]
    n_cells: int
    n_cycles: int
    n_points: int
    timings_ms: dict[str, float]

    def __getitem__(self, key: str) -> Json:
        return self.body[key]

    def to_json(self) -> bytes:
        """The report as UTF-8 JSON with finite numbers only."""
        timer = StageTimer()
        with timer.stage("encode"):
            encoded = orjson.dumps(self.body)
        self.timings_ms.update(timer.milliseconds)
        return encoded


def analyze(
    files: Iterable[BatteryFile | str | Path] | BatteryFile | str | Path,
    *,
    plots: Literal["all", "none"] | Iterable[str] = "all",
    eol_threshold: float = DEFAULT_EOL_THRESHOLD,
    capacity_reference: str = "initial",
    cycles: Iterable[int] | None = None,
    on_stage: Callable[[str], None] | None = None,
) -> Report:
    """Analyse battery files: a cell's report, or all cells' reports with a comparison where there are several.

    `files` are paths, or names with their bytes; one alone needs no list. `eol_threshold` is the share of the initial
    (or nominal) capacity at which a cell's life ends; `cycles` are the numbers of the cycles whose curves are returned;
    `on_stage` is told the name of each stage as it begins. Raises a BatteryDataError that names the file and the fault,
    and what `open` raises for a path.

        report = analyze(["CALB_35_B249.pkl"], plots="none")
        report["capacity_fade"]["capacity_retention_percentage"]
    """
    options = checked_options(plots, eol_threshold, capacity_reference, cycles)
    timer = StageTimer(on_stage)
    if isinstance(files, BatteryFile | str | Path):
        files = [files]
    with timer.stage("read"):
        cells = read_cells([_file(file) for file in files])
    _check_cycles_exist(cells, options)
    reports = [_cell_report(cell, options, timer) for cell in cells]
    body: dict[str, Json] = reports[0]
    if len(reports) > 1:
        body = {"cells": [*reports], "comparison": comparison(reports)}
    return Report(
        body=body,
        formats=tuple(cell.source.format for cell in cells),
        n_cells=len(cells),
        n_cycles=sum(cell.cycling.n_cycles for cell in cells),
        n_points=sum(cell.cycling.n_points for cell in cells),
        timings_ms=timer.milliseconds,
    )


def _file(file: BatteryFile | str | Path) -> BatteryFile:
    if isinstance(file, BatteryFile):
        return file
    path = Path(file)
    return BatteryFile(path.name, path.read_bytes())


def _check_cycles_exist(cells: Sequence[Cell], options: Options) -> None:
    known = {number for cell in cells for number in cell.cycling.cycle_number.tolist()}
    missing = [number for number in options.cycles or () if number not in known]
    if missing:
        raise InvalidOption(
            f"There is no cycle {missing[0]}; the files hold {len(known)} cycles from {min(known)} to {max(known)}.",
            option="cycles",
            value=missing,
        )


def _cell_report(cell: Cell, options: Options, timer: StageTimer) -> dict[str, Json]:
    analysis = analyse_cell(cell, options, timer)
    return sections(analysis, pictures(analysis, options.plots, timer))
