"""The names of the seed's response with the types of their values, and a check of any report against them."""

import math
from typing import Any

type Tree = dict[str, Any]

NUMBER, TEXT, NUMBERS = (int, float, type(None)), (str, type(None)), list
SUMMARY: Tree = dict.fromkeys(("mean", "median", "min", "max", "std_dev"), NUMBER)

REPORT_NAMES: Tree = {
    "metadata": {
        "cell_id": str,
        "form_factor": TEXT,
        "nominal_capacity_in_Ah": NUMBER,
        "total_cycles": int,
        "first_cycle_number": int,
        "last_cycle_number": int,
        "test_temperature_C": NUMBER,
    },
    "capacity_fade": {
        "cycle_numbers": NUMBERS,
        "charge_capacities": NUMBERS,
        "discharge_capacities": NUMBERS,
        "coulombic_efficiencies": NUMBERS,
        "capacity_fade_percentage": NUMBER,
        "capacity_fade_rate_per_cycle": NUMBER,
        "capacity_retention_percentage": NUMBER,
        "capacity_plot": TEXT,
    },
    "voltage_profile": {
        "voltage_curves": list,
        "voltage_stats": dict.fromkeys(("min_voltage", "max_voltage", "avg_voltage"), NUMBER),
        "voltage_profile_plot": TEXT,
        "differential_voltage_plot": TEXT,
    },
    "temperature_analysis": {
        "has_temperature_data": bool,
        "average_temperature": NUMBER,
        "temperature_range": {"min": NUMBER, "max": NUMBER},
        "temperature_stats": dict.fromkeys(("mean", "median", "std_dev", "p10", "p90"), NUMBER),
        "temperature_vs_capacity_plot": TEXT,
    },
    "statistical_metrics": {
        "charge_discharge_stats": {"charge_capacity": SUMMARY, "discharge_capacity": SUMMARY},
        "current_stats": SUMMARY,
        "voltage_stats": SUMMARY,
        "cycle_life_projection": {
            "fade_rate": NUMBER,
            "projected_eol_cycle": NUMBER,
            "confidence": NUMBER,
            "r_squared": NUMBER,
            "initial_capacity": NUMBER,
            "eol_capacity": NUMBER,
            "method": str,
            "interval": (dict, type(None)),
            "abstained": bool,
        },
    },
    "battery_health": {
        "health_score": NUMBER,
        "health_status": str,
        "capacity_retention": NUMBER,
        "degradation_indicators": list,
    },
    "data_quality": list,
}


def assert_is_report(report: Any) -> None:
    """Every name of the seed's response is there with its type, every value plain, every number finite."""
    _assert_names(report, REPORT_NAMES, "report")
    assert_is_plain(report)
    fade = report["capacity_fade"]
    n_cycles = report["metadata"]["total_cycles"]
    for name in ("cycle_numbers", "charge_capacities", "discharge_capacities", "coulombic_efficiencies"):
        assert len(fade[name]) == n_cycles, name
    for curve in report["voltage_profile"]["voltage_curves"]:
        assert set(curve) == {"cycle_number", "charge_data", "discharge_data"}
        for branch in (curve["charge_data"], curve["discharge_data"]):
            assert branch is None or len(branch["capacities"]) == len(branch["voltages"]) > 0
    for finding in report["data_quality"]:
        assert set(finding) == {"code", "severity", "message", "cycles"}
        assert set(finding["cycles"]) <= set(fade["cycle_numbers"]) or finding["code"] in _ABOUT_OTHER_CYCLES


# These findings name cycles that the report does not have.
_ABOUT_OTHER_CYCLES = {"missing_cycle_numbers", "empty_cycles", "unusable_cycles", "points_without_values"}


def _assert_names(value: Any, expected: Any, where: str) -> None:
    if isinstance(expected, dict):
        assert isinstance(value, dict), where
        for name, types in expected.items():
            assert name in value, f"{where} lacks {name}"
            _assert_names(value[name], types, f"{where}.{name}")
    else:
        assert isinstance(value, expected), f"{where} is {value!r:.60}"


def assert_is_plain(value: Any, where: str = "report") -> None:
    if type(value) is dict:
        for name, item in value.items():
            assert type(name) is str, where
            assert_is_plain(item, f"{where}.{name}")
    elif type(value) is list:
        for item in value:
            assert_is_plain(item, where)
    else:
        assert type(value) in (str, int, float, bool, type(None)), f"{where} is a {type(value).__name__}"
        assert type(value) is not float or math.isfinite(value), where
