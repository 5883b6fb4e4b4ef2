"""What every check reads, and the wording that findings share."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from battery_analytics.analysis.capacity_fade import Fade
from battery_analytics.analysis.cell_kind import CellKind
from battery_analytics.analysis.cycle_table import CycleTable
from battery_analytics.analysis.throughput import Throughput
from battery_analytics.cell import BoolArray, Cell, Finding, IntArray
from battery_analytics.protocol.protocol import Protocol


@dataclass(frozen=True, slots=True)
class Examined:
    """A cell and the results of its analysis; `asked_cycles` are the cycles whose curves the request asked for."""

    cell: Cell
    flow: Throughput
    table: CycleTable
    fade: Fade
    protocol: Protocol
    kind: CellKind
    asked_cycles: tuple[int, ...] | None = None

    def cycles_where(self, condition: BoolArray) -> tuple[int, ...]:
        return tuple(self.table.cycle_number[condition].tolist())

    def cycles_of_points(self, points: IntArray) -> tuple[int, ...]:
        cycles = np.searchsorted(self.cell.cycling.offsets, points, side="right") - 1
        return tuple(self.table.cycle_number[np.unique(cycles)].tolist())


type Check = Callable[[Examined], Finding | None]


def counted(count: int, noun: str) -> str:
    """'1 point', '1,200 points'."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def times(count: int) -> str:
    """'once', '12 times'."""
    return "once" if count == 1 else f"{count:,} times"


def these(cycles: tuple[int, ...]) -> str:
    """'this cycle', 'these cycles'."""
    return "this cycle" if len(cycles) == 1 else "these cycles"
