"""Each section with values that no other field has: a figure that lands on another's path is seen."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from battery_analytics.analysis.capacity_fade import Fade
from battery_analytics.analysis.cycle_table import CycleTable
from battery_analytics.analysis.incremental_capacity import IncrementalCurves, PeakOverCycles
from battery_analytics.analysis.peak_fit import FittedPeaks
from battery_analytics.analysis.smoothing import Width
from battery_analytics.cell import Cell, CyclingData, Finding, Json, RunnerUp, Source, SourceColumn
from battery_analytics.projection.knee import CycleRange, FoundKnee, Knee
from battery_analytics.projection.result import Interval, ModelProjection, Projection
from battery_analytics.protocol.kinds import Group
from battery_analytics.protocol.protocol import Headline
from battery_analytics.sections.battery_health import BATTERY_HEALTH
from battery_analytics.sections.capacity_fade import CAPACITY_FADE
from battery_analytics.sections.cycle_table import CYCLE_TABLE
from battery_analytics.sections.data_quality import DATA_QUALITY
from battery_analytics.sections.efficiency import EFFICIENCY
from battery_analytics.sections.incremental_capacity import INCREMENTAL_CAPACITY
from battery_analytics.sections.metadata import METADATA
from battery_analytics.sections.rate_capability import RATE_CAPABILITY
from battery_analytics.sections.registry import SECTIONS
from battery_analytics.sections.resistance import RESISTANCE
from battery_analytics.sections.source import SOURCE
from battery_analytics.sections.statistical_metrics import STATISTICAL_METRICS
from battery_analytics.sections.temperature_analysis import TEMPERATURE_ANALYSIS
from battery_analytics.sections.test_protocol import TEST_PROTOCOL
from battery_analytics.sections.voltage_profile import VOLTAGE_PROFILE

from tests.sections import analysed_cell, leaves, protocol_that_compares, reported
from tests.steps import FloatArray, figures_of

# Column k of the table holds 100·k + 1, 100·k + 2, 100·k + 3 in the order of the fields.
TABLE = CycleTable(
    **{
        field.name: np.array([False, True, False])
        if field.name == "discharge_incomplete"
        else np.array([1, 2, 3]) + 100 * place
        for place, field in enumerate(fields(CycleTable))
    }
)
FADE = Fade(fade_percent=12.5, rate_percent_per_cycle=0.25)
PROJECTION = Projection(
    method="trajectory",
    fade_rate_Ah_per_cycle=-0.011,
    r_squared=0.91,
    initial_capacity_Ah=58.1,
    eol_capacity_Ah=46.2,
    eol_threshold=0.79,
    eol_cycle=812.0,
    interval=Interval(701.0, 903.0, 0.9, "indicative"),
    confidence=0.66,
    abstention_reason=None,
    trend=None,
    models=(ModelProjection("straight_line", 777.0, Interval(601.0, None, 0.8, "calibrated"), 0.44, "why"),),
    remaining_cycles=609.0,
    remaining_equivalent_full_cycles=555.0,
)
KNEE = FoundKnee(Knee(150.0, CycleRange(140.0, 160.0), 120.0, CycleRange(110.0, 130.0)), 55.5)

# The first cycle is one of formation, the second ages, and the third stopped early.
FORMATION = Group(
    members=np.array([0]), kind="formation", discharge_current_A=21.0, charge_current_A=15.75, end_V=2.8, upper_V=4.1,
    temperature_C=33.0, capacity_Ah=31.0, pulsed=False,
)  # fmt: skip
AGEING = replace(
    FORMATION, members=np.array([1]), kind="ageing", discharge_current_A=10.5, charge_current_A=np.nan,
    temperature_C=np.nan, capacity_Ah=62.0,
)  # fmt: skip
PROTOCOL = replace(
    protocol_that_compares(np.array([61.0, 62.0, np.nan])),
    kind=("formation", "ageing", "ageing"),
    shape=("whole", "partial", "incomplete"),
    group=np.array([0, 1, -1]),
    groups=(FORMATION, AGEING),
    headline=Headline(np.array([0, 1]), "Because.", AGEING),
)


def points(**columns: Any) -> CyclingData:
    """Three cycles of four points: charge, charge, discharge, discharge; one column of counters each way."""
    given = {
        "voltage_V": np.tile([3.1, 3.5, 3.9, 2.9], 3),
        "current_A": np.tile([2.0, 2.0, -2.0, -2.0], 3),
        "charge_capacity_Ah": np.tile([1.0, 2.0, 2.0, 2.0], 3),
        "discharge_capacity_Ah": np.tile([0.0, 0.0, 0.5, 1.5], 3),
        **columns,
    }
    return CyclingData(np.array([1, 2, 3]), np.array([0, 4, 8, 12]), **given)


def cell(data: CyclingData | None = None) -> Cell:
    metadata: dict[str, Json] = {"cell_id": "A1", "form_factor": "pouch", "nominal_capacity_in_Ah": 5.25, "maker": "M"}
    source = Source(
        "FORMAT",
        0.75,
        ("a.csv", "b.csv"),
        ("extra",),
        ("EVIDENCE",),
        (SourceColumn("Volt", "voltage_V", "mV", assumed=True),),
        RunnerUp("OTHER", 0.7),
    )
    return Cell(metadata, data or points(), source, (Finding("read", "error", "Read so.", (2, 3)),))


def paths(report: Any) -> dict[str, Any]:
    return dict(leaves(report))


def test_metadata() -> None:
    temperature = np.repeat([21.5, 31.5, 41.5], 4)
    found = reported(METADATA, analysed_cell(cell(points(temperature_C=temperature))))

    assert found == {
        "cell_id": "A1",
        "form_factor": "pouch",
        "nominal_capacity_in_Ah": 5.25,
        "maker": "M",
        "total_cycles": 3,
        "first_cycle_number": 1,
        "last_cycle_number": 3,
        "cell_kind": "full_cell",
        "cell_kind_from": "the voltage window",
        "test_temperature_C": 21.5,
    }


def test_capacity_fade() -> None:
    found = reported(CAPACITY_FADE, analysed_cell(cell(), table=TABLE, fade=FADE, knee=KNEE, protocol=PROTOCOL))

    assert paths(found) == {
        "cycle_numbers": [1, 2, 3],
        "charge_capacities": [101, 102, 103],
        "discharge_capacities": [201, 202, 203],
        "coulombic_efficiencies": [301, 302, 303],
        "capacity_fade_percentage": 12.5,
        "capacity_fade_rate_per_cycle": 0.25,
        "capacity_retention_percentage": 87.5,
        "retention_of_nominal_percentage": pytest.approx(100 * 62.0 / 5.25),
        "reference_cycle": 1,
        "last_compared_cycle": 2,
        "basis": "Because.",
        "groups": [
            {
                **{"name": "formation", "kind": "formation", "cycles": 1, "first_cycle": 1, "last_cycle": 1},
                **{"discharge_rate_C": 4.0, "charge_rate_C": 3.0, "depth": 0.5, "temperature_C": 33.0},
                **{"first_capacity_Ah": 61.0, "last_capacity_Ah": 61.0},
                **{"fade_percentage": None, "fade_rate_per_cycle": None, "headline": False},
            },
            {
                **{"name": "ageing", "kind": "ageing", "cycles": 1, "first_cycle": 2, "last_cycle": 2},
                **{"discharge_rate_C": 2.0, "charge_rate_C": None, "depth": 1.0, "temperature_C": 901.0},
                **{"first_capacity_Ah": 62.0, "last_capacity_Ah": 62.0},
                **{"fade_percentage": None, "fade_rate_per_cycle": None, "headline": True},
            },
        ],
        "check_ups": None,
        "knee.knee_cycle": 150.0,
        "knee.knee_interval.low": 140.0,
        "knee.knee_interval.high": 160.0,
        "knee.knee_interval.level": 0.9,
        "knee.onset_cycle": 120.0,
        "knee.onset_interval.low": 110.0,
        "knee.onset_interval.high": 130.0,
        "knee.onset_interval.level": 0.9,
        "knee.method": "bacon_watts",
    }


def test_the_fade_of_check_ups() -> None:
    # Three check-ups of 5.0, 4.8 and 4.5 Ah: 10 % lost over two cycles.
    three = replace(FORMATION, members=np.array([0, 1, 2]), kind="check_up")
    made = replace(PROTOCOL, groups=(three,), compared_Ah=np.array([5.0, 4.8, 4.5]))
    found = reported(CAPACITY_FADE, analysed_cell(cell(), table=TABLE, fade=FADE, knee=KNEE, protocol=made))[
        "check_ups"
    ]

    assert found["abstention_reason"].startswith("A projection needs 10 cycles")
    del found["abstention_reason"]
    assert found == {
        **{"cycles": 3, "reference_cycle": 1, "last_compared_cycle": 3},
        **{"fade_percentage": pytest.approx(10.0), "fade_rate_per_cycle": pytest.approx(5.0)},
        **{"retention_percentage": pytest.approx(90.0), "projected_eol_cycle": None, "interval": None},
    }


def test_test_protocol() -> None:
    found = reported(TEST_PROTOCOL, analysed_cell(cell(), table=TABLE, protocol=PROTOCOL))

    assert found == {
        "summary": "Formation, cycle 1 at 4C, charged at 3C; ageing, cycles 2 to 3 at 2C.",
        "blocks": [
            {
                **{"kind": "formation", "first_cycle": 1, "last_cycle": 1, "cycles": 1},
                **{"discharge_current_A": 21.0, "charge_current_A": 15.75},
                **{"discharge_rate_C": 4.0, "charge_rate_C": 3.0},
                "text": "formation, cycle 1 at 4C, charged at 3C",
            },
            {
                **{"kind": "ageing", "first_cycle": 2, "last_cycle": 3, "cycles": 2},
                **{"discharge_current_A": 10.5, "charge_current_A": None},
                **{"discharge_rate_C": 2.0, "charge_rate_C": None},
                "text": "ageing, cycles 2 to 3 at 2C",
            },
        ],
        "blocks_left_out": 0,
    }


def test_voltage_profile() -> None:
    # The current sets in with the first point, whose interval nobody knows: the counters read 1 and 2, 0.5 and 1.5 Ah.
    found = reported(VOLTAGE_PROFILE, analysed_cell(cell()))

    assert found["voltage_curves"][1] == {
        "cycle_number": 2,
        "charge_data": {"capacities": [1.0, 2.0], "voltages": [3.1, 3.5]},
        "discharge_data": {"capacities": [0.5, 1.5], "voltages": [3.9, 2.9]},
    }
    assert [curve["cycle_number"] for curve in found["voltage_curves"]] == [1, 2, 3]
    assert found["voltage_stats"] == {"min_voltage": 2.9, "max_voltage": 3.9, "avg_voltage": pytest.approx(3.35)}


def test_incremental_capacity(monkeypatch: pytest.MonkeyPatch) -> None:
    def column(value: float) -> FloatArray:
        return np.array([[value]])

    deviations = FittedPeaks(column(0.1), column(1.1), column(2.1), column(3.1), column(4.1))
    peaks = FittedPeaks(column(1.0), column(2.0), column(3.0), column(4.0), column(5.0), deviations)
    track = PeakOverCycles(np.array([0, 2]), np.array([21.0, 22.0]), np.array([23.0, 24.0]), np.array([25.0, np.nan]))
    curves = IncrementalCurves(
        [1],
        np.array([3.1, 3.2]),
        np.array([[11.0, 12.0]]),
        np.array([10.5]),
        [peaks],
        [track],
        Width(31, 32, 33, 34, 35),
    )
    places, heights = np.arange(40.0), 1.0 + (np.arange(40) == 17)
    module = "battery_analytics.sections.incremental_capacity"
    monkeypatch.setattr(
        f"{module}.incremental_curves", lambda _, flowed, *__: curves if flowed.points.index[0] else None
    )
    monkeypatch.setattr(f"{module}.differential_voltage", lambda _: (places, -heights))
    monkeypatch.setattr(f"{module}.differential_noise", lambda _: 0.0)
    found = reported(INCREMENTAL_CAPACITY, analysed_cell(cell()))

    direction = found["curves"][0]["direction"]
    assert found["curves"] == [
        {
            "cycle_number": 2,
            "direction": direction,
            "rate_C": pytest.approx(2.0),
            "distorted": True,
            "first_voltage_V": 3.1,
            "voltage_step_V": pytest.approx(0.1),
            "dQ_dV": [11.0, 12.0],
            "peaks": {
                "voltages_V": [1.0],
                "voltage_uncertainties_V": [0.1],
                "heights_Ah_per_V": [2.0],
                "height_uncertainties_Ah_per_V": [1.1],
                "areas_Ah": [3.0],
                "area_uncertainties_Ah": [2.1],
                "widths_V": [4.0],
                "width_uncertainties_V": [3.1],
            },
        }
    ]
    assert found["tracks"] == [
        {
            "direction": direction,
            "cycles": [1, 3],
            "peaks": [{"voltages_V": [21.0, 22.0], "heights_Ah_per_V": [23.0, 24.0], "areas_Ah": [25.0, None]}],
        }
    ]
    assert found["differential_curves"][0] == {
        "cycle_number": 1,
        "direction": direction,
        "first_capacity_Ah": 0.0,
        "capacity_step_Ah": 1.0,
        "dV_dQ": heights.tolist(),
        "peak_capacities_Ah": [17.0],
        "peak_heights_V_per_Ah": [2.0],
    }
    assert found["smoothing"] == [
        {"direction": direction, "width_V": 31, "noise_V": 33, "spacing_V": 35, "noise_left_share": 32}
    ]
    assert found["reason"] is None


def test_temperature_analysis() -> None:
    # Five cycles whose capacity falls as they warm, not in a straight line: ranks agree, r by hand from the definition.
    means, capacities = np.array([20.0, 21.0, 22.0, 23.0, 29.0]), np.array([5.0, 4.9, 4.8, 4.5, 4.4])
    temperature = np.concatenate([means - 1, means + 1])
    data = CyclingData(
        np.arange(1, 6), np.arange(0, 11, 2), np.full(10, 3.5), np.full(10, -1.0), temperature_C=np.sort(temperature)
    )
    table = figures_of(capacities, mean_temperature_C=means)
    found = paths(reported(TEMPERATURE_ANALYSIS, analysed_cell(cell(data), table=table)))

    x, y = means - means.mean(), capacities - capacities.mean()
    assert found == {
        "has_temperature_data": True,
        "average_temperature": pytest.approx(23.0),
        "temperature_range.min": 19.0,
        "temperature_range.max": 30.0,
        "temperature_stats.mean": pytest.approx(23.0),
        "temperature_stats.median": pytest.approx(22.0),  # of 19 20 21 21 22 22 23 24 28 30
        "temperature_stats.std_dev": pytest.approx(np.sqrt(110 / 10)),
        "temperature_stats.p10": pytest.approx(19.9),
        "temperature_stats.p90": pytest.approx(28.2),
        "correlation_with_capacity": pytest.approx((x @ y) / np.sqrt((x @ x) * (y @ y))),
        "no_correlation_reason": None,
    }


def test_statistical_metrics() -> None:
    data = points(voltage_V=np.tile([3.0, 3.2, 3.3, 3.9], 3), current_A=np.tile([4.0, 2.0, -1.0, -2.0], 3))
    found = paths(reported(STATISTICAL_METRICS, analysed_cell(cell(data), table=TABLE, projection=PROJECTION)))

    def statistics(prefix: str, *values: float) -> dict[str, Any]:
        known = sorted(values)
        mean = sum(known) / len(known)
        middle = (known[(len(known) - 1) // 2] + known[len(known) // 2]) / 2
        spread = (sum((value - mean) ** 2 for value in known) / len(known)) ** 0.5
        figures = {"mean": mean, "median": middle, "min": known[0], "max": known[-1], "std_dev": spread}
        return {f"{prefix}.{name}": pytest.approx(value) for name, value in figures.items()}

    projection = {path: value for path, value in found.items() if path.startswith("cycle_life_projection")}
    assert {path: value for path, value in found.items() if path not in projection} == {
        **statistics("charge_discharge_stats.charge_capacity", 101, 102, 103),
        **statistics("charge_discharge_stats.discharge_capacity", 201, 202, 203),
        **statistics("current_stats", 4.0, 2.0, -1.0, -2.0),
        **statistics("voltage_stats", 3.0, 3.2, 3.3, 3.9),
    }
    assert {path.removeprefix("cycle_life_projection."): value for path, value in projection.items()} == {
        "fade_rate": -0.011,
        "projected_eol_cycle": 812.0,
        "confidence": 0.66,
        "method": "trajectory",
        "interval.low": 701.0,
        "interval.high": 903.0,
        "interval.level": 0.9,
        "interval.basis": "indicative",
        "abstained": False,
        "abstention_reason": None,
        "r_squared": 0.91,
        "initial_capacity": 58.1,
        "eol_capacity": 46.2,
        "eol_threshold": 0.79,
        "remaining_cycles": 609.0,
        "remaining_equivalent_full_cycles": 555.0,
        "models": [
            {
                "name": "straight_line",
                "eol_cycle": 777.0,
                "interval": {"low": 601.0, "high": None, "level": 0.8, "basis": "calibrated"},
                "confidence": 0.44,
                "abstention_reason": "why",
            }
        ],
    }


def test_battery_health() -> None:
    found = reported(BATTERY_HEALTH, analysed_cell(cell(), fade=Fade(-3.0, -0.1)))

    assert found == {
        "health_score": 100.0,
        "health_status": "Excellent",
        "capacity_retention": 103.0,
        # 1.5 of 2 Ah come back in each cycle.
        "degradation_indicators": ["Low coulombic efficiency: 75.00 % in the median cycle"],
    }


def test_data_quality() -> None:
    found = reported(DATA_QUALITY, analysed_cell(cell()))

    assert found[0] == {"code": "read", "severity": "error", "message": "Read so.", "cycles": [2, 3]}
    assert "no_temperature" in [finding["code"] for finding in found]


def test_cycle_table() -> None:
    found = reported(CYCLE_TABLE, analysed_cell(cell(), table=TABLE, protocol=PROTOCOL))

    assert list(found) == [
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
        "kind",
        "shape",
        "group",
        "compared_capacity_Ah",
    ]
    assert found["kind"] == ["formation", "ageing", "ageing"]
    assert found["shape"] == ["whole", "partial", "incomplete"]
    assert found["group"] == ["formation", "ageing", None]
    assert found["compared_capacity_Ah"] == [61.0, 62.0, None]
    assert found["energy_efficiency_percent"] == [601, 602, 603]
    assert found["discharge_incomplete"] == [False, True, False]


def test_resistance() -> None:
    """A rest of 20 s, then 2 A drawn: the voltage falls by 40 mV within 1 s, by 80 mV within 10 s and by 120 mV within 30 s."""
    data = CyclingData(
        np.array([4]),
        np.array([0, 6]),
        voltage_V=np.array([3.7, 3.7, 3.7, 3.66, 3.62, 3.58]),
        current_A=np.array([0.0, 0.0, 0.0, -2.0, -2.0, -2.0]),
        time_s=np.array([0.0, 10.0, 20.0, 21.0, 30.0, 50.0]),
        temperature_C=np.array([31.0, 32.0, 33.0, 34.0, 35.0, 36.0]),
    )
    found = reported(RESISTANCE, analysed_cell(cell(data)))

    assert found == {
        "summary": "1 step of the current, 40.0 mΩ on the median after 10 s.",
        "steps_found": 1,
        "steps_within_noise": 0,
        "steps_left_out": 0,
        "reference_current_A": 5.25,
        "known_at": [{"time_s": time_s, "steps": 1, "reason": None} for time_s in (None, 1.0, 10.0, 30.0)],
        "steps": {
            "cycle_number": [4],
            "direction": ["discharge"],
            "from_rest": [True],
            "current_before_A": [0.0],
            "current_A": [-2.0],
            "step_It": [pytest.approx(-2.0 / 5.25, rel=1e-4)],
            "rest_before_s": [None],
            "held_s": [30.0],
            "state_of_charge_percent": [None],
            "temperature_C": [33.0],
            "first_point_s": [1.0],
            "first_point_ohm": [pytest.approx(0.02)],
            "after_1_s_ohm": [pytest.approx(0.02)],
            "after_10_s_ohm": [pytest.approx(0.04)],
            "after_30_s_ohm": [pytest.approx(0.06)],
            "noise_ohm": [pytest.approx(0.0, abs=1e-9)],
            "test": None,
        },
        "tests": [],
        "like_steps": [],
        "per_cycle": None,
        "no_per_cycle_reason": "All steps lie in one cycle.",
    }


def test_efficiency() -> None:
    """The table's columns 101 to 103 (charge), 201 … (discharge), 301 … (coulombic efficiency), 401 … and 501 … (energies),
    601 … (energy efficiency) and 1101 … (duration). The points have no clock; each cycle keeps 0.5 of 2 Ah."""
    found = reported(EFFICIENCY, analysed_cell(cell(), table=TABLE, protocol=analysed_cell(cell()).protocol))

    assert {name: value for name, value in found.items() if name != "table"} == {
        "rows_left_out": 0,
        "unknown": [
            {"column": "constant_voltage_charge_s", "reason": "The file has no usable times."},
            {"column": "constant_voltage_discharge_percent", "reason": "No discharge ends at constant voltage."},
            {"column": "constant_voltage_discharge_s", "reason": "The file has no usable times."},
        ],
        "slippage": {
            **{"first_cycle": 1, "last_cycle": 3, "gaps": 0, "charge_end_Ah": 1.0, "discharge_end_Ah": 1.0},
            "text": "From cycle 1 to 3 the end of charge moved by +1 Ah and the end of discharge by +1 Ah. The difference, "
            "+0 Ah, is the loss of capacity between them.",
        },
        "no_slippage_reason": None,
    }
    assert found["table"] == {
        "cycle_number": [1, 2, 3],
        "energy_efficiency_percent": [601, 602, 603],
        "mean_charge_voltage_V": [
            pytest.approx(401 / 101, rel=1e-4),
            pytest.approx(402 / 102, rel=1e-4),
            pytest.approx(403 / 103, rel=1e-4),
        ],
        "mean_discharge_voltage_V": [
            pytest.approx(501 / 201, rel=1e-4),
            pytest.approx(502 / 202, rel=1e-4),
            pytest.approx(503 / 203, rel=1e-4),
        ],
        "hysteresis_V": [
            pytest.approx((501 + place) / (201 + place) * ((301 + place) / (601 + place) - 1), rel=1e-4)
            for place in range(3)
        ],
        "constant_voltage_charge_percent": [0.0, 0.0, 0.0],
        "constant_voltage_charge_s": [None, None, None],
        "constant_voltage_discharge_percent": None,
        "constant_voltage_discharge_s": None,
        "coulombic_inefficiency_percent_per_h": [
            pytest.approx((100 - value) / (duration / 3600), rel=1e-4)
            for value, duration in ((301, 1101), (302, 1102), (303, 1103))
        ],
        "charge_end_slippage_Ah": [0.0, 0.5, 1.0],
        "discharge_end_slippage_Ah": [0.0, 0.5, 1.0],
    }


def test_rate_capability() -> None:
    """A check-up of 64 Ah in the second cycle, between ageing cycles of 61 and 59 Ah; the mean voltages are 501/201, …"""
    check_up = replace(FORMATION, kind="check_up", members=np.array([1]), discharge_current_A=1.5)
    ageing = replace(FORMATION, kind="ageing", members=np.array([0, 2]), discharge_current_A=10.5)
    made = replace(
        PROTOCOL, groups=(ageing, check_up), group=np.array([0, 1, 0]), compared_Ah=np.array([61.0, 64.0, 59.0])
    )
    found = reported(RATE_CAPABILITY, analysed_cell(cell(), table=TABLE, protocol=made))

    assert found == {
        "sets": [
            {
                "age_cycle": 2.0,
                "rates": [
                    {
                        **{
                            "rate_C": pytest.approx(1.5 / 5.25, rel=1e-5),
                            "discharge_current_A": 1.5,
                            "charge_rate_C": 3.0,
                        },
                        **{"capacity_Ah": 64.0, "energy_Wh": pytest.approx(64 * 502 / 202, rel=1e-5)},
                        **{"share_of_slowest_percent": 100.0, "basis": "measured"},
                        **{"first_cycle": 2, "last_cycle": 2, "cycles": 1},
                    },
                    {
                        **{"rate_C": 2.0, "discharge_current_A": 10.5, "charge_rate_C": 3.0},
                        **{"capacity_Ah": 60.0, "energy_Wh": pytest.approx(60 * (501 / 201 + 503 / 203) / 2, rel=1e-5)},
                        **{"share_of_slowest_percent": pytest.approx(93.75), "basis": "interpolated"},
                        **{"first_cycle": 1, "last_cycle": 3, "cycles": 2},
                    },
                ],
                "change_during_percent": None,
                "peukert": None,
                "no_peukert_reason": "A fit needs three rates; 2 were run.",
                "text": "Near cycle 2: 100.0 % at C/3.5 and 93.8 % at 2C (interpolated) of the slowest rate's 64.00 Ah.",
            }
        ],
        "sets_left_out": 0,
        "reason": None,
    }


def test_source() -> None:
    assert reported(SOURCE, analysed_cell(cell())) == {
        "format": "FORMAT",
        "certainty": 0.75,
        "files": ["a.csv", "b.csv"],
        "extra_columns": ["extra"],
        "evidence": ["EVIDENCE"],
        "columns": [{"source_name": "Volt", "quantity": "voltage_V", "unit": "mV", "assumed": True}],
        "runner_up": {"format": "OTHER", "certainty": 0.7},
        "points": 12,
    }


def test_every_section_has_a_test_here() -> None:
    tested = {name.removeprefix("test_") for name in globals() if name.startswith("test_")}

    assert {section.name for section in SECTIONS} <= tested
