"""What flowed each way: the same whatever the tester's counters restart at, and without any counter."""

from dataclasses import replace

import numpy as np
import pytest
from battery_analytics.analysis.throughput import rest_current, throughput
from battery_analytics.cell import CyclingData
from hypothesis import given
from hypothesis import strategies as st

from tests.steps import CHARGE, DISCHARGE, DISCHARGE_FIRST_CYCLE, FULL_CYCLE, REST, Restarts, Step, cycling

TWO_STEP_CHARGE = (Step(10.0, 30), Step(5.0, 60), REST, DISCHARGE, REST)


def totals(data: CyclingData) -> tuple[list[float], list[float]]:
    flow = throughput(data)
    return flow.charge.total_Ah.tolist(), flow.discharge.total_Ah.tolist()


@pytest.mark.parametrize("counters", ["step", "cycle", "test"])
def test_a_counter_gives_the_same_capacity_wherever_it_restarts(counters: Restarts) -> None:
    charge, discharge = totals(cycling([TWO_STEP_CHARGE] * 3, counters=counters))

    assert charge == pytest.approx([10.0] * 3)
    assert discharge == pytest.approx([10.0] * 3)


@pytest.mark.parametrize("counters", ["step", "cycle", "test"])
def test_the_capacity_within_a_cycle_runs_continuously_from_its_start(counters: Restarts) -> None:
    flow = throughput(cycling([TWO_STEP_CHARGE] * 2, counters=counters))

    per_point = [10 / 60] * 30 + [5 / 60] * 60
    second_cycle = flow.charge.capacity_Ah[flow.charge.points.places(1)]
    assert second_cycle == pytest.approx(np.cumsum(per_point))


def test_a_step_restart_is_counted_between_the_stretches_of_one_cycle() -> None:
    data = cycling([TWO_STEP_CHARGE] * 3, counters="step", charge_repeats_discharge=True)

    counter = throughput(data).charge.counter

    assert counter is not None
    assert counter.restarts == 3
    assert counter.counts_opposite


def test_a_cycle_that_starts_with_its_discharge_has_as_many_restarts_as_steps_less_one() -> None:
    steps = (DISCHARGE, REST, Step(10.0, 30), Step(5.0, 60), REST)
    counter = throughput(cycling([steps] * 4, counters="step", charge_repeats_discharge=True)).charge.counter

    assert counter is not None
    assert counter.restarts == 4


def test_a_counter_that_never_restarts_is_said_to_run_on() -> None:
    counter = throughput(cycling([FULL_CYCLE] * 3, counters="test")).discharge.counter

    assert counter is not None
    assert counter.runs_on
    assert counter.restarts == 0


def test_a_counter_that_runs_on_from_before_the_file_counts_from_its_first_point() -> None:
    data = cycling([FULL_CYCLE] * 3, counters="test")
    assert data.charge_capacity_Ah is not None
    charge, _ = totals(replace(data, charge_capacity_Ah=data.charge_capacity_Ah + 500))

    assert charge == pytest.approx([10.0] * 3)


def test_a_counter_that_restarts_every_other_cycle_is_counted_in_each() -> None:
    data = cycling([FULL_CYCLE] * 6, counters="test")
    assert data.charge_capacity_Ah is not None
    counter = data.charge_capacity_Ah.copy()
    for cycle in (2, 4):
        counter[data.offsets[cycle] :] -= 20.0

    charge, _ = totals(replace(data, charge_capacity_Ah=counter))

    assert charge == pytest.approx([10.0] * 6)


def test_a_discharge_counter_written_as_negative_counts_the_same() -> None:
    data = cycling([FULL_CYCLE] * 2)
    assert data.discharge_capacity_Ah is not None

    _, discharge = totals(replace(data, discharge_capacity_Ah=-data.discharge_capacity_Ah))

    assert discharge == pytest.approx([10.0, 10.0])


def test_one_net_capacity_column_that_falls_while_discharging_counts_both_ways() -> None:
    data = cycling([FULL_CYCLE] * 2)
    assert data.charge_capacity_Ah is not None
    assert data.discharge_capacity_Ah is not None
    net = data.charge_capacity_Ah - data.discharge_capacity_Ah

    charge, discharge = totals(replace(data, charge_capacity_Ah=net, discharge_capacity_Ah=-net))

    assert charge == pytest.approx([10.0, 10.0])
    assert discharge == pytest.approx([10.0, 10.0])


def test_noise_of_a_counter_is_no_restart() -> None:
    data = cycling([FULL_CYCLE] * 5, sample_s=10.0)
    assert data.discharge_capacity_Ah is not None
    noise = 0.002 * np.random.default_rng(1).standard_normal(data.n_points)

    flow = throughput(replace(data, discharge_capacity_Ah=data.discharge_capacity_Ah + noise))

    assert flow.discharge.total_Ah == pytest.approx(np.full(5, 10.0), abs=0.05)


def test_restarts_hidden_by_pulses_of_rising_current_are_found() -> None:
    pulses = [step for rate in (1.0, 2.5, 6.0, 12.0) for step in (Step(-rate, 1), REST)]
    data = cycling([[CHARGE, REST, *pulses]], counters="step")
    assert data.discharge_capacity_Ah is not None
    held = data.discharge_capacity_Ah.copy()
    for point in range(1, held.size):  # the counter holds its value through the rest, as some testers write it
        if data.current_A[point] == 0:
            held[point] = held[point - 1]

    _, discharge = totals(replace(data, discharge_capacity_Ah=held))

    assert discharge == pytest.approx([(1 + 2.5 + 6 + 12) / 60])


def test_what_a_counter_shows_only_at_the_rest_after_a_step_has_flowed_in_it() -> None:
    data = cycling([(CHARGE, REST, DISCHARGE, REST)] * 2)
    is_end_of_step = np.append(np.diff(data.current_A) != 0, False)
    kept = ~is_end_of_step | (data.current_A == 0)
    counts = np.add.reduceat(kept, data.offsets[:-1], dtype=np.int64)
    assert data.charge_capacity_Ah is not None
    assert data.discharge_capacity_Ah is not None
    assert data.time_s is not None
    late = replace(
        data,
        offsets=np.append(0, np.cumsum(counts)),
        voltage_V=data.voltage_V[kept],
        current_A=data.current_A[kept],
        charge_capacity_Ah=data.charge_capacity_Ah[kept],
        discharge_capacity_Ah=data.discharge_capacity_Ah[kept],
        time_s=data.time_s[kept],
    )

    charge, discharge = totals(late)

    assert charge == pytest.approx([10.0, 10.0])
    assert discharge == pytest.approx([10.0, 10.0])


def test_regenerative_pulses_count_as_charge_and_not_as_discharge() -> None:
    drive = [Step(-20.0, 5), Step(6.0, 2), Step(-20.0, 5), Step(6.0, 2)]
    charge, discharge = totals(cycling([[CHARGE, REST, *drive, REST]] * 2, sample_s=1.0))

    assert charge == pytest.approx([10.4] * 2)
    assert discharge == pytest.approx([20.0 / 6] * 2)


def test_a_cycle_without_charge_has_no_charge_capacity() -> None:
    flow = throughput(cycling([FULL_CYCLE, (DISCHARGE, REST)], soc_Ah=5.0))

    assert flow.charge.total_Ah[0] == pytest.approx(10.0)
    assert np.isnan(flow.charge.total_Ah[1])


def test_noise_of_the_current_at_rest_is_no_charge() -> None:
    data = cycling([FULL_CYCLE, (DISCHARGE, REST)], soc_Ah=5.0, counters=None)
    noise = 0.05 * np.random.default_rng(2).standard_normal(data.n_points)
    noisy = replace(data, current_A=np.where(data.current_A == 0, noise, data.current_A))

    flow = throughput(noisy)

    assert np.isnan(flow.charge.total_Ah[1])
    assert flow.discharge.total_Ah == pytest.approx([10.0, 10.0], rel=0.005)


def test_without_counters_the_current_is_integrated() -> None:
    flow = throughput(cycling([TWO_STEP_CHARGE] * 2, counters=None))

    # 10 A flow for half an interval more than counted at the start, and 5 A for half an interval less at the end; at the
    # change of current the trapezoid takes 7.5 A for a minute at which 5 A flowed.
    assert flow.charge.total_Ah[1] == pytest.approx(10.0 - 10 / 120 + 5 / 120 + 2.5 / 60)
    assert flow.discharge.total_Ah[1] == pytest.approx(10.0)
    assert flow.discharge.integrated.all()


def test_an_integral_counts_each_point_from_the_start_of_its_cycle() -> None:
    flow = throughput(cycling([FULL_CYCLE] * 3, counters=None))

    for branch in (flow.charge, flow.discharge):
        by_point = branch.capacity_Ah.reshape(3, 60)
        # Points every minute, of which none is at a switch: the current began between two, so half of that minute counts.
        assert by_point[1] == pytest.approx((np.arange(1, 61) - 0.5) / 6)
        assert by_point[2] == pytest.approx(by_point[1])
        assert branch.total_Ah[1:] == pytest.approx(10.0)


@pytest.mark.parametrize("sample_s", [6.0, 18.0])
def test_short_pulses_are_integrated_whole(sample_s: float) -> None:
    # 4 A on and off each 18 s, as in a square wave, with one point per state or several: 2 A on average over an hour.
    square = [Step(-4.0, 0.3), Step(0.0, 0.3)] * 100
    flow = throughput(cycling([(CHARGE, REST, *square)] * 2, counters=None, sample_s=sample_s))

    assert flow.discharge.total_Ah == pytest.approx(2.0, rel=0.03)


def test_a_pulse_after_a_rest_of_few_points_counts_no_longer_than_it_lasts() -> None:
    data = cycling([(CHARGE, Step(0.0, 600), *[Step(-10.0, 6), Step(0.0, 60)] * 10)], counters=None)
    assert data.time_s is not None
    # Of each rest only the first and the last point are kept, and the last one not at the switch.
    kept = (data.current_A != 0) | (np.diff(data.current_A, prepend=1.0) != 0)
    sparse = replace(
        data,
        offsets=np.array([0, np.count_nonzero(kept)]),
        **{name: getattr(data, name)[kept] for name in ("current_A", "voltage_V", "time_s")},
    )

    assert throughput(sparse).discharge.total_Ah == pytest.approx(10.0, rel=0.1)


def test_the_smallest_step_of_a_coarse_instrument_is_no_charge() -> None:
    # 48 h of rest, in which an ammeter with steps of 10 mA shows one now and then, after an hour at 4.9 A.
    data = cycling([(Step(4.9, 60), REST, Step(-4.9, 60), Step(0.0, 48 * 60))] * 3, counters=None)
    current = data.current_A.copy()
    rests = np.flatnonzero(current == 0)
    current[rests[::3]], current[rests[1::7]] = 0.01, -0.02

    flow = throughput(replace(data, current_A=current))

    assert flow.charge.total_Ah[1:] == pytest.approx(4.9)
    assert flow.discharge.total_Ah == pytest.approx(4.9)


def test_a_slow_step_is_no_noise() -> None:
    data = cycling([(Step(10.0, 60), REST, Step(-0.2, 50 * 60), REST)] * 3, counters=None)
    assert throughput(data).discharge.total_Ah == pytest.approx(10.0, rel=1e-3)


def test_a_cycle_whose_counter_was_not_written_is_integrated() -> None:
    data = cycling([FULL_CYCLE] * 4)
    assert data.discharge_capacity_Ah is not None
    counter = data.discharge_capacity_Ah.copy()
    counter[data.points(2)] = np.nan

    flow = throughput(replace(data, discharge_capacity_Ah=counter))

    assert flow.discharge.total_Ah == pytest.approx([10.0] * 4)
    assert flow.discharge.integrated.tolist() == [False, False, True, False]


def test_a_counter_that_stays_at_zero_in_a_cycle_is_replaced_by_the_current() -> None:
    data = cycling([FULL_CYCLE] * 3)
    assert data.discharge_capacity_Ah is not None
    counter = data.discharge_capacity_Ah.copy()
    counter[data.points(1)] = 0.0

    flow = throughput(replace(data, discharge_capacity_Ah=counter))

    assert flow.discharge.total_Ah == pytest.approx([10.0] * 3)


def test_a_sparsely_recorded_rest_adds_nothing_to_an_integral() -> None:
    data = cycling([(REST, CHARGE, Step(0.0, 600), DISCHARGE, REST)], counters=None)
    resting = np.flatnonzero(data.current_A == 0)
    kept = np.ones(data.n_points, dtype=bool)
    kept[resting[20:600]] = False  # ten hours of rest of which the last points are missing
    assert data.time_s is not None
    sparse = replace(
        data,
        offsets=np.array([0, np.count_nonzero(kept)]),
        voltage_V=data.voltage_V[kept],
        current_A=data.current_A[kept],
        time_s=data.time_s[kept],
    )

    charge, discharge = totals(sparse)

    assert charge == pytest.approx([10.0])
    assert discharge == pytest.approx([10.0])


def test_a_gap_before_a_cycle_adds_nothing_to_its_integral() -> None:
    data = cycling([DISCHARGE_FIRST_CYCLE] * 2, counters=None, soc_Ah=10.0)
    assert data.time_s is not None
    time = data.time_s.copy()
    time[data.offsets[1] :] += 36_000.0

    _, discharge = totals(replace(data, time_s=time))

    assert discharge[1] == pytest.approx(10.0)


def test_without_counter_and_without_clock_the_capacity_is_unknown_and_not_zero() -> None:
    data = replace(cycling([FULL_CYCLE] * 2, clock=None), charge_capacity_Ah=None)

    flow = throughput(data)

    assert np.isnan(flow.charge.total_Ah).all()
    assert np.isnan(flow.charge.capacity_Ah).all()
    assert flow.discharge.total_Ah == pytest.approx([10.0, 10.0])


def test_a_cell_that_only_rests_has_nothing_that_flowed() -> None:
    flow = throughput(cycling([(REST,), (REST,)]))

    assert np.isnan(flow.charge.total_Ah).all()
    assert np.isnan(flow.discharge.total_Ah).all()


def test_cycles_of_a_single_point_count_what_their_counter_says() -> None:
    charge, discharge = totals(cycling([(Step(10.0, 1),), (Step(-10.0, 1),)]))

    assert charge[0] == pytest.approx(10 / 60)
    assert discharge[1] == pytest.approx(10 / 60)


def test_the_rest_current_is_a_five_hundredth_of_what_usually_flows() -> None:
    assert rest_current(np.array([50.0, -50.0] * 50 + [0.0] * 100)) == pytest.approx(0.1)
    assert rest_current(np.zeros(5)) == 0.0


@given(factor=st.floats(0.001, 1000.0))
def test_other_units_of_current_and_capacity_scale_the_capacities(factor: float) -> None:
    data = cycling([TWO_STEP_CHARGE] * 2, counters="step", sample_s=300.0)
    assert data.charge_capacity_Ah is not None
    assert data.discharge_capacity_Ah is not None
    scaled = replace(
        data,
        current_A=factor * data.current_A,
        charge_capacity_Ah=factor * data.charge_capacity_Ah,
        discharge_capacity_Ah=factor * data.discharge_capacity_Ah,
    )

    assert totals(scaled)[0] == pytest.approx([10.0 * factor] * 2)
    assert totals(scaled)[1] == pytest.approx([10.0 * factor] * 2)


@given(
    rests=st.lists(st.integers(1, 9), min_size=1, max_size=5),
    counters=st.sampled_from(["step", "cycle", "test"]),
)
def test_a_rest_split_into_several_changes_no_capacity(rests: list[int], counters: Restarts) -> None:
    pieces = [Step(0.0, 5 * rest) for rest in rests]
    split = (Step(10.0, 30), *pieces, Step(10.0, 30), *pieces, DISCHARGE, REST)

    charge, discharge = totals(cycling([split] * 2, counters=counters, sample_s=300.0))

    assert charge == pytest.approx([10.0] * 2)
    assert discharge == pytest.approx([10.0] * 2)


def test_a_cycle_most_of_whose_counter_is_unknown_is_integrated_from_current_and_time() -> None:
    data = cycling([FULL_CYCLE] * 2)
    assert data.discharge_capacity_Ah is not None
    counter = data.discharge_capacity_Ah.copy()
    counter[np.flatnonzero(data.current_A < 0)[65:105]] = np.nan  # 40 of the 60 points of the second discharge
    found = throughput(replace(data, discharge_capacity_Ah=counter)).discharge

    assert found.integrated.tolist() == [False, True]
    assert found.total_Ah == pytest.approx([10.0, 10.0])


@given(shift_s=st.floats(-1e6, 1e6))
def test_a_shifted_clock_changes_no_integral(shift_s: float) -> None:
    data = cycling([TWO_STEP_CHARGE] * 2, counters=None, sample_s=300.0)
    assert data.time_s is not None

    shifted = totals(replace(data, time_s=data.time_s + shift_s))

    assert shifted[1] == pytest.approx(totals(data)[1], rel=1e-6)
