"""The per-cycle table: the figures of each cycle, and its part in the test."""

from dataclasses import dataclass, fields
from typing import Annotated

import numpy as np

from battery_analytics.analysis import cycle_table as analysis
from battery_analytics.fields import Field, Numbers
from battery_analytics.protocol.kinds import Kind
from battery_analytics.protocol.names import group_names
from battery_analytics.protocol.protocol import Shape
from battery_analytics.sections.analysed_cell import AnalysedCell
from battery_analytics.sections.declaration import Section


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleTable(analysis.CycleTable):
    """The values of every cycle, as columns of shape (n_cycles,); null where a value is not known."""

    kind: Annotated[list[Kind], Field("The role of the cycle in the test.")]
    shape: Annotated[
        list[Shape],
        Field(
            "How far the cycle went: `incomplete` stopped early, `partial` is run between narrower voltages than others."
        ),
    ]
    group: Annotated[
        list[str | None],
        Field("The name of its group of comparable cycles in `capacity_fade.groups`; null without one."),
    ]
    compared_capacity_Ah: Annotated[
        Numbers,
        Field(
            "The capacity that a comparison uses: of the whole discharge where a cycle holds several, net of charge put back.",
            "Ah",
        ),
    ]


def cycle_table(analysed: AnalysedCell) -> CycleTable:
    table, protocol = analysed.table, analysed.protocol
    figures = {field.name: getattr(table, field.name) for field in fields(table)}
    names = [*group_names(protocol.groups), None]  # the index -1 of a cycle without a group gives None
    return CycleTable(
        **figures,
        kind=list(protocol.kind),
        shape=list(protocol.shape),
        group=[names[number] for number in protocol.group.tolist()],
        compared_capacity_Ah=np.where(protocol.compared_Ah > 0, protocol.compared_Ah, np.nan),
    )


CYCLE_TABLE = Section("cycle_table", CycleTable, cycle_table)
