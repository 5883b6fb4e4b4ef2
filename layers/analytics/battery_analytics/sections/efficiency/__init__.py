"""Efficiency: energy efficiency, mean voltages, hysteresis, constant voltage, coulombic inefficiency and slippage per cycle."""

from dataclasses import dataclass, fields
from typing import Annotated, Any

import numpy as np

from battery_analytics.analysis.clock import SECONDS_PER_HOUR
from battery_analytics.analysis.held_voltage import HeldVoltage, held_voltage
from battery_analytics.analysis.rounding import rounded, rounded_number
from battery_analytics.analysis.slippage import EndPoints, slippage
from battery_analytics.cell import Finding, FloatArray, IntArray
from battery_analytics.fields import Field, Numbers, WholeNumbers, finite
from battery_analytics.protocol.state_of_charge import held_Ah
from battery_analytics.sections.analysed_cell import AnalysedCell
from battery_analytics.sections.declaration import Plot, Section
from battery_analytics.sections.efficiency.reasons import Unknown, no_slippage, unknown_columns

MOST_ROWS = 2_000
DIGITS = 5
SHORTEST_CYCLE_S = 60.0


@dataclass(frozen=True, slots=True)
class EfficiencyTable:
    """One row per cycle, as columns of shape (n,), n at most 2,000; null where a value is not known.

    Values have five significant digits. The columns of a discharge at constant voltage are null where there is none.
    """

    cycle_number: Annotated[WholeNumbers, Field("The source's cycle numbers.")]
    energy_efficiency_percent: Annotated[
        Numbers, Field("Discharge energy over the charge energy that preceded it, as in `cycle_table`.", "%")
    ]
    mean_charge_voltage_V: Annotated[Numbers, Field("Charge energy over charge capacity.", "V")]
    mean_discharge_voltage_V: Annotated[Numbers, Field("Discharge energy over discharge capacity.", "V")]
    hysteresis_V: Annotated[
        Numbers,
        Field(
            "Mean voltage of the charge that preceded less that of the discharge; of a negative half cell that of delithiation "
            "less that of lithiation. Null where the energy efficiency is.",
            "V",
        ),
    ]
    constant_voltage_charge_percent: Annotated[
        Numbers, Field("Share of the charge capacity that was put in at constant voltage.", "%")
    ]
    constant_voltage_charge_s: Annotated[Numbers, Field("Time at constant voltage at the end of the charge.", "s")]
    constant_voltage_discharge_percent: Annotated[
        Numbers | None, Field("Share of the discharge capacity that was drawn at constant voltage.", "%")
    ]
    constant_voltage_discharge_s: Annotated[
        Numbers | None, Field("Time at constant voltage at the end of the discharge.", "s")
    ]
    coulombic_inefficiency_percent_per_h: Annotated[
        Numbers, Field("100 − coulombic efficiency, over the time since the discharge before ended.", "% per h")
    ]
    charge_end_slippage_Ah: Annotated[
        Numbers,
        Field(
            "How far the end of the charge before the discharge has moved since the first compared cycle; null for others.",
            "Ah",
        ),
    ]
    discharge_end_slippage_Ah: Annotated[Numbers, Field("How far the end of discharge has moved, likewise.", "Ah")]


@dataclass(frozen=True, slots=True)
class Slippage:
    """How far the end points have moved from the first compared cycle to the last."""

    first_cycle: Annotated[int, Field("The first compared cycle with both end points.")]
    last_cycle: Annotated[int, Field("The last one.")]
    charge_end_Ah: Annotated[float, Field("How far the end of charge has moved.", "Ah")]
    discharge_end_Ah: Annotated[float, Field("How far the end of discharge has moved.", "Ah")]
    gaps: Annotated[
        int,
        Field("Over how many places with unknown charge, such as missing cycles, neither end is taken to move."),
    ]
    text: Annotated[str, Field("The same as text, with what the difference of the two is.")]


@dataclass(frozen=True, slots=True)
class Efficiency:
    """The losses of each cycle: of energy, of voltage, and of charge."""

    table: Annotated[EfficiencyTable, Field("The figures of each cycle.")]
    rows_left_out: Annotated[int, Field("How many cycles the table lacks; it has at most 2,000, evenly spread.")]
    unknown: Annotated[list[Unknown], Field("The columns in which no cycle has a value, each with the reason.")]
    slippage: Annotated[Slippage | None, Field("Null where fewer than two compared cycles have both end points.")]
    no_slippage_reason: Annotated[str | None, Field("Why `slippage` is null.")]


def efficiency(analysed: AnalysedCell) -> Efficiency:
    table, cycling, flow = analysed.table, analysed.cell.cycling, analysed.flow
    held = [
        held_voltage(cycling, branch, analysed.elapsed, analysed.voltage_noise_V)
        for branch in (flow.charge, flow.discharge)
    ]
    with np.errstate(divide="ignore", invalid="ignore"):
        mean_charge_V = table.charge_energy_Wh / table.charge_capacity_Ah
        mean_discharge_V = table.discharge_energy_Wh / table.discharge_capacity_Ah
        period_h = _period_s(table.duration_s, table.discharge_capacity_Ah) / SECONDS_PER_HOUR
        inefficiency = (100.0 - table.coulombic_efficiency_percent) / period_h
        hysteresis_V = _hysteresis_V(analysed, mean_charge_V, mean_discharge_V)
    ends = _end_points(analysed)
    shown = EfficiencyTable(
        cycle_number=table.cycle_number,
        energy_efficiency_percent=table.energy_efficiency_percent,
        mean_charge_voltage_V=mean_charge_V,
        mean_discharge_voltage_V=mean_discharge_V,
        hysteresis_V=hysteresis_V,
        constant_voltage_charge_percent=_share_percent(held[0], table.charge_capacity_Ah),
        constant_voltage_charge_s=held[0].time_s,
        constant_voltage_discharge_percent=_where_any(_share_percent(held[1], table.discharge_capacity_Ah)),
        constant_voltage_discharge_s=_where_any(held[1].time_s),
        coulombic_inefficiency_percent_per_h=inefficiency,
        charge_end_slippage_Ah=ends.charge_end_Ah,
        discharge_end_slippage_Ah=ends.discharge_end_Ah,
    )
    rows = _rows(table.cycle_number.size)
    found = _slippage(ends, table.cycle_number)
    return Efficiency(
        table=_written(shown, rows),
        rows_left_out=table.cycle_number.size - rows.size,
        unknown=unknown_columns(analysed, shown),
        slippage=found,
        no_slippage_reason=None if found is not None else no_slippage(analysed),
    )


def _where_any(values: FloatArray) -> FloatArray | None:
    return values if (values > 0).any() else None


def _written(table: EfficiencyTable, rows: IntArray) -> EfficiencyTable:
    """These rows of the table, their figures rounded."""
    figures: dict[str, Any] = {}
    for name in (field.name for field in fields(table) if field.name != "cycle_number"):
        values = getattr(table, name)
        figures[name] = None if values is None else rounded(values[rows], DIGITS)
    return EfficiencyTable(cycle_number=table.cycle_number[rows], **figures)


def _hysteresis_V(analysed: AnalysedCell, mean_charge_V: FloatArray, mean_discharge_V: FloatArray) -> FloatArray:
    """The ratio of the efficiencies is that of the mean voltages, whichever cycle the charge before belongs to."""
    table = analysed.table
    ratio = table.energy_efficiency_percent / table.coulombic_efficiency_percent
    if analysed.kind.is_negative_half_cell:
        return mean_charge_V - mean_charge_V / ratio
    return mean_discharge_V / ratio - mean_discharge_V


def _share_percent(held: HeldVoltage, total_Ah: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        share: FloatArray = 100.0 * held.capacity_Ah / total_Ah
    return share


def _period_s(duration_s: FloatArray, discharge_Ah: FloatArray) -> FloatArray:
    """The time of each cycle with a discharge and of those without one before it; NaN for others and where unknown."""
    period = np.full(duration_s.size, np.nan)
    places = np.flatnonzero(discharge_Ah > 0)
    period[places] = np.diff(np.cumsum(duration_s)[places], prepend=0.0)
    return np.where(period >= SHORTEST_CYCLE_S, period, np.nan)


def _end_points(analysed: AnalysedCell) -> EndPoints:
    """The ends before and after the main discharge of each cycle, on the axis of all charge that the points show."""
    found, flow, cycling = analysed.protocol.discharges, analysed.flow, analysed.cell.cycling
    n_cycles = cycling.n_cycles
    before, after, compared = np.full(n_cycles, np.nan), np.full(n_cycles, np.nan), np.zeros(n_cycles, dtype=bool)
    known = np.flatnonzero(found.known & (found.start >= 0))
    if analysed.cell.summary is None and not (flow.charge.believed or flow.discharge.believed):
        compared[analysed.protocol.headline.members] = True
        last = found.stop[known] - 1
        after[known] = held_Ah(flow, last, np.searchsorted(cycling.offsets, last, side="right") - 1)
        charged = known[found.charge_seen[known]]
        last = found.start[charged] - 1
        before[charged] = held_Ah(flow, last, np.searchsorted(cycling.offsets, last, side="right") - 1)
    broken = np.diff(cycling.cycle_number, prepend=cycling.cycle_number[0]) > 1
    broken |= found.known & ~found.charge_seen
    return slippage(before, after, broken, compared)


def _slippage(ends: EndPoints, numbers: IntArray) -> Slippage | None:
    both = np.flatnonzero(np.isfinite(ends.charge_end_Ah) & np.isfinite(ends.discharge_end_Ah))
    if both.size < 2:
        return None
    first, last = int(both[0]), int(both[-1])
    charge_Ah = rounded_number(float(ends.charge_end_Ah[last] - ends.charge_end_Ah[first]), DIGITS)
    discharge_Ah = rounded_number(float(ends.discharge_end_Ah[last] - ends.discharge_end_Ah[first]), DIGITS)
    if finite(charge_Ah) is None or finite(discharge_Ah) is None:
        return None
    moved = (f"{value:+.4g} Ah".replace("-", "−") for value in (charge_Ah, discharge_Ah, discharge_Ah - charge_Ah))
    text = (
        "From cycle {} to {} the end of charge moved by {} and the end of discharge by {}. The difference, {}, is the loss of "
        "capacity between them."
    ).format(f"{numbers[first]:,}", f"{numbers[last]:,}", *moved)
    if ends.gaps:
        text += f" Over {ends.gaps} {'gap' if ends.gaps == 1 else 'gaps'} in the cycles neither end is taken to move."
    return Slippage(int(numbers[first]), int(numbers[last]), charge_Ah, discharge_Ah, ends.gaps, text)


def _rows(n_cycles: int) -> IntArray:
    if n_cycles <= MOST_ROWS:
        return np.arange(n_cycles)
    return np.linspace(0, n_cycles - 1, MOST_ROWS).round().astype(np.int64)


def _findings(found: Efficiency) -> list[Finding]:
    if not found.rows_left_out:
        return []
    message = (
        f"The cell has {MOST_ROWS + found.rows_left_out:,} cycles. The table of efficiencies has {MOST_ROWS:,} of them, evenly "
        "spread."
    )
    return [Finding("efficiency_rows_thinned", "info", message)]


def _plot(analysed: AnalysedCell, found: Efficiency) -> bytes | None:
    from battery_analytics.sections.efficiency.plot import efficiency_plot  # noqa: PLC0415  # imports matplotlib

    return efficiency_plot(found, title=analysed.cell.cell_id)


EFFICIENCY = Section(
    "efficiency",
    Efficiency,
    efficiency,
    plots=(
        Plot(
            "efficiency_plot",
            "Energy efficiency, hysteresis and slippage",
            "Energy efficiency, hysteresis, time at constant voltage and slippage of the end points over cycles.",
            _plot,
        ),
    ),
    findings=_findings,
)
