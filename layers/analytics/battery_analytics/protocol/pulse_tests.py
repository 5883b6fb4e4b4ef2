"""Pulse tests: HPPC, GITT and their kin, recognised by the pattern of currents and rests, whatever the cycle numbers say."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from battery_analytics.analysis.current_steps import CurrentLevels
from battery_analytics.analysis.elapsed import Elapsed
from battery_analytics.analysis.throughput import Throughput
from battery_analytics.cell import BoolArray, CyclingData, FloatArray, IntArray
from battery_analytics.protocol.state_of_charge import held_Ah

type TestKind = Literal["hppc", "pulses", "gitt", "intermittent"]

LONGEST_PULSE_S = 61.0
LEAST_REST_S = 30.0
LARGEST_PULSE_SHARE = 0.05
TURNING_SHARE = 0.40
FEWEST_STATES = 3
SAME_STATE_SHARE = 0.01
CURRENT_TOLERANCE = 0.05
RECURRING_SHARE = 0.6
FEWEST_INTERMITTENT = 5
LEAST_LONG_REST_S = 300.0
REST_OVER_PULSE = 0.5
LARGEST_TITRATION_SHARE = 0.13
LARGEST_TITRATION_RATE = 0.6
MOST_TESTS = 200


@dataclass(frozen=True, slots=True)
class PulseTest:
    """One test: its kind, its points from `start` to before `stop`, and the median of its pulses.

    `states` counts the states of charge at which there are pulses, `pulses` all of them. Currents are sizes in A, NaN where
    there is no pulse in that direction.
    """

    kind: TestKind
    start: int
    stop: int
    pulses: int
    states: int
    discharge_A: float
    charge_A: float
    pulse_s: float
    rest_s: float


@dataclass(frozen=True, slots=True)
class _Stretches:
    """Runs of one current in their order, as columns of shape (n,); their points are `start:stop`.

    `level_A` has the current's sign. `rest_s` is the time without current before it, 0 after a current, NaN where unknown.
    """

    start: IntArray
    stop: IntArray
    level_A: FloatArray
    lasts_s: FloatArray
    rest_s: FloatArray
    held_Ah: FloatArray
    moved_Ah: FloatArray


def pulse_tests(
    cycling: CyclingData, flow: Throughput, levels: CurrentLevels, elapsed: Elapsed, full_Ah: FloatArray
) -> tuple[PulseTest, ...]:
    """All pulse tests in the order of the file, `MOST_TESTS` at most.

    `hppc`: pulses of up to a minute from rest in both directions at three or more states of charge; `pulses`: the same in
    one direction. `gitt`: five or more stretches of up to 13 % of the capacity with the same slow current, each followed
    by a long rest; `intermittent`: the same at more than 0.6C. `full_Ah`, shape (n_cycles,), is the capacity, NaN where
    unknown; then the most that a stretch moves is used.

    Sources: USABC Electric Vehicle Battery Test Procedures Manual, revision 3.1 (2020), HPPC; Weppner & Huggins, J.
    Electrochem. Soc. 124, 1569 (1977), GITT.
    """
    if not cycling.n_points:
        return ()
    stretches = _stretches(cycling, flow, levels, elapsed)
    if stretches.start.size < FEWEST_STATES:
        return ()
    known = full_Ah[np.isfinite(full_Ah)]
    capacity_Ah = float(np.median(known)) if known.size else float(stretches.moved_Ah.max())
    if not capacity_Ah > 0:
        return ()
    short = _short_pulse_tests(stretches, capacity_Ah)
    return tuple(sorted([*short, *_titrations(stretches, capacity_Ah, short)], key=lambda one: one.start)[:MOST_TESTS])


def _stretches(cycling: CyclingData, flow: Throughput, levels: CurrentLevels, elapsed: Elapsed) -> _Stretches:
    current = cycling.current_A
    direction = (current > levels.rest_A).astype(np.int8) - (current < -levels.rest_A).astype(np.int8)
    begins = np.append(True, direction[1:] != direction[:-1])
    begins[levels.changes] = True
    bounds = np.flatnonzero(begins)
    stops = np.append(bounds[1:], current.size)
    # A point of its own between two levels is a ramp or an overshoot, and belongs to what follows.
    flows = direction[bounds] != 0
    ramp = (stops - bounds == 1) & flows & np.append(direction[bounds[1:]] == direction[bounds[:-1]], False)
    bounds, stops, flows = bounds[~np.append(False, ramp[:-1])], stops[~ramp], flows[~np.append(False, ramp[:-1])]
    start, stop = bounds[flows], stops[flows]
    if not start.size:
        none = np.empty(0, dtype=np.int64)
        return _Stretches(none, none, *(np.empty(0) for _ in range(5)))
    before, last = np.maximum(start - 1, 0), stop - 1
    place = np.searchsorted(cycling.offsets, (before, last), side="right") - 1
    held_before, held_after = held_Ah(flow, before, place[0]), held_Ah(flow, last, place[1])
    ended = np.append(-1, last[:-1])
    rest_s = np.where(ended >= 0, elapsed.between(np.maximum(ended, 0), before), np.nan)
    return _Stretches(
        start=start,
        stop=stop,
        level_A=current[np.minimum(start + (stop - start) // 2, last)],
        lasts_s=elapsed.between(before, last),
        rest_s=rest_s,
        held_Ah=held_before,
        moved_Ah=np.abs(held_after - held_before),
    )


def _short_pulse_tests(stretches: _Stretches, capacity_Ah: float) -> list[PulseTest]:
    """Short pulses from rest, in sequences that no large charge or discharge interrupts."""
    pulse = (stretches.lasts_s <= LONGEST_PULSE_S) & ~(stretches.rest_s < LEAST_REST_S)
    pulse &= stretches.moved_Ah <= LARGEST_PULSE_SHARE * capacity_Ah
    sequence = np.cumsum(stretches.moved_Ah > TURNING_SHARE * capacity_Ah)
    counts = np.bincount(sequence[pulse], minlength=1)
    found: list[PulseTest] = []
    for number in np.flatnonzero(counts >= FEWEST_STATES).tolist():
        members = np.flatnonzero(pulse & (sequence == number))
        recurring = members[_recurs(stretches.level_A[members])]
        if recurring.size < RECURRING_SHARE * members.size:
            continue
        rises = stretches.level_A[recurring] > 0
        states = [_states(stretches.held_Ah[recurring[own]], capacity_Ah) for own in (rises, ~rises)]
        if max(states) < FEWEST_STATES:
            continue
        kind: TestKind = "hppc" if min(states) >= FEWEST_STATES else "pulses"
        found.append(_test(kind, stretches, recurring, max(states)))
    return found


def _recurs(level_A: FloatArray) -> BoolArray:
    """Which currents occur three times or more, each within 5 % of the next; shape (n,)."""
    signed = np.sign(level_A) * np.log(np.abs(level_A))
    order = np.lexsort((np.abs(level_A), np.sign(level_A)))
    apart = np.abs(np.diff(signed[order])) > np.log1p(CURRENT_TOLERANCE)
    turns = np.diff(np.sign(level_A[order])) != 0
    group = np.cumsum(np.append(False, apart | turns))
    recurs = np.zeros(level_A.size, dtype=bool)
    recurs[order] = np.bincount(group)[group] >= FEWEST_STATES
    return recurs


def _states(held: FloatArray, capacity_Ah: float) -> int:
    """How many states of charge differ by more than a hundredth of the capacity."""
    if not held.size:
        return 0
    return 1 + int(np.count_nonzero(np.diff(np.sort(held)) > SAME_STATE_SHARE * capacity_Ah))


def _titrations(stretches: _Stretches, capacity_Ah: float, short: list[PulseTest]) -> list[PulseTest]:
    """Runs of like stretches in one direction with long rests between them, outside the tests of short pulses."""
    level, lasts_s = stretches.level_A, stretches.lasts_s
    share = stretches.moved_Ah / capacity_Ah
    free = (share <= LARGEST_TITRATION_SHARE) & np.isfinite(lasts_s) & (lasts_s > 0)
    for test in short:
        free &= (stretches.start < test.start) | (stretches.start >= test.stop)
    rested = stretches.rest_s >= np.maximum(LEAST_LONG_REST_S, REST_OVER_PULSE * lasts_s)
    continues = np.zeros(level.size, dtype=bool)
    continues[1:] = free[1:] & free[:-1] & rested[1:]
    continues[1:] &= np.abs(level[1:] - level[:-1]) <= CURRENT_TOLERANCE * np.abs(level[:-1])
    # The last pulse may end early, at the limit of the voltage.
    continues[1:] &= lasts_s[1:] <= (1 + CURRENT_TOLERANCE) * lasts_s[:-1]
    begins = np.flatnonzero(~continues)
    ends = np.append(begins[1:], level.size)
    found: list[PulseTest] = []
    for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
        if end - begin < FEWEST_INTERMITTENT or not free[begin]:
            continue
        members = np.arange(begin, end)
        rate = float(np.median(np.abs(level[members]))) / capacity_Ah
        kind: TestKind = "gitt" if rate <= LARGEST_TITRATION_RATE else "intermittent"
        found.append(_test(kind, stretches, members, members.size))
    return found


def _test(kind: TestKind, stretches: _Stretches, members: IntArray, states: int) -> PulseTest:
    level, rest = stretches.level_A[members], stretches.rest_s[members]
    known = rest[np.isfinite(rest)]
    return PulseTest(
        kind=kind,
        start=int(stretches.start[members[0]]),
        stop=int(stretches.stop[members[-1]]),
        pulses=members.size,
        states=states,
        discharge_A=float(np.median(-level[level < 0])) if (level < 0).any() else np.nan,
        charge_A=float(np.median(level[level > 0])) if (level > 0).any() else np.nan,
        pulse_s=float(np.median(stretches.lasts_s[members])),
        rest_s=float(np.median(known)) if known.size else np.nan,
    )
