"""A cell with results that no other has: for tests that follow each figure to its place in the report."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import orjson
from battery_analytics.analysis.cell_kind import cell_kind_of
from battery_analytics.analysis.cycle_table import CycleTable
from battery_analytics.cell import Cell, CyclingData
from battery_analytics.encoding import encoded, keys_of
from battery_analytics.options import Options
from battery_analytics.protocol.comparable import UNGROUPED
from battery_analytics.protocol.kinds import Kind
from battery_analytics.protocol.protocol import Headline, Protocol, Shape, protocol_of
from battery_analytics.sections.analysed_cell import AnalysedCell
from battery_analytics.sections.declaration import Section

from tests.steps import FULL_CYCLE, FloatArray, analysed, cell_of, cycling

OPTIONS = Options(plots=frozenset(), eol_threshold=0.8, capacity_reference="initial", cycles=None)


def analysed_cell(
    data: CyclingData | Cell | None = None,
    *,
    table: CycleTable | None = None,
    options: Options = OPTIONS,
    **results: Any,
) -> AnalysedCell:
    """An analysed cell; `table` and any result that is given (`fade`, `knee`, `projection`) stands for the computed one."""
    cell = data if isinstance(data, Cell) else cell_of(cycling([FULL_CYCLE] * 3) if data is None else data)
    flow, computed = analysed(cell.cycling, nominal_capacity_Ah=cell.nominal_capacity_Ah)
    made = AnalysedCell(cell, options, flow, table or computed, cell_kind_of(cell.metadata, cell.cycling, flow))
    if table is not None:
        results.setdefault("protocol", protocol_that_compares(table.whole_discharge_Ah))
    vars(made).update(results)  # what is cached already is not computed
    return made


def protocol_that_compares(capacity_Ah: FloatArray) -> Protocol:
    """A protocol whose headline are the cycles with a known capacity."""
    data = cycling([FULL_CYCLE])
    kind: Kind = "ageing"
    shape: Shape = "whole"
    return replace(
        protocol_of(data, *analysed(data)),
        kind=(kind,) * capacity_Ah.size,
        shape=(shape,) * capacity_Ah.size,
        group=np.full(capacity_Ah.size, UNGROUPED),
        compared_Ah=capacity_Ah,
        groups=(),
        headline=Headline(np.flatnonzero(capacity_Ah > 0), "These are compared."),
    )


def reported(section: Section[Any], analysed: AnalysedCell) -> Any:
    """The section as the report writes it."""
    return orjson.loads(encoded(keys_of(section.compute(analysed))))


def leaves(value: Any, path: str = "") -> Iterable[tuple[str, Any]]:
    """Every value that is no record, by its path."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, f"{path}.{name}" if path else name)
    else:
        yield path, value
