"""`analyze`, the entry of the library: from files to a report."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from battery_analytics import frames
from battery_analytics.budget import budget_for
from battery_analytics.cell import Cell
from battery_analytics.cell_report import CellReport, ComputedCell, PlainJson, overflow_ignored
from battery_analytics.encoding import encoded, keys_of
from battery_analytics.errors import InvalidOption
from battery_analytics.failure import Failure
from battery_analytics.formats.reading import read_cells
from battery_analytics.given_files import Given, battery_files
from battery_analytics.options import Options, PlotsOption, SectionsOption, checked_options, declared_options
from battery_analytics.picture import Picture
from battery_analytics.sections.declaration import Section
from battery_analytics.sections.registry import PLOT_NAMES, PLOTS, SECTIONS, STANDARD_PLOTS, Sections
from battery_analytics.shown import as_html, headline
from battery_analytics.timing import StageTimer

if TYPE_CHECKING:
    import pandas as pd

    from battery_analytics.comparison import Comparison

OPTIONS = declared_options(PLOT_NAMES, STANDARD_PLOTS, [section.name for section in SECTIONS])


class Report(Sections, PlainJson):
    """One cell's report, or several cells' reports with their comparison.

    `cells` holds the report of each cell, `comparison` is None for one cell. `failures` are the files that could not be
    read beside others that were. For one cell the sections are also typed
    attributes of this. As a mapping it is the plain JSON of `to_json`. `timings_ms` are milliseconds by stage;
    `to_json` adds its own as `encode`.
    """

    def __init__(
        self,
        cells: Sequence[Cell],
        reports: Sequence[CellReport],
        timings_ms: dict[str, float],
        failures: Sequence[Failure] = (),
    ) -> None:
        self.cells = tuple(reports)
        self.failures = tuple(failures)
        self.comparison: Comparison | None = _comparison(reports) if len(reports) > 1 or failures else None
        self.formats = tuple(cell.source.format for cell in cells)
        self.n_cells = len(cells)
        self.n_cycles = sum(cell.cycling.n_cycles for cell in cells)
        self.n_points = sum(cell.cycling.n_points for cell in cells)
        self.timings_ms = timings_ms

    def section[T](self, section: Section[T]) -> T:
        if len(self.cells) != 1:
            raise AttributeError(f"This report is of {len(self.cells)} cells: read .cells[0].{section.name}.")
        return self.cells[0].section(section)

    def encodable(self) -> dict[str, Any]:
        if self.comparison is None:
            return self.cells[0].encodable()
        return {
            "cells": [cell.encodable() for cell in self.cells],
            "comparison": keys_of(self.comparison),
            "failures": [keys_of(failure) for failure in self.failures],
        }

    @cached_property
    def _json(self) -> bytes:
        timer = StageTimer()
        with timer.stage("encode"):
            json = encoded(self.encodable())
        self.timings_ms.update(timer.milliseconds)
        return json

    def to_json(self) -> bytes:
        """The report as UTF-8 JSON with finite numbers only."""
        return self._json

    @property
    def cycles(self) -> "pd.DataFrame":
        """One row per cycle of each cell: the columns of `cycle_table`."""
        return frames.cycles(self.cells)

    @property
    def points(self) -> "pd.DataFrame":
        """One row per measured point of each cell."""
        return frames.points(self.cells)

    @property
    def curves(self) -> "pd.DataFrame":
        """One row per point of the voltage curves."""
        return frames.curves(self.cells)

    @property
    def findings(self) -> "pd.DataFrame":
        """One row per finding."""
        return frames.findings(self.cells)

    def plot(self, name: str) -> Picture | None:
        """The plot of one cell's report; see `CellReport.plot`."""
        if len(self.cells) != 1:
            raise AttributeError(f"This report is of {len(self.cells)} cells: call .cells[0].plot({name!r}).")
        return self.cells[0].plot(name)

    def save(self, folder: str | Path) -> Path:
        """Write `report.json`, `cycles.csv` and the drawn plots into a folder, which is made; returns its path."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "report.json").write_bytes(self.to_json())
        self.cycles.to_csv(folder / "cycles.csv", index=False)
        for number, cell in enumerate(self.cells, start=1):
            for name, picture in cell.pictures.items():
                picture.save(folder / (f"{name}.png" if len(self.cells) == 1 else f"{number:03d}_{name}.png"))
        return folder

    def __repr__(self) -> str:
        lines = [headline(cell) for cell in self.cells] + [f"{one.file}: {one.error}" for one in self.failures]
        return f"Report({lines[0]})" if len(lines) == 1 else "Report(\n  " + "\n  ".join(lines) + "\n)"

    def _repr_html_(self) -> str:
        return as_html(self.cells, {one.file: one.error for one in self.failures})


def analyze(
    files: Given,
    *,
    plots: PlotsOption = "standard",
    eol_threshold: float = 0.80,
    capacity_reference: str = "initial",
    cycles: Iterable[int] | None = None,
    compare: str = "auto",
    format: str | None = None,
    sections: SectionsOption = "all",
    columns: Mapping[str, str] | None = None,
    on_stage: Callable[[str], None] | None = None,
    time_limit_s: float | None = None,
) -> Report:
    """Analyse battery files: a cell's report, or all cells' reports with a comparison where there are several.

    `files` are paths, folders, patterns such as `data/*.csv`, bytes, open files, DataFrames or names with their bytes; one
    alone needs no list. `columns` renames the columns of DataFrames, as `{"my volts": "voltage_in_V"}`. `plots` are the names
    of plots, or "standard" (four), "all" or "none". `eol_threshold` is the share of the initial (or nominal) capacity at
    which a cell's life ends; `cycles` are the numbers of the cycles whose curves are returned; `compare` says which cycles'
    capacities are set against each other: "auto", "ageing", "check_ups" or "all";
    `format` is the name of the format to read all files by, whatever they are recognised as; `sections` are the names of the
    sections to compute; metadata, data_quality and source always are;
    `on_stage` is called with the name of each stage as it begins; after `time_limit_s` seconds DeadlineExceeded is
    raised. Of several files those that cannot be read are the report's `failures`. Where none can be, raises the
    BatteryDataError of the first, which names the file and what is wrong; and what `open` raises for a path.

        report = analyze(["CALB_35_B249.pkl"], plots="none")
        report.capacity_fade.capacity_retention_percentage
    """
    options = checked_options(
        OPTIONS,
        {
            "plots": plots,
            "eol_threshold": eol_threshold,
            "capacity_reference": capacity_reference,
            "cycles": cycles,
            "compare": compare,
            "format": format,
            "sections": sections,
        },
    )
    _check_plots_are_in(options, plots)
    timer = StageTimer(on_stage)
    contents = battery_files(files, columns)
    with budget_for([len(file.content) for file in contents], time_limit_s):
        failures: list[Failure] = []
        with overflow_ignored(), timer.stage("read"):
            cells = read_cells(contents, options.format, failures)
        _check_cycles_exist(cells, options)
        computed = [ComputedCell.of(cell, options, timer) for cell in cells]
        reports = [cell.drawn(options, timer) for cell in computed]
        return Report(cells, reports, timer.milliseconds, failures)


def _comparison(reports: Sequence[CellReport]) -> "Comparison":
    from battery_analytics.comparison import comparison  # noqa: PLC0415  # one cell, as most requests have, needs none

    return comparison(reports)


def _check_plots_are_in(options: Options, asked: PlotsOption) -> None:
    """Raise InvalidOption where a plot is named whose section was not asked for."""
    if options.sections is None or asked in ("standard", "all", "none"):
        return
    for name in options.plots:
        section, _ = PLOTS[name]
        if not section.always and section.name not in options.sections:
            raise InvalidOption(
                f"The plot {name} belongs to the section {section.name}, which `sections` leaves out.",
                option="plots",
                value=name,
                allowed=[plot for plot, (its_section, _) in PLOTS.items() if its_section.name in options.sections],
            )


def _check_cycles_exist(cells: Sequence[Cell], options: Options) -> None:
    known = {number for cell in cells for number in cell.cycling.cycle_number.tolist()}
    missing = [number for number in options.cycles or () if number not in known]
    if missing:
        raise InvalidOption(
            f"There is no cycle {missing[0]}; the files hold {len(known)} cycles from {min(known)} to {max(known)}.",
            option="cycles",
            value=missing,
        )
