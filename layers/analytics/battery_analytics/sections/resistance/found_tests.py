"""The pulse tests of a cell as the report describes them."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from battery_analytics.analysis.current_steps import CurrentSteps
from battery_analytics.cell import CyclingData, FloatArray
from battery_analytics.fields import Field, finite
from battery_analytics.protocol.names import cycle_words
from battery_analytics.protocol.pulse_tests import PulseTest, TestKind

_NAMES: dict[TestKind, str] = {
    "hppc": "HPPC",
    "pulses": "pulses in one direction",
    "gitt": "GITT",
    "intermittent": "intermittent current at more than 0.6C",
}


@dataclass(frozen=True, slots=True)
class FoundTest:
    """A pulse test: pulses of one pattern at several states of charge."""

    kind: Annotated[
        TestKind,
        Field(
            "`hppc`: pulses of up to a minute from rest in both directions; `pulses`: in one direction; `gitt`: slow stretches "
            "with long rests; `intermittent`: the same, faster."
        ),
    ]
    first_cycle: Annotated[int, Field("The number of the cycle in which it begins.")]
    last_cycle: Annotated[int, Field("The number of the cycle in which it ends.")]
    pulses: Annotated[int, Field("How many pulses it has.")]
    states_of_charge: Annotated[int, Field("At how many states of charge there are pulses.")]
    highest_state_of_charge_percent: Annotated[float | None, Field("The highest of these.", "%")]
    lowest_state_of_charge_percent: Annotated[float | None, Field("The lowest of these.", "%")]
    discharge_current_A: Annotated[float | None, Field("The size of the current of its discharge pulses.", "A")]
    charge_current_A: Annotated[float | None, Field("That of its charge pulses.", "A")]
    pulse_s: Annotated[float | None, Field("The median length of a pulse.", "s")]
    rest_s: Annotated[float | None, Field("The median rest before a pulse.", "s")]
    text: Annotated[str, Field("The test as text.")]


def found_tests(
    tests: tuple[PulseTest, ...], cycling: CyclingData, steps: CurrentSteps, percent: FloatArray
) -> list[FoundTest]:
    """Each test with the states of charge of its steps; `percent` has shape (n_steps,)."""
    return [
        _described(test, cycling, percent[(steps.first >= test.start) & (steps.first < test.stop)]) for test in tests
    ]


def _described(test: PulseTest, cycling: CyclingData, percent: FloatArray) -> FoundTest:
    places = np.searchsorted(cycling.offsets, (test.start, test.stop - 1), side="right") - 1
    first, last = cycling.cycle_number[places].tolist()
    known = percent[np.isfinite(percent)]
    highest, lowest = (float(known.max()), float(known.min())) if known.size else (None, None)
    text = (
        f"{_NAMES[test.kind]}, {cycle_words(first, last)}: {test.pulses} pulses of {test.pulse_s:,.4g} s at "
        f"{test.states} states of charge"
    )
    if highest is not None and lowest is not None:
        text += f" from {highest:.0f} to {lowest:.0f} %"
    sizes = [
        f"{size:.4g} A {name}"
        for size, name in ((test.discharge_A, "discharging"), (test.charge_A, "charging"))
        if np.isfinite(size)
    ]
    return FoundTest(
        kind=test.kind,
        first_cycle=first,
        last_cycle=last,
        pulses=test.pulses,
        states_of_charge=test.states,
        highest_state_of_charge_percent=highest,
        lowest_state_of_charge_percent=lowest,
        discharge_current_A=finite(test.discharge_A),
        charge_current_A=finite(test.charge_A),
        pulse_s=finite(test.pulse_s),
        rest_s=finite(test.rest_s),
        text=f"{text}, {' and '.join(sizes)}.",
    )
