"""Checks of the test: cycles that lack a branch, that stop early, or that cannot be compared."""

import numpy as np

from battery_analytics.analysis.cycle_table import discharges_first
from battery_analytics.analysis.statistics import known_values
from battery_analytics.analysis.throughput import Branches
from battery_analytics.cell import BoolArray, Finding
from battery_analytics.protocol.names import NAMES
from battery_analytics.quality.examined import Check, Examined, these

EFFICIENCY_ABOVE_PERCENT = 101.0
HIGHEST_MEDIAN_PERCENT = 100.0 + 1e-6
RATE_CHANGE = 0.10
PROTOCOL_SHARE = 0.20
SMALLEST_GAIN_PERCENT = 0.05


def _no_current(examined: Examined) -> Finding | None:
    if examined.flow.charge.points.index.size or examined.flow.discharge.points.index.size:
        return None
    return Finding("no_current", "error", "No current flows at any point. The file holds rests only.")


def _without_charge(examined: Examined) -> Finding | None:
    return _without(examined, "charge", _without_capacity(examined.flow.charge))


def _without_discharge(examined: Examined) -> Finding | None:
    return _without(examined, "discharge", _without_capacity(examined.flow.discharge))


def _without_capacity(branch: Branches) -> BoolArray:
    without: BoolArray = (branch.points.counts == 0) & np.isnan(branch.total_Ah)
    return without


def _without(examined: Examined, name: str, missing: BoolArray) -> Finding | None:
    cycles = examined.cycles_where(missing)
    if not cycles or _no_current(examined):
        return None
    if missing.all() and len(cycles) > 1:
        return Finding(
            f"cycles_without_{name}", "warning", f"No cycle has a {name} current. The {name} capacity is unknown."
        )
    have, their = ("has", "Its") if len(cycles) == 1 else ("have", "Their")
    message = f"{these(cycles).capitalize()} {have} no {name} current. {their} {name} capacity is unknown."
    return Finding(f"cycles_without_{name}", "warning", message, cycles)


def _incomplete_discharge(examined: Examined) -> Finding | None:
    incomplete = examined.table.discharge_incomplete
    cycles = examined.cycles_where(incomplete)
    if not cycles:
        return None
    message = (
        f"The discharge of {these(cycles)} stops well above the voltage at which the others end. Its capacity does not "
        "show the fade. It is not compared with others, and no efficiency was computed from it, or from the charge after it."
    )
    if len(cycles) > PROTOCOL_SHARE * incomplete.size:
        message += " So many suggest a protocol of varying depth: only the deep discharges show the fade."
    return Finding("incomplete_discharge", "warning", message, cycles)


def _efficiency_above(examined: Examined) -> Finding | None:
    above = _above(examined)
    cycles = examined.cycles_where(above & ~_rate_changes(examined)) if above.any() else ()
    if not cycles:
        return None
    message = (
        f"In {these(cycles)} more was discharged than was charged before. "
        "A charge is missing from the file, or a column is mixed up with another."
    )
    return Finding("efficiency_above_100", "warning", message, cycles)


def _median_efficiency_above(examined: Examined) -> Finding | None:
    """Find a median above 100 %, which no cell has, even where no single cycle is far above."""
    known = known_values(examined.table.coulombic_efficiency_percent)
    median = float(np.median(known)) if known.size else 0.0
    if median <= HIGHEST_MEDIAN_PERCENT:
        return None
    message = (
        f"The median coulombic efficiency is {median:.2f} %. No cell gives back more than it took: charge and discharge may be "
        "mixed up, a charge may be missing, or a sensor is off."
    )
    return Finding("median_efficiency_above_100", "warning", message)


def _half_cell(examined: Examined) -> Finding | None:
    """Say how the efficiency of a negative half cell is computed, and that of the first cycle apart from the others."""
    if not examined.kind.is_negative_half_cell:
        return None
    efficiency = examined.table.coulombic_efficiency_percent
    message = (
        f"The cell is a negative electrode against lithium, as {examined.kind.known_from} shows. Its efficiency is "
        "delithiation over the lithiation before it."
    )
    known = np.flatnonzero(np.isfinite(efficiency))
    if known.size > 1:
        message += (
            f" In its first cycle it is {efficiency[known[0]]:.2f} %, in the median of the later ones "
            f"{float(np.median(efficiency[known[1:]])):.2f} %."
        )
    return Finding("half_cell", "info", message)


def _efficiency_across_rates(examined: Examined) -> Finding | None:
    above = _above(examined)
    cycles = examined.cycles_where(above & _rate_changes(examined)) if above.any() else ()
    if not cycles:
        return None
    message = (
        f"In {these(cycles)} the discharge current differs from that of the cycle before, so more was discharged than "
        "was charged before. The efficiency above 100 % comes from this change and not from the cell."
    )
    return Finding("efficiency_across_rates", "info", message, cycles)


def _above(examined: Examined) -> BoolArray:
    return examined.table.coulombic_efficiency_percent > EFFICIENCY_ABOVE_PERCENT


def _rate_changes(examined: Examined) -> BoolArray:
    """Whether a cycle's mean discharge current differs from that of the cycle before; shape (n_cycles,)."""
    points = examined.flow.discharge.points
    mean_A = points.means(np.abs(examined.cell.cycling.current_A[points.index]))
    before_A = np.roll(mean_A, 1)
    before_A[0] = np.nan
    return np.abs(mean_A - before_A) > RATE_CHANGE * before_A


def _nothing_to_compare(examined: Examined) -> Finding | None:
    if examined.protocol.headline.members.size or examined.cell.cycling.n_cycles == 1:
        return None
    message = f"{examined.protocol.headline.basis} So fade, retention and end of life are unknown."
    return Finding("no_comparable_cycles", "warning", message)


def _rate_test(examined: Examined) -> Finding | None:
    steps = examined.cycles_where(np.array([kind == "rate_step" for kind in examined.protocol.kind]))
    if not steps:
        return None
    message = (
        f"The discharge current of {these(steps)} changes in steps, as in a rate test. The capacities are not compared."
    )
    return Finding("rate_steps", "info", message, steps)


def _not_compared(examined: Examined) -> Finding | None:
    """Name the formation cycles, check-ups and others that are not set against the compared cycles."""
    headline, kinds = examined.protocol.headline, examined.protocol.kind
    if headline.group is None:
        return None
    compared = np.zeros(len(kinds), dtype=bool)
    compared[headline.members] = True
    known = examined.protocol.discharges.known
    left = {
        name: np.array([kind == which for kind in kinds]) & known & ~compared
        for which, name in NAMES.items()
        if which != "rate_step"
    }
    said = [f"{np.count_nonzero(where)} of {name}" for name, where in left.items() if where.any()]
    if not said:
        return None
    cycles = examined.cycles_where(np.logical_or.reduce(list(left.values())))
    verb = "is" if len(cycles) == 1 else "are"
    message = (
        f"{len(headline.members)} cycles are compared. {these(cycles).capitalize()} {verb} not, because rate, charge, voltages "
        f"or temperature differ: {', '.join(said)}."
    )
    return Finding("cycles_not_compared", "info", message, cycles)


def _discharge_first(examined: Examined) -> Finding | None:
    both = np.isfinite(examined.table.charge_capacity_Ah) & np.isfinite(examined.table.discharge_capacity_Ah)
    first = discharges_first(examined.flow) & both
    if np.count_nonzero(first) * 2 <= np.count_nonzero(both):
        return None
    message = (
        "The cycles start with their discharge. Its efficiency is computed with the charge of the cycle before, "
        "so the first cycle has none."
    )
    return Finding("discharge_first", "info", message)


def _gains_capacity(examined: Examined) -> Finding | None:
    if examined.fade.fade_percent is None or examined.fade.fade_percent > -SMALLEST_GAIN_PERCENT:
        return None
    message = (
        f"The cell gained {-examined.fade.fade_percent:.2f} % of capacity over these cycles, so its fade is negative."
    )
    return Finding("capacity_gain", "info", message)


def _starts_late(examined: Examined) -> Finding | None:
    first = int(examined.table.cycle_number[0])
    if first <= 1:
        return None
    message = f"The file starts with cycle {first}. Fade and retention are relative to it."
    return Finding("starts_after_first_cycle", "info", message)


def _single_cycle(examined: Examined) -> Finding | None:
    if examined.cell.cycling.n_cycles > 1:
        return None
    return Finding("single_cycle", "info", "The file holds one cycle, so there is no fade rate and no projection.")


def _lacks_asked_cycles(examined: Examined) -> Finding | None:
    missing = sorted(set(examined.asked_cycles or ()) - set(examined.table.cycle_number.tolist()))
    if not missing:
        return None
    shown = ", ".join(map(str, missing[:5])) + (", …" if len(missing) > 5 else "")
    instead = (
        "" if len(missing) < len(examined.asked_cycles or ()) else " Its first, middle and last are returned instead."
    )
    message = f"The cell has no cycle {shown}, whose curves were asked for.{instead}"
    return Finding("asked_cycles_missing", "info", message)


def _unlike_neighbours(examined: Examined) -> Finding | None:
    cycles = examined.cycles_where(examined.table.discharge_incomplete)
    if not cycles:
        return None
    message = (
        f"The capacity of {these(cycles)} is unlike that of the cycles around. Nothing tells whether it was a check-up, "
        "another rate or an interruption, so it is not compared with others."
    )
    return Finding("unlike_neighbours", "warning", message, cycles)


CYCLING_CHECKS: tuple[Check, ...] = (
    _no_current,
    _without_charge,
    _without_discharge,
    _incomplete_discharge,
    _efficiency_above,
    _half_cell,
    _median_efficiency_above,
    _efficiency_across_rates,
    _nothing_to_compare,
    _rate_test,
    _not_compared,
    _discharge_first,
    _gains_capacity,
    _starts_late,
    _single_cycle,
    _lacks_asked_cycles,
)
# Those that hold without points.
SUMMARY_CHECKS: tuple[Check, ...] = (
    _unlike_neighbours,
    _half_cell,
    _median_efficiency_above,
    _nothing_to_compare,
    _gains_capacity,
    _starts_late,
    _single_cycle,
)
