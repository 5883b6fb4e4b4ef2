"""Resistance: against the exact values of a simulated cell, and what it must leave out."""

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from battery_analytics.cell import CyclingData
from battery_analytics.sections.resistance import MOST_ROWS, RESISTANCE, Resistance, resistance
from battery_analytics.sections.resistance.growth import growth_of
from PIL import Image

from tests.rc_cell import RcCell, Run, full_charge, hppc
from tests.sections import analysed_cell
from tests.steps import FULL_CYCLE, cell_of, cycling

TRUE = RcCell()
TIMES_S = {"after_1_s_ohm": 1.0, "after_10_s_ohm": 10.0, "after_30_s_ohm": 30.0}
FIVE_AH = {"nominal_capacity_in_Ah": 5.0}


def found(data: CyclingData, **metadata: Any) -> Resistance:
    return resistance(analysed_cell(cell_of(data, **(FIVE_AH | metadata))))


def pulses(*runs: Run, **recorded: Any) -> Resistance:
    """A rest of 10 minutes at half charge, and these runs."""
    return found(TRUE.run([[Run(0.0, 600, 10.0), *runs]], charge=0.5, **recorded))


def errors_percent(values: np.ndarray[Any, Any], true_ohm: float) -> np.ndarray[Any, Any]:
    known = values[np.isfinite(values)]
    return 100 * np.abs(known / true_ohm - 1)


@pytest.mark.parametrize("sample_s", [0.1, 1.0])
@pytest.mark.parametrize("noise_V", [0.0, 0.0005])
def test_the_resistance_of_an_hppc_is_the_cells_at_each_time(sample_s: float, noise_V: float) -> None:
    test = [*full_charge(), *hppc(sample_s=sample_s, first_s=0.002)]
    result = found(TRUE.run([test], charge=0.0, noise_V=noise_V))

    table = result.steps
    pulse = table.from_rest & (table.held_s < 11)
    assert np.count_nonzero(pulse) == 18
    assert errors_percent(table.first_point_ohm[pulse], TRUE.ohm(0.002)).max() < 2
    assert errors_percent(table.after_1_s_ohm[pulse], TRUE.ohm(1.0)).max() < 2
    assert errors_percent(table.after_10_s_ohm[pulse], TRUE.ohm(10.0)).max() < 2
    assert np.isnan(table.after_30_s_ohm[pulse]).all()


def test_an_hppc_is_recognised_with_its_states_of_charge_and_currents() -> None:
    data = TRUE.run([[*full_charge(), *hppc(sample_s=1.0)]], charge=0.0)
    result = found(data)

    (test,) = result.tests
    assert (test.kind, test.pulses, test.states_of_charge) == ("hppc", 18, 9)
    assert (test.discharge_current_A, test.charge_current_A) == (10.0, 7.5)
    assert test.pulse_s == pytest.approx(10.0)
    assert test.rest_s == pytest.approx((3600 + 40) / 2)
    assert test.text.startswith("HPPC, cycle 1: 18 pulses of 10 s at 9 states of charge")
    table = result.steps
    pulse = np.array(table.test) == 0
    discharging = pulse & (table.current_A == -10)
    # By hand: what was drawn less what was put back before each pulse, over what the whole discharge draws.
    assert data.discharge_capacity_Ah is not None
    put_back_Ah = 7.5 * 10 / 3600
    whole_Ah = float(data.discharge_capacity_Ah[-1]) - 9 * put_back_Ah
    drawn_Ah = 0.5 * np.arange(1, 10) + (10.0 * 10 / 3600 - put_back_Ah) * np.arange(9)
    assert table.state_of_charge_percent[discharging] == pytest.approx(100 * (1 - drawn_Ah / whole_Ah), abs=0.2)


def test_pulses_in_cycles_of_their_own_are_one_hppc() -> None:
    """Some cyclers count each charge and discharge as a cycle."""
    runs = [*full_charge(), *hppc(sample_s=1.0)]
    result = found(TRUE.run([runs[place : place + 3] for place in range(0, len(runs), 3)], charge=0.0))

    assert [(test.kind, test.pulses) for test in result.tests] == [("hppc", 18)]


def test_discharge_pulses_alone_are_no_hppc() -> None:
    runs = [run for run in hppc(sample_s=1.0) if run.current_A <= 0]
    result = found(TRUE.run([[*full_charge(), *runs]], charge=0.0))

    assert [(test.kind, test.pulses) for test in result.tests] == [("pulses", 9)]


def test_the_discharge_pulses_of_pyprobes_sample_are_a_gitt() -> None:
    """Its README: five break-in cycles at 4 mA, then ten times 10 s rest, 20 mA for 0.2 hours, and 2 hours of rest."""
    cell = RcCell(capacity_Ah=0.040, series_ohm=2.0, rc_ohm=1.0, rc_s=300.0)
    break_in = [
        Run(-0.004, 2 * 36_000, 60.0, until_V=3.0),
        Run(0.0, 7200, 60.0),
        Run(0.004, 2 * 36_000, 60.0, until_V=4.2),
        Run(0.0, 7200, 60.0),
    ]
    titration = [Run(0.0, 10, 1.0), Run(-0.020, 720, 1.0, 0.0, 3.0), Run(0.0, 1800, 10.0), Run(0.0, 5400, 60.0)]
    data = cell.run([*[break_in] * 5, titration * 10], charge=1.0)
    result = found(data, nominal_capacity_in_Ah=0.040)

    (test,) = result.tests
    assert (test.kind, test.first_cycle) == ("gitt", 6)
    assert test.discharge_current_A == pytest.approx(0.020)
    assert test.pulses in (9, 10)  # the last one may end at 3.0 V at once
    assert test.pulse_s == pytest.approx(720)
    table = result.steps
    assert table.test is not None
    inside = np.array([place == 0 for place in table.test])
    assert errors_percent(table.after_10_s_ohm[inside], cell.ohm(10.0)).max() < 2


def test_the_power_test_of_iec_62660_is_an_hppc_of_several_currents() -> None:
    """Pulses of 10 s with a third, once, twice and five times I_t in both directions at 80, 50 and 20 %."""
    runs: list[Run] = []
    for _ in range(3):
        runs += [Run(-5.0, 1080 if runs else 720, 10.0), Run(0.0, 3600, 60.0)]
        for multiple in (1 / 3, 1.0, 2.0, 5.0):
            for sign in (-1, 1):
                runs += [Run(sign * 5.0 * multiple, 10, 1.0), Run(0.0, 600, 10.0)]
    result = found(TRUE.run([[*full_charge(), *runs, Run(-5.0, 3600, 10.0, until_V=2.9)]], charge=0.0))

    (test,) = result.tests
    assert (test.kind, test.pulses, test.states_of_charge) == ("hppc", 24, 3)
    table = result.steps
    assert table.test is not None
    inside = np.array([place == 0 for place in table.test]) & (table.held_s < 11)
    assert table.after_10_s_ohm[inside] == pytest.approx(TRUE.ohm(10.0), rel=0.02)
    assert sorted({round(abs(step), 3) for step in table.step_It[inside].tolist()}) == [0.333, 1.0, 2.0, 5.0]


def test_ageing_cycles_are_no_pulse_test() -> None:
    assert found(cycling([FULL_CYCLE] * 12), nominal_capacity_in_Ah=10.0).tests == []


def test_a_step_from_one_current_to_another_leaves_out_how_the_voltage_drifts_by_itself() -> None:
    settled = RcCell(rc_ohm=0.0, rc_s=1.0)
    result = found(settled.run([[Run(0.0, 60), Run(2.0, 60), Run(-3.0, 60), Run(-1.0, 60)]], charge=0.5))

    table = result.steps
    assert table.from_rest.tolist() == [True, False, False]
    assert table.direction == ["charge", "discharge", "charge"]
    assert (table.current_before_A.tolist(), table.current_A.tolist()) == ([0, 2, -3], [2, -3, -1])
    for name, time_s in TIMES_S.items():
        assert getattr(table, name) == pytest.approx(settled.ohm(time_s), rel=1e-4), name


@pytest.mark.parametrize(
    ("sample_s", "first_s", "known"),
    [
        (1.0, 0.01, {1.0, 10.0, 30.0}),
        (2.0, 2.0, {10.0, 30.0}),
        (8.0, 3.0, {10.0, 30.0}),
        (20.0, 5.0, {30.0}),
        (60.0, 5.0, set()),
    ],
)
def test_a_time_is_interpolated_between_near_points_and_never_beyond_them(
    sample_s: float, first_s: float, known: set[float]
) -> None:
    result = pulses(Run(-5.0, 300, sample_s, first_s))

    for name, time_s in TIMES_S.items():
        (value,) = getattr(result.steps, name)
        assert np.isfinite(value) == (time_s in known), name
        if time_s in known:
            assert value == pytest.approx(TRUE.ohm(time_s), rel=0.02)
    reasons = {one.time_s: one.reason for one in result.known_at}
    assert all((reasons[time_s] is None) == (time_s in known) for time_s in TIMES_S.values())


def test_a_pulse_that_ends_has_no_resistance_afterwards() -> None:
    result = pulses(Run(-5.0, 10), Run(0.0, 60))

    assert np.isfinite(result.steps.after_10_s_ohm).all()
    assert np.isnan(result.steps.after_30_s_ohm).all()
    assert result.known_at[3].reason == "1: current ends before."


@pytest.mark.parametrize("levels", [(-2.0,), (-1.0, -3.5), (-6.0,)], ids=["ramp", "ramp of two", "overshoot"])
def test_points_before_the_current_has_settled_do_not_count(levels: Sequence[float]) -> None:
    steps = [Run(level, 0.1, 0.1) for level in levels]
    result = pulses(*steps, Run(-5.0, 60))

    assert result.steps_found == 1
    assert result.steps.current_A.tolist() == [-5.0]
    assert result.steps.first_point_s[0] == pytest.approx(1.0 + 0.1 * len(levels))
    assert result.steps.after_10_s_ohm[0] == pytest.approx(TRUE.ohm(10.0), rel=0.02)


def test_a_voltage_that_was_read_after_the_current_is_not_that_of_the_rest() -> None:
    """As in a real file of an LG M50: the record that ends the rest has no current, and the voltage of the step."""
    data = TRUE.run([[Run(0.0, 600, 10.0), Run(-5.0, 60, 1.0, 0.002)]], charge=0.5)
    voltage = data.voltage_V.copy()
    voltage[59] = voltage[60] + 0.0001
    result = found(replace(data, voltage_V=voltage))

    assert result.steps.first_point_ohm == pytest.approx([TRUE.ohm(0.002)], rel=0.001)
    assert result.steps.after_10_s_ohm == pytest.approx([TRUE.ohm(10.0)], rel=0.02)


def test_a_voltage_that_was_read_before_the_current_does_not_count() -> None:
    """As in an export of an Arbin: 2 ms after the step the current is there and the voltage still that of the rest."""
    data = TRUE.run([[Run(0.0, 600, 10.0), Run(-5.0, 60, 1.0, 0.002)]], charge=0.5)
    voltage = data.voltage_V.copy()
    voltage[60] = voltage[59] + 0.0001
    result = found(replace(data, voltage_V=voltage))

    assert result.steps.first_point_s == pytest.approx([1.002])
    assert result.steps.first_point_ohm == pytest.approx([TRUE.ohm(1.002)], rel=0.001)


@pytest.mark.parametrize("counters", [True, False])
def test_where_points_are_regular_the_counter_tells_when_the_step_began(counters: bool) -> None:
    """A point each 2 s, and a step 1.5 s after one of them: the first point of the current is 0.5 s old."""
    at_half_seconds = TRUE.run([[Run(0.0, 601.5, 0.5), Run(-5.0, 60, 0.5), Run(0.0, 120, 0.5)]], charge=0.5)
    every_fourth = np.arange(3, at_half_seconds.n_points, 4)
    columns = {
        name: getattr(at_half_seconds, name)[every_fourth]
        for name in ("voltage_V", "current_A", "charge_capacity_Ah", "discharge_capacity_Ah", "time_s")
    }
    if not counters:
        columns |= {"charge_capacity_Ah": None, "discharge_capacity_Ah": None}
    result = found(CyclingData(np.array([1]), np.array([0, every_fourth.size]), **columns))

    assert result.steps.first_point_s == pytest.approx([0.5 if counters else 2.0])
    if counters:
        assert result.steps.first_point_ohm == pytest.approx([TRUE.ohm(0.5)], rel=1e-3)
        assert result.steps.after_10_s_ohm == pytest.approx([TRUE.ohm(10.0)], rel=3e-3)


def test_a_current_that_falls_at_constant_voltage_is_no_step() -> None:
    # Coarse samples of an exponential: each value is 15 % below the one before, at one voltage.
    held = [Run(5.0 * 0.85**count, 60, 60.0) for count in range(12)]
    data = TRUE.run([[Run(0.0, 60), Run(5.0, 1800, 60.0), *held]], charge=0.3)
    voltage = data.voltage_V.copy()
    voltage[-12:] = 4.1
    result = found(replace(data, voltage_V=voltage))

    assert result.steps.from_rest.tolist() == [True]


def test_steps_smaller_than_the_noise_are_left_out() -> None:
    result = pulses(Run(-5.0, 60), Run(0.0, 600), Run(-0.05, 60), Run(0.0, 60), noise_V=0.001)

    assert result.steps.current_A.tolist() == [-5.0]
    assert result.steps_within_noise == 1
    assert result.steps.noise_ohm[0] == pytest.approx(0.001 * np.sqrt(2) / 5, rel=0.2)


def test_a_coarse_voltage_counts_as_noise() -> None:
    result = pulses(Run(-5.0, 60), Run(0.0, 600), Run(-0.1, 60), Run(0.0, 60), resolution_V=0.005)

    assert result.steps.current_A.tolist() == [-5.0]
    assert result.steps_within_noise == 1


def test_the_value_per_cycle_is_of_like_steps_alone() -> None:
    """Each cycle has a pulse of 10 A when full and one of 5 A later, the sixth one of 2 A instead."""
    cell = RcCell()

    def cycle(pulse_A: float) -> list[Run]:
        pulse = Run(pulse_A, 10, 1.0)
        return [
            *(Run(2.5, 7200, 60.0, until_V=4.2), Run(0.0, 600, 60.0)),
            *(Run(-10.0, 10, 1.0), Run(0.0, 600, 60.0)),
            *(Run(-2.5, 3600, 60.0), Run(0.0, 600, 60.0), pulse, Run(0.0, 600, 60.0)),
            *(Run(-2.5, 7200, 60.0, until_V=3.0), Run(0.0, 600, 60.0)),
        ]

    data = cell.run([cycle(-2.0 if number == 6 else -5.0) for number in range(1, 11)], charge=0.05)
    result = found(data)

    halves = [one for one in result.like_steps if one.current_A == -5.0]
    assert [(one.cycles, one.steps) for one in halves] == [(9, 9)]
    assert data.discharge_capacity_Ah is not None
    drawn_Ah = 2.5 + 10.0 * 10 / 3600
    percent = 100 * (1 - drawn_Ah / float(data.discharge_capacity_Ah[-1]))
    assert halves[0].state_of_charge_percent == pytest.approx(percent, abs=0.2)
    assert result.per_cycle is not None
    assert result.per_cycle.steps.direction == "discharge"
    assert np.unique(result.per_cycle.cycle_number).size == result.per_cycle.cycle_number.size


def test_growth_is_that_of_a_cell_whose_resistance_grows() -> None:
    cycles, true = [], []
    parts: list[CyclingData] = []
    for number in range(40):
        cell = RcCell(series_ohm=0.020 * (1 + 0.004 * number))
        runs = [*full_charge(), Run(-5.0, 7200, 10.0, until_V=3.0), Run(0.0, 1800, 60.0)]
        parts.append(cell.run([runs], charge=0.02, noise_V=0.0002, seed=number))
        true.append(cell.ohm(10.0))
        cycles.append(number)
    result = found(_joined(parts))

    assert result.per_cycle is not None
    steps = result.per_cycle.steps
    assert (steps.from_rest, steps.direction, steps.cycles) == (True, "discharge", 40)
    assert result.per_cycle.resistance_ohm == pytest.approx(true, rel=0.02)
    growth = steps.growth
    assert growth is not None
    expected = 100 * (np.mean(true[-8:]) / np.mean(true[:8]) - 1)
    assert growth.low_percent is not None
    assert growth.high_percent is not None
    assert growth.low_percent < expected < growth.high_percent
    assert growth.high_percent - growth.low_percent < 2


@pytest.mark.parametrize("n_cycles", [4, 12, 60])
def test_the_interval_of_the_growth_holds_in_ninety_percent(n_cycles: int) -> None:
    random = np.random.default_rng(n_cycles)
    number = np.arange(1.0, n_cycles + 1)
    line = 0.020 * (1 + 0.2 * (number - 1) / (n_cycles - 1))
    inside = 0
    for _ in range(400):
        growth = growth_of(number, line + random.normal(0, 0.0002, n_cycles))
        assert growth is not None
        count = growth.cycles_at_either_end
        true = 20.0 if count is None else 100 * (line[-count:].mean() / line[:count].mean() - 1)
        assert growth.low_percent is not None
        assert growth.high_percent is not None
        inside += growth.low_percent <= true <= growth.high_percent
    assert 0.86 <= inside / 400 <= 0.97


def test_a_resistance_that_falls_before_it_rises_has_its_lowest_value_told() -> None:
    number = np.arange(1.0, 101.0)
    ohm = 0.004 * (1 + 0.1 * ((number - 40) / 50) ** 2)
    ohm[70] = 0.003  # one cycle alone does not count
    growth = growth_of(number, ohm)

    assert growth is not None
    assert growth.lowest_cycle == pytest.approx(40, abs=2)
    assert growth.lowest_ohm == pytest.approx(0.004, rel=1e-3)
    assert growth.start_ohm == pytest.approx(float(ohm[:10].mean()), rel=1e-5)
    assert growth.end_ohm == pytest.approx(float(ohm[-10:].mean()), rel=1e-5)
    assert growth.percent == pytest.approx(100 * (growth.end_ohm / growth.start_ohm - 1), abs=1e-2)


def test_two_cycles_have_no_growth() -> None:
    assert growth_of(np.array([1.0, 2.0]), np.array([0.02, 0.03])) is None
    assert growth_of(np.array([1.0, 1.0, 1.0]), np.array([0.02, 0.03, 0.04])) is None


def test_of_too_many_steps_those_of_pulse_tests_stay_and_a_finding_says_so() -> None:
    profile = [Run(level, 3, 1.0) for level in (-2.0, -4.0, 1.0, -3.0)] * 700
    test = [*full_charge(), *hppc(sample_s=1.0)]
    result = found(TRUE.run([test, [Run(0.0, 600, 10.0), *profile]], charge=0.0))

    rows = result.steps.cycle_number
    assert result.steps_found > MOST_ROWS
    assert rows.size == result.steps_found - result.steps_left_out < MOST_ROWS / 2
    assert (rows[0], rows[-1]) == (1, 2)
    assert result.steps.test is not None
    assert result.steps.test.count(0) == 18 + 8  # the pulses, and the discharges between them
    assert RESISTANCE.findings is not None
    (finding,) = RESISTANCE.findings(result)
    assert finding.code == "resistance_steps_thinned"
    assert f"{result.steps_found:,} steps" in finding.message


def test_of_many_cycles_the_steps_of_some_are_in_the_table_and_like_steps_are_of_all() -> None:
    result = found(cycling([FULL_CYCLE] * 100, sample_s=60.0), nominal_capacity_in_Ah=10.0)

    numbers = np.unique(result.steps.cycle_number)
    assert result.steps_found == 199  # the file begins with the charge
    assert (numbers.size, numbers[0], numbers[-1]) == (15, 1, 100)
    assert result.steps_left_out == 199 - result.steps.cycle_number.size
    assert [one.cycles for one in result.like_steps] == [100, 99]
    assert result.per_cycle is not None
    assert result.per_cycle.cycle_number.tolist() == list(range(1, 101))


def test_points_that_come_minutes_after_a_step_tell_no_resistance_per_cycle() -> None:
    result = found(cycling([FULL_CYCLE] * 5, sample_s=300.0), nominal_capacity_in_Ah=10.0)

    assert result.steps_found == 9
    assert set(result.steps.first_point_s.tolist()) == {300.0}
    assert result.per_cycle is None
    assert result.no_per_cycle_reason == "The first point after each step is more than a minute later."


def test_without_times_there_is_the_first_point_alone() -> None:
    data = TRUE.run([[Run(0.0, 60), Run(-5.0, 60)]], charge=0.5)
    result = found(replace(data, time_s=None))

    assert result.steps.first_point_ohm == pytest.approx([TRUE.ohm(1.0)], rel=1e-4)
    assert np.isnan(result.steps.first_point_s).all()
    assert {one.reason for one in result.known_at[1:]} == {"The file has no usable times."}


def test_a_cell_that_rests_has_no_steps_and_says_so() -> None:
    result = found(TRUE.run([[Run(0.0, 600)]], charge=0.5))

    assert (result.steps_found, result.tests, result.like_steps, result.per_cycle) == (0, [], [], None)
    assert result.summary == "No step of the current tells a resistance."
    assert result.no_per_cycle_reason is not None
    assert result.no_per_cycle_reason.startswith("The file shows no step")


def picture(data: CyclingData) -> Image.Image | None:
    analysed = analysed_cell(cell_of(data, **FIVE_AH))
    png = RESISTANCE.plots[0].draw(analysed, resistance(analysed))
    return None if png is None else Image.open(io.BytesIO(png))


def test_the_picture_has_a_panel_over_the_state_of_charge_one_over_the_cycles_or_both() -> None:
    test = [*full_charge(), *hppc(sample_s=1.0)]
    alone, twice = picture(TRUE.run([test], charge=0.0)), picture(TRUE.run([test, test], charge=0.0))

    assert alone is not None
    assert twice is not None
    assert (alone.size, twice.size) == ((1000, 640), (1000, 920))
    ageing = picture(cycling([FULL_CYCLE] * 3))
    assert ageing is not None
    assert ageing.size == (1000, 640)


def test_without_like_steps_and_states_of_charge_there_is_no_picture() -> None:
    assert picture(TRUE.run([[Run(0.0, 60), Run(-5.0, 60)]], charge=0.5)) is None
    assert picture(TRUE.run([[Run(0.0, 600)]], charge=0.5)) is None


def _joined(parts: Sequence[CyclingData]) -> CyclingData:
    """Cycles of cells of several ages as one file, whose clock goes on."""
    ends = np.cumsum([0.0, *(float(part.time_s[-1]) for part in parts if part.time_s is not None)])
    sizes = np.cumsum([0, *(part.n_points for part in parts)])

    def column(name: str) -> Any:
        return np.concatenate([getattr(part, name) for part in parts])

    time_s = np.concatenate(
        [part.time_s + end for part, end in zip(parts, ends[:-1], strict=True) if part.time_s is not None]
    )
    return CyclingData(
        cycle_number=np.arange(1, len(parts) + 1),
        offsets=sizes,
        voltage_V=column("voltage_V"),
        current_A=column("current_A"),
        charge_capacity_Ah=column("charge_capacity_Ah"),
        discharge_capacity_Ah=column("discharge_capacity_Ah"),
        time_s=time_s,
    )
