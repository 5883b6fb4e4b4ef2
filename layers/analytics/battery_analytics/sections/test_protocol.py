"""The test protocol: what the test did, as blocks of cycles and as text."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from battery_analytics.fields import Field, finite
from battery_analytics.protocol.comparable import UNGROUPED
from battery_analytics.protocol.kinds import Group, Kind
from battery_analytics.protocol.names import NAMES, cycle_words, rate_words
from battery_analytics.protocol.protocol import Protocol
from battery_analytics.sections.analysed_cell import AnalysedCell
from battery_analytics.sections.declaration import Section

MOST_BLOCKS = 2_000
MOST_BLOCKS_IN_TEXT = 6


@dataclass(frozen=True, slots=True)
class Block:
    """Cycles of one kind that follow each other."""

    kind: Annotated[Kind, Field("The role of these cycles.")]
    first_cycle: Annotated[int, Field("The number of its first cycle.")]
    last_cycle: Annotated[int, Field("The number of its last cycle.")]
    cycles: Annotated[int, Field("How many cycles it holds.")]
    discharge_current_A: Annotated[float | None, Field("The set current of its discharges.", "A")]
    charge_current_A: Annotated[float | None, Field("The current with which its charges begin.", "A")]
    discharge_rate_C: Annotated[float | None, Field("The discharge current over the cell's capacity.", "1/h")]
    charge_rate_C: Annotated[float | None, Field("The charge current over the cell's capacity.", "1/h")]
    text: Annotated[str, Field("The block as text.")]


@dataclass(frozen=True, slots=True)
class TestProtocol:
    """What the test did."""

    summary: Annotated[str, Field("The test as text.")]
    blocks: Annotated[list[Block], Field("Its blocks of cycles in their order.")]
    blocks_left_out: Annotated[int, Field("How many further blocks there are; the list is limited.")]


def protocol(analysed: AnalysedCell) -> TestProtocol:
    done, numbers = analysed.protocol, analysed.table.cycle_number
    capacity_Ah = rated_capacity_Ah(analysed)
    group = _filled(done)
    starts = np.flatnonzero(np.diff(group, prepend=-2))
    stops = np.append(starts[1:], group.size)
    blocks = [
        _block(
            None if group[start] == UNGROUPED else done.groups[group[start]], numbers[start:stop].tolist(), capacity_Ah
        )
        for start, stop in zip(starts[:MOST_BLOCKS].tolist(), stops[:MOST_BLOCKS].tolist(), strict=True)
    ]
    return TestProtocol(_summary(blocks, starts.size), blocks, max(starts.size - MOST_BLOCKS, 0))


def rated_capacity_Ah(analysed: AnalysedCell) -> float:
    """The nominal capacity, or else the largest of a group of comparable cycles; NaN where neither is known."""
    largest = max((one.capacity_Ah for one in analysed.protocol.groups), default=float("nan"))
    return analysed.cell.nominal_capacity_Ah or largest


def _filled(done: Protocol) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The group of each cycle; a cycle without one is taken with the cycles of its kind before it."""
    group = done.group.copy()
    for cycle in np.flatnonzero(group == UNGROUPED).tolist():
        before, after = cycle - 1, cycle + 1
        if before >= 0 and done.kind[before] == done.kind[cycle]:
            group[cycle] = group[before]
        elif after < group.size and done.kind[after] == done.kind[cycle]:
            group[cycle] = group[after]
    return group


def _block(group: Group | None, cycles: list[int], capacity_Ah: float) -> Block:
    first, last = cycles[0], cycles[-1]
    kind: Kind = "other" if group is None else group.kind
    discharge_A = None if group is None else finite(group.discharge_current_A)
    charge_A = None if group is None else finite(group.charge_current_A)
    discharge_C, charge_C = _rate(discharge_A, capacity_Ah), _rate(charge_A, capacity_Ah)
    text = f"{NAMES[kind]}, {cycle_words(first, last)}"
    if discharge_C is not None:
        text += f" at {rate_words(discharge_C)}"
        if charge_C is not None and rate_words(charge_C) != rate_words(discharge_C):
            text += f", charged at {rate_words(charge_C)}"
    return Block(kind, first, last, len(cycles), discharge_A, charge_A, discharge_C, charge_C, text)


def _rate(current_A: float | None, capacity_Ah: float) -> float | None:
    return None if current_A is None or not capacity_Ah > 0 else current_A / capacity_Ah


def _summary(blocks: list[Block], n_blocks: int) -> str:
    said = "; ".join(block.text for block in blocks[:MOST_BLOCKS_IN_TEXT])
    more = n_blocks - MOST_BLOCKS_IN_TEXT
    kinds = [NAMES[kind] for kind in NAMES if any(block.kind == kind for block in blocks[MOST_BLOCKS_IN_TEXT:])]
    rest = "" if more <= 0 else f"; and {more} more ({', '.join(kinds)})" if more > 1 else f"; {blocks[-1].text}"
    text = f"{said}{rest}."
    return text[:1].upper() + text[1:]


TEST_PROTOCOL = Section("test_protocol", TestProtocol, protocol)
