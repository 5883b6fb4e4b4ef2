"""One cell's report: its sections computed, and its plots drawn, as the options ask."""

import base64
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, cast

import numpy as np
import orjson

from battery_analytics.cell import Cell
from battery_analytics.encoding import encoded, keys_of
from battery_analytics.options import Options
from battery_analytics.sections.analysed_cell import AnalysedCell
from battery_analytics.sections.declaration import Section
from battery_analytics.sections.registry import PLOTS, SECTIONS, Sections
from battery_analytics.timing import StageTimer


class PlainJson(Mapping[str, Any]):
    """A mapping with the values of its JSON, which is made when a value is first read."""

    def encodable(self) -> dict[str, Any]:
        """The value that `encoding.encoded` turns into JSON."""
        raise NotImplementedError

    @cached_property
    def body(self) -> dict[str, Any]:
        """The whole as plain JSON values."""
        return cast("dict[str, Any]", orjson.loads(encoded(self.encodable())))

    def __getitem__(self, key: str) -> Any:
        return self.body[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.body)

    def __len__(self) -> int:
        return len(self.body)


class CellReport(Sections, PlainJson):
    """One cell's report: its sections as typed attributes, and as a mapping of plain JSON values.

    Arrays of an attribute are numpy's, NaN where a value is unknown; those of the mapping are lists with None.
    """

    def __init__(self, values: Mapping[str, object], drawn: Mapping[str, str]) -> None:
        self._values, self._drawn = values, drawn

    def section[T](self, section: Section[T]) -> T:
        return cast("T", self._values[section.name])

    def encodable(self) -> dict[str, Any]:
        return {section.name: self._with_plots(section) for section in SECTIONS}

    def _with_plots(self, section: Section[Any]) -> object:
        keys = keys_of(self._values[section.name])
        if not section.plots:
            return keys
        assert isinstance(keys, dict)  # noqa: S101  a section with plots has fields
        return {**keys, **{plot.name: self._drawn.get(plot.name) for plot in section.plots}}


def cell_report(cell: Cell, options: Options, timer: StageTimer) -> CellReport:
    """Compute every section and draw the plots that were asked for, each under its own stage.

    Raises InvalidOption where an option does not fit the cell.
    """
    # Impossible readings, such as 1e200 V, overflow; the report writes infinite values as null.
    with np.errstate(over="ignore", invalid="ignore"):
        with timer.stage("normalise"):
            analysed = AnalysedCell.of(cell, options)
        values: dict[str, object] = {}
        for section in SECTIONS:
            with timer.stage(section.name):
                values[section.name] = section.compute(analysed)
    drawn: dict[str, str] = {}
    for name, (section, plot) in PLOTS.items():
        if name in options.plots:
            with timer.stage(name):
                drawn[name] = base64.b64encode(plot.draw(analysed, values[section.name])).decode("ascii")
    return CellReport(values, drawn)
