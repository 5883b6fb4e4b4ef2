"""Everything that is computed of one cell, before anything is written or drawn."""

from dataclasses import dataclass, replace

import numpy as np

from battery_analytics.analysis.capacity_fade import CapacityFade, capacity_fade
from battery_analytics.analysis.current_sign import discharge_is_positive
from battery_analytics.analysis.cycle_figures import CycleFigures, cycle_figures
from battery_analytics.analysis.health import BatteryHealth, battery_health
from battery_analytics.analysis.statistics import StatisticalMetrics, statistical_metrics
from battery_analytics.analysis.temperature import TemperatureAnalysis, temperature_analysis
from battery_analytics.analysis.throughput import Throughput, throughput
from battery_analytics.analysis.voltage_profile import VoltageProfile, default_cycles, voltage_profile
from battery_analytics.cell import Cell, Finding
from battery_analytics.errors import InvalidOption
from battery_analytics.options import Options
from battery_analytics.projection.history import History, chamber_temperature_C
from battery_analytics.projection.knee import Knee, find_knee
from battery_analytics.projection.project import cycle_life_projection
from battery_analytics.projection.result import CycleLifeProjection
from battery_analytics.quality import Examined, findings
from battery_analytics.timing import StageTimer


@dataclass(frozen=True, slots=True)
class CellAnalysis:
    """One cell and the result of every analysis of it."""

    cell: Cell
    flow: Throughput
    figures: CycleFigures
    fade: CapacityFade
    profile: VoltageProfile
    temperature: TemperatureAnalysis
    statistics: StatisticalMetrics
    projection: CycleLifeProjection
    knee: Knee | None
    health: BatteryHealth
    findings: tuple[Finding, ...]


# Readings beyond any cell, such as 1e200 V, overflow; the report writes what becomes infinite as null.
@np.errstate(over="ignore", invalid="ignore")
def analyse_cell(cell: Cell, options: Options, timer: StageTimer) -> CellAnalysis:
    """Run every analysis, each under its stage. Raises InvalidOption where the nominal capacity is asked for but unknown."""
    reference = _reference_capacity(cell, options)
    cell = _with_charging_positive(cell)
    cycling = cell.cycling
    with timer.stage("normalise"):
        flow = throughput(cycling)
        figures = cycle_figures(cycling, flow, nominal_capacity_Ah=cell.nominal_capacity_Ah)
    with timer.stage("capacity_fade"):
        fade = capacity_fade(figures)
    with timer.stage("voltage_profile"):
        profile = voltage_profile(cycling, flow, _chosen_cycles(cell, options))
    with timer.stage("temperature_analysis"):
        temperature = temperature_analysis(cycling, figures)
    with timer.stage("statistical_metrics"):
        statistics = statistical_metrics(cycling, figures)
    with timer.stage("cycle_life_projection"):
        projection = cycle_life_projection(
            figures.cycle_number,
            figures.whole_discharge_Ah,
            eol_threshold=options.eol_threshold,
            reference_Ah=reference,
            history=history_of(cell, flow, figures),
        )
        known = np.isfinite(figures.whole_discharge_Ah) & (figures.whole_discharge_Ah > 0)
        knee = find_knee(figures.cycle_number[known].astype(np.float64), figures.whole_discharge_Ah[known])
    with timer.stage("battery_health"):
        health = battery_health(cell, figures, fade)
    with timer.stage("data_quality"):
        found = findings(Examined(cell, flow, figures, fade, temperature, options.cycles))
    return CellAnalysis(cell, flow, figures, fade, profile, temperature, statistics, projection, knee, health, found)


def _with_charging_positive(cell: Cell) -> Cell:
    if not discharge_is_positive(cell.cycling):
        return cell
    message = (
        "The voltage rises while the current is negative, so the file counts discharging as positive; "
        "the sign of its current was turned round."
    )
    return replace(
        cell,
        cycling=replace(cell.cycling, current_A=-cell.cycling.current_A),
        findings=(*cell.findings, Finding("discharge_positive", "warning", message)),
    )


def history_of(cell: Cell, flow: Throughput, figures: CycleFigures) -> History:
    """What a projection reads of the cell."""
    return History(
        metadata=cell.metadata,
        nominal_capacity_Ah=cell.nominal_capacity_Ah,
        temperature_C=chamber_temperature_C(cell.cell_id, figures.mean_temperature_C),
        cycle_number=figures.cycle_number,
        discharge_capacity_Ah=figures.whole_discharge_Ah,
        energy_efficiency_percent=figures.energy_efficiency_percent,
        resistance_ohm=figures.resistance_ohm,
        offsets=cell.cycling.offsets,
        voltage_V=cell.cycling.voltage_V,
        current_A=cell.cycling.current_A,
        discharging=flow.discharge.active,
        discharged_Ah=flow.discharge.capacity_at_every_point_Ah,
    )


def _reference_capacity(cell: Cell, options: Options) -> float | None:
    if options.capacity_reference == "initial":
        return None
    if cell.nominal_capacity_Ah is None:
        raise InvalidOption(
            f"capacity_reference=nominal needs nominal_capacity_in_Ah, which {cell.cell_id} does not have.",
            option="capacity_reference",
            value="nominal",
        )
    return cell.nominal_capacity_Ah


def _chosen_cycles(cell: Cell, options: Options) -> list[int]:
    """The indices of the cycles that were asked for; the default where this cell has none of them."""
    numbers = cell.cycling.cycle_number
    chosen = np.flatnonzero(np.isin(numbers, options.cycles)).tolist() if options.cycles else []
    return chosen or default_cycles(numbers.size)
