"""Findings: each fault is named, counted right and in good English; what is sound raises none."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from battery_analytics.cell import Cell, CyclingData, Finding
from battery_analytics.sections.analysed_cell import AnalysedCell
from battery_analytics.sections.data_quality import data_quality

from tests.sections import OPTIONS
from tests.steps import (
    CHARGE,
    DISCHARGE,
    DISCHARGE_FIRST_CYCLE,
    FULL_CYCLE,
    REST,
    Step,
    cell_of,
    cycling,
    fading_cycles,
)

SOUND = cycling([FULL_CYCLE] * 6)


def findings(
    data: CyclingData | Cell, *, cycles: Sequence[int] | None = None, **metadata: object
) -> dict[str, Finding]:
    cell = data if isinstance(data, Cell) else cell_of(data, **metadata)
    asked = None if cycles is None else tuple(cycles)
    found = data_quality(AnalysedCell.of(cell, replace(OPTIONS, cycles=asked)))
    codes = [finding.code for finding in found]
    assert len(codes) == len(set(codes))
    return {finding.code: finding for finding in found}


def with_temperature(data: CyclingData) -> CyclingData:
    return replace(data, temperature_C=25 + np.sin(np.arange(data.n_points)))


def test_a_sound_cell_raises_no_finding() -> None:
    assert findings(with_temperature(SOUND), nominal_capacity_in_Ah=10, max_voltage_limit_in_V=4.3) == {}


def test_a_missing_temperature_is_said() -> None:
    assert set(findings(SOUND)) == {"no_temperature"}


def test_a_constant_temperature_is_said_with_its_value() -> None:
    found = findings(replace(SOUND, temperature_C=np.full(SOUND.n_points, 23.4)))

    assert "23.4 °C at every point" in found["constant_temperature"].message


@pytest.mark.parametrize(("n_cycles", "words"), [(1, "restarts once"), (3, "restarts 3 times")])
def test_restarts_are_counted(n_cycles: int, words: str) -> None:
    steps = (Step(10.0, 30), Step(5.0, 60), REST, DISCHARGE, REST)

    assert words in findings(cycling([steps] * n_cycles, counters="step"))["charge_capacity_restarts"].message


def test_a_counter_that_runs_on_is_said() -> None:
    found = findings(cycling([FULL_CYCLE] * 3, counters="test"))

    assert "continues from cycle to cycle" in found["discharge_capacity_runs_on"].message


def test_a_charge_counter_that_repeats_the_discharge_is_said() -> None:
    assert "charge_capacity_counts_discharge" in findings(
        cycling([FULL_CYCLE] * 3, counters="step", charge_repeats_discharge=True)
    )


def test_a_last_reading_at_the_rest_is_no_repeated_discharge() -> None:
    data = SOUND
    assert data.charge_capacity_Ah is not None
    counter = data.charge_capacity_Ah + 1e-3 * (np.cumsum(data.current_A == 0) > 0)

    assert "charge_capacity_counts_discharge" not in findings(replace(data, charge_capacity_Ah=counter))


def test_capacities_from_current_and_time_are_said() -> None:
    found = findings(cycling([FULL_CYCLE] * 3, counters=None))["capacity_integrated"]

    assert found.message.startswith("The charge and discharge capacity was integrated")
    assert found.cycles == ()


def test_capacities_that_only_some_cycles_lack_name_them() -> None:
    assert SOUND.discharge_capacity_Ah is not None
    counter = SOUND.discharge_capacity_Ah.copy()
    counter[SOUND.points(3)] = np.nan

    found = findings(replace(SOUND, discharge_capacity_Ah=counter))["capacity_integrated"]

    assert found.cycles == (4,)
    assert found.message.startswith("The discharge capacity")


def test_an_unknown_capacity_is_an_error() -> None:
    found = findings(replace(cycling([FULL_CYCLE] * 3, clock=None), charge_capacity_Ah=None))["capacity_unknown"]

    assert found.severity == "error"
    assert found.message.startswith("The charge capacity is unknown")


@pytest.mark.parametrize(
    ("n_without", "words"),
    [
        (1, "This cycle has no charge current. Its charge capacity is unknown."),
        (2, "These cycles have no charge current. Their charge capacity is unknown."),
    ],
)
def test_cycles_without_charge_are_named(n_without: int, words: str) -> None:
    found = findings(cycling([FULL_CYCLE] * 3 + [(DISCHARGE, REST)] * n_without, soc_Ah=5.0))

    assert found["cycles_without_charge"].message == words
    assert found["cycles_without_charge"].cycles == tuple(range(4, 4 + n_without))


def test_cycles_without_discharge_are_named() -> None:
    assert findings(cycling([FULL_CYCLE, (CHARGE, REST)]))["cycles_without_discharge"].cycles == (2,)


def test_a_cell_that_never_charges_is_said_once_and_not_by_cycle() -> None:
    found = findings(cycling([(DISCHARGE, REST)] * 3))["cycles_without_charge"]

    assert found.message == "No cycle has a charge current. The charge capacity is unknown."
    assert found.cycles == ()


def test_a_cell_at_rest_has_one_finding_about_its_current() -> None:
    found = findings(cycling([(REST,)] * 3))

    assert found["no_current"].severity == "error"
    assert not {"cycles_without_charge", "cycles_without_discharge"} & set(found)


def test_an_incomplete_last_discharge_is_named_and_not_compared() -> None:
    cycles = [*fading_cycles(10, loss_minutes=1.0), (CHARGE, REST, Step(-10.0, 25), REST)]

    found = findings(cycling(cycles))["incomplete_discharge"]

    assert found.cycles == (11,)
    assert found.message.startswith("The discharge of this cycle stops")
    assert "It is not compared with others" in found.message


def test_many_shallow_cycles_are_called_a_protocol() -> None:
    shallow = (Step(10.0, 30), REST, Step(-10.0, 30), REST)
    to_half, from_half = (CHARGE, REST, Step(-10.0, 30), REST), (Step(10.0, 30), REST, DISCHARGE, REST)

    found = findings(cycling([FULL_CYCLE] * 6 + [to_half, shallow, shallow, from_half]))

    assert found["incomplete_discharge"].cycles == (7, 8, 9)
    assert "protocol of varying depth" in found["incomplete_discharge"].message
    assert "efficiency_above_100" not in found


def test_a_discharge_without_its_charge_is_named() -> None:
    too_much = (Step(10.0, 30), REST, DISCHARGE, REST)

    assert findings(cycling([FULL_CYCLE, FULL_CYCLE, too_much, FULL_CYCLE]))["efficiency_above_100"].cycles == (3,)


def test_a_rate_test_is_no_missing_charge() -> None:
    fast = (CHARGE, REST, Step(-20.0, 25), REST)
    slow_after_fast = (Step(10.0, 50), REST, Step(-2.0, 300), REST)

    found = findings(cycling([FULL_CYCLE, FULL_CYCLE, fast, slow_after_fast, FULL_CYCLE], counters="step"))

    assert "efficiency_above_100" not in found
    assert found["efficiency_across_rates"].cycles == (4,)


def test_cycles_that_start_with_their_discharge_are_said() -> None:
    assert "discharge_first" in findings(cycling([DISCHARGE_FIRST_CYCLE] * 3, soc_Ah=10.0))


@pytest.mark.parametrize(("starts_s", "words"), [(80_000.0, "over 1 midnight."), (0.0, None)])
def test_midnights_are_counted(starts_s: float, words: str | None) -> None:
    found = findings(cycling([FULL_CYCLE] * 2, clock="day", clock_starts_s=starts_s)).get("time_of_day")

    assert (found is None) if words is None else (found is not None and found.message.endswith(words))


def test_a_time_that_goes_backwards_names_points_and_cycles() -> None:
    assert SOUND.time_s is not None
    time = SOUND.time_s.copy()
    time[SOUND.offsets[2] + 5] -= 600

    found = findings(replace(SOUND, time_s=time))["time_goes_backwards"]

    assert "at 1 point." in found.message
    assert found.cycles == (3,)


def test_points_without_time_are_counted() -> None:
    assert SOUND.time_s is not None
    time = SOUND.time_s.copy()
    time[10:12] = np.nan

    assert findings(replace(SOUND, time_s=time))["time_unknown"].message.startswith("2 points without a time")


def test_a_time_that_never_advances_is_said() -> None:
    assert "time_stands_still" in findings(replace(SOUND, time_s=np.zeros(SOUND.n_points)))


def test_a_pause_of_recording_under_current_is_named() -> None:
    assert SOUND.time_s is not None
    time = SOUND.time_s.copy()
    time[SOUND.offsets[1] + 30 :] += 7_200

    found = findings(replace(SOUND, time_s=time))["recording_gaps"]

    assert found.message == "Recording pauses once for more than 600 s while current flows."
    assert found.cycles == (2,)


def test_a_long_rest_is_no_pause_of_recording() -> None:
    assert SOUND.time_s is not None
    time = SOUND.time_s.copy()
    time[SOUND.offsets[1] - 3 :] += 72_000

    assert "recording_gaps" not in findings(replace(SOUND, time_s=time))


def test_a_current_in_another_unit_disagrees_with_the_capacity() -> None:
    found = findings(replace(SOUND, current_A=1000 * SOUND.current_A))

    assert "gives 1,000 times" in found["capacity_disagrees_with_current"].message


def test_a_capacity_far_from_nominal_is_named() -> None:
    assert "capacity_far_from_nominal" in findings(SOUND, nominal_capacity_in_Ah=58)
    assert "capacity_far_from_nominal" not in findings(SOUND, nominal_capacity_in_Ah=11)


def test_a_voltage_in_millivolts_is_implausible() -> None:
    found = findings(replace(SOUND, voltage_V=1000 * SOUND.voltage_V))["implausible_voltage"]

    assert found.severity == "error"


@pytest.mark.parametrize(("limit", "is_named"), [(4.3, False), (4.298, True), (4.28, False)])
def test_a_limit_passed_by_millivolts_is_said_and_one_passed_by_more_is_an_indicator(
    limit: float, is_named: bool
) -> None:
    assert ("voltage_at_limits" in findings(SOUND, max_voltage_limit_in_V=limit)) is is_named


def test_a_turned_current_is_set_right_and_said() -> None:
    turned = replace(SOUND, current_A=-SOUND.current_A)
    analysis = AnalysedCell.of(cell_of(turned), OPTIONS)

    assert "discharge_positive" in {finding.code for finding in analysis.cell.findings}
    assert analysis.table.discharge_capacity_Ah == pytest.approx([10.0] * 6)
    assert analysis.cell.cycling.current_A.max() == 10.0
    assert np.isfinite(analysis.table.resistance_ohm).all()


def test_a_gain_of_capacity_is_said_with_its_size() -> None:
    cycles = [(Step(10.0, 60 + 0.1 * n), REST, Step(-10.0, 60 + 0.1 * n), REST) for n in range(11)]
    found = findings(cycling(cycles, sample_s=12.0))

    assert "gained 1.67 %" in found["capacity_gain"].message


def test_a_file_that_starts_late_or_holds_one_cycle_says_so() -> None:
    assert "cycle 7" in findings(cycling([FULL_CYCLE] * 2, numbers=[7, 8]))["starts_after_first_cycle"].message
    assert "single_cycle" in findings(cycling([FULL_CYCLE]))


def test_cycles_that_were_asked_for_and_are_missing_are_said() -> None:
    some = findings(SOUND, cycles=[2, 77])["asked_cycles_missing"].message
    none = findings(SOUND, cycles=[77])["asked_cycles_missing"].message

    assert some == "The cell has no cycle 77, whose curves were asked for."
    assert none.endswith("Its first, middle and last are returned instead.")


def test_a_capacity_that_no_current_can_have_moved_is_an_error() -> None:
    data = cycling([FULL_CYCLE] * 4)
    assert data.discharge_capacity_Ah is not None
    found = findings(replace(data, discharge_capacity_Ah=1000 * data.discharge_capacity_Ah))["impossible_capacity"]

    assert (found.severity, found.cycles) == ("error", (1, 2, 3, 4))
    assert "impossible_capacity" not in findings(data)


def test_a_rate_that_no_cell_endures_is_an_error() -> None:
    data = cycling([FULL_CYCLE] * 4)
    assert data.discharge_capacity_Ah is not None
    found = findings(replace(data, discharge_capacity_Ah=data.discharge_capacity_Ah / 1000))["implausible_rate"]

    assert found.severity == "error"
    assert "1e+03 times the capacity per hour" in found.message
    assert "implausible_rate" not in findings(data)


def test_a_median_efficiency_above_100_is_said() -> None:
    # 0.3 % more is discharged than charged: too little for a cycle of its own, too much for a cell.
    cycles = [(Step(10.0, 60), REST, Step(-10.03, 60), REST)] * 5
    found = findings(cycling(cycles, soc_Ah=1.0))["median_efficiency_above_100"]

    assert found.message.startswith("The median coulombic efficiency is 100.30 %")
    assert "median_efficiency_above_100" not in findings(cycling([FULL_CYCLE] * 5))


def test_cycles_that_are_not_compared_are_named_with_the_reason() -> None:
    slow = (Step(5.0, 120), REST, Step(-5.0, 120), REST)
    found = findings(cycling([slow, *[FULL_CYCLE] * 5]))["cycles_not_compared"]

    assert found.cycles == (1,)
    assert found.message == (
        "5 cycles are compared. This cycle is not, because rate, charge, voltages or temperature differ: 1 of formation."
    )


def test_a_rate_test_says_that_its_rates_change_and_that_nothing_is_compared() -> None:
    rates = [
        (Step(10.0, 60), REST, Step(-current, 600 / current), REST) for current in (2.5, 5.0, 10.0) for _ in range(3)
    ]
    found = findings(cycling(rates, sample_s=60.0))

    assert found["rate_steps"].cycles == tuple(range(1, 10))
    assert found["no_comparable_cycles"].severity == "warning"
    assert "steps through several rates" in found["no_comparable_cycles"].message
