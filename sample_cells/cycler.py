"""The whole test: a cell follows a protocol and a law of fade, warms up, and the cycler records it.

The electrical part is computed first and the temperature after it: the resistance is that at the chamber's temperature.
"""

from collections.abc import Sequence

import numpy as np

from sample_cells.cell import CycleRecord, SimulatedCell, Truth
from sample_cells.chemistry import Chemistry
from sample_cells.cycling import CellTest, aged_cells, run
from sample_cells.electrics import StepKind
from sample_cells.fade import FadeLaw
from sample_cells.metadata import calb_metadata
from sample_cells.protocol import Protocol
from sample_cells.recording import CycleHistory, Defects, Noise, elapsed_s, record
from sample_cells.thermal import LumpedThermal


def simulate(
    cell_id: str,
    chemistry: Chemistry,
    protocol: Protocol,
    law: FadeLaw,
    *,
    cycle_numbers: Sequence[int],
    nominal_capacity_Ah: float,
    initial_capacity_Ah: float | None = None,
    temperature_C: float = 25.0,
    thermal: LumpedThermal | None = None,
    sample_s: float = 30.0,
    started_s: float = 0.0,
    coulombic_efficiency: float = 0.9995,
    capacity_scatter: float = 0.0,
    noise: Noise | None = None,
    defects: Defects | None = None,
    seed: int = 0,
) -> SimulatedCell:
    """A cell that is cycled with a protocol and fades by a law; the same arguments give the same cell.

    `initial_capacity_Ah` is the discharge capacity at cycle 0 with this protocol; the nominal capacity if not given.
    `started_s` is the time on the test's clock at the start. `capacity_scatter` is the relative standard deviation of a
    cycle's discharge capacity around the law. Without `thermal` the temperature is the chamber's, constant and without
    noise. A missing cycle number is a cycle that took place but was not recorded, and the clock includes it.
    """
    noise, defects = noise or Noise(), defects or Defects()
    if defects.last_cycle_without_charge and not protocol.discharge_first:
        raise ValueError("a last cycle without charge needs a protocol that starts with the discharge")
    rng = np.random.default_rng(seed)
    numbers = np.asarray(cycle_numbers, dtype=np.int64)
    relative_capacity = law.relative_capacity(numbers.astype(np.float64))
    if relative_capacity.min() <= 0.05:
        raise ValueError(f"the law leaves no capacity by cycle {numbers[np.argmin(relative_capacity)]}")
    scatter = 1 + capacity_scatter * rng.standard_normal(numbers.size)
    discharge_Ah = (initial_capacity_Ah or nominal_capacity_Ah) * relative_capacity * scatter
    test = CellTest(chemistry, protocol, nominal_capacity_Ah, temperature_C, coulombic_efficiency, sample_s)

    records: list[CycleRecord] = []
    charged_Ah: list[float] = []
    clock_s, excess_K = started_s, 0.0
    for index, complete in enumerate(run(test, aged_cells(test, discharge_Ah, 1 - relative_capacity))):
        ends_with_discharge = defects.last_cycle_without_charge and index == numbers.size - 1
        steps = complete[:1] if ends_with_discharge else complete
        time_s = elapsed_s(steps)
        if index:
            clock_s += float(time_s[-1]) * (numbers[index] - numbers[index - 1] - 1)
        temperature = np.full(time_s.size, temperature_C)
        if thermal is not None:
            excess = thermal.excess_K(time_s, np.concatenate([step.heat_W for step in steps]), excess_K)
            temperature, excess_K = temperature + excess, float(excess[-1])
        history = CycleHistory(
            int(numbers[index]), steps, clock_s, temperature, temperature_measured=thermal is not None
        )
        records.append(record(history, noise, defects, sample_s, rng))
        clock_s += float(time_s[-1])
        charged_Ah.append(sum(float(step.capacity_Ah[-1]) for step in steps if step.kind is StepKind.CHARGE))

    metadata = calb_metadata(cell_id, chemistry, protocol, nominal_capacity_Ah)
    truth = Truth(law, numbers, np.array(charged_Ah), discharge_Ah, protocol.discharge_first)
    return SimulatedCell(metadata, tuple(records), truth)
