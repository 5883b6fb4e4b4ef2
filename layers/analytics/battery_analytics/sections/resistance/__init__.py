"""Resistance: of every step of the current at stated times, over state of charge and cycles, and how it grows."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from battery_analytics.analysis.current_steps import TIMES_S, CurrentLevels, CurrentSteps, current_steps
from battery_analytics.analysis.elapsed import Elapsed
from battery_analytics.cell import Finding, IntArray
from battery_analytics.fields import Field, Flags, Numbers, WholeNumbers, finite
from battery_analytics.protocol.pulse_tests import PulseTest, pulse_tests
from battery_analytics.protocol.state_of_charge import held_Ah, state_of_charge
from battery_analytics.sections.analysed_cell import AnalysedCell
from battery_analytics.sections.declaration import Plot, Section
from battery_analytics.sections.resistance.alike import Direction, LikeSteps, families_of
from battery_analytics.sections.resistance.found_tests import FoundTest, found_tests
from battery_analytics.sections.resistance.reasons import KnownAt, known_at, nothing_per_cycle, summary
from battery_analytics.sections.test_protocol import rated_capacity_Ah

MOST_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class StepTable:
    """One row per step of the current, as columns of shape (n,), n at most 2,000; null where a value is not known."""

    cycle_number: Annotated[WholeNumbers, Field("The cycle.")]
    direction: Annotated[list[Direction], Field("Whether the current rises (`charge`) or falls (`discharge`).")]
    from_rest: Annotated[Flags, Field("Whether the step begins from a rest, and not from another current.")]
    current_before_A: Annotated[Numbers, Field("The current before; charging is positive.", "A")]
    current_A: Annotated[Numbers, Field("The current after; charging is positive.", "A")]
    step_It: Annotated[
        Numbers,
        Field(
            "The step of the current over the reference test current of IEC 62660-1, which empties the capacity in 1 h."
        ),
    ]
    rest_before_s: Annotated[
        Numbers, Field("The rest before; null after a current, and where the file begins with the rest.", "s")
    ]
    held_s: Annotated[Numbers, Field("How long the file shows the new current.", "s")]
    state_of_charge_percent: Annotated[
        Numbers,
        Field(
            "By the charge counted since the test's upper (100) or lower (0) end of voltage, over the capacity between them.",
            "%",
        ),
    ]
    temperature_C: Annotated[Numbers, Field("The temperature at the last point before the step.", "°C")]
    first_point_s: Annotated[Numbers, Field("The time from the last point before the step to the first after it.", "s")]
    first_point_ohm: Annotated[Numbers, Field("The resistance at that first point.", "Ω")]
    after_1_s_ohm: Annotated[Numbers, Field("The resistance 1 s after the step.", "Ω")]
    after_10_s_ohm: Annotated[Numbers, Field("The resistance 10 s after the step.", "Ω")]
    after_30_s_ohm: Annotated[Numbers, Field("The resistance 30 s after the step.", "Ω")]
    noise_ohm: Annotated[Numbers, Field("The standard deviation of each of these by the voltage's noise.", "Ω")]
    test: Annotated[list[int | None], Field("The index in `tests` of the pulse test that the step belongs to.")]


@dataclass(frozen=True, slots=True)
class PerCycle:
    """The resistance of the like steps that most cycles have, one value per cycle, as columns of shape (n,)."""

    cycle_number: Annotated[WholeNumbers, Field("The cycles with such a step.")]
    resistance_ohm: Annotated[Numbers, Field("The resistance, the mean of several like steps in one cycle.", "Ω")]
    steps: Annotated[LikeSteps, Field("Which steps these are, and how the resistance grows.")]


@dataclass(frozen=True, slots=True)
class Resistance:
    """Resistance as the change of voltage over the change of current, at stated times after each step (IEC 62660-1)."""

    summary: Annotated[str, Field("What was found, as text.")]
    steps_found: Annotated[int, Field("How many steps the current makes whose voltage tells a resistance.")]
    steps_within_noise: Annotated[
        int,
        Field(
            "How many were left out: the voltage moves by less than five standard deviations of its noise, or against the step."
        ),
    ]
    steps_left_out: Annotated[int, Field("How many of the found steps the table lacks; it has at most 2,000.")]
    reference_current_A: Annotated[
        float | None, Field("The reference test current: the nominal, or else the measured, capacity over 1 h.", "A")
    ]
    known_at: Annotated[list[KnownAt], Field("For each time, how many steps have a resistance and why others do not.")]
    steps: Annotated[StepTable, Field("The steps in the order of the file.")]
    tests: Annotated[list[FoundTest], Field("HPPC, GITT and other pulse tests.")]
    like_steps: Annotated[
        list[LikeSteps],
        Field("Families of like steps, at most 24; those in most cycles first, and discharges from rest."),
    ]
    per_cycle: Annotated[PerCycle | None, Field("Null where no like steps lie in two cycles.")]
    no_per_cycle_reason: Annotated[str | None, Field("Why `per_cycle` is null.")]


def resistance(analysed: AnalysedCell) -> Resistance:
    cycling, flow = analysed.cell.cycling, analysed.flow
    elapsed = Elapsed.of(flow.clock, cycling.n_points)
    levels = CurrentLevels.of(cycling.current_A)
    steps, within_noise = current_steps(cycling, levels, elapsed)
    state = state_of_charge(analysed.cell, flow, analysed.protocol)
    tests = pulse_tests(cycling, flow, levels, elapsed, state.full_Ah)
    before_cycle = np.searchsorted(cycling.offsets, steps.before, side="right") - 1
    percent = state.percent(steps.before, before_cycle, held_Ah(flow, steps.before, before_cycle))
    temperature = (
        np.full(steps.before.size, np.nan) if cycling.temperature_C is None else cycling.temperature_C[steps.before]
    )
    numbers = cycling.cycle_number
    families = families_of(steps, numbers, percent, temperature)
    rated_A = finite(rated_capacity_Ah(analysed))
    rows = _rows(steps, tests)
    kept = steps.chosen(rows)
    described = found_tests(tests, cycling, steps, percent)
    best = families[0] if families and families[0].described.cycles > 1 else None
    return Resistance(
        summary=summary(steps, described, best),
        steps_found=steps.first.size,
        steps_within_noise=within_noise,
        steps_left_out=steps.first.size - rows.size,
        reference_current_A=rated_A,
        known_at=known_at(steps, flow.clock is not None),
        steps=StepTable(
            cycle_number=numbers[kept.cycle],
            direction=[
                "charge" if rises else "discharge" for rises in (kept.current_A > kept.current_before_A).tolist()
            ],
            from_rest=kept.from_rest,
            current_before_A=kept.current_before_A,
            current_A=kept.current_A,
            step_It=(kept.current_A - kept.current_before_A) / (rated_A or np.nan),
            rest_before_s=kept.rest_s,
            held_s=kept.held_s,
            state_of_charge_percent=percent[rows],
            temperature_C=temperature[rows],
            first_point_s=kept.first_s,
            **{name: kept.ohm[:, column] for column, name in enumerate(_OHM_NAMES)},
            noise_ohm=kept.noise_ohm,
            test=_test_of(kept, tests),
        ),
        tests=described,
        like_steps=[family.described for family in families],
        per_cycle=None if best is None else PerCycle(numbers[best.cycle], best.ohm, best.described),
        no_per_cycle_reason=None if best is not None else nothing_per_cycle(analysed, steps),
    )


_OHM_NAMES = ("first_point_ohm", *(f"after_{time_s:g}_s_ohm" for time_s in TIMES_S))


def _rows(steps: CurrentSteps, tests: tuple[PulseTest, ...]) -> IntArray:
    """The steps in the table, in order: of too many those of pulse tests first, then those from rest, evenly spread."""
    n_steps = steps.first.size
    if n_steps <= MOST_ROWS:
        return np.arange(n_steps)
    in_test = np.array([place is not None for place in _test_of(steps, tests)])
    chosen: list[int] = []
    for candidates in (in_test, ~in_test & steps.from_rest, ~in_test & ~steps.from_rest):
        places, left = np.flatnonzero(candidates), MOST_ROWS - len(chosen)
        if places.size > left:
            places = places[np.linspace(0, places.size - 1, left).round().astype(np.int64)]
        chosen += places.tolist()
    return np.array(sorted(chosen), dtype=np.int64)


def _test_of(steps: CurrentSteps, tests: tuple[PulseTest, ...]) -> list[int | None]:
    """The index of the test that each step lies in."""
    if not tests:
        return [None] * steps.first.size
    starts, stops = np.array([test.start for test in tests]), np.array([test.stop for test in tests])
    place = np.searchsorted(starts, steps.first, side="right") - 1
    inside = (place >= 0) & (steps.first < stops[place])
    return [number if within else None for number, within in zip(place.tolist(), inside.tolist(), strict=True)]


def _findings(found: Resistance) -> list[Finding]:
    if not found.steps_left_out:
        return []
    message = (
        f"The current makes {found.steps_found:,} steps. The table of resistances has {MOST_ROWS:,} of them: those of pulse "
        "tests first, then those from rest, evenly spread. Figures over cycles use all of them."
    )
    return [Finding("resistance_steps_thinned", "info", message)]


def _plot(analysed: AnalysedCell, found: Resistance) -> bytes | None:
    from battery_analytics.sections.resistance.plot import resistance_plot  # noqa: PLC0415  # imports matplotlib

    return resistance_plot(found, title=analysed.cell.cell_id)


RESISTANCE = Section(
    "resistance",
    Resistance,
    resistance,
    plots=(
        Plot(
            "resistance_plot",
            "Resistance over state of charge and cycles",
            "Resistance of steps of the current, over the state of charge and over cycles.",
            _plot,
        ),
    ),
    findings=_findings,
)
