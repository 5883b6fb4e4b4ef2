"""Everything that is computed of one cell, before anything is written or drawn."""

from dataclasses import dataclass

import numpy as np

from battery_analytics.analysis.capacity_fade import CapacityFade, capacity_fade
from battery_analytics.analysis.cycle_figures import CycleFigures, cycle_figures
from battery_analytics.analysis.health import BatteryHealth, battery_health
from battery_analytics.analysis.statistics import StatisticalMetrics, statistical_metrics
from battery_analytics.analysis.temperature import TemperatureAnalysis, temperature_analysis
from battery_analytics.analysis.throughput import Throughput, throughput
from battery_analytics.analysis.voltage_profile import VoltageProfile, default_cycles, voltage_profile
from battery_analytics.cell import Cell, Finding
from battery_analytics.errors import InvalidOption
from battery_analytics.options import Options
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
    health: BatteryHealth
    findings: tuple[Finding, ...]


def analyse_cell(cell: Cell, options: Options, timer: StageTimer) -> CellAnalysis:
    """Run every analysis, each under its stage. Raises InvalidOption where the nominal capacity is asked for but unknown."""
    reference = _reference_capacity(cell, options)
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
            np.where(figures.discharge_incomplete, np.nan, figures.discharge_capacity_Ah),
            eol_threshold=options.eol_threshold,
            reference_Ah=reference,
        )
    with timer.stage("battery_health"):
        health = battery_health(cell, figures, fade)
    with timer.stage("data_quality"):
        found = findings(Examined(cell, flow, figures, fade, temperature))
    return CellAnalysis(cell, flow, figures, fade, profile, temperature, statistics, projection, health, found)


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
