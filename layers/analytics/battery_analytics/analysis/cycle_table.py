"""The per-cycle table: capacities, energies, efficiencies, voltages, resistance and duration of each cycle."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from battery_analytics.analysis.throughput import Branches, Throughput
from battery_analytics.cell import BoolArray, CyclingData, FloatArray
from battery_analytics.fields import Field, Flags, Numbers, WholeNumbers

FULL_STEP_SHARE = 0.25
INCOMPLETE_VOLTAGE_SHARE = 0.10
INCOMPLETE_CAPACITY_SHARE = 0.95
FEWEST_CYCLES_TO_COMPARE = 3


@dataclass(frozen=True, slots=True)
class CycleTable:
    """The values of every cycle, as columns of shape (n_cycles,); null where a value is not known."""

    cycle_number: Annotated[WholeNumbers, Field("The source's cycle numbers.")]
    charge_capacity_Ah: Annotated[Numbers, Field("Charge put in during the charge.", "Ah")]
    discharge_capacity_Ah: Annotated[Numbers, Field("Charge drawn during the discharge.", "Ah")]
    coulombic_efficiency_percent: Annotated[
        Numbers, Field("Discharge capacity over the charge capacity that preceded it.", "%")
    ]
    charge_energy_Wh: Annotated[Numbers, Field("Energy put in during the charge.", "Wh")]
    discharge_energy_Wh: Annotated[Numbers, Field("Energy drawn during the discharge.", "Wh")]
    energy_efficiency_percent: Annotated[
        Numbers, Field("Discharge energy over the charge energy that preceded it.", "%")
    ]
    min_voltage_V: Annotated[Numbers, Field("Lowest voltage.", "V")]
    max_voltage_V: Annotated[Numbers, Field("Highest voltage.", "V")]
    mean_temperature_C: Annotated[Numbers, Field("Mean temperature.", "°C")]
    resistance_ohm: Annotated[
        Numbers,
        Field(
            "Jump of the voltage over jump of the current, from a rest to the first discharging point. It includes all "
            "polarisation of that interval.",
            "Ω",
        ),
    ]
    duration_s: Annotated[Numbers, Field("Time from the cycle's first point to its last.", "s")]
    equivalent_full_cycles: Annotated[
        Numbers, Field("Charge drawn so far, in full cycles of the nominal capacity, or else of the first cycle's.")
    ]
    discharge_incomplete: Annotated[
        Flags, Field("Whether the discharge stopped well above the voltage at which the others end.")
    ]

    @property
    def whole_discharge_Ah(self) -> FloatArray:
        """The discharge capacity of the cycles that discharged as far as the others, NaN for the rest."""
        return np.where(self.discharge_incomplete, np.nan, self.discharge_capacity_Ah)


def cycle_table(
    cycling: CyclingData, flow: Throughput, *, nominal_capacity_Ah: float | None, negative_half_cell: bool = False
) -> CycleTable:
    """The per-cycle table. Equivalent full cycles are discharge over the nominal capacity, or else the first one.

    The efficiencies of a negative electrode against lithium are its charge (delithiation) over the discharge (lithiation)
    that preceded it.
    """
    starts = cycling.offsets[:-1]
    charge, discharge = flow.charge.total_Ah, flow.discharge.total_Ah
    charge_Wh, discharge_Wh = _energy_Wh(cycling, flow.charge), _energy_Wh(cycling, flow.discharge)
    first = discharges_first(flow)
    follows = np.diff(cycling.cycle_number, prepend=cycling.cycle_number[0]) == 1
    max_voltage = np.maximum.reduceat(cycling.voltage_V, starts)
    incomplete = _incomplete_discharges(cycling, flow.discharge, float(max_voltage.max()))
    # A discharge is compared with a charge that began where it ends, so the discharge before that charge must be whole too.
    comparable = ~incomplete & ~(follows & np.roll(incomplete, 1))
    if flow.charge.believed or flow.discharge.believed:
        comparable[:] = False
    reference = nominal_capacity_Ah or _first_known(discharge)

    def efficiency(charged: FloatArray, discharged: FloatArray) -> FloatArray:
        if not negative_half_cell:
            return coulombic_efficiency(charged, discharged, discharge_first=first, follows_previous=follows)
        charge_first = np.where(discharged > 0, ~first, charged > 0)
        return coulombic_efficiency(discharged, charged, discharge_first=charge_first, follows_previous=follows)

    drawn = np.nancumsum(discharge)
    return CycleTable(
        cycle_number=cycling.cycle_number,
        charge_capacity_Ah=charge,
        discharge_capacity_Ah=discharge,
        coulombic_efficiency_percent=np.where(comparable, efficiency(charge, discharge), np.nan),
        charge_energy_Wh=charge_Wh,
        discharge_energy_Wh=discharge_Wh,
        energy_efficiency_percent=np.where(comparable, efficiency(charge_Wh, discharge_Wh), np.nan),
        min_voltage_V=np.minimum.reduceat(cycling.voltage_V, starts),
        max_voltage_V=max_voltage,
        mean_temperature_C=_mean_temperature(cycling),
        resistance_ohm=_discharge_resistance(cycling, flow, follows),
        duration_s=_durations(cycling, flow),
        equivalent_full_cycles=drawn / reference if reference else np.full(cycling.n_cycles, np.nan),
        discharge_incomplete=incomplete,
    )


def coulombic_efficiency(
    charge_Ah: FloatArray, discharge_Ah: FloatArray, *, discharge_first: BoolArray, follows_previous: BoolArray
) -> FloatArray:
    """Discharge capacity over the charge capacity that preceded it, in percent.

    All inputs have shape (n_cycles,). A cycle that starts with its discharge takes the charge of the cycle before, if
    that cycle ended with its charge, or was nothing but a charge, and `follows_previous` says that no cycle lies between.
    A cycle without any charge or discharge is passed over. Where the order changes, so that two charges follow each other,
    both count. NaN where the preceding charge is unknown or zero.

    Source: Smith et al., J. Electrochem. Soc. 157, A196 (2010).
    """
    flowed = np.flatnonzero((charge_Ah > 0) | np.isfinite(discharge_Ah) | discharge_first)
    breaks = np.cumsum(~follows_previous)
    earlier, later = flowed[:-1], flowed[1:]
    alone = ~np.isfinite(discharge_Ah) & ~discharge_first
    ends_with_charge = (discharge_first | alone)[earlier] & (breaks[earlier] == breaks[later])
    before = np.full_like(charge_Ah, np.nan)
    before[later] = np.where(ends_with_charge, charge_Ah[earlier], np.nan)
    preceding = np.where(discharge_first, before, charge_Ah + np.nan_to_num(before))
    preceding = np.where(preceding > 0, preceding, np.nan)
    return 100.0 * discharge_Ah / preceding


def discharges_first(flow: Throughput) -> BoolArray:
    """Whether a cycle's discharge is before its charge, by the mean position of their points; shape (n_cycles,).

    A cycle without a charge discharges first, because it follows the charge of another cycle.
    """
    discharge, charge = (branch.points for branch in (flow.discharge, flow.charge))
    mean_discharge = discharge.means(discharge.index.astype(np.float64))
    mean_charge = charge.means(charge.index.astype(np.float64))
    return mean_discharge < np.where(charge.counts > 0, mean_charge, np.inf)


def _incomplete_discharges(cycling: CyclingData, discharge: Branches, highest_V: float) -> BoolArray:
    lowest, capacity = discharge.points.minima(cycling.voltage_V[discharge.points.index]), discharge.total_Ah
    known = np.isfinite(lowest) & np.isfinite(capacity)
    if np.count_nonzero(known) < FEWEST_CYCLES_TO_COMPARE:
        return np.zeros(cycling.n_cycles, dtype=bool)
    usual_end = float(np.median(lowest[known]))
    usual_capacity = float(np.median(capacity[known]))
    stopped_early = known & (lowest > usual_end + INCOMPLETE_VOLTAGE_SHARE * (highest_V - usual_end))
    return stopped_early & (capacity < INCOMPLETE_CAPACITY_SHARE * usual_capacity)


def _energy_Wh(cycling: CyclingData, branch: Branches) -> FloatArray:
    """Voltage integrated over the branch's capacity by trapezoids, in Wh; shape (n_cycles,).

    The first point of each stretch of current has the voltage of its interval alone.
    """
    points, capacity = branch.points, branch.capacity_Ah
    if not points.index.size:
        return points.sums(capacity)
    voltage = cycling.voltage_V[points.index]
    gained, mean_voltage = capacity.copy(), voltage.copy()
    gained[1:] -= capacity[:-1]
    gained[points.starts] = capacity[points.starts]
    mean_voltage[1:] += voltage[:-1]
    mean_voltage[1:] /= 2
    sets_in = ~points.follows
    mean_voltage[sets_in] = voltage[sets_in]
    return points.sums(gained * mean_voltage)


def _mean_temperature(cycling: CyclingData) -> FloatArray:
    if cycling.temperature_C is None:
        return np.full(cycling.n_cycles, np.nan)
    measured = np.isfinite(cycling.temperature_C)
    starts = cycling.offsets[:-1]
    if measured.all():
        return np.add.reduceat(cycling.temperature_C, starts) / np.diff(cycling.offsets)
    count = np.add.reduceat(measured, starts, dtype=np.int64)
    total = np.add.reduceat(np.where(measured, cycling.temperature_C, 0.0), starts)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _discharge_resistance(cycling: CyclingData, flow: Throughput, follows: BoolArray) -> FloatArray:
    """Jump of the voltage over jump of the current from a rest to the discharge; shape (n_cycles,), NaN without one.

    The rest may be the end of the cycle before, if no cycle lies between.
    """
    resistance = np.full(cycling.n_cycles, np.nan)
    points = flow.discharge.points
    places = np.flatnonzero(~points.follows)
    steps = points.index[places]
    cycle = np.searchsorted(points.bounds, places, side="right") - 1
    rested = ~flow.charge.active[steps - 1] & ~flow.discharge.active[steps - 1] & (steps > 0)
    reachable = (steps > cycling.offsets[cycle]) | follows[cycle]
    current, voltage = cycling.current_A, cycling.voltage_V
    strong = np.abs(current[steps]) > FULL_STEP_SHARE * np.max(np.abs(current[steps]), initial=0.0)
    chosen = rested & reachable & strong & (current[steps] < current[steps - 1])
    steps, cycle = steps[chosen], cycle[chosen]
    jump = (voltage[steps] - voltage[steps - 1]) / (current[steps] - current[steps - 1])
    cycle, first = np.unique(cycle, return_index=True)
    resistance[cycle] = np.where(jump[first] > 0, jump[first], np.nan)
    return resistance


def _durations(cycling: CyclingData, flow: Throughput) -> FloatArray:
    if flow.clock is None:
        return np.full(cycling.n_cycles, np.nan)
    interval = np.where(np.isfinite(flow.clock.interval_s), flow.clock.interval_s, 0.0)
    interval[cycling.offsets[:-1]] = 0.0
    return np.add.reduceat(interval, cycling.offsets[:-1])


def _first_known(values: FloatArray) -> float | None:
    known = values[np.isfinite(values) & (values > 0)]
    return float(known[0]) if known.size else None
