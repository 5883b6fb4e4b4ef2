"""Tests as people run them: a plan of cycles, each with its own protocol and role, on one cell that fades by a law.

The law gives the relative capacity at each cycle number, whatever the cycle's role. Each rate has a capacity of its own,
so that formation, check-ups and rate steps have other capacities than the ageing cycles beside them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from sample_cells.arrays import FloatArray
from sample_cells.cell import CycleRecord, SimulatedCell, Truth
from sample_cells.chemistry import Chemistry
from sample_cells.cycling import CellTest, CycleCell, aged_cells, charge_steps, then_rest
from sample_cells.electrics import CellState, StepKind, Trace, constant_current
from sample_cells.fade import FadeLaw
from sample_cells.metadata import calb_metadata
from sample_cells.protocol import Protocol
from sample_cells.recording import CycleHistory, Defects, Noise, elapsed_s, record

type Role = Literal["formation", "ageing", "check_up", "rate_step", "pulse", "other"]

LOSS_PER_RATE = 0.05
REGENERATION_SHARE = 0.01
PULSE_REST_S = 1_200.0


@dataclass(frozen=True, slots=True)
class PlannedCycle:
    """One cycle of a plan.

    `depth` is the share of the whole discharge after which it ends; `runs` the number of equal runs of current, with rests
    between, that it consists of; `regenerates` says whether a little is put back after each run.
    """

    role: Role
    protocol: Protocol
    depth: float = 1.0
    runs: int = 1
    regenerates: bool = False
    temperature_C: float = 25.0


@dataclass(frozen=True, slots=True)
class PlanTruth:
    """What is true of a planned test: of its ageing cycles, and of its check-ups; arrays of shape (n,) each.

    `eol_cycle` is the cycle number at which the ageing cycles reach 80 % of their first capacity, infinite where never.
    """

    ageing_numbers: npt.NDArray[np.int64]
    ageing_Ah: FloatArray
    check_up_numbers: npt.NDArray[np.int64]
    check_up_Ah: FloatArray
    eol_cycle: float

    @property
    def retention_percent(self) -> float:
        return float(100 * self.ageing_Ah[-1] / self.ageing_Ah[0])

    @property
    def check_up_retention_percent(self) -> float:
        return float(100 * self.check_up_Ah[-1] / self.check_up_Ah[0])


def simulate_plan(
    cell_id: str,
    chemistry: Chemistry,
    plan: Sequence[PlannedCycle],
    law: FadeLaw,
    *,
    nominal_capacity_Ah: float,
    sample_s: float = 300.0,
    noise: Noise | None = None,
    numbered_apart: bool = False,
    begins_at: float | None = None,
    last_discharge_kept: float = 1.0,
    seed: int = 0,
) -> tuple[SimulatedCell, PlanTruth]:
    """A cell run by a plan, and what is true of it; the same arguments give the same cell.

    With `numbered_apart` charge and discharge have cycle numbers of their own. `begins_at` is a state of charge from which
    the file begins with a discharge, as of a cell from its box. `last_discharge_kept` is the share of the last discharge
    that was recorded when the file was written.
    """
    noise = noise or Noise(current_A=5e-4 * nominal_capacity_Ah, decimals=8)
    rng = np.random.default_rng(seed)
    records: list[CycleRecord] = []
    truths: list[tuple[int, Role, float]] = []
    charged_Ah: list[float] = []
    state: CellState | None = None
    clock_s, number = 0.0, 1
    for place, planned in enumerate(plan):
        test = CellTest(chemistry, planned.protocol, nominal_capacity_Ah, planned.temperature_C, 0.9995, sample_s)
        cell = _cell(test, law, number + numbered_apart)
        if state is None:
            state = CellState(cell.empty if begins_at is None else begins_at, 0.0)
        shipped: list[Trace] = []
        if place == 0 and begins_at is not None:
            share = (begins_at - cell.empty) / (cell.full - cell.empty)
            shipped, state = _discharge(test, cell, planned, state, depth=share)
        charge, state = charge_steps(test, cell, state)
        is_last = place == len(plan) - 1
        kept = last_discharge_kept if is_last else 1.0
        discharge, state = _discharge(test, cell, planned, state, depth=planned.depth * kept, rests=kept == 1.0)
        parts = [[*shipped, *charge], discharge] if numbered_apart else [[*shipped, *charge, *discharge]]
        for steps in parts:
            time_s = elapsed_s(steps)
            temperature = np.full(time_s.size, planned.temperature_C)
            history = CycleHistory(number, steps, clock_s, temperature, temperature_measured=False)
            records.append(record(history, noise, Defects(), sample_s, rng))
            clock_s += float(time_s[-1])
            number += 1
        if kept == 1.0:
            truths.append((number - 1, planned.role, cell.discharge_Ah * planned.depth))
        charged_Ah.append(sum(float(step.capacity_Ah[-1]) for step in charge if step.kind is StepKind.CHARGE))
    numbers = np.array([one.number for one in records], dtype=np.int64)
    metadata = calb_metadata(cell_id, chemistry, plan[-1].protocol, nominal_capacity_Ah)
    truth = Truth(law, numbers, np.array(charged_Ah), np.array([one[2] for one in truths]), discharge_first=False)
    return SimulatedCell(metadata, tuple(records), truth), _truth(truths, law)


def _cell(test: CellTest, law: FadeLaw, number: int) -> CycleCell:
    """The cell at this cycle's age, with the capacity that its rate has."""
    relative = law.relative_capacity(np.array([float(number)]))
    at_this_rate = test.nominal_capacity_Ah * (1 - LOSS_PER_RATE * test.protocol.discharge_rate_C)
    return aged_cells(test, at_this_rate * relative, np.maximum(1 - relative, 0.0))[0]


def _discharge(
    test: CellTest, cell: CycleCell, planned: PlannedCycle, state: CellState, *, depth: float, rests: bool = True
) -> tuple[list[Trace], CellState]:
    """The runs of a discharge, with rests or a little charge between them, and a rest at its end."""
    whole_s = 3600 * cell.discharge_Ah * depth / -test.discharge_current_A
    returned_s = REGENERATION_SHARE * whole_s if planned.regenerates else 0.0
    run_s = (whole_s + returned_s * (planned.runs - 1)) / planned.runs
    steps: list[Trace] = []
    for run in range(planned.runs):
        step, state = constant_current(cell.cell, state, test.discharge_current_A, run_s, test.sample_s)
        steps.append(step)
        if run == planned.runs - 1:
            break
        if planned.regenerates:
            step, state = constant_current(cell.cell, state, -test.discharge_current_A, returned_s, test.sample_s)
        else:
            step, state = constant_current(cell.cell, state, 0.0, PULSE_REST_S, test.sample_s)
        steps.append(step)
    return then_rest(test, cell, steps, state, test.protocol.rest_after_discharge_s if rests else 0.0)


def _truth(truths: Sequence[tuple[int, Role, float]], law: FadeLaw) -> PlanTruth:
    def of(role: Role) -> tuple[npt.NDArray[np.int64], FloatArray]:
        chosen = [(number, capacity) for number, its_role, capacity in truths if its_role == role]
        return np.array([number for number, _ in chosen], dtype=np.int64), np.array(
            [capacity for _, capacity in chosen]
        )

    ageing, check_ups = of("ageing"), of("check_up")
    first = float(law.relative_capacity(ageing[0][:1].astype(np.float64))[0]) if ageing[0].size else np.nan
    eol = law.cycle_at(0.8 * first) if ageing[0].size else np.inf
    return PlanTruth(*ageing, *check_ups, eol_cycle=eol)
