"""The report as it is written down: each result under the contract's names, as plain JSON values."""

import math
from collections.abc import Mapping
from dataclasses import asdict

import numpy as np
import numpy.typing as npt

from battery_analytics.analysis.capacity_fade import CapacityFade
from battery_analytics.analysis.cycle_figures import CycleFigures
from battery_analytics.analysis.health import BatteryHealth
from battery_analytics.analysis.statistics import StatisticalMetrics, Summary
from battery_analytics.analysis.temperature import TemperatureAnalysis
from battery_analytics.analysis.voltage_profile import Branch, VoltageProfile
from battery_analytics.cell import Cell, Finding, Json
from battery_analytics.cell_analysis import CellAnalysis
from battery_analytics.projection.history import chamber_temperature_C
from battery_analytics.projection.knee import Knee
from battery_analytics.projection.result import CycleLifeProjection, Interval, ModelProjection

type Section = dict[str, Json]


def sections(analysis: CellAnalysis, pictures: Mapping[str, str | None]) -> Section:
    """One cell's report."""
    return {
        "metadata": _metadata(analysis.cell, analysis.figures),
        "capacity_fade": {
            **_capacity_fade(analysis.fade),
            "knee": _knee(analysis.knee),
            "capacity_plot": pictures["capacity_plot"],
        },
        "voltage_profile": {
            **_voltage_profile(analysis.profile),
            "voltage_profile_plot": pictures["voltage_profile_plot"],
            "differential_voltage_plot": pictures["differential_voltage_plot"],
        },
        "temperature_analysis": {
            **_temperature(analysis.temperature),
            "temperature_vs_capacity_plot": pictures["temperature_vs_capacity_plot"],
        },
        "statistical_metrics": {
            **_statistics(analysis.statistics),
            "cycle_life_projection": _projection(analysis.projection),
        },
        "battery_health": _health(analysis.health),
        "data_quality": [_finding(finding) for finding in analysis.findings],
        "cycle_table": _cycle_table(analysis.figures),
        "source": _source(analysis.cell),
    }


def _number(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _list(values: npt.NDArray[np.generic]) -> list[Json]:
    """An array as a list, null for what is not known."""
    listed: list[Json] = values.tolist()
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        return [value if math.isfinite(value) else None for value in listed]  # type: ignore[arg-type]  # floats all
    return listed


def _metadata(cell: Cell, figures: CycleFigures) -> Section:
    return {
        **cell.metadata,
        "cell_id": cell.cell_id,
        "total_cycles": int(figures.cycle_number.size),
        "first_cycle_number": int(figures.cycle_number[0]),
        "last_cycle_number": int(figures.cycle_number[-1]),
        "test_temperature_C": _number(chamber_temperature_C(cell.cell_id, figures.mean_temperature_C)),
    }


def _capacity_fade(fade: CapacityFade) -> Section:
    return {
        "cycle_numbers": _list(fade.cycle_number),
        "charge_capacities": _list(fade.charge_capacity_Ah),
        "discharge_capacities": _list(fade.discharge_capacity_Ah),
        "coulombic_efficiencies": _list(fade.coulombic_efficiency_percent),
        "capacity_fade_percentage": _number(fade.fade_percent),
        "capacity_fade_rate_per_cycle": _number(fade.fade_rate_percent_per_cycle),
        "capacity_retention_percentage": _number(fade.retention_percent),
    }


def _voltage_profile(profile: VoltageProfile) -> Section:
    return {
        "voltage_curves": [
            {
                "cycle_number": curve.cycle_number,
                "charge_data": _branch(curve.charge),
                "discharge_data": _branch(curve.discharge),
            }
            for curve in profile.curves
        ],
        "voltage_stats": {
            "min_voltage": _number(profile.min_voltage_V),
            "max_voltage": _number(profile.max_voltage_V),
            "avg_voltage": _number(profile.mean_voltage_V),
        },
    }


def _branch(branch: Branch | None) -> Section | None:
    if branch is None:
        return None
    return {"capacities": _list(branch.capacity_Ah), "voltages": _list(branch.voltage_V)}


def _temperature(temperature: TemperatureAnalysis) -> Section:
    return {
        "has_temperature_data": temperature.measured,
        "average_temperature": _number(temperature.mean_C),
        "temperature_range": {"min": _number(temperature.min_C), "max": _number(temperature.max_C)},
        "temperature_stats": {
            "mean": _number(temperature.mean_C),
            "median": _number(temperature.median_C),
            "std_dev": _number(temperature.std_dev_C),
            "p10": _number(temperature.p10_C),
            "p90": _number(temperature.p90_C),
        },
        "correlation_with_capacity": _number(temperature.correlation),
        "no_correlation_reason": temperature.no_correlation_reason,
    }


def _statistics(statistics: StatisticalMetrics) -> Section:
    return {
        "charge_discharge_stats": {
            "charge_capacity": _summary(statistics.charge_capacity_Ah),
            "discharge_capacity": _summary(statistics.discharge_capacity_Ah),
        },
        "current_stats": _summary(statistics.current_A),
        "voltage_stats": _summary(statistics.voltage_V),
    }


def _summary(summary: Summary) -> Section:
    return {name: _number(value) for name, value in asdict(summary).items()}


def _projection(projection: CycleLifeProjection) -> Section:
    interval = projection.interval
    return {
        "fade_rate": _number(projection.fade_rate_Ah_per_cycle),
        "projected_eol_cycle": _number(projection.eol_cycle),
        "confidence": _number(projection.confidence),
        "method": projection.method,
        "interval": _interval(interval),
        "abstained": projection.abstention is not None,
        "abstention_reason": projection.abstention,
        "r_squared": _number(projection.r_squared),
        "initial_capacity": _number(projection.initial_capacity_Ah),
        "eol_capacity": _number(projection.eol_capacity_Ah),
        "eol_threshold": projection.eol_threshold,
        "remaining_cycles": _number(projection.remaining_cycles),
        "remaining_equivalent_full_cycles": _number(projection.remaining_equivalent_full_cycles),
        "models": [_model(model) for model in projection.models],
    }


def _interval(interval: Interval | None) -> Section | None:
    if interval is None:
        return None
    return {
        "low": _number(interval.low),
        "high": _number(interval.high),
        "level": interval.level,
        "basis": interval.basis,
    }


def _model(model: ModelProjection) -> Section:
    return {
        "name": model.name,
        "eol_cycle": _number(model.eol_cycle),
        "interval": _interval(model.interval),
        "confidence": _number(model.confidence),
        "abstention_reason": model.abstention,
    }


def _knee(knee: Knee | None) -> Section | None:
    if knee is None:
        return None
    return {
        "knee_cycle": _number(knee.knee_cycle),
        "knee_interval": _cycles_between(knee.knee_interval, knee.level),
        "onset_cycle": _number(knee.onset_cycle),
        "onset_interval": None if knee.onset_interval is None else _cycles_between(knee.onset_interval, knee.level),
        "method": knee.method,
    }


def _cycles_between(ends: tuple[float, float], level: float) -> Section:
    return {"low": _number(ends[0]), "high": _number(ends[1]), "level": level}


def _health(health: BatteryHealth) -> Section:
    return {
        "health_score": _number(health.score),
        "health_status": health.status,
        "capacity_retention": _number(health.retention_percent),
        "degradation_indicators": list(health.indicators),
    }


def _finding(finding: Finding) -> Section:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "message": finding.message,
        "cycles": list(finding.cycles),
    }


def _cycle_table(figures: CycleFigures) -> Section:
    names = (
        "cycle_number",
        "charge_capacity_Ah",
        "discharge_capacity_Ah",
        "coulombic_efficiency_percent",
        "charge_energy_Wh",
        "discharge_energy_Wh",
        "energy_efficiency_percent",
        "min_voltage_V",
        "max_voltage_V",
        "mean_temperature_C",
        "resistance_ohm",
        "duration_s",
        "equivalent_full_cycles",
        "discharge_incomplete",
    )
    return {name: _list(getattr(figures, name)) for name in names}


def _source(cell: Cell) -> Section:
    return {
        "format": cell.source.format,
        "certainty": cell.source.certainty,
        "files": list(cell.source.files),
        "extra_columns": list(cell.source.extra_columns),
        "points": cell.cycling.n_points,
    }
