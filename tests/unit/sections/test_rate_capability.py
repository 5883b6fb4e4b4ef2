"""Rate capability: which discharges are set against each other at equal age, and the fit against a known law."""

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from battery_analytics.protocol.rate_sets import RatedCapacity, RateSet, thinned
from battery_analytics.sections.rate_capability import (
    MOST_ROWS,
    RATE_CAPABILITY,
    RateCapability,
    RatesAtAge,
    rate_capability,
    rates_at_age,
)
from PIL import Image

from tests.sections import analysed_cell
from tests.steps import CHARGE, DISCHARGE, FULL_CYCLE, REST, Step, cell_of, cycling

HOUR = 60.0


def cycle(capacity_Ah: float, current_A: float, charge_A: float = 5.0) -> tuple[Step, ...]:
    return (
        *(Step(charge_A, HOUR * capacity_Ah / charge_A), REST),
        *(Step(-current_A, HOUR * capacity_Ah / current_A), REST),
    )


def found(cycles: Sequence[Sequence[Step]], **changes: Any) -> RateCapability:
    data = replace(cycling(cycles, sample_s=3.6), **changes)
    return rate_capability(analysed_cell(cell_of(data, nominal_capacity_in_Ah=10.0)))


def figures(one: RatesAtAge) -> list[tuple[float, float, str]]:
    return [(round(rate.rate_C or 0.0, 6), round(rate.capacity_Ah, 6), rate.basis) for rate in one.rates]


def test_a_rate_test_is_one_set_with_the_slowest_rate_first() -> None:
    (one,) = found([*[cycle(9.8, 5.0)] * 3, *[cycle(10.0, 2.5)] * 3, *[cycle(9.5, 10.0)] * 3]).sets

    assert [rate.rate_C for rate in one.rates] == pytest.approx([0.25, 0.5, 1.0])
    assert [(rate.cycles, rate.first_cycle, rate.last_cycle) for rate in one.rates] == [(3, 4, 6), (3, 1, 3), (3, 7, 9)]
    assert [rate.capacity_Ah for rate in one.rates] == pytest.approx([10.0, 9.8, 9.5])
    assert [rate.share_of_slowest_percent for rate in one.rates] == pytest.approx([100.0, 98.0, 95.0])
    assert [rate.charge_rate_C for rate in one.rates] == pytest.approx([0.5] * 3)
    assert one.age_cycle == 5.0
    assert one.change_during_percent is None
    # Between 3.0 and 4.2 V less 10 mΩ times the current; the slowest begins at the voltage that its charge leaves.
    assert one.rates[0].energy_Wh == pytest.approx(10.0 * (3.6 - 0.025), rel=0.002)


def test_a_rate_that_was_run_again_counts_at_the_age_of_the_others_and_tells_the_change() -> None:
    (one,) = found(
        [*[cycle(10.0, 2.5)] * 2, *[cycle(9.7, 5.0)] * 2, *[cycle(9.4, 10.0)] * 2, *[cycle(9.9, 2.5)] * 2]
    ).sets

    assert one.age_cycle == 4.5
    assert one.rates[0].capacity_Ah == pytest.approx(9.95)  # half of the change lies before the middle
    assert one.change_during_percent == pytest.approx(-1.0)


def test_a_check_up_is_set_against_the_ageing_cycles_around_it() -> None:
    fading = [cycle(9.0 - 0.01 * number, 10.0) for number in range(13)]
    fading[6] = cycle(10.0, 2.0)
    sets = found([cycle(10.0, 2.0), *fading[1:12], cycle(10.0, 2.0)]).sets

    assert [one.age_cycle for one in sets] == [1.0, 7.0, 13.0]
    assert figures(sets[0]) == [(0.2, 10.0, "measured"), (1.0, 8.99, "nearest")]
    assert figures(sets[1]) == [(0.2, 10.0, "measured"), (1.0, 8.94, "interpolated")]
    assert (sets[1].rates[1].first_cycle, sets[1].rates[1].last_cycle) == (6, 8)
    assert figures(sets[2])[1] == (1.0, 8.89, "nearest")
    assert sets[1].peukert is None
    assert sets[1].no_peukert_reason == "A fit needs three rates; 2 were run."
    assert (
        sets[1].text == "Near cycle 7: 100.0 % at C/5 and 89.4 % at 1C (interpolated) of the slowest rate's 10.00 Ah."
    )


def test_ageing_cycles_far_from_a_check_up_are_not_set_against_it() -> None:
    """Cycles 4 to 10 are missing from the file."""
    numbers = np.append(np.arange(1, 13), 30)
    sets = found([*[cycle(9.0, 10.0)] * 12, cycle(10.0, 2.0)], cycle_number=numbers).sets

    assert sets == []


def test_another_lower_voltage_or_temperature_is_another_test() -> None:
    cycles = [*[cycle(9.8, 5.0)] * 3, *[cycle(10.0, 2.5)] * 3, *[cycle(9.5, 10.0)] * 3]
    data = cycling(cycles, sample_s=3.6)
    warm = np.full(data.n_points, 25.0)
    warm[data.offsets[6] :] = 35.0
    (one,) = found(cycles, temperature_C=warm).sets
    shallow = [*[cycle(9.8, 5.0)] * 3, *[cycle(10.0, 2.5)] * 3, *[cycle(7.0, 10.0)] * 3]
    (other,) = found(shallow).sets

    assert [rate.rate_C for rate in one.rates] == pytest.approx([0.25, 0.5])
    assert [rate.rate_C for rate in other.rates] == pytest.approx([0.25, 0.5])


@pytest.mark.parametrize(
    ("cycles", "reason"),
    [
        ([FULL_CYCLE] * 5, "The cell was discharged at one rate"),
        ([(CHARGE, REST)] * 3, "The file holds no whole discharge."),
        ([(DISCHARGE, REST)] * 3, "The cell was discharged at one rate"),
    ],
    ids=["one rate", "charges", "discharges"],
)
def test_without_several_rates_there_is_a_reason(cycles: Sequence[Sequence[Step]], reason: str) -> None:
    result = found(cycles)

    assert result.sets == []
    assert result.reason is not None
    assert result.reason.startswith(reason)


def set_of(rates_C: Sequence[float], capacities_Ah: Sequence[float]) -> RateSet:
    return RateSet(
        5.0,
        tuple(
            RatedCapacity(10.0 * rate, 5.0, capacity, 3.6 * capacity, "measured", 1, 3, 3)
            for rate, capacity in zip(rates_C, capacities_Ah, strict=True)
        ),
        float("nan"),
    )


def test_the_fit_finds_the_exponent_of_a_cell_that_follows_the_law() -> None:
    rates = (0.1, 0.5, 1.0, 2.0)
    fit = rates_at_age(set_of(rates, [9.5 * rate ** (1 - 1.04) for rate in rates]), 10.0).peukert

    assert fit is not None
    assert [fit.low, fit.exponent, fit.high] == pytest.approx([1.04] * 3)
    assert fit.capacity_at_1C_Ah == pytest.approx(9.5)
    assert fit.residual_percent == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("rates", [(0.1, 0.5, 1.0), (0.1, 0.2, 0.5, 1.0, 2.0)], ids=["three rates", "five rates"])
def test_the_interval_of_the_exponent_holds_in_ninety_percent(rates: tuple[float, ...]) -> None:
    random = np.random.default_rng(5)
    law = 9.5 * np.array(rates) ** (1 - 1.04)
    inside = 0
    for _ in range(400):
        fit = rates_at_age(set_of(rates, (law * random.normal(1, 0.005, law.size)).tolist()), 10.0).peukert
        assert fit is not None
        inside += fit.low <= 1.04 <= fit.high
    assert 0.87 <= inside / 400 <= 0.97


def test_capacities_that_do_not_follow_the_law_have_no_fit() -> None:
    described = rates_at_age(set_of((0.1, 0.2, 0.5, 1.0, 2.0), (10.0, 9.98, 9.9, 9.65, 4.33)), 10.0)

    assert described.peukert is None
    assert described.no_peukert_reason is not None
    assert "does not describe them" in described.no_peukert_reason


def test_too_many_sets_are_thinned_and_a_finding_says_so() -> None:
    sets = [replace(set_of((0.1, 1.0), (10.0, 9.0)), age_cycle=float(age)) for age in range(1_500)]
    kept = thinned(sets, MOST_ROWS)

    assert len(kept) == MOST_ROWS // 2
    assert (kept[0].age_cycle, kept[-1].age_cycle) == (0.0, 1_499.0)
    assert RATE_CAPABILITY.findings is not None
    (finding,) = RATE_CAPABILITY.findings(RateCapability([rates_at_age(one, 10.0) for one in kept], 500, None))
    assert finding.code == "rate_sets_thinned"
    assert "1,500 sets" in finding.message


def test_the_picture_shows_the_sets() -> None:
    def picture(cycles: Sequence[Sequence[Step]]) -> Image.Image | None:
        analysed = analysed_cell(cell_of(cycling(cycles, sample_s=36.0)))
        png = RATE_CAPABILITY.plots[0].draw(analysed, rate_capability(analysed))
        return None if png is None else Image.open(io.BytesIO(png))

    drawn = picture([*[cycle(9.8, 5.0)] * 3, *[cycle(10.0, 2.5)] * 3, *[cycle(9.5, 10.0)] * 3])
    assert drawn is not None
    assert drawn.size == (1000, 640)
    assert picture([FULL_CYCLE] * 4) is None
