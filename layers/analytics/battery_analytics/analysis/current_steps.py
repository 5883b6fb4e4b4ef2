"""Steps of the current, from a rest or from another current, and the resistance that the voltage shows after each."""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from battery_analytics.analysis.elapsed import Elapsed
from battery_analytics.analysis.step_onset import onset_delays_s
from battery_analytics.analysis.throughput import Throughput, rest_current
from battery_analytics.cell import BoolArray, CyclingData, FloatArray, IntArray

TIMES_S = (1.0, 10.0, 30.0)
RESTS_OF_A_STEP = 2.0
STEP_SHARE = 0.10
LEVEL_SHARE = 0.05
CORRECTION_SHARE = 0.30
MOST_RAMP_POINTS = 3
TIME_TOLERANCE = 0.01
SOON_S = 0.1
LAGGING_SHARE = 0.3
JUMP_OVER_USUAL = 5.0
FEWEST_DEVIATIONS = 5.0
_DEVIATIONS_FROM_REST = float(np.sqrt(2.0))  # of two readings
_DEVIATIONS_FROM_CURRENT = np.sqrt(
    6.0
)  # of one after, two times the last before, and the one that its drift is taken from


@dataclass(frozen=True, slots=True)
class CurrentSteps:
    """Steps of the current in the order of the file, as columns of shape (n,); NaN where a value is not known.

    `before` is the last point before a step, `first` the first one at which the new current has settled, `last` the last one
    with that current, `cycle` the index of the cycle of `first`. `rest_s` is the time without current before it, NaN
    after a current and where the file begins with the rest; `held_s` the time from the step's onset to `last`; `first_s`
    that to `first`. `ohm` has shape (n, 1 + len(TIMES_S)): the resistance at `first` and after each of `TIMES_S`.
    `noise_ohm` is its standard deviation by the noise of two voltages.
    """

    before: IntArray
    first: IntArray
    last: IntArray
    cycle: IntArray
    current_before_A: FloatArray
    current_A: FloatArray
    from_rest: BoolArray
    rest_s: FloatArray
    held_s: FloatArray
    first_s: FloatArray
    ohm: FloatArray
    noise_ohm: FloatArray

    def chosen(self, which: BoolArray | IntArray) -> "CurrentSteps":
        return CurrentSteps(*(getattr(self, field.name)[which] for field in fields(self)))


@dataclass(frozen=True, slots=True)
class _Places:
    """The points before each step, at its settled current, and last with it, all of shape (n,).

    `quiet` is the last point whose voltage is that of the current before, which is there from `level_from` on. `delay_s` is
    the time from `before` until the current sets in.
    """

    before: IntArray
    quiet: IntArray
    first: IntArray
    last: IntArray
    from_rest: BoolArray
    level_from: IntArray
    delay_s: FloatArray

    def since_onset_s(self, elapsed: Elapsed, points: IntArray) -> FloatArray:
        """Seconds from each step's onset to these points, both of shape (n,)."""
        return elapsed.between(self.before, points) - self.delay_s


@dataclass(frozen=True, slots=True)
class CurrentLevels:
    """The current up to which the cell rests, and the points at which the current differs from that of the point before."""

    rest_A: float
    changes: IntArray

    @classmethod
    def of(cls, current_A: FloatArray) -> Self:
        """A difference counts where it is more than a tenth of the larger current, and more than that of two rests."""
        rest_A = rest_current(current_A)
        change = np.abs(np.diff(current_A))
        places = np.flatnonzero(change > RESTS_OF_A_STEP * rest_A)
        larger = np.maximum(np.abs(current_A[places]), np.abs(current_A[places + 1]))
        return cls(rest_A, 1 + places[change[places] > STEP_SHARE * larger])


def current_steps(
    cycling: CyclingData, flow: Throughput, levels: CurrentLevels, elapsed: Elapsed, noise_V: float
) -> tuple[CurrentSteps, int]:
    """The steps whose voltage moves with the current by more than its noise, and how many did not.

    `noise_V` is the standard deviation of one voltage.

    The resistance is (V(t) − V_before) / (I(t) − I_before): it includes all polarisation up to t and the change of the
    open-circuit voltage by the charge that has passed. The voltage before is that of the last point before the step. The
    step is taken to begin there, as cyclers record the end of a step, unless the counter says how much later it began.
    Under a current the voltage moves without the step too, so V_before goes on as it did over the same time before the
    step. Between two points voltage and current are interpolated over the logarithm of the time, where these are no
    further apart than the time itself. A ramp of up to three points, an overshoot of the current, and a voltage that was
    read before the current all end before the first point that counts. Where the last point before the step has its
    voltage already, the point before that one is used.

    Source: IEC 62660-1:2018 and IEC 61960-3:2017 (a change of voltage over a change of current at stated times).
    """
    places = _places(cycling, flow, levels, elapsed)
    before, first, last, from_rest = places.before, places.first, places.last, places.from_rest
    quiet_V = cycling.voltage_V[places.quiet]
    current, voltage = cycling.current_A, cycling.voltage_V
    with np.errstate(divide="ignore", invalid="ignore"):
        first_s = places.since_onset_s(elapsed, first)
        moved_V = voltage[first] - quiet_V - _drift_V(voltage, elapsed, places, first_s)
        ohm = np.column_stack(
            (
                moved_V / (current[first] - current[before]),
                *(_after(cycling, elapsed, places, time_s) for time_s in TIMES_S),
            )
        )
        deviations = np.where(from_rest, _DEVIATIONS_FROM_REST, _DEVIATIONS_FROM_CURRENT)
        noise_ohm = deviations * noise_V / np.abs(current[first] - current[before])
    steps = CurrentSteps(
        before=before,
        first=first,
        last=last,
        cycle=np.searchsorted(cycling.offsets, first, side="right") - 1,
        current_before_A=np.where(from_rest, 0.0, current[before]),
        current_A=current[np.minimum(first + 1, last)],
        from_rest=from_rest,
        rest_s=_rests_s(np.abs(current) > levels.rest_A, elapsed, before, from_rest),
        held_s=places.since_onset_s(elapsed, last),
        first_s=first_s,
        ohm=ohm,
        noise_ohm=noise_ohm,
    )
    kept = ohm[:, 0] > FEWEST_DEVIATIONS * noise_ohm
    return steps.chosen(kept), int(np.count_nonzero(~kept))


def _places(cycling: CyclingData, flow: Throughput, levels: CurrentLevels, elapsed: Elapsed) -> _Places:
    current, rest_A, changed = cycling.current_A, levels.rest_A, levels.changes
    if not changed.size:
        none = np.empty(0, dtype=np.int64)
        return _Places(none, none, none, none, np.empty(0, dtype=bool), none, np.empty(0))
    change = current[changed] - current[changed - 1]
    # A ramp goes on in one direction, an overshoot is corrected by less than what it overshot from.
    goes_on = np.zeros(changed.size, dtype=bool)
    same = np.sign(change[1:]) == np.sign(change[:-1])
    small = np.abs(change[1:]) < CORRECTION_SHARE * np.abs(change[:-1])
    to_rest = np.abs(current[changed[1:]]) <= rest_A
    goes_on[1:] = (np.diff(changed) == 1) & (same | small) & ~to_rest
    begins = np.flatnonzero(~goes_on)
    ends = np.append(begins[1:], changed.size) - 1
    before, first = changed[begins] - 1, changed[ends]
    last = np.append(changed[begins[1:]], current.size) - 1
    step = current[first] - current[before]
    from_rest = np.abs(current[before]) <= rest_A
    flows = np.abs(current[first]) > rest_A
    follows = np.abs(current[np.minimum(first + 1, last)] - current[first]) <= LEVEL_SHARE * np.abs(step)
    level_before = np.abs(current[before] - current[np.maximum(before - 1, 0)]) <= LEVEL_SHARE * np.abs(step)
    cycle = [np.searchsorted(cycling.offsets, points, side="right") - 1 for points in (before, first)]
    joined = cycling.cycle_number[cycle[1]] - cycling.cycle_number[cycle[0]] <= 1
    # A current that is gone at the next point has a first value only; from another current that may be noise.
    kept = flows & joined & (first - before <= MOST_RAMP_POINTS) & follows
    kept &= from_rest | (level_before & (last > first) & (before > 0))
    level_from = np.append(0, first[:-1])[kept]
    before, first, last = before[kept], first[kept], last[kept]
    soon = elapsed.between(before, first) <= SOON_S
    leads = soon & _voltage_leads(cycling.voltage_V, elapsed, before, first, level_from)
    quiet = np.where(leads, before - 1, before)
    lags = soon & _voltage_lags(cycling.voltage_V, quiet, first, last)
    delay_s = onset_delays_s(current, flow, elapsed, before, first)
    delay_s[~from_rest[kept]] = 0.0
    return _Places(before, quiet, np.where(lags, first + 1, first), last, from_rest[kept], level_from, delay_s)


def _voltage_leads(
    voltage_V: FloatArray, elapsed: Elapsed, before: IntArray, first: IntArray, level_from: IntArray
) -> BoolArray:
    """Whether the last point before the step has its voltage already: it jumped there, and hardly moves afterwards."""
    earlier, earliest = np.maximum(before - 1, 0), np.maximum(before - 2, 0)
    jump_V, usual_V = voltage_V[before] - voltage_V[earlier], voltage_V[earlier] - voltage_V[earliest]
    with np.errstate(divide="ignore", invalid="ignore"):
        usual_V = usual_V * (elapsed.between(earlier, before) / elapsed.between(earliest, earlier))
    left_V, all_V = voltage_V[first] - voltage_V[before], voltage_V[first] - voltage_V[earlier]
    there = np.abs(left_V) < LAGGING_SHARE * np.abs(all_V)
    leads: BoolArray = (earliest >= level_from) & there & (np.abs(jump_V) > JUMP_OVER_USUAL * np.abs(usual_V))
    return leads


def _voltage_lags(voltage_V: FloatArray, quiet: IntArray, first: IntArray, last: IntArray) -> BoolArray:
    """Whether the first point has the new current but hardly any of the change of the voltage that the next one has."""
    later = np.minimum(first + 1, last)
    moved_V, later_V = voltage_V[first] - voltage_V[quiet], voltage_V[later] - voltage_V[quiet]
    lags: BoolArray = (later > first) & (np.abs(moved_V) < LAGGING_SHARE * np.abs(later_V))
    return lags


def _drift_V(voltage_V: FloatArray, elapsed: Elapsed, places: _Places, time_s: FloatArray | float) -> FloatArray:
    """How far the voltage would have moved in this time without the step, shape (n,); 0 after a rest.

    NaN where the current before did not last as long.
    """
    before = places.quiet
    time_s = np.broadcast_to(time_s, before.shape)
    slack_s = TIME_TOLERANCE * time_s
    earlier = np.searchsorted(elapsed.time_s, elapsed.time_s[before] - time_s + slack_s, side="right") - 1
    known = earlier >= places.level_from
    earlier = np.clip(earlier, places.level_from, before)
    passed_s = elapsed.between(earlier, before)
    drift_V = (voltage_V[before] - voltage_V[earlier]) * (time_s / passed_s)
    drift_V = np.where(time_s == 0, 0.0, np.where(known & (passed_s > 0), drift_V, np.nan))
    return np.where(places.from_rest, 0.0, drift_V)


def _rests_s(flows: BoolArray, elapsed: Elapsed, before: IntArray, from_rest: BoolArray) -> FloatArray:
    flowing = np.flatnonzero(flows)
    place = np.searchsorted(flowing, before) - 1
    known = from_rest & (place >= 0)
    rest_s = np.full(before.size, np.nan)
    rest_s[known] = elapsed.between(flowing[place[known]], before[known])
    return rest_s


def _after(cycling: CyclingData, elapsed: Elapsed, places: _Places, time_s: float) -> FloatArray:
    """The resistance `time_s` after each step, NaN where it is not sampled or the current is not held; shape (n,)."""
    before, first, last = places.before, places.first, places.last
    wanted_s = elapsed.time_s[before] + places.delay_s + time_s
    slack_s = TIME_TOLERANCE * time_s
    place = np.clip(np.searchsorted(elapsed.time_s, wanted_s - slack_s), first, last)
    earlier = np.maximum(place - 1, first)
    later_s, earlier_s = places.since_onset_s(elapsed, place), places.since_onset_s(elapsed, earlier)
    at_point = np.abs(later_s - time_s) <= 1.01 * slack_s
    inside = (earlier_s > 0) & (earlier_s < time_s) & (later_s > time_s) & (later_s - earlier_s <= time_s + slack_s)
    share = np.log(time_s / np.where(inside, earlier_s, 1.0)) / np.log(np.where(inside, later_s / earlier_s, 2.0))
    share = np.where(at_point, 1.0, share)
    current, voltage = cycling.current_A, cycling.voltage_V
    then_V = voltage[earlier] + share * (voltage[place] - voltage[earlier])
    then_A = current[earlier] + share * (current[place] - current[earlier])
    step_A = current[np.minimum(first + 1, last)] - current[before]
    held = np.abs(then_A - current[before] - step_A) <= LEVEL_SHARE * np.abs(step_A)
    moved_V = then_V - voltage[places.quiet] - _drift_V(voltage, elapsed, places, time_s)
    ohm = moved_V / (then_A - current[before])
    return np.where((at_point | inside) & held & (ohm > 0), ohm, np.nan)
