"""The per-cycle table: what each cycle charged, discharged, lost, reached and took, under standard names."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from battery_analytics.analysis.throughput import Branches, Throughput
from battery_analytics.cell import BoolArray, CyclingData, FloatArray, IntArray

FULL_STEP_SHARE = 0.25
INCOMPLETE_VOLTAGE_SHARE = 0.10
INCOMPLETE_CAPACITY_SHARE = 0.95
FEWEST_CYCLES_TO_COMPARE = 3


@dataclass(frozen=True, slots=True)
class CycleFigures:
    """One value a cycle, every array of shape (n_cycles,), NaN where a figure is unknown.

    `resistance_ohm` is the voltage jump over the current jump from a rest to the first discharging point, so it holds
    all polarisation of that interval. `discharge_incomplete` marks cycles whose discharge stopped well above the voltage
    at which the others end.
    """

    cycle_number: IntArray
    charge_capacity_Ah: FloatArray
    discharge_capacity_Ah: FloatArray
    coulombic_efficiency_percent: FloatArray
    charge_energy_Wh: FloatArray
    discharge_energy_Wh: FloatArray
    energy_efficiency_percent: FloatArray
    min_voltage_V: FloatArray
    max_voltage_V: FloatArray
    mean_temperature_C: FloatArray
    resistance_ohm: FloatArray
    duration_s: FloatArray
    equivalent_full_cycles: FloatArray
    discharge_first: BoolArray
    discharge_incomplete: BoolArray


@dataclass(frozen=True, slots=True)
class PointsByCycle:
    """Some of the points, cycle by cycle.

    `index` has shape (n_chosen,), `counts` (n_cycles,); `starts` are the places in `index` at which the cycles that have
    any of the points begin.
    """

    index: IntArray
    counts: IntArray
    starts: IntArray

    @classmethod
    def of(cls, chosen: BoolArray, offsets: IntArray) -> Self:
        index = np.flatnonzero(chosen)
        bounds = np.searchsorted(index, offsets)
        counts = np.diff(bounds)
        return cls(index, counts, bounds[:-1][counts > 0])

    def sums(self, values: FloatArray, *, empty: float) -> FloatArray:
        """Sums of values of shape (n_chosen,) over each cycle, `empty` where a cycle has none of the points."""
        totals = np.full(self.counts.size, empty)
        if self.starts.size:
            totals[self.counts > 0] = np.add.reduceat(values, self.starts)
        return totals


def cycle_figures(cycling: CyclingData, flow: Throughput, *, nominal_capacity_Ah: float | None) -> CycleFigures:
    """The per-cycle table. Equivalent full cycles count discharge against the nominal, or else the first, capacity."""
    starts = cycling.offsets[:-1]
    charge, discharge = flow.charge.total_Ah, flow.discharge.total_Ah
    first = discharges_first(cycling.offsets, flow)
    incomplete = _incomplete_discharges(cycling, flow)
    follows = np.diff(cycling.cycle_number, prepend=cycling.cycle_number[0]) == 1
    charge_Wh, discharge_Wh = _energy_Wh(cycling, flow.charge), _energy_Wh(cycling, flow.discharge)
    whole_discharge = np.where(incomplete, np.nan, discharge)
    reference = nominal_capacity_Ah or _first_known(discharge)
    drawn = np.nancumsum(discharge)
    return CycleFigures(
        cycle_number=cycling.cycle_number,
        charge_capacity_Ah=charge,
        discharge_capacity_Ah=discharge,
        coulombic_efficiency_percent=coulombic_efficiency(
            charge, whole_discharge, discharge_first=first, follows_previous=follows
        ),
        charge_energy_Wh=charge_Wh,
        discharge_energy_Wh=discharge_Wh,
        energy_efficiency_percent=coulombic_efficiency(
            charge_Wh, np.where(incomplete, np.nan, discharge_Wh), discharge_first=first, follows_previous=follows
        ),
        min_voltage_V=np.minimum.reduceat(cycling.voltage_V, starts),
        max_voltage_V=np.maximum.reduceat(cycling.voltage_V, starts),
        mean_temperature_C=_mean_temperature(cycling),
        resistance_ohm=_discharge_resistance(cycling, flow),
        duration_s=_durations(cycling, flow),
        equivalent_full_cycles=drawn / reference if reference else np.full(cycling.n_cycles, np.nan),
        discharge_first=first,
        discharge_incomplete=incomplete,
    )


def coulombic_efficiency(
    charge_Ah: FloatArray, discharge_Ah: FloatArray, *, discharge_first: BoolArray, follows_previous: BoolArray
) -> FloatArray:
    """Discharge capacity over the charge capacity that preceded it, in percent.

    All inputs have shape (n_cycles,). A cycle that starts with its discharge takes the charge of the cycle before, if
    that one also ended with its charge and `follows_previous` says that no cycle lies between. NaN where the preceding
    charge is unknown or zero.

    Source: Smith et al., J. Electrochem. Soc. 157, A196 (2010).
    """
    before = np.full_like(charge_Ah, np.nan)
    ends_with_charge = discharge_first[:-1] & follows_previous[1:]
    before[1:] = np.where(ends_with_charge, charge_Ah[:-1], np.nan)
    preceding = np.where(discharge_first, before, charge_Ah)
    preceding = np.where(preceding > 0, preceding, np.nan)
    return 100.0 * discharge_Ah / preceding


def discharges_first(offsets: IntArray, flow: Throughput) -> BoolArray:
    """Whether a cycle's discharge lies before its charge, by the mean position of their points; shape (n_cycles,).

    A cycle without charge discharges first, as it follows on the charge of another.
    """

    def mean_position(branch: Branches) -> FloatArray:
        points = PointsByCycle.of(branch.active, offsets)
        return points.sums(points.index.astype(np.float64), empty=np.inf) / np.maximum(points.counts, 1)

    return mean_position(flow.discharge) < mean_position(flow.charge)


def _incomplete_discharges(cycling: CyclingData, flow: Throughput) -> BoolArray:
    lowest = np.minimum.reduceat(np.where(flow.discharge.active, cycling.voltage_V, np.inf), cycling.offsets[:-1])
    discharge = flow.discharge.total_Ah
    known = np.isfinite(lowest) & np.isfinite(discharge)
    if np.count_nonzero(known) < FEWEST_CYCLES_TO_COMPARE:
        return np.zeros(cycling.n_cycles, dtype=bool)
    usual_end = float(np.median(lowest[known]))
    window = float(np.max(cycling.voltage_V)) - usual_end
    usual_capacity = float(np.median(discharge[known]))
    stopped_early = known & (lowest > usual_end + INCOMPLETE_VOLTAGE_SHARE * window)
    return stopped_early & (discharge < INCOMPLETE_CAPACITY_SHARE * usual_capacity)


def _energy_Wh(cycling: CyclingData, branch: Branches) -> FloatArray:
    """Voltage integrated over the branch's capacity by trapezoids, in Wh; shape (n_cycles,)."""
    points = PointsByCycle.of(branch.active, cycling.offsets)
    capacity, voltage = branch.capacity_Ah[points.index], cycling.voltage_V[points.index]
    gained, mean_voltage = np.diff(capacity, prepend=0.0), voltage.copy()
    adjacent = np.diff(points.index, prepend=-1) == 1
    adjacent[points.starts] = False
    mean_voltage[adjacent] = (voltage[adjacent] + voltage[np.flatnonzero(adjacent) - 1]) / 2
    gained[points.starts] = capacity[points.starts]
    return points.sums(gained * mean_voltage, empty=np.nan)


def _mean_temperature(cycling: CyclingData) -> FloatArray:
    if cycling.temperature_C is None:
        return np.full(cycling.n_cycles, np.nan)
    measured = np.isfinite(cycling.temperature_C)
    count = np.add.reduceat(measured, cycling.offsets[:-1], dtype=np.int64)
    total = np.add.reduceat(np.where(measured, cycling.temperature_C, 0.0), cycling.offsets[:-1])
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _discharge_resistance(cycling: CyclingData, flow: Throughput) -> FloatArray:
    """Voltage jump over current jump from a rest to the discharge; shape (n_cycles,), NaN without such a step."""
    resistance = np.full(cycling.n_cycles, np.nan)
    current, voltage = cycling.current_A, cycling.voltage_V
    flowing = flow.charge.active | flow.discharge.active
    steps = np.flatnonzero(~flowing[:-1] & flow.discharge.active[1:]) + 1
    if steps.size == 0:
        return resistance
    strong = np.abs(current[steps]) > FULL_STEP_SHARE * float(np.max(np.abs(current[steps])))
    steps = steps[strong]
    jump = (voltage[steps] - voltage[steps - 1]) / (current[steps] - current[steps - 1])
    cycle = np.searchsorted(cycling.offsets, steps, side="right") - 1
    cycle, first = np.unique(cycle, return_index=True)
    resistance[cycle] = np.where(jump[first] > 0, jump[first], np.nan)
    return resistance


def _durations(cycling: CyclingData, flow: Throughput) -> FloatArray:
    if flow.clock is None:
        return np.full(cycling.n_cycles, np.nan)
    interval = np.nan_to_num(flow.clock.interval_s)
    interval[cycling.offsets[:-1]] = 0.0
    return np.add.reduceat(interval, cycling.offsets[:-1])


def _first_known(values: FloatArray) -> float | None:
    known = values[np.isfinite(values) & (values > 0)]
    return float(known[0]) if known.size else None
