"""The cycling of a cell: its capacity in each cycle, so that the law of fade holds, and the steps of the cycle.

Both cut-offs of a cycle are reached with settled currents, at a state of charge that depends on the cell's age alone. So
the capacity that gives the discharge capacity of the law is known exactly before the cycle is simulated.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sample_cells.arrays import FloatArray
from sample_cells.chemistry import Chemistry
from sample_cells.electrics import (
    AgedCell,
    CellState,
    Trace,
    constant_current,
    held_voltage,
    settled_surface,
    time_to_voltage_s,
)
from sample_cells.protocol import Protocol


@dataclass(frozen=True, slots=True)
class CellTest:
    """What stays the same from the first cycle to the last."""

    chemistry: Chemistry
    protocol: Protocol
    nominal_capacity_Ah: float
    temperature_C: float
    coulombic_efficiency: float
    sample_s: float

    @property
    def discharge_current_A(self) -> float:
        return -self.protocol.discharge_rate_C * self.nominal_capacity_Ah

    @property
    def cutoff_current_A(self) -> float:
        return self.protocol.cutoff_rate_C * self.nominal_capacity_Ah


@dataclass(frozen=True, slots=True)
class CycleCell:
    """The cell in one cycle: its discharge capacity, and the states of charge between which it is cycled."""

    cell: AgedCell
    discharge_Ah: float
    empty: float
    full: float


def aged_cells(test: CellTest, discharge_Ah: FloatArray, lost_capacity: FloatArray) -> list[CycleCell]:
    """The cell of each cycle, with the discharge capacities `discharge_Ah`; both inputs have shape (n_cycles,)."""
    full = _settled_state_ofcharge_steps(test, test.cutoff_current_A, test.protocol.upper_limit_V, lost_capacity)
    empty = _settled_state_ofcharge_steps(test, test.discharge_current_A, test.protocol.lower_limit_V, lost_capacity)
    capacity_Ah = discharge_Ah / (full - empty)
    return [
        CycleCell(
            cell=AgedCell(
                test.chemistry,
                nominal_capacity_Ah=test.nominal_capacity_Ah,
                capacity_Ah=float(capacity_Ah[index]),
                temperature_C=test.temperature_C,
                lost_capacity=float(lost_capacity[index]),
                coulombic_efficiency=test.coulombic_efficiency,
            ),
            discharge_Ah=float(discharge_Ah[index]),
            empty=float(empty[index]),
            full=float(full[index]),
        )
        for index in range(discharge_Ah.size)
    ]


def run(test: CellTest, cycles: Sequence[CycleCell]) -> Iterator[list[Trace]]:
    """The steps of each cycle in order. Each starts in the state in which the previous one ended; the first starts at rest.

    A charge uses the cell of the discharge that follows it, also where that discharge is in the next cycle.
    """
    if not test.protocol.discharge_first:
        state = CellState(cycles[0].empty, 0.0)
        for cycle in cycles:
            charge, state = charge_steps(test, cycle, state)
            discharge, state = _discharge(test, cycle, state)
            yield charge + discharge
        return
    state = CellState(cycles[0].full, 0.0)
    for cycle, following in zip(cycles, [*cycles[1:], cycles[-1]], strict=True):
        discharge, state = _discharge(test, cycle, state)
        charge, state = charge_steps(test, following, state)
        yield discharge + charge


def _discharge(test: CellTest, cycle: CycleCell, state: CellState) -> tuple[list[Trace], CellState]:
    duration_s = 3600 * cycle.discharge_Ah / -test.discharge_current_A
    step, state = constant_current(cycle.cell, state, test.discharge_current_A, duration_s, test.sample_s)
    return then_rest(test, cycle, [step], state, test.protocol.rest_after_discharge_s)


def charge_steps(test: CellTest, cycle: CycleCell, state: CellState) -> tuple[list[Trace], CellState]:
    """The stages of charge and the rest after them; the constant voltage belongs to the step of the last stage."""
    cell, protocol = cycle.cell, test.protocol
    steps: list[Trace] = []
    duration_s = 0.0
    for stage in protocol.charge:
        current_A = stage.rate_C * test.nominal_capacity_Ah
        duration_s = time_to_voltage_s(cell, state, current_A, stage.until_V, test.sample_s)
        if duration_s > 0:
            step, state = constant_current(cell, state, current_A, duration_s, test.sample_s)
            steps.append(step)
    full = CellState(cycle.full, cell.lag_per_ampere * test.cutoff_current_A)
    last_stage = steps.pop() if duration_s > 0 else None
    step, state = held_voltage(cell, state, protocol.upper_limit_V, full, test.sample_s, before=last_stage)
    return then_rest(test, cycle, [*steps, step], state, protocol.rest_after_charge_s)


def then_rest(
    test: CellTest, cycle: CycleCell, steps: list[Trace], state: CellState, rest_s: float
) -> tuple[list[Trace], CellState]:
    """The steps with a rest of this length after them."""
    if rest_s <= 0:
        return steps, state
    rest, rested = constant_current(cycle.cell, state, 0.0, rest_s, test.sample_s)
    return [*steps, rest], rested


def _settled_state_ofcharge_steps(
    test: CellTest, current_A: float, voltage_V: float, lost_capacity: FloatArray
) -> FloatArray:
    """The mean state of charge at which a settled current shows this voltage, at each age."""
    surface = settled_surface(
        test.chemistry,
        current_A=current_A,
        voltage_V=voltage_V,
        nominal_capacity_Ah=test.nominal_capacity_Ah,
        temperature_C=test.temperature_C,
        lost_capacity=lost_capacity,
    )
    lag_per_ampere = test.chemistry.lag_per_ampere(test.nominal_capacity_Ah, test.temperature_C)
    return surface - lag_per_ampere * current_A
