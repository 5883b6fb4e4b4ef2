"""The response of a cell to a current: the steps of a test as traces of current and voltage.

The voltage is the open-circuit voltage of the electrodes' surface plus current times resistance. The surface differs from the
mean state of charge by a lag in proportion to the current, which builds up and decays with one time constant. This is the
single-particle model with a parabolic profile, linearised: Di Domenico, Stefanopoulou, Fiengo, J. Dyn. Syst. Meas.
Control 132, 061302 (2010).
"""

from dataclasses import dataclass
from enum import Enum

import numpy as np

from sample_cells.arrays import FloatArray
from sample_cells.chemistry import Chemistry

_HELD_VOLTAGE_GRID = 200
_REFINEMENTS = 3
_REFINEMENT_POINTS = 17
_BISECTIONS = 50


class StepKind(Enum):
    """The kinds of step."""

    CHARGE = "charge"
    DISCHARGE = "discharge"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class CellState:
    """The mean state of charge, and how far the electrodes' surface is ahead of it (both 0..1)."""

    state_of_charge: float
    lag: float


@dataclass(frozen=True, slots=True)
class Trace:
    """One step, sampled. Arrays have shape (n_points,); the first point lies one sample after the step's start.

    `time_s` counts from the step's start, `capacity_Ah` is the charge put in or drawn since then, and `heat_W`
    the loss at each point.
    """

    kind: StepKind
    time_s: FloatArray
    current_A: FloatArray
    voltage_V: FloatArray
    capacity_Ah: FloatArray
    heat_W: FloatArray

    def after(self, earlier: "Trace") -> "Trace":
        """Both as one step; the clock and the counter of this one already continue those of the earlier one."""
        return Trace(
            kind=self.kind,
            time_s=np.concatenate([earlier.time_s, self.time_s]),
            current_A=np.concatenate([earlier.current_A, self.current_A]),
            voltage_V=np.concatenate([earlier.voltage_V, self.voltage_V]),
            capacity_Ah=np.concatenate([earlier.capacity_Ah, self.capacity_Ah]),
            heat_W=np.concatenate([earlier.heat_W, self.heat_W]),
        )


@dataclass(frozen=True, slots=True)
class AgedCell:
    """A cell of one age in a chamber of one temperature, with all parameters fixed for one cycle."""

    chemistry: Chemistry
    nominal_capacity_Ah: float
    capacity_Ah: float
    temperature_C: float
    lost_capacity: float
    coulombic_efficiency: float

    @property
    def lag_per_ampere(self) -> float:
        return self.chemistry.lag_per_ampere(self.nominal_capacity_Ah, self.temperature_C)

    def state_of_charge_rate(self, current_A: float) -> float:
        """Change of the state of charge in 1/s; a part of the charging current is lost to side reactions."""
        efficiency = self.coulombic_efficiency if current_A > 0 else 1.0
        return current_A * efficiency / (3600 * self.capacity_Ah)

    def open_circuit_voltage_V(self, state_of_charge: FloatArray) -> FloatArray:
        return self.chemistry.open_circuit_voltage_V(state_of_charge)

    def resistance_ohm(self, surface: FloatArray) -> FloatArray:
        return self.chemistry.resistance_ohm(
            surface,
            nominal_capacity_Ah=self.nominal_capacity_Ah,
            temperature_C=self.temperature_C,
            lost_capacity=np.asarray(self.lost_capacity),
        )

    def states(self, start: CellState, current_A: float, time_s: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Mean state of charge and surface state at these times after the current was switched on."""
        mean = start.state_of_charge + self.state_of_charge_rate(current_A) * time_s
        settled = self.lag_per_ampere * current_A
        lag = settled + (start.lag - settled) * np.exp(-time_s / self.chemistry.diffusion_time_s)
        return mean, mean + lag

    def voltage_V(self, start: CellState, current_A: float, time_s: FloatArray) -> FloatArray:
        _, surface = self.states(start, current_A, time_s)
        return self.open_circuit_voltage_V(surface) + current_A * self.resistance_ohm(surface)


def settled_surface(
    chemistry: Chemistry,
    *,
    current_A: float,
    voltage_V: float,
    nominal_capacity_Ah: float,
    temperature_C: float,
    lost_capacity: FloatArray,
) -> FloatArray:
    """The surface state at which a settled current shows this voltage, for each age in `lost_capacity` (bisection)."""
    low, high = np.full_like(lost_capacity, -0.02), np.full_like(lost_capacity, 1.02)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        resistance_ohm = chemistry.resistance_ohm(
            middle, nominal_capacity_Ah=nominal_capacity_Ah, temperature_C=temperature_C, lost_capacity=lost_capacity
        )
        below = chemistry.open_circuit_voltage_V(middle) + current_A * resistance_ohm < voltage_V
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2


def sample_times_s(duration_s: float, sample_s: float, *, after_s: float = 0.0) -> FloatArray:
    """Each multiple of `sample_s` on a step's clock from `after_s` on for `duration_s`, and that end."""
    first = int(np.floor(after_s / sample_s + 1e-9)) + 1
    last = int(np.ceil((after_s + duration_s) / sample_s - 1e-9)) - 1
    return np.append(sample_s * np.arange(first, last + 1), after_s + duration_s)


def constant_current(
    cell: AgedCell, start: CellState, current_A: float, duration_s: float, sample_s: float
) -> tuple[Trace, CellState]:
    """A current, or none, for a given time."""
    time_s = sample_times_s(duration_s, sample_s)
    mean, surface = cell.states(start, current_A, time_s)
    voltage_V = cell.open_circuit_voltage_V(surface) + current_A * cell.resistance_ohm(surface)
    kind = StepKind.REST if current_A == 0 else StepKind.CHARGE if current_A > 0 else StepKind.DISCHARGE
    trace = Trace(
        kind=kind,
        time_s=time_s,
        current_A=np.full_like(time_s, current_A),
        voltage_V=voltage_V,
        capacity_Ah=abs(current_A) * time_s / 3600,
        heat_W=current_A * (voltage_V - cell.open_circuit_voltage_V(mean)),
    )
    return trace, CellState(float(mean[-1]), float(surface[-1] - mean[-1]))


def time_to_voltage_s(cell: AgedCell, start: CellState, current_A: float, until_V: float, sample_s: float) -> float:
    """How long a charging current takes to raise the voltage to `until_V`; 0 where the voltage is there at once."""
    time_to_full_s = (1.02 - start.state_of_charge) / cell.state_of_charge_rate(current_A)
    time_s = np.append(np.arange(0.0, time_to_full_s, sample_s), time_to_full_s)
    for _ in range(_REFINEMENTS):
        excess_V = cell.voltage_V(start, current_A, time_s) - until_V
        if excess_V[0] >= 0:
            return 0.0
        if excess_V.max() < 0:
            raise ValueError(f"the cell is full before it shows {until_V} V at {current_A} A")
        crossing = int(np.argmax(excess_V >= 0))
        around = slice(crossing - 1, crossing + 1)
        reached_s = float(np.interp(0.0, excess_V[around], time_s[around]))
        time_s = np.linspace(time_s[crossing - 1], time_s[crossing], _REFINEMENT_POINTS)
    return reached_s


def held_voltage(
    cell: AgedCell, start: CellState, voltage_V: float, full: CellState, sample_s: float, *, before: Trace | None
) -> tuple[Trace, CellState]:
    """A constant voltage while the current falls, until the cell is `full`; the lag follows the current at once.

    The trace continues the clock and the counter of the constant current `before` it, as one step of the cycler.
    """
    surface_now, surface_full = start.state_of_charge + start.lag, full.state_of_charge + full.lag
    surface = surface_full - (surface_full - surface_now) * np.linspace(1, 0, _HELD_VOLTAGE_GRID) ** 2
    current_A = (voltage_V - cell.open_circuit_voltage_V(surface)) / cell.resistance_ohm(surface)
    settled = surface - cell.lag_per_ampere * current_A
    progress = (settled - settled[0]) / (settled[-1] - settled[0])
    charged_Ah = (
        progress * (full.state_of_charge - start.state_of_charge) * cell.capacity_Ah / cell.coulombic_efficiency
    )
    passed_s = np.append(0.0, np.cumsum(3600 * np.diff(charged_Ah) * 2 / (current_A[1:] + current_A[:-1])))
    before_s, before_Ah = (float(before.time_s[-1]), float(before.capacity_Ah[-1])) if before else (0.0, 0.0)
    passed_s += before_s
    time_s = sample_times_s(float(passed_s[-1]) - before_s, sample_s, after_s=before_s)
    sampled_A = np.interp(time_s, passed_s, current_A)
    mean = np.interp(
        time_s, passed_s, start.state_of_charge + progress * (full.state_of_charge - start.state_of_charge)
    )
    held = Trace(
        kind=StepKind.CHARGE,
        time_s=time_s,
        current_A=sampled_A,
        voltage_V=np.full_like(time_s, voltage_V),
        capacity_Ah=before_Ah + np.interp(time_s, passed_s, charged_Ah),
        heat_W=sampled_A * (voltage_V - cell.open_circuit_voltage_V(mean)),
    )
    return held.after(before) if before else held, full
