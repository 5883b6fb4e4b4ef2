"""The figures of a table with one row per cycle: in order, in their units, per cycle where a column adds up over all."""

from collections.abc import Mapping
from typing import cast

import numpy as np

from battery_analytics.cell import CycleSummary, Finding, FloatArray, Severity
from battery_analytics.formats.quantities import Quantity, listed
from battery_analytics.formats.tables.columns import Layout

CAPACITIES: tuple[Quantity, ...] = ("discharge_capacity_Ah", "charge_capacity_Ah")
LARGEST_CAPACITY_AH = 500.0
RUNNING_SHARE = 0.2
FEWEST_RUNNING = 3
FEWEST_STEADY, STEADY_WITHIN, STEADY_SHARE = 5, 0.2, 0.8
TRACE_SHARE = 0.1


def in_order(
    columns: Mapping[Quantity, FloatArray], findings: list[Finding]
) -> tuple[FloatArray, dict[Quantity, FloatArray]]:
    """The cycle numbers and the other columns, sorted by them; of rows with one number the last counts."""
    numbers = columns["cycle_number"]
    usable = np.flatnonzero(np.isfinite(numbers) & (numbers >= 0) & (numbers < 2**53))
    _, last = np.unique(numbers[usable][::-1], return_index=True)
    order = usable[usable.size - 1 - last]
    if order.size < usable.size:
        message = "Some cycles have several rows. The last row of each was taken."
        findings.append(Finding("cycles_repeated", "warning", message))
    return numbers[order], {name: values[order] for name, values in columns.items() if name != "cycle_number"}


def assumed_unit(columns: Mapping[Quantity, FloatArray], layout: Layout, findings: list[Finding]) -> str | None:
    """The unit that capacities without one are taken in, None where they state it: a cell of such a table has less than
    hundreds of ampere-hours."""
    stated = [layout[capacity] for capacity in CAPACITIES if capacity in layout]
    if all(column.unit is not None for column in stated):
        return None
    known = [values[np.isfinite(values)] for name in CAPACITIES if (values := columns.get(name)) is not None]
    largest = max((float(np.abs(values).max()) for values in known if values.size), default=0.0)
    unit, severity = ("mAh", "warning") if largest > LARGEST_CAPACITY_AH else ("Ah", "info")
    message = f"The columns {listed([column.name for column in stated])} state no unit. They were taken as {unit}."
    findings.append(Finding("capacity_unit_assumed", cast(Severity, severity), message))
    return unit


def summary_of(
    numbers: FloatArray,
    columns: Mapping[Quantity, FloatArray],
    layout: Layout,
    unit: str | None,
    findings: list[Finding],
) -> CycleSummary:
    """What the columns, each of shape (n_cycles,), state of the cycles; `unit` is that of capacities that state none."""
    unknown = np.full(numbers.size, np.nan)
    running: list[str] = []

    def stated(name: Quantity) -> FloatArray:
        return columns.get(name, unknown)

    def flowed(name: Quantity) -> FloatArray:
        values = np.abs(stated(name))
        if unit == "mAh" and name in CAPACITIES and name in layout and layout[name].unit is None:
            values = values * 1e-3
        if _is_running(values):
            running.append(name)
            # What was counted before the first row is not the first cycle's, unless that is the test's first.
            values = np.diff(values, prepend=0.0 if numbers[0] <= 1 else np.nan)
        return np.where(values > 0, values, np.nan)

    charge_Ah = flowed("charge_capacity_Ah")
    discharge_Ah = flowed("discharge_capacity_Ah")
    charge_Ah, discharge_Ah = _without_traces(charge_Ah, discharge_Ah, findings)
    summary = CycleSummary(
        charge_capacity_Ah=charge_Ah,
        discharge_capacity_Ah=discharge_Ah,
        coulombic_efficiency_percent=_percent(stated("coulombic_efficiency_percent"), layout),
        charge_energy_Wh=flowed("charge_energy_Wh"),
        discharge_energy_Wh=flowed("discharge_energy_Wh"),
        temperature_C=stated("temperature_C"),
        resistance_ohm=np.where(stated("resistance_ohm") > 0, stated("resistance_ohm"), np.nan),
    )
    if running:
        message = (
            f"The columns for {listed(running)} add up over all cycles. The figure of a cycle is their rise in it."
        )
        findings.append(Finding("running_totals", "info", message))
    return summary


def _without_traces(
    charge_Ah: FloatArray, discharge_Ah: FloatArray, findings: list[Finding]
) -> tuple[FloatArray, FloatArray]:
    """Both capacities; the one that is mostly a trace of the other holds no capacity of the cell, and is unknown."""
    both = np.isfinite(charge_Ah) & np.isfinite(discharge_Ah)
    if not both.any():
        return charge_Ah, discharge_Ah
    ratio = float(np.median(discharge_Ah[both] / charge_Ah[both]))
    if TRACE_SHARE <= ratio <= 1 / TRACE_SHARE:
        return charge_Ah, discharge_Ah
    less, more = ("discharge", "charge") if ratio < 1 else ("charge", "discharge")
    message = (
        f"The {less} capacities are less than a tenth of the {more} capacities, as where a counter was reset. "
        "They are no capacities of the cell, and were taken as unknown."
    )
    findings.append(Finding("capacity_of_traces", "warning", message))
    unknown = np.full(charge_Ah.size, np.nan)
    return (charge_Ah, unknown) if less == "discharge" else (unknown, discharge_Ah)


def _is_running(values: FloatArray) -> bool:
    """Whether a column adds up over the cycles: it never falls, and rises by a good part of its first value each time, or
    steadily to well above it, as no capacity of a cell does."""
    if values.size < FEWEST_RUNNING or not np.isfinite(values).all() or not values[0] > 0:
        return False
    rises = np.diff(values)
    usual = float(np.median(rises))
    if (rises < 0).any():
        return False
    within = np.count_nonzero(np.abs(rises - usual) <= STEADY_WITHIN * usual)
    steady = rises.size >= FEWEST_STEADY and within >= STEADY_SHARE * rises.size
    return usual > RUNNING_SHARE * values[0] or bool(steady and values[-1] > (1 + RUNNING_SHARE) * values[0])


def _percent(efficiency: FloatArray, layout: Layout) -> FloatArray:
    """Efficiencies in percent; those of a column without unit that are about 1 are shares."""
    known = efficiency[np.isfinite(efficiency)]
    column = layout.get("coulombic_efficiency_percent")
    is_share = column is not None and column.unit is None and known.size > 0 and float(np.median(known)) <= 2.0
    return efficiency * 100.0 if is_share else efficiency
