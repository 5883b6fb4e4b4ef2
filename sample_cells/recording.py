"""The recording of a cycler: its counters, its clock, its noise, and the defects of real files."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sample_cells.arrays import FloatArray
from sample_cells.cell import CycleRecord
from sample_cells.electrics import StepKind, Trace

SECONDS_OF_A_DAY = 86_400.0

type ColumnName = Literal[
    "current_A", "voltage_V", "charge_capacity_Ah", "discharge_capacity_Ah", "time_s", "temperature_C"
]


@dataclass(frozen=True, slots=True)
class Noise:
    """Standard deviations of the sensors' noise, and the decimals that are written."""

    voltage_V: float = 0.0002
    current_A: float = 0.005
    temperature_C: float = 0.05
    decimals: int = 5
    time_decimals: int = 3


@dataclass(frozen=True, slots=True)
class Defects:
    """Defects of the recording. All of them occur in CALB files; none is on by default.

    With `counters_restart_at_steps` both capacity counters restart at each step, also at each stage of a charge and at each
    rest. With `charge_counter_repeats_discharge` the charge counter repeats the discharge while the cell discharges.
    Without `step_end_points` the last point of a step is the last regular sample.
    """

    counters_restart_at_steps: bool = False
    charge_counter_repeats_discharge: bool = False
    clock_wraps_at_midnight: bool = False
    step_end_points: bool = True
    last_cycle_without_charge: bool = False
    missing_columns: frozenset[ColumnName] = frozenset()


AS_IN_CALB = Defects(
    counters_restart_at_steps=True,
    charge_counter_repeats_discharge=True,
    clock_wraps_at_midnight=True,
)


@dataclass(frozen=True, slots=True)
class CycleHistory:
    """The steps of one cycle in order, its start on the test's clock, and its temperature at each point.

    A temperature that was not measured is the chamber's setting, without noise.
    """

    number: int
    steps: Sequence[Trace]
    started_s: float
    temperature_C: FloatArray
    temperature_measured: bool


def record(
    history: CycleHistory, noise: Noise, defects: Defects, sample_s: float, rng: np.random.Generator
) -> CycleRecord:
    """The points of one cycle as in the file."""
    steps = history.steps
    current_A = _joined([step.current_A for step in steps])
    charge_Ah = _counter(steps, StepKind.CHARGE, restarts=defects.counters_restart_at_steps)
    discharge_Ah = _counter(steps, StepKind.DISCHARGE, restarts=defects.counters_restart_at_steps)
    if defects.charge_counter_repeats_discharge:
        charge_Ah = np.where(current_A < 0, discharge_Ah, charge_Ah)
    time_s = np.round(history.started_s + elapsed_s(steps), noise.time_decimals)
    if defects.clock_wraps_at_midnight:
        time_s %= SECONDS_OF_A_DAY

    n_points = current_A.size
    noisy_A = current_A + np.where(current_A == 0, 0.0, noise.current_A * rng.standard_normal(n_points))
    noisy_V = _joined([step.voltage_V for step in steps]) + noise.voltage_V * rng.standard_normal(n_points)
    sensor_K = noise.temperature_C if history.temperature_measured else 0.0
    noisy_C = history.temperature_C + sensor_K * rng.standard_normal(n_points)
    kept = np.full(n_points, fill_value=True) if defects.step_end_points else _on_the_clock(steps, sample_s)

    def column(name: ColumnName, values: FloatArray, decimals: int) -> FloatArray | None:
        return None if name in defects.missing_columns else np.round(values[kept], decimals)

    return CycleRecord(
        number=history.number,
        current_A=column("current_A", noisy_A, noise.decimals),
        voltage_V=column("voltage_V", noisy_V, noise.decimals),
        charge_capacity_Ah=column("charge_capacity_Ah", charge_Ah, noise.decimals),
        discharge_capacity_Ah=column("discharge_capacity_Ah", discharge_Ah, noise.decimals),
        time_s=column("time_s", time_s, noise.time_decimals),
        temperature_C=column("temperature_C", noisy_C, 2),
    )


def elapsed_s(steps: Sequence[Trace]) -> FloatArray:
    """Time since the start of the first step, at all points of all steps."""
    starts_s = np.cumsum([0.0, *(step.time_s[-1] for step in steps)])
    return _joined([start_s + step.time_s for start_s, step in zip(starts_s, steps, strict=False)])


def _counter(steps: Sequence[Trace], kind: StepKind, *, restarts: bool) -> FloatArray:
    """The counter for the steps of one kind: within each step if it restarts, else over the whole cycle."""
    counted_Ah = 0.0
    columns: list[FloatArray] = []
    for step in steps:
        within_step = step.capacity_Ah if step.kind is kind else np.zeros_like(step.capacity_Ah)
        columns.append(within_step if restarts else counted_Ah + within_step)
        counted_Ah += float(within_step[-1])
    return _joined(columns)


def _on_the_clock(steps: Sequence[Trace], sample_s: float) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """The points on a multiple of the sampling time; a step shorter than one sample keeps its last point."""
    kept = []
    for step in steps:
        regular = np.abs(step.time_s / sample_s - np.round(step.time_s / sample_s)) < 1e-6
        kept.append(regular if regular.any() else step.time_s == step.time_s[-1])
    return np.concatenate(kept)


def _joined(columns: Sequence[FloatArray]) -> FloatArray:
    return np.concatenate(columns)
