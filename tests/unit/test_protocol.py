"""What a test did: half cycles, groups of comparable discharges, kinds and shapes of cycles, and the headline group."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from battery_analytics.cell import CyclingData
from battery_analytics.protocol.names import group_names, rate_words
from battery_analytics.protocol.protocol import Compare, Protocol, protocol_of

from tests.steps import REST, Step, analysed, cycling

HOUR = 60.0


def cycle(
    minutes: float = HOUR, *, current_A: float = 10.0, charge_A: float = 10.0, minutes_charged: float | None = None
) -> tuple[Step, ...]:
    """Charge and discharge of the same amount, unless other minutes are charged."""
    charged = minutes * current_A / charge_A if minutes_charged is None else minutes_charged
    return Step(charge_A, charged), REST, Step(-current_A, minutes), REST


AGEING = cycle()
SLOW = cycle(2 * HOUR, current_A=5.0, charge_A=5.0)
SLOWEST = cycle(4 * HOUR, current_A=2.5, charge_A=2.5)
FAST = cycle(HOUR / 2, current_A=20.0)
HALF = cycle(HOUR / 2)


def done(cycles: Sequence[Sequence[Step]], compare: Compare = "auto", **changes: Any) -> Protocol:
    data: CyclingData = replace(cycling(cycles, sample_s=120.0), **changes)
    return protocol_of(data, *analysed(data), compare)


def headline(protocol: Protocol) -> list[int]:
    """The numbers of the compared cycles, from 1."""
    numbers: list[int] = (protocol.headline.members + 1).tolist()
    return numbers


def test_uniform_cycles_are_one_group_of_ageing_cycles() -> None:
    protocol = done([AGEING] * 5)

    assert protocol.kind == ("ageing",) * 5
    assert protocol.shape == ("whole",) * 5
    assert headline(protocol) == [1, 2, 3, 4, 5]
    assert protocol.headline_Ah == pytest.approx(10.0)
    assert protocol.headline.basis.startswith("Cycles 1 and 5 are the first and the last of 5 comparable cycles")


def test_slower_cycles_before_the_ageing_are_formation() -> None:
    protocol = done([SLOWEST, SLOW, SLOW, *[AGEING] * 6])

    assert protocol.kind == ("formation",) * 3 + ("ageing",) * 6
    assert headline(protocol) == [4, 5, 6, 7, 8, 9]
    assert group_names(protocol.groups) == ["formation_1", "formation_2", "ageing"]


def test_slower_cycles_that_recur_are_check_ups_the_first_among_them() -> None:
    protocol = done([SLOW, *[AGEING] * 6, SLOW, *[AGEING] * 6, SLOW])

    assert [place + 1 for place, kind in enumerate(protocol.kind) if kind == "check_up"] == [1, 8, 15]
    assert len(headline(protocol)) == 12
    assert protocol.check_ups is not None
    assert protocol.check_ups.members.tolist() == [0, 7, 14]


def test_a_slower_cycle_at_the_end_is_a_check_up() -> None:
    assert done([*[AGEING] * 6, SLOW]).kind == ("ageing",) * 6 + ("check_up",)


def test_three_rates_in_short_runs_are_a_rate_test_and_nothing_is_compared() -> None:
    protocol = done([*[SLOW] * 3, *[AGEING] * 3, *[FAST] * 3])

    assert protocol.is_rate_test
    assert protocol.kind == ("rate_step",) * 9
    assert headline(protocol) == []
    assert "steps through several rates" in protocol.headline.basis


def test_a_rate_test_before_long_ageing_keeps_the_ageing() -> None:
    protocol = done([*[SLOWEST] * 5, *[SLOW] * 5, *[FAST] * 5, *[AGEING] * 30])

    assert protocol.kind == ("rate_step",) * 15 + ("ageing",) * 30
    assert headline(protocol) == list(range(16, 46))


@pytest.mark.parametrize("cut_at", [0.3, 0.7, 0.95])
def test_a_discharge_cut_off_by_the_end_of_the_file_is_incomplete(cut_at: float) -> None:
    cycles = [*[AGEING] * 5, (Step(10.0, HOUR), REST, Step(-10.0, cut_at * HOUR))]
    protocol = done(cycles)

    assert protocol.shape[-1] == "incomplete"
    assert protocol.kind[-1] == "ageing"
    assert headline(protocol) == [1, 2, 3, 4, 5]


def test_a_first_discharge_without_its_charge_counts_only_where_it_is_like_the_next() -> None:
    whole = done([(Step(-10.0, HOUR), REST), *[AGEING] * 4])
    half_full = done([(Step(-10.0, HOUR / 2), REST), *[AGEING] * 4])

    assert headline(whole) == [1, 2, 3, 4, 5]
    assert headline(half_full) == [2, 3, 4, 5]
    assert half_full.shape[0] == "incomplete"


def test_of_several_discharges_in_a_cycle_the_whole_one_counts() -> None:
    shipped = (Step(-10.0, HOUR / 2), REST, Step(10.0, HOUR), REST, Step(-10.0, HOUR), REST)
    protocol = done([shipped, *[AGEING] * 4])

    assert headline(protocol) == [1, 2, 3, 4, 5]
    assert protocol.headline_Ah == pytest.approx(10.0)


def test_what_was_put_back_within_a_discharge_is_not_drawn_twice() -> None:
    # Five runs of 2 Ah with 0.1 Ah put back between them: 10.4 Ah flowed, 10.0 Ah net.
    regenerating = [Step(10.0, HOUR), REST]
    for _ in range(4):
        regenerating += [Step(-10.0, 12.0 + 0.6), Step(10.0, 0.6)]
    regenerating.append(Step(-10.0, 12.0))
    data = cycling([regenerating] * 3, sample_s=36.0)
    flow, table = analysed(data)

    protocol = protocol_of(data, flow, table)

    assert table.discharge_capacity_Ah == pytest.approx(10.4)
    assert protocol.compared_Ah == pytest.approx(10.0)


def test_a_pulse_test_among_ageing_cycles_is_told_by_its_steps() -> None:
    pulses = [Step(10.0, HOUR), REST, *[Step(-10.0, HOUR / 10), REST] * 10]
    protocol = done([*[AGEING] * 4, pulses, *[AGEING] * 4])

    assert protocol.kind[4] == "pulse"
    assert headline(protocol) == [1, 2, 3, 4, 6, 7, 8, 9]


def test_charge_and_discharge_that_are_numbered_apart_are_cycles_too() -> None:
    apart = [half for _ in range(4) for half in ((Step(10.0, HOUR), REST), (Step(-10.0, HOUR), REST))]
    protocol = done(apart)

    assert protocol.shape == ("charge_only", "discharge_only") * 4
    assert protocol.kind == ("ageing",) * 8
    assert headline(protocol) == [2, 4, 6, 8]


def test_partial_cycles_leave_the_comparison_to_the_check_ups() -> None:
    # From half full down to empty and back, with a full cycle every four.
    protocol = done([AGEING, *[HALF] * 4, AGEING, *[HALF] * 4, AGEING])

    assert protocol.kind == ("check_up", *["ageing"] * 4) * 2 + ("check_up",)
    assert protocol.shape == ("whole", *["partial"] * 4) * 2 + ("whole",)
    assert headline(protocol) == [1, 6, 11]
    assert "The ageing cycles are partial" in protocol.headline.basis


def test_partial_cycles_alone_are_ageing_cycles_like_any_other() -> None:
    assert headline(done([HALF] * 5)) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("other", "named"),
    [
        (cycle(current_A=12.0), "discharge rate"),
        (cycle(charge_A=12.0), "charge rate"),
        (cycle(minutes_charged=HOUR + 2), "upper voltage"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_run_otherwise_is_not_compared(other: tuple[Step, ...], named: str) -> None:
    back = (Step(-10.0, 2.0),) if named == "upper voltage" else ()
    protocol = done([*[AGEING] * 4, (*other, *back), *[AGEING] * 4])

    assert 5 not in headline(protocol)


def test_another_temperature_is_not_compared() -> None:
    data = cycling([AGEING] * 8, sample_s=120.0)
    temperature = np.full(data.n_points, 25.0)
    temperature[data.points(3)] = 28.5
    temperature[data.points(4)] = 27.5
    warmer = replace(data, temperature_C=temperature)

    protocol = protocol_of(warmer, *analysed(warmer))

    assert headline(protocol) == [1, 2, 3, 5, 6, 7, 8]


def test_fewer_than_three_alike_are_not_compared_but_two_of_two_are() -> None:
    assert headline(done([SLOW, AGEING, AGEING])) == []
    assert headline(done([AGEING, AGEING])) == [1, 2]
    assert headline(done([AGEING])) == []


def test_the_comparison_can_be_asked_for() -> None:
    cycles = [SLOW, *[AGEING] * 6, SLOW, *[AGEING] * 6, SLOW]

    assert headline(done(cycles, "check_ups")) == [1, 8, 15]
    assert len(headline(done(cycles, "ageing"))) == 12
    assert headline(done(cycles, "all")) == list(range(1, 16))
    assert headline(done([AGEING] * 3, "check_ups")) == []


def test_rests_have_no_discharge() -> None:
    protocol = done([(REST,), (REST,)])

    assert protocol.shape == ("rest", "rest")
    assert headline(protocol) == []


def test_a_cell_that_never_rests_in_one_direction_for_long_is_read_in_a_moment() -> None:
    data = cycling([[Step(10.0, HOUR), *[Step(-10.0, 1.0), Step(5.0, 1.0)] * 20_000]], sample_s=60.0)
    protocol = protocol_of(data, *analysed(data))

    assert len(protocol.kind) == 1


@pytest.mark.parametrize(("rate", "words"), [(1.0, "1C"), (2.5, "2.5C"), (0.5, "C/2"), (0.05, "C/20"), (1 / 3, "C/3")])
def test_rates_are_spoken_of_as_usual(rate: float, words: str) -> None:
    assert rate_words(rate) == words
