"""One cell's report: its sections computed, and its plots drawn, as the options ask."""

import base64
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self, cast

import numpy as np
import orjson

from battery_analytics.budget import allows_picture, charge_answer
from battery_analytics.cell import Cell, Finding
from battery_analytics.encoding import encoded, estimated_size, keys_of
from battery_analytics.options import Options
from battery_analytics.picture import Picture
from battery_analytics.sections.analysed_cell import AnalysedCell
from battery_analytics.sections.data_quality import DATA_QUALITY
from battery_analytics.sections.declaration import Section
from battery_analytics.sections.registry import PLOTS, SECTIONS, Sections
from battery_analytics.shown import as_html, headline
from battery_analytics.timing import StageTimer

_PLOTS_LEFT_OUT = (
    "Plots of this cell were left out, because the upload holds too many cells for its size. Send the cell alone."
)


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

    def __init__(
        self,
        values: Mapping[str, object],
        drawn: Mapping[str, str],
        analysed: AnalysedCell | None = None,
    ) -> None:
        self._values, self._drawn, self._analysed = values, dict(drawn), analysed
        self._unasked: dict[str, object] = {}

    @property
    def analysed(self) -> AnalysedCell:
        """The cell that the report is of, with its points."""
        if self._analysed is None:
            raise AttributeError("This report was made without its cell.")
        return self._analysed

    def section[T](self, section: Section[T]) -> T:
        """The value of a section; one that was not asked for is computed when it is first read, and is not in the JSON."""
        if section.name in self._values:
            return cast("T", self._values[section.name])
        if section.name not in self._unasked:
            self._unasked[section.name] = _computed(self.analysed, section)
        return cast("T", self._unasked[section.name])

    @property
    def pictures(self) -> dict[str, Picture]:
        """The plots that were drawn, by name."""
        return {name: Picture(base64.b64decode(text)) for name, text in self._drawn.items()}

    def plot(self, name: str) -> Picture | None:
        """The plot of this name, drawn where it was not; the suffix `_plot` may be left out. None where it shows nothing.

        Raises KeyError for another name.
        """
        known = name if name in PLOTS else f"{name}_plot"
        if known not in PLOTS:
            raise KeyError(f"There is no plot {name}; there are {', '.join(PLOTS)}.")
        if known not in self._drawn:
            section, plot = PLOTS[known]
            picture = plot.draw(self.analysed, self.section(section))
            return None if picture is None else Picture(picture)
        return self.pictures[known]

    def __repr__(self) -> str:
        return f"CellReport({headline(self)})"

    def _repr_html_(self) -> str:
        return as_html([self], {})

    def encodable(self) -> dict[str, Any]:
        return {section.name: self._with_plots(section) for section in SECTIONS if section.name in self._values}

    def _with_plots(self, section: Section[Any]) -> object:
        keys = keys_of(self._values[section.name])
        if not section.plots:
            return keys
        assert isinstance(keys, dict)  # noqa: S101  a section with plots has fields
        return {**keys, **{plot.name: self._drawn.get(plot.name) for plot in section.plots}}


@dataclass(frozen=True, slots=True)
class ComputedCell:
    """The values of a cell's sections, before its plots are drawn."""

    analysed: AnalysedCell
    values: dict[str, object]

    @classmethod
    def of(cls, cell: Cell, options: Options, timer: StageTimer) -> Self:
        """Compute the sections that the options ask for, each under its own stage.

        Raises InvalidOption where an option does not fit the cell, TooCostly where the answer would be too large.
        """
        with overflow_ignored(), timer.stage("normalise"):
            analysed = AnalysedCell.of(cell, options)
        values: dict[str, object] = {}
        for section in SECTIONS:
            if section.always or options.sections is None or section.name in options.sections:
                with timer.stage(section.name):
                    values[section.name] = _computed(analysed, section)
        _add_findings(values)
        charge_answer(sum(estimated_size(value) for value in values.values()))
        return cls(analysed, values)

    def drawn(self, options: Options, timer: StageTimer) -> CellReport:
        """The report with the plots that were asked for, as many as the budget allows; a finding names the others."""
        drawn: dict[str, str] = {}
        left_out = False
        for name, (section, plot) in PLOTS.items():
            if name not in options.plots or section.name not in self.values:
                continue
            if not allows_picture():
                left_out = True
                continue
            with timer.stage(name):
                picture = plot.draw(self.analysed, self.values[section.name])
                if picture is not None:
                    drawn[name] = base64.b64encode(picture).decode("ascii")
        if left_out:
            _quality(self.values).append(Finding("plots_left_out", "warning", _PLOTS_LEFT_OUT))
        return CellReport(self.values, drawn, self.analysed)


def _add_findings(values: Mapping[str, object]) -> None:
    """Add what the sections say of their own values to the findings."""
    for section in SECTIONS:
        if section.findings is not None and section.name in values:
            _quality(values).extend(section.findings(values[section.name]))


def _quality(values: Mapping[str, object]) -> list[Finding]:
    return cast("list[Finding]", values[DATA_QUALITY.name])


def _computed(analysed: AnalysedCell, section: Section[Any]) -> object:
    with overflow_ignored():
        return section.compute(analysed)


def overflow_ignored() -> AbstractContextManager[None]:
    """Impossible readings, such as 1e200 V, overflow; the report writes infinite values as null."""
    return np.errstate(over="ignore", invalid="ignore")
