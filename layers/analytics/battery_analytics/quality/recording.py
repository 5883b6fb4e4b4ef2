"""Checks of the recording: units, counters, clock and temperature, as the cycler wrote them."""

import numpy as np

from battery_analytics.analysis.clock import SECONDS_PER_HOUR
from battery_analytics.analysis.integration import integrated
from battery_analytics.analysis.statistics import known_values
from battery_analytics.analysis.throughput import Branches
from battery_analytics.cell import Finding
from battery_analytics.quality.examined import Check, Examined, counted, these, times

GAP_FACTOR = 10.0
SHORTEST_GAP_S = 600.0
DISAGREEMENT = 0.05
IMPOSSIBLE_FACTOR = 1.5
HIGHEST_RATE_C = 60.0
NOMINAL_FACTOR = 1.5
PLAUSIBLE_VOLTAGE_V = (0.0, 10.0)
VOLTAGE_TOLERANCE_V = 0.010
VOLTAGE_ROUNDING_V = 5e-5


def _implausible_voltage(examined: Examined) -> Finding | None:
    low, high = float(examined.table.min_voltage_V.min()), float(examined.table.max_voltage_V.max())
    if PLAUSIBLE_VOLTAGE_V[0] <= low and high <= PLAUSIBLE_VOLTAGE_V[1]:
        return None
    message = (
        f"Voltages range from {low:.4g} V to {high:.4g} V, which is not possible for a single lithium-ion cell. Check the "
        "column's unit, and whether it holds a pack or faulty readings."
    )
    return Finding("implausible_voltage", "error", message)


def _implausible_capacity(examined: Examined) -> Finding | None:
    nominal = examined.cell.nominal_capacity_Ah
    known = examined.table.discharge_capacity_Ah[np.isfinite(examined.table.discharge_capacity_Ah)]
    if nominal is None or known.size == 0:
        return None
    largest = float(known.max())
    if nominal / NOMINAL_FACTOR <= largest <= nominal * NOMINAL_FACTOR:
        return None
    message = (
        f"The largest discharge capacity is {largest:.4g} Ah, but the nominal capacity is {nominal:.4g} Ah. "
        "Check the units of current and capacity, and whether the cycles are full ones."
    )
    return Finding("capacity_far_from_nominal", "warning", message)


def _impossible_capacity(examined: Examined) -> Finding | None:
    """Name the cycles whose capacity is more than their largest current can have moved in their time."""
    if examined.flow.clock is None:
        return None
    cycling, table = examined.cell.cycling, examined.table
    largest_A = np.maximum.reduceat(np.abs(cycling.current_A), cycling.offsets[:-1])
    hours = table.duration_s / SECONDS_PER_HOUR
    moved = np.fmax(np.nan_to_num(table.charge_capacity_Ah), np.nan_to_num(table.discharge_capacity_Ah))
    impossible = (moved > IMPOSSIBLE_FACTOR * largest_A * hours) & (hours > 0) & (largest_A > 0)
    if not impossible.any():
        return None
    cycles = examined.cycles_where(impossible)
    message = (
        f"In {these(cycles)} the capacity is larger than the largest current can have moved in the time. A unit is wrong, or "
        "two things were added up. Do not trust these capacities."
    )
    return Finding("impossible_capacity", "error", message, cycles)


def _implausible_rate(examined: Examined) -> Finding | None:
    """Find a current that would empty the cell in less than a minute: a unit is wrong."""
    current, capacity = examined.protocol.discharges.current_A, examined.protocol.discharges.net_Ah
    rate = current / np.where(capacity > 0, capacity, np.nan)
    known = rate[np.isfinite(rate)]
    if not known.size or float(np.median(known)) <= HIGHEST_RATE_C:
        return None
    message = (
        f"The discharge current is {float(np.median(known)):,.3g} times the capacity per hour, which no cell endures. "
        "Check the units of current and capacity."
    )
    return Finding("implausible_rate", "error", message)


def _counter_against_current(examined: Examined) -> Finding | None:
    """Compare the discharge counter with the integrated current: they disagree where a unit or a column is wrong."""
    discharge = examined.flow.discharge
    if examined.flow.clock is None or discharge.counter is None:
        return None
    _, from_current = integrated(discharge.points, examined.cell.cycling.current_A, examined.flow.clock)
    known = ~discharge.integrated & (discharge.total_Ah > 0) & (from_current > 0)
    if not known.any():
        return None
    ratio = float(np.median(from_current[known] / discharge.total_Ah[known]))
    if abs(ratio - 1.0) <= DISAGREEMENT:
        return None
    message = (
        f"The current integrated over time gives {ratio:,.4g} times the discharge capacity of the file. One of the two "
        "is in another unit, or points are missing. The file's capacity was used."
    )
    return Finding("capacity_disagrees_with_current", "warning", message)


def _integrated(examined: Examined) -> Finding | None:
    """Name the capacities that were integrated or are unknown, and the cycles where not all of them are."""
    flow = examined.flow
    named = (("charge", flow.charge), ("discharge", flow.discharge))
    concerned = [(name, branch) for name, branch in named if branch.integrated.any()]
    if not concerned:
        return None
    names = " and ".join(name for name, _ in concerned)
    everywhere = all(branch.integrated[branch.points.counts > 0].all() for _, branch in concerned)
    where = "the file" if everywhere else "part of the file"
    some = np.logical_or.reduce([branch.integrated for _, branch in concerned])
    cycles = () if everywhere else examined.cycles_where(some)
    if flow.clock is None:
        message = f"The {names} capacity is unknown: {where} has neither a usable column for it nor a time."
        return Finding("capacity_unknown", "error", message, cycles)
    message = f"The {names} capacity was integrated from current and time: {where} has no usable column for it."
    return Finding("capacity_integrated", "warning", message, cycles)


def _counter_believed(examined: Examined) -> Finding | None:
    """Name a capacity that moves although no current has its direction."""
    named = (("charge", examined.flow.charge), ("discharge", examined.flow.discharge))
    names = [name for name, branch in named if branch.believed and np.isfinite(branch.total_Ah).any()]
    if not names:
        return None
    directions = " or ".join(f"{name}s" for name in names)
    message = (
        f"The current never {directions}, but the {' and the '.join(names)} capacity of the file changes. It was taken from "
        "that column alone, per cycle the difference of its largest and smallest value. There are no curves and no "
        "efficiency for it."
    )
    return Finding("counter_without_current", "warning", message)


def _charge_restarts(examined: Examined) -> Finding | None:
    return _restarts(examined.flow.charge, "charge")


def _discharge_restarts(examined: Examined) -> Finding | None:
    return _restarts(examined.flow.discharge, "discharge")


def _restarts(branch: Branches, name: str) -> Finding | None:
    counter = branch.counter
    if counter is None:
        return None
    if counter.restarts:
        message = (
            f"The {name} capacity restarts {times(counter.restarts)} within cycles, as at each step. "
            "It was added up over the restarts."
        )
        return Finding(f"{name}_capacity_restarts", "info", message)
    if counter.runs_on:
        message = f"The {name} capacity continues from cycle to cycle. Each cycle was counted from its own start."
        return Finding(f"{name}_capacity_runs_on", "info", message)
    return None


def _counter_gaps(examined: Examined) -> Finding | None:
    """Name the counter readings that were filled in, among those that are part of a cycle's capacity."""
    counters = [branch.counter for branch in (examined.flow.charge, examined.flow.discharge)]
    points = [counter.filled for counter in counters if counter is not None and counter.filled.size]
    if not points:
        return None
    filled = np.unique(np.concatenate(points))
    message = (
        f"{counted(filled.size, 'reading')} of a capacity counter {'is' if filled.size == 1 else 'are'} missing or damaged. "
        "Each was filled in from its neighbours in the same step."
    )
    return Finding("counter_readings_filled", "warning", message, examined.cycles_of_points(filled))


def _charge_counts_discharge(examined: Examined) -> Finding | None:
    counter = examined.flow.charge.counter
    if counter is None or not counter.counts_opposite:
        return None
    message = (
        "The charge capacity also rises while the cell discharges (CALB files repeat the discharge in it). "
        "Only its rise while charging was counted."
    )
    return Finding("charge_capacity_counts_discharge", "info", message)


def _time_backwards(examined: Examined) -> Finding | None:
    clock = examined.flow.clock
    if clock is None or not clock.backwards.size:
        return None
    message = (
        f"The time goes backwards at {counted(clock.backwards.size, 'point')}. "
        "No charge or duration was counted across such a jump."
    )
    return Finding("time_goes_backwards", "warning", message, examined.cycles_of_points(clock.backwards))


def _time_unknown(examined: Examined) -> Finding | None:
    clock = examined.flow.clock
    if examined.cell.cycling.time_s is not None and clock is None:
        return Finding("time_stands_still", "warning", "The time never advances, so it was not used.")
    if clock is None or not clock.unknown:
        return None
    message = (
        f"{counted(clock.unknown, 'point')} without a time. The next point with a time counts for the whole interval."
    )
    return Finding("time_unknown", "warning", message)


def _time_of_day(examined: Examined) -> Finding | None:
    clock = examined.flow.clock
    if clock is None or not clock.midnights:
        return None
    message = f"The time is a time of day. It was made continuous over {counted(clock.midnights, 'midnight')}."
    return Finding("time_of_day", "info", message)


def _gaps(examined: Examined) -> Finding | None:
    """Find long intervals while current flows: only the counter shows what flowed in them."""
    clock, flow = examined.flow.clock, examined.flow
    if clock is None:
        return None
    long = np.flatnonzero(clock.interval_s > SHORTEST_GAP_S)
    long = long[(long > 0) & ~examined.cell.cycling.begin_cycles(long)]
    flowing = np.logical_or.reduce(
        [branch.active[long] & branch.active[long - 1] for branch in (flow.charge, flow.discharge)]
    )
    gaps = long[flowing]
    if not gaps.size:
        return None
    longest_usual = max(SHORTEST_GAP_S, GAP_FACTOR * float(np.nanmedian(clock.interval_s)))
    gaps = gaps[clock.interval_s[gaps] > longest_usual]
    if not gaps.size:
        return None
    message = f"Recording pauses {times(gaps.size)} for more than {longest_usual:.0f} s while current flows."
    return Finding("recording_gaps", "warning", message, examined.cycles_of_points(gaps))


def _temperature(examined: Examined) -> Finding | None:
    measured = known_values(examined.cell.cycling.temperature_C)
    if not measured.size:
        return Finding("no_temperature", "info", "The file holds no temperature, so none was analysed.")
    lowest, highest = float(measured.min()), float(measured.max())
    if lowest == highest:
        message = f"The temperature is {lowest:.3g} °C at every point, so no correlation can be computed from it."
        return Finding("constant_temperature", "info", message)
    return None


def _passes_limits(examined: Examined) -> Finding | None:
    """Find voltages that pass a limit by no more than the tolerance: sensor noise at a cut-off is no fault."""
    low, high = (examined.cell.number(f"{end}_voltage_limit_in_V") for end in ("min", "max"))
    lowest, highest = float(examined.table.min_voltage_V.min()), float(examined.table.max_voltage_V.max())
    above = 0.0 if high is None else highest - high
    below = 0.0 if low is None else low - lowest
    within = [excess for excess in (above, below) if VOLTAGE_ROUNDING_V < excess <= VOLTAGE_TOLERANCE_V]
    if not within:
        return None
    message = f"Voltages pass a stated limit by up to {1e3 * max(within):.1f} mV. That is usual at a cut-off."
    return Finding("voltage_at_limits", "info", message)


RECORDING_CHECKS: tuple[Check, ...] = (
    _implausible_voltage,
    _implausible_capacity,
    _impossible_capacity,
    _implausible_rate,
    _counter_against_current,
    _integrated,
    _counter_believed,
    _charge_restarts,
    _discharge_restarts,
    _charge_counts_discharge,
    _counter_gaps,
    _time_backwards,
    _time_unknown,
    _time_of_day,
    _gaps,
    _temperature,
    _passes_limits,
)
# Those that hold without points.
SUMMARY_RECORDING_CHECKS: tuple[Check, ...] = (_implausible_capacity,)
