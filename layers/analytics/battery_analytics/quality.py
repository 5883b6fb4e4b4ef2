"""What is wrong or odd in the data: each check gives one readable finding, or none."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from battery_analytics.analysis.capacity_fade import CapacityFade
from battery_analytics.analysis.cycle_figures import CycleFigures, PointsByCycle
from battery_analytics.analysis.health import VOLTAGE_TOLERANCE_V
from battery_analytics.analysis.temperature import TemperatureAnalysis
from battery_analytics.analysis.throughput import SECONDS_PER_HOUR, Branches, Throughput
from battery_analytics.cell import BoolArray, Cell, Finding, IntArray, Severity

GAP_FACTOR = 10.0
SHORTEST_GAP_S = 600.0
DISAGREEMENT = 0.05
NOMINAL_FACTOR = 1.5
PLAUSIBLE_VOLTAGE_V = (0.0, 10.0)
EFFICIENCY_ABOVE_PERCENT = 101.0


@dataclass(frozen=True, slots=True)
class Examined:
    """A cell and what the analysis found, as every check sees it."""

    cell: Cell
    flow: Throughput
    figures: CycleFigures
    fade: CapacityFade
    temperature: TemperatureAnalysis

    def cycles_where(self, condition: BoolArray) -> tuple[int, ...]:
        return tuple(self.figures.cycle_number[condition].tolist())

    def cycles_of_points(self, points: IntArray) -> tuple[int, ...]:
        cycles = np.searchsorted(self.cell.cycling.offsets, points, side="right") - 1
        return tuple(self.figures.cycle_number[np.unique(cycles)].tolist())


def findings(examined: Examined) -> tuple[Finding, ...]:
    """What reading the cell has found, then what each check finds, in a fixed order."""
    found = [check(examined) for check in CHECKS]
    return (*examined.cell.findings, *(finding for finding in found if finding is not None))


def _implausible_voltage(examined: Examined) -> Finding | None:
    low, high = float(examined.figures.min_voltage_V.min()), float(examined.figures.max_voltage_V.max())
    if PLAUSIBLE_VOLTAGE_V[0] <= low and high <= PLAUSIBLE_VOLTAGE_V[1]:
        return None
    message = (
        f"Voltages run from {low:.4g} V to {high:.4g} V, which no single lithium-ion cell does; check the column's unit, "
        "and whether it is a pack or holds faulty readings."
    )
    return Finding("implausible_voltage", "error", message)


def _implausible_capacity(examined: Examined) -> Finding | None:
    nominal = examined.cell.nominal_capacity_Ah
    known = examined.figures.discharge_capacity_Ah[np.isfinite(examined.figures.discharge_capacity_Ah)]
    if nominal is None or known.size == 0:
        return None
    largest = float(known.max())
    if nominal / NOMINAL_FACTOR <= largest <= nominal * NOMINAL_FACTOR:
        return None
    message = (
        f"The largest discharge capacity is {largest:.4g} Ah, the nominal capacity {nominal:.4g} Ah; "
        "check the units of current and capacity, and whether the cycles are full ones."
    )
    return Finding("capacity_far_from_nominal", "warning", message)


def _counter_against_current(examined: Examined) -> Finding | None:
    """Compare the discharge counter with the integrated current: they disagree where a unit or a column is wrong."""
    cycling, flow = examined.cell.cycling, examined.flow
    if flow.clock is None or flow.discharge.basis == "integrated":
        return None
    points = PointsByCycle.of(flow.discharge.active, cycling.offsets)
    passed_As = np.nan_to_num(np.abs(cycling.current_A[points.index]) * flow.clock.interval_s[points.index])
    integrated = points.sums(passed_As / SECONDS_PER_HOUR, empty=0.0)
    known = np.isfinite(flow.discharge.total_Ah) & (flow.discharge.total_Ah > 0) & (integrated > 0)
    if not known.any():
        return None
    ratio = float(np.median(integrated[known] / flow.discharge.total_Ah[known]))
    if abs(ratio - 1.0) <= DISAGREEMENT:
        return None
    message = (
        f"The current integrated over time gives {ratio:.3g} times the discharge capacity of the file; one of the two "
        "is in another unit, or points are missing. The file's capacity was used."
    )
    return Finding("capacity_disagrees_with_current", "warning", message)


def _time_of_day(examined: Examined) -> Finding | None:
    clock = examined.flow.clock
    if clock is None or not clock.midnights:
        return None
    message = f"The time is a time of day; it was unwrapped over {clock.midnights} midnights."
    return Finding("time_of_day", "info", message)


def _time_backwards(examined: Examined) -> Finding | None:
    clock = examined.flow.clock
    if clock is None or not clock.backwards.size:
        return None
    message = (
        f"The time goes backwards at {clock.backwards.size:,} points; no charge or duration was counted across them."
    )
    return Finding("time_goes_backwards", "warning", message, examined.cycles_of_points(clock.backwards))


def _gaps(examined: Examined) -> Finding | None:
    """Find long intervals while current flows: whatever flowed in them was seen by the counter alone."""
    clock, flow = examined.flow.clock, examined.flow
    if clock is None:
        return None
    with np.errstate(invalid="ignore"):
        long = np.flatnonzero(clock.interval_s > SHORTEST_GAP_S)
    within = long[~np.isin(long, examined.cell.cycling.offsets)]
    flowing = flow.charge.active | flow.discharge.active
    gaps = within[flowing[within] & flowing[within - 1]]
    if not gaps.size:
        return None
    longest_usual = max(SHORTEST_GAP_S, GAP_FACTOR * float(np.nanmedian(clock.interval_s)))
    gaps = gaps[clock.interval_s[gaps] > longest_usual]
    if not gaps.size:
        return None
    message = f"Recording pauses {gaps.size:,} times for more than {longest_usual:.0f} s while current flows."
    return Finding("recording_gaps", "warning", message, examined.cycles_of_points(gaps))


def _charge_restarts(examined: Examined) -> Finding | None:
    return _restarts(examined.flow.charge, "charge")


def _discharge_restarts(examined: Examined) -> Finding | None:
    return _restarts(examined.flow.discharge, "discharge")


def _restarts(branch: Branches, name: str) -> Finding | None:
    if branch.restarts:
        message = (
            f"The {name} capacity restarts {branch.restarts:,} times within cycles, as at each step; it was added up."
        )
        return Finding(f"{name}_capacity_restarts", "info", message)
    if branch.across_cycles:
        message = f"The {name} capacity runs on from cycle to cycle; each cycle was counted from its own start."
        return Finding(f"{name}_capacity_runs_on", "info", message)
    return None


def _charge_counts_discharge(examined: Examined) -> Finding | None:
    if not examined.flow.charge.idle_changes:
        return None
    message = (
        "The charge capacity also rises while no current charges (CALB files repeat the discharge in it); "
        "only what it gains while charging was counted."
    )
    return Finding("charge_capacity_counts_discharge", "info", message)


def _integrated(examined: Examined) -> Finding | None:
    names = [
        name
        for name, branch in (("charge", examined.flow.charge), ("discharge", examined.flow.discharge))
        if branch.basis == "integrated" and branch.active.any()
    ]
    if not names:
        return None
    if examined.flow.clock is None:
        message = (
            f"The {' and '.join(names)} capacity is unknown: the file has neither a usable column for it nor a time."
        )
        return Finding("capacity_unknown", "error", message)
    message = (
        f"The {' and '.join(names)} capacity was integrated from current and time, as the file has no usable column."
    )
    return Finding("capacity_integrated", "warning", message)


def _without_charge(examined: Examined) -> Finding | None:
    missing = np.isnan(examined.figures.charge_capacity_Ah)
    return _where(examined, missing, "cycles_without_charge", "warning", "These cycles have no charging current.")


def _without_discharge(examined: Examined) -> Finding | None:
    missing = np.isnan(examined.figures.discharge_capacity_Ah)
    return _where(examined, missing, "cycles_without_discharge", "warning", "These cycles have no discharging current.")


def _incomplete_discharge(examined: Examined) -> Finding | None:
    incomplete = examined.figures.discharge_incomplete
    message = (
        "The discharge of these cycles stops well above the voltage at which the others end; "
        "its capacity says nothing about fade, and no efficiency was computed from it."
    )
    if incomplete[-1]:
        discharge = examined.figures.discharge_capacity_Ah
        whole = discharge[~incomplete & np.isfinite(discharge)]
        if whole.size and examined.fade.retention_percent is not None:
            message += (
                f" The last cycle is one of them: the retention of {examined.fade.retention_percent:.1f} % counts it, "
                f"up to the last whole discharge it is {100 * whole[-1] / whole[0]:.1f} %."
            )
    return _where(examined, incomplete, "incomplete_discharge", "warning", message)


def _discharge_first(examined: Examined) -> Finding | None:
    both = np.isfinite(examined.figures.charge_capacity_Ah) & np.isfinite(examined.figures.discharge_capacity_Ah)
    first = examined.figures.discharge_first & both
    if np.count_nonzero(first) * 2 <= np.count_nonzero(both):
        return None
    message = (
        "The cycles start with their discharge; its efficiency is taken over the charge of the cycle before, "
        "so that the first cycle has none."
    )
    return Finding("discharge_first", "info", message)


def _efficiency_above(examined: Examined) -> Finding | None:
    with np.errstate(invalid="ignore"):
        above = examined.figures.coulombic_efficiency_percent > EFFICIENCY_ABOVE_PERCENT
    message = "More was discharged than charged before; a charge is missing from the file, or a column is mixed up."
    return _where(examined, above, "efficiency_above_100", "warning", message)


def _temperature(examined: Examined) -> Finding | None:
    temperature = examined.temperature
    if not temperature.measured:
        return Finding("no_temperature", "info", "The file holds no temperature, so nothing is said about it.")
    if temperature.std_dev_C == 0:
        message = (
            f"The temperature is {temperature.mean_C:.3g} °C at every point; no correlation can be computed from it."
        )
        return Finding("constant_temperature", "info", message)
    return None


def _passes_limits(examined: Examined) -> Finding | None:
    """Name voltages that pass a limit by no more than the tolerance: sensor noise at a cut-off is no fault."""
    low, high = (examined.cell.number(f"{end}_voltage_limit_in_V") for end in ("min", "max"))
    lowest, highest = float(examined.figures.min_voltage_V.min()), float(examined.figures.max_voltage_V.max())
    above = 0.0 if high is None else highest - high
    below = 0.0 if low is None else low - lowest
    if not 0.0 < max(above, below) <= VOLTAGE_TOLERANCE_V:
        return None
    message = f"Voltages pass the stated limits by up to {1e3 * max(above, below):.1f} mV, as readings at a cut-off do."
    return Finding("voltage_at_limits", "info", message)


def _gains_capacity(examined: Examined) -> Finding | None:
    if examined.fade.fade_percent is None or examined.fade.fade_percent >= 0:
        return None
    message = (
        f"The cell gained {-examined.fade.fade_percent:.2f} % of capacity over these cycles; its fade is negative."
    )
    return Finding("capacity_gain", "info", message)


def _starts_late(examined: Examined) -> Finding | None:
    first = int(examined.figures.cycle_number[0])
    if first <= 1:
        return None
    message = f"The file starts with cycle {first}; fade and retention are relative to it."
    return Finding("starts_after_first_cycle", "info", message)


def _single_cycle(examined: Examined) -> Finding | None:
    if examined.cell.cycling.n_cycles > 1:
        return None
    return Finding("single_cycle", "info", "The file holds one cycle, so there is no fade rate and no projection.")


def _where(examined: Examined, condition: BoolArray, code: str, severity: Severity, message: str) -> Finding | None:
    cycles = examined.cycles_where(condition)
    return Finding(code, severity, message, cycles) if cycles else None


CHECKS: tuple[Callable[[Examined], Finding | None], ...] = (
    _implausible_voltage,
    _implausible_capacity,
    _counter_against_current,
    _integrated,
    _charge_restarts,
    _discharge_restarts,
    _charge_counts_discharge,
    _without_charge,
    _without_discharge,
    _incomplete_discharge,
    _efficiency_above,
    _discharge_first,
    _time_backwards,
    _gaps,
    _time_of_day,
    _temperature,
    _passes_limits,
    _gains_capacity,
    _starts_late,
    _single_cycle,
)
