"""What the resistance section says in text: its summary, and why a value is not known."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from battery_analytics.analysis.current_steps import TIMES_S, CurrentSteps
from battery_analytics.fields import Field
from battery_analytics.plots.units import OHMS, unit_for
from battery_analytics.sections.analysed_cell import AnalysedCell
from battery_analytics.sections.resistance.alike import LATE_S, Family, LikeSteps
from battery_analytics.sections.resistance.found_tests import FoundTest

_SLACK = 1.02
LOWER_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class KnownAt:
    """How many steps have a resistance at one time after the step."""

    time_s: Annotated[float | None, Field("The time; null for the first point.", "s")]
    steps: Annotated[int, Field("How many of the found steps have a resistance there.")]
    reason: Annotated[str | None, Field("Why the others have none; null where all have one.")]


def known_at(steps: CurrentSteps, has_clock: bool) -> list[KnownAt]:
    """The first point, which every step has, and then each of `TIMES_S`."""
    n_steps = steps.first.size
    found = [KnownAt(None, n_steps, None)]
    for column, time_s in enumerate(TIMES_S, start=1):
        known = np.isfinite(steps.ohm[:, column])
        count = int(np.count_nonzero(known))
        reason = None if count == n_steps else _why_not(steps.chosen(~known), time_s, has_clock)
        found.append(KnownAt(time_s, count, reason))
    return found


def _why_not(steps: CurrentSteps, time_s: float, has_clock: bool) -> str:
    if not has_clock:
        return "The file has no usable times."
    late = steps.first_s > _SLACK * time_s
    short = ~late & (steps.held_s < time_s / _SLACK)
    unknown = np.isnan(steps.first_s)
    other = ~(late | short | unknown)
    told = (
        (late, "first point later than that"),
        (short, "current ends before"),
        (unknown, "time of the step unknown"),
        (other, "current or the one before not held, or points further apart than that time"),
    )
    return "; ".join(f"{np.count_nonzero(which):,}: {words}" for which, words in told if which.any()) + "."


def nothing_per_cycle(analysed: AnalysedCell, steps: CurrentSteps) -> str:
    if analysed.cell.summary is not None:
        return "The file states figures per cycle without points, so there are no steps of the current to see."
    if not steps.first.size:
        return "The file shows no step of the current with a voltage that moves by more than its noise."
    if (steps.first_s > LATE_S).all():
        return "The first point after each step is more than a minute later."
    if np.unique(steps.cycle).size == 1:
        return "All steps lie in one cycle."
    return "No steps of two cycles are alike in current, state of charge, temperature and rest."


def summary(steps: CurrentSteps, tests: list[FoundTest], best: Family | None) -> str:
    """The pulse tests, and the resistance of the steps that most cycles have."""
    said = []
    for kind in dict.fromkeys(test.kind for test in tests):
        own = [test for test in tests if test.kind == kind]
        said.append(own[0].text)
        if len(own) > 1:
            said.append(f"{len(own) - 1} more of the kind, the last in cycle {own[-1].last_cycle:,}.")
    if best is not None:
        said.append(family_text(best.described))
    if not said:
        said.append(_few_steps_text(steps))
    return " ".join(said)


def _few_steps_text(steps: CurrentSteps) -> str:
    """ "4 steps of the current, 101 mΩ on the median after 10 s." """
    count = steps.first.size
    if not count:
        return "No step of the current tells a resistance."
    known = np.isfinite(steps.ohm)
    column = next((place for place in (2, 1, 3) if known[:, place].all()), 0)
    when = "at the first point" if column == 0 else f"after {TIMES_S[column - 1]:g} s"
    middle = float(np.median(steps.ohm[:, column]))
    size = unit_for(OHMS, middle).text(middle, 3)
    return f"{count:,} {'step' if count == 1 else 'steps'} of the current, {size} on the median {when}."


def family_text(steps: LikeSteps) -> str:
    """ "Discharge steps of 58.0 A from rest near 98 % state of charge, after 10 s: 4.12 mΩ at first (cycle 2) and 4.55 mΩ at
    last (cycle 100), a growth of 10.4 % (90 % interval 9.9 to 10.9). It was lowest, 4.01 mΩ, near cycle 31." """
    size_A = abs(steps.current_A - steps.current_before_A)
    where = "from rest" if steps.from_rest else f"from {steps.current_before_A:.3g} A".replace("-", "−")
    if steps.state_of_charge_percent is not None:
        where += f" near {steps.state_of_charge_percent:.0f} % state of charge"
    when = "at the first point" if steps.at_first_point else f"after {steps.time_s:.3g} s"
    growth = steps.growth
    first, last = (steps.first_ohm, steps.last_ohm) if growth is None else (growth.start_ohm, growth.end_ohm)
    unit = unit_for(OHMS, first, last)
    text = (
        f"{steps.direction.capitalize()} steps of {size_A:.3g} A {where}, {when}: {unit.text(first, 3)} at first (cycle "
        f"{steps.first_cycle:,}) and {unit.text(last, 3)} at last (cycle {steps.last_cycle:,})"
    )
    if growth is None or growth.low_percent is None or growth.high_percent is None:
        return f"{text}."
    numbers = (growth.percent, growth.low_percent, growth.high_percent)
    middle, low, high = (f"{round(number, 1) + 0.0:.1f}".replace("-", "−") for number in numbers)
    text = f"{text}, a growth of {middle} % (90 % interval {low} to {high})."
    if growth.lowest_ohm < (1 - LOWER_SHARE) * min(first, last):
        text += f" It was lowest, {unit.text(growth.lowest_ohm, 3)}, near cycle {growth.lowest_cycle:,}."
    return text
