"""Steps that are alike: sorted into families, with the resistance of each family over the cycles and its growth."""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from battery_analytics.analysis.current_steps import TIMES_S, CurrentSteps
from battery_analytics.analysis.rounding import rounded_number
from battery_analytics.cell import BoolArray, FloatArray, IntArray
from battery_analytics.fields import Field, finite
from battery_analytics.sections.resistance.growth import Growth, growth_of

type Direction = Literal["charge", "discharge"]

MOST_FAMILIES = 24
KNOWN_SHARE = 0.8
COMMON_SHARE = 0.8
LATE_S = 61.0
DIGITS = 5
# How far two steps of a family may differ from its median.
CURRENT_TOLERANCE = 0.05
CHARGE_TOLERANCE_PERCENT = 5.0
TEMPERATURE_TOLERANCE_K = 3.0
REST_TOLERANCE = 1.5
FIRST_POINT_TOLERANCE = 1.25
_FIRST_POINT_OFFSET_S = 0.5  # a difference of milliseconds between first points does not matter


@dataclass(frozen=True, slots=True)
class LikeSteps:
    """Steps of one direction with the same currents before and after, within 5 %, and a similar state of charge (5 points),
    temperature (3 K), rest before (half as long again) and time of the first point."""

    direction: Annotated[Direction, Field("Whether the current rises (`charge`) or falls (`discharge`) at the step.")]
    from_rest: Annotated[bool, Field("Whether the step begins from a rest, and not from another current.")]
    current_before_A: Annotated[float, Field("The current before; charging is positive.", "A")]
    current_A: Annotated[float, Field("The current after; charging is positive.", "A")]
    state_of_charge_percent: Annotated[float | None, Field("Their median state of charge.", "%")]
    temperature_C: Annotated[float | None, Field("Their median temperature.", "°C")]
    rest_before_s: Annotated[float | None, Field("Their median rest.", "s")]
    steps: Annotated[int, Field("How many steps they are.")]
    cycles: Annotated[int, Field("How many cycles they lie in.")]
    first_cycle: Annotated[int, Field("The number of the first of these cycles.")]
    last_cycle: Annotated[int, Field("The number of the last one.")]
    at_first_point: Annotated[bool, Field("Whether the resistances below are those at the first point after the step.")]
    time_s: Annotated[
        float | None,
        Field("The time after the step for which they hold: 10, 1 or 30 s, or else the first point's.", "s"),
    ]
    first_ohm: Annotated[float, Field("The resistance in the first cycle.", "Ω")]
    last_ohm: Annotated[float, Field("The resistance in the last cycle.", "Ω")]
    growth: Annotated[Growth | None, Field("Null with fewer than three cycles.")]


@dataclass(frozen=True, slots=True)
class Conditions:
    """What is known of each step besides its current, as columns of shape (n_steps,); NaN where it is not."""

    cycle_number: IntArray
    percent: FloatArray
    temperature_C: FloatArray

    def chosen(self, which: IntArray) -> "Conditions":
        return Conditions(self.cycle_number[which], self.percent[which], self.temperature_C[which])


@dataclass(frozen=True, slots=True)
class Family:
    """Like steps, with the resistance in each of their cycles; both columns have shape (n_cycles_of_family,)."""

    described: LikeSteps
    cycle_number: IntArray
    ohm: FloatArray


def families_of(steps: CurrentSteps, conditions: Conditions) -> list[Family]:
    """The families in most cycles first, and discharges from rest before others of as many cycles.

    A value that is unknown is alike only to one that is unknown. Steps of which no point is known within a minute are left
    out: the voltage is that of a discharge by then, not of a step.
    """
    features, tolerance = _features(steps, conditions)
    free = ~(steps.first_s > LATE_S)
    found: list[Family] = []
    for centre in _candidates(features, tolerance):
        if len(found) >= MOST_FAMILIES:
            break
        members = np.flatnonzero(free & _agrees(features, tolerance, centre))
        if members.size:
            members = np.flatnonzero(free & _agrees(features, tolerance, np.median(features[members], axis=0)))
        if members.size:
            free[members] = False
            found.append(_family(steps, members, conditions))
    most = max((one.described.cycles for one in found), default=0)
    return sorted(found, key=lambda one: _rank(one.described, most))


def _rank(steps: LikeSteps, most_cycles: int) -> tuple[bool, bool, bool, int, int]:
    """Of the families in nearly as many cycles as any those from rest first, then discharging, then near half charge."""
    percent = 100.0 if steps.state_of_charge_percent is None else steps.state_of_charge_percent
    from_half = round(abs(percent - 50.0) / CHARGE_TOLERANCE_PERCENT)
    rare = steps.cycles < COMMON_SHARE * most_cycles
    return rare, not steps.from_rest, steps.direction == "charge", from_half, -steps.cycles


def _features(steps: CurrentSteps, conditions: Conditions) -> tuple[FloatArray, FloatArray]:
    """What is compared, shape (n_steps, 7), and by how much it may differ; currents in parts of the step's tolerance."""
    unknown = -1e3
    step_A = np.abs(steps.current_A - steps.current_before_A)
    with np.errstate(divide="ignore"):  # a rest of no time
        columns = (
            np.sign(steps.current_A - steps.current_before_A) * np.log(step_A),
            np.where(steps.from_rest, 0.0, steps.current_before_A / step_A),
            steps.from_rest.astype(np.float64),
            conditions.percent,
            conditions.temperature_C,
            np.log(steps.rest_s),
            np.log(steps.first_s + _FIRST_POINT_OFFSET_S),
        )
    features = np.column_stack([np.where(np.isfinite(column), column, unknown) for column in columns])
    # The signed logarithm of 1 A is the same in both directions, so the direction has its place in the second column.
    features[:, 2] += 2.0 * (steps.current_A > steps.current_before_A)
    tolerance = np.array(
        (
            np.log1p(CURRENT_TOLERANCE),
            CURRENT_TOLERANCE,
            0.5,
            CHARGE_TOLERANCE_PERCENT,
            TEMPERATURE_TOLERANCE_K,
            np.log(REST_TOLERANCE),
            np.log(FIRST_POINT_TOLERANCE),
        )
    )
    return features, tolerance


def _candidates(features: FloatArray, tolerance: FloatArray) -> FloatArray:
    """The medians of the fullest boxes of the features' space, in order; shape (at most 2·MOST_FAMILIES, n_features)."""
    if not features.size:
        return features
    boxes = np.round(features / (2 * tolerance))
    order = np.lexsort(boxes.T)
    new = np.append(True, (np.diff(boxes[order], axis=0) != 0).any(axis=1))
    begins = np.flatnonzero(new)
    sizes = np.diff(begins, append=order.size)
    fullest = np.argsort(-sizes, kind="stable")[: 2 * MOST_FAMILIES]
    return np.array(
        [np.median(features[order[begins[box] : begins[box] + sizes[box]]], axis=0) for box in fullest.tolist()]
    )


def _agrees(features: FloatArray, tolerance: FloatArray, centre: FloatArray) -> BoolArray:
    agrees: BoolArray = (np.abs(features - centre) <= tolerance).all(axis=1)
    return agrees


def _family(steps: CurrentSteps, members: IntArray, conditions: Conditions) -> Family:
    column = _time_column(steps.ohm[members])
    known = members[np.isfinite(steps.ohm[members, column])]
    own, ohm = _of_each_cycle(conditions.cycle_number[known], steps.ohm[known, column])
    time_s = _median(steps.first_s[known]) if column == 0 else TIMES_S[column - 1]
    rises = steps.current_A[members[0]] > steps.current_before_A[members[0]]
    return Family(
        LikeSteps(
            direction="charge" if rises else "discharge",
            from_rest=bool(steps.from_rest[members[0]]),
            current_before_A=rounded_number(float(np.median(steps.current_before_A[members])), DIGITS),
            current_A=rounded_number(float(np.median(steps.current_A[members])), DIGITS),
            state_of_charge_percent=finite(rounded_number(_median(conditions.percent[members]), DIGITS)),
            temperature_C=finite(rounded_number(_median(conditions.temperature_C[members]), DIGITS)),
            rest_before_s=finite(rounded_number(_median(steps.rest_s[members]), DIGITS)),
            steps=members.size,
            cycles=own.size,
            first_cycle=int(own[0]),
            last_cycle=int(own[-1]),
            at_first_point=column == 0,
            time_s=finite(rounded_number(time_s, DIGITS)),
            first_ohm=rounded_number(float(ohm[0]), DIGITS),
            last_ohm=rounded_number(float(ohm[-1]), DIGITS),
            growth=growth_of(own.astype(np.float64), ohm),
        ),
        own,
        ohm,
    )


def _time_column(ohm: FloatArray) -> int:
    """The column of 10 s, or else 1 s, or else 30 s, where most steps have a value there; else that of the first point."""
    share = np.isfinite(ohm).mean(axis=0)
    return next((column for column in (2, 1, 3) if share[column] >= KNOWN_SHARE), 0)


def _of_each_cycle(number: IntArray, ohm: FloatArray) -> tuple[IntArray, FloatArray]:
    """The mean of each cycle, where several like steps lie in it."""
    cycles, place, count = np.unique(number, return_inverse=True, return_counts=True)
    return cycles, np.bincount(place, weights=ohm) / count


def _median(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else float("nan")
