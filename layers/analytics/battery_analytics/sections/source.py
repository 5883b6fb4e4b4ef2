"""The source of the cell: its files, the recognised format, and the columns that were not used."""

from dataclasses import dataclass, fields
from typing import Annotated

from battery_analytics import cell
from battery_analytics.fields import Field
from battery_analytics.sections.analysed_cell import AnalysedCell
from battery_analytics.sections.declaration import Section


@dataclass(frozen=True, slots=True, kw_only=True)
class Source(cell.Source):
    """Where the cell came from."""

    points: Annotated[int, Field("Number of points read.")]


def source(analysed: AnalysedCell) -> Source:
    read = analysed.cell.source
    known = {field.name: getattr(read, field.name) for field in fields(read)}
    return Source(**known, points=analysed.cell.cycling.n_points)


SOURCE = Section("source", Source, source, always=True)
