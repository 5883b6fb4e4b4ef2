"""Cycling data built step by step: what flowed is known by hand, and so is how the tester wrote it down."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from battery_analytics.analysis.cycle_table import CycleTable, cycle_table
from battery_analytics.analysis.throughput import Throughput, throughput
from battery_analytics.cell import Cell, CyclingData, Source

type FloatArray = npt.NDArray[np.float64]
type Restarts = Literal["step", "cycle", "test"]

EMPTY_V, FULL_V = 3.0, 4.2
CELL_AH = 10.0
RESISTANCE_OHM = 0.01


@dataclass(frozen=True, slots=True)
class Step:
    """A constant current for some minutes; charging is positive, 0 is a rest."""

    current_A: float
    minutes: float

    @property
    def charge_Ah(self) -> float:
        return self.current_A * self.minutes / 60


CHARGE, REST, DISCHARGE = Step(10.0, 60), Step(0.0, 10), Step(-10.0, 60)
FULL_CYCLE = (CHARGE, REST, DISCHARGE, REST)
DISCHARGE_FIRST_CYCLE = (DISCHARGE, REST, CHARGE, REST)


def cycling(
    cycles: Sequence[Sequence[Step]],
    *,
    numbers: Sequence[int] | None = None,
    sample_s: float = 60.0,
    counters: Restarts | None = "cycle",
    charge_repeats_discharge: bool = False,
    clock: Literal["test", "cycle", "day"] | None = "test",
    clock_starts_s: float = 0.0,
    soc_Ah: float = 0.0,
) -> CyclingData:
    """The points of these cycles: one each `sample_s` from the first sample of a step to its end.

    The voltage is linear in the charge held, which starts at `soc_Ah`, plus current times `RESISTANCE_OHM`.
    """
    columns: dict[str, list[float]] = {name: [] for name in ("current", "voltage", "charge", "discharge", "time")}
    offsets = [0]
    now_s, held_Ah = clock_starts_s, soc_Ah
    counted = {"charge": 0.0, "discharge": 0.0}
    for steps in cycles:
        cycle_started_s = now_s
        if counters == "cycle":
            counted = dict.fromkeys(counted, 0.0)
        for step in steps:
            if counters == "step":
                counted = dict.fromkeys(counted, 0.0)
            n_points = round(step.minutes * 60 / sample_s)
            for _ in range(n_points):
                now_s += sample_s
                passed_Ah = step.current_A * sample_s / 3600
                held_Ah += passed_Ah
                counted["charge"] += max(passed_Ah, 0.0)
                counted["discharge"] += max(-passed_Ah, 0.0)
                repeats = charge_repeats_discharge and step.current_A < 0
                columns["current"].append(step.current_A)
                columns["voltage"].append(
                    EMPTY_V + (FULL_V - EMPTY_V) * held_Ah / CELL_AH + RESISTANCE_OHM * step.current_A
                )
                columns["charge"].append(counted["discharge"] if repeats else counted["charge"])
                columns["discharge"].append(counted["discharge"])
                columns["time"].append(now_s - cycle_started_s if clock == "cycle" else now_s)
        offsets.append(len(columns["current"]))
    arrays = {name: np.array(values) for name, values in columns.items()}
    if clock == "day":
        arrays["time"] %= 86_400
    return CyclingData(
        cycle_number=np.array(numbers or range(1, len(cycles) + 1), dtype=np.int64),
        offsets=np.array(offsets, dtype=np.int64),
        voltage_V=arrays["voltage"],
        current_A=arrays["current"],
        charge_capacity_Ah=arrays["charge"] if counters else None,
        discharge_capacity_Ah=arrays["discharge"] if counters else None,
        time_s=arrays["time"] if clock else None,
    )


def fading_cycles(n_cycles: int, *, loss_minutes: float = 0.1) -> list[tuple[Step, ...]]:
    """Full cycles of 1C, each some minutes shorter than the one before."""
    return [
        (Step(10.0, 60 - loss_minutes * index), REST, Step(-10.0, 60 - loss_minutes * index), REST)
        for index in range(n_cycles)
    ]


def analysed(data: CyclingData, *, nominal_capacity_Ah: float | None = None) -> tuple[Throughput, CycleTable]:
    flow = throughput(data)
    return flow, cycle_table(data, flow, nominal_capacity_Ah=nominal_capacity_Ah)


def cell_of(data: CyclingData, **metadata: Any) -> Cell:
    return Cell({"cell_id": "TEST", **metadata}, data, Source("test", 1.0, ("test.pkl",)))


def figures_of(discharge_Ah: FloatArray | Sequence[float], **columns: Any) -> CycleTable:
    """A per-cycle table of these discharge capacities; every other figure unknown unless it is given."""
    discharge = np.asarray(discharge_Ah, dtype=np.float64)
    unknown = np.full(discharge.size, np.nan)
    no = np.zeros(discharge.size, dtype=bool)
    fields: dict[str, Any] = dict.fromkeys(CycleTable.__dataclass_fields__, unknown)
    fields |= {
        "cycle_number": np.arange(1, discharge.size + 1),
        "discharge_capacity_Ah": discharge,
        "min_voltage_V": np.full(discharge.size, 2.75),
        "max_voltage_V": np.full(discharge.size, 4.2),
        "discharge_incomplete": no,
    }
    return CycleTable(**(fields | columns))
