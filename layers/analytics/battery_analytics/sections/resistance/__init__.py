"""Resistance: of every step of the current at stated times, over state of charge and cycles, and how it grows."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from battery_analytics.analysis.current_steps import TIMES_S, CurrentLevels, CurrentSteps, current_steps
from battery_analytics.analysis.rounding import rounded
from battery_analytics.cell import CyclingData, Finding, IntArray
from battery_analytics.fields import Field, Flags, Numbers, WholeNumbers, finite
from battery_analytics.protocol.pulse_tests import PulseTest, pulse_tests
from battery_analytics.protocol.state_of_charge import held_Ah, state_of_charge
from battery_analytics.sections.analysed_cell import AnalysedCell
from battery_analytics.sections.declaration import Plot, Section
from battery_analytics.sections.resistance.alike import Conditions, Direction, LikeSteps, families_of
from battery_analytics.sections.resistance.found_tests import FoundTest, found_tests
from battery_analytics.sections.resistance.reasons import KnownAt, known_at, nothing_per_cycle, summary
from battery_analytics.sections.test_protocol import rated_capacity_Ah

MOST_ROWS = 2_000
# Of steps outside pulse tests, so many rows that the answer stays short beside the per-cycle table and the curves.
FEWEST_ROWS, CYCLES_PER_ROW, POINTS_PER_ROW = 30, 5, 15
FEWEST_CYCLES = 3
DIGITS, NOISE_DIGITS = 5, 2
FEWEST_CYCLES_ALIKE = 2


@dataclass(frozen=True, slots=True)
class StepTable:
    """One row per step of the current, as columns of shape (n,); null where a value is not known.

    All steps of pulse tests are in it, up to 2,000, and those of other cycles as far as the answer stays short: of cycles
    spread evenly. Values have five significant digits.
    """

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
    first_point_s: Annotated[Numbers, Field("The time from the step's onset to the first point after it.", "s")]
    first_point_ohm: Annotated[Numbers, Field("The resistance at that first point.", "Ω")]
    after_1_s_ohm: Annotated[Numbers, Field("The resistance 1 s after the step.", "Ω")]
    after_10_s_ohm: Annotated[Numbers, Field("The resistance 10 s after the step.", "Ω")]
    after_30_s_ohm: Annotated[Numbers, Field("The resistance 30 s after the step.", "Ω")]
    noise_ohm: Annotated[Numbers, Field("The standard deviation of each of these by the voltage's noise.", "Ω")]
    test: Annotated[
        list[int | None] | None, Field("The index in `tests` of the step's pulse test; null where there is none.")
    ]


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
    steps_left_out: Annotated[int, Field("How many of the found steps the table lacks. Like steps are of all of them.")]
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
    elapsed = analysed.elapsed
    levels = CurrentLevels.of(cycling.current_A)
    steps, within_noise = current_steps(cycling, flow, levels, elapsed, analysed.voltage_noise_V)
    state = state_of_charge(analysed.cell, flow, analysed.protocol)
    tests = pulse_tests(cycling, flow, levels, elapsed, state.full_Ah)
    before_cycle = np.searchsorted(cycling.offsets, steps.before, side="right") - 1
    percent = state.percent(steps.before, before_cycle, held_Ah(flow, steps.before, before_cycle))
    temperature = cycling.temperature_C
    conditions = Conditions(
        cycle_number=cycling.cycle_number[steps.cycle],
        percent=percent,
        temperature_C=np.full(percent.size, np.nan) if temperature is None else temperature[steps.before],
    )
    families = [one for one in families_of(steps, conditions) if one.described.cycles >= FEWEST_CYCLES_ALIKE]
    rated_A = finite(rated_capacity_Ah(analysed))
    rows = _rows(steps, tests, cycling)
    kept = steps.chosen(rows)
    described = found_tests(tests, cycling, steps, percent)
    best = families[0] if families else None
    return Resistance(
        summary=summary(steps, described, best),
        steps_found=steps.first.size,
        steps_within_noise=within_noise,
        steps_left_out=steps.first.size - rows.size,
        reference_current_A=rated_A,
        known_at=known_at(steps, flow.clock is not None),
        steps=_table(kept, conditions.chosen(rows), rated_A, tests),
        tests=described,
        like_steps=[family.described for family in families],
        per_cycle=None if best is None else PerCycle(best.cycle_number, rounded(best.ohm, DIGITS), best.described),
        no_per_cycle_reason=None if best is not None else nothing_per_cycle(analysed, steps),
    )


def _table(
    steps: CurrentSteps, conditions: Conditions, rated_A: float | None, tests: tuple[PulseTest, ...]
) -> StepTable:
    step_A = steps.current_A - steps.current_before_A
    return StepTable(
        cycle_number=conditions.cycle_number,
        direction=["charge" if rises else "discharge" for rises in (step_A > 0).tolist()],
        from_rest=steps.from_rest,
        current_before_A=rounded(steps.current_before_A, DIGITS),
        current_A=rounded(steps.current_A, DIGITS),
        step_It=rounded(step_A / (rated_A or np.nan), DIGITS),
        rest_before_s=rounded(steps.rest_s, DIGITS),
        held_s=rounded(steps.held_s, DIGITS),
        state_of_charge_percent=rounded(conditions.percent, DIGITS),
        temperature_C=rounded(conditions.temperature_C, DIGITS),
        first_point_s=rounded(steps.first_s, DIGITS),
        **{name: rounded(steps.ohm[:, column], DIGITS) for column, name in enumerate(_OHM_NAMES)},
        noise_ohm=rounded(steps.noise_ohm, NOISE_DIGITS),
        test=_test_of(steps, tests) if tests else None,
    )


_OHM_NAMES = ("first_point_ohm", *(f"after_{time_s:g}_s_ohm" for time_s in TIMES_S))


def _rows(steps: CurrentSteps, tests: tuple[PulseTest, ...], cycling: CyclingData) -> IntArray:
    """The steps in the table, in order: those of pulse tests, and of the others those of evenly spread cycles."""
    in_test = np.array([place is not None for place in _test_of(steps, tests)], dtype=bool)
    tested, others = np.flatnonzero(in_test)[:MOST_ROWS], np.flatnonzero(~in_test)
    points_per_cycle = cycling.n_points // max(cycling.n_cycles, 1)
    most = max(FEWEST_ROWS, cycling.n_cycles // CYCLES_PER_ROW, points_per_cycle // POINTS_PER_ROW)
    most = min(most, MOST_ROWS - tested.size)
    if others.size > most:
        others = _of_some_cycles(others, steps.cycle[others], most)
    return np.sort(np.append(tested, others))


def _of_some_cycles(places: IntArray, cycle: IntArray, most: int) -> IntArray:
    """At most so many of the places: those of whole cycles, or of all where three cycles have more; evenly spread."""
    cycles = np.unique(cycle)
    count = most * cycles.size // places.size
    if count >= FEWEST_CYCLES:
        chosen = cycles[np.linspace(0, cycles.size - 1, count).round().astype(np.int64)]
        of_chosen = places[np.isin(cycle, chosen)]
        if of_chosen.size <= most:
            return of_chosen
    return places[np.linspace(0, places.size - 1, most).round().astype(np.int64)]


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
        f"The current makes {found.steps_found:,} steps. The table of resistances has "
        f"{found.steps_found - found.steps_left_out:,} of them: those of pulse tests, and those of cycles that are spread "
        "evenly. Figures over cycles use all of them."
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
