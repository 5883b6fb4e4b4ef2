"""The direction of the current: charging is positive here, but cyclers also write it reversed, or without a sign.

What tells the direction is asked in this order: the source's state of each point, its counters, the voltage, the sign as
written. Each is asked only where the one before says nothing.
"""

from dataclasses import replace
from itertools import pairwise

import numpy as np

from battery_analytics.analysis.points import PointsByCycle
from battery_analytics.analysis.throughput import rest_current
from battery_analytics.cell import BoolArray, CyclingData, Finding, FloatArray, IntArray

CYCLES_TO_LOOK_AT = 20
FEWEST_POINTS = 10
SMALLEST_SWING_V = 0.1
FEWEST_KNOWN_SHARE = 0.5
SAME_SHARE = 0.99
MOST_SHARE = 0.9
TURN_SHARE = 0.2
SMALLEST_TURN_V = 0.02
NEAR_SHARE = 0.1
TRACE_SHARE = 0.01

_REVERSED = "so the file counts discharging as positive. The sign of the current was reversed."
_UNSIGNED = "The current has no sign in the file."


def with_charging_positive(cycling: CyclingData) -> tuple[CyclingData, tuple[Finding, ...]]:
    """The data with charging current positive, and a finding where that is not how the file writes it."""
    current = cycling.current_A
    limit = rest_current(current)
    flowing = np.abs(current) > limit
    if cycling.state is not None and _share(cycling.state != 0, flowing) > 0:
        by_state = _by_state(cycling, cycling.state, flowing)
        if by_state is not None:
            return by_state
    has_both = bool((current > limit).any() and (current < -limit).any())
    if has_both:
        return _reversed_if_shown(cycling)
    return _without_sign(cycling, flowing)


def _by_state(
    cycling: CyclingData, state: FloatArray, flowing: BoolArray
) -> tuple[CyclingData, tuple[Finding, ...]] | None:
    """The direction by the source's state; None where it says too little."""
    known = np.isfinite(state) & (state != 0) & flowing
    if np.count_nonzero(known) < FEWEST_KNOWN_SHARE * np.count_nonzero(flowing):
        return None
    sign = np.sign(cycling.current_A)
    agrees = _share(sign == state, known)
    if agrees >= SAME_SHARE:
        return cycling, ()
    if agrees <= 1 - SAME_SHARE and bool((cycling.current_A < 0).any()):
        message = f"The current is negative where the file says that the cell charges, {_REVERSED}"
        return _turned(cycling), (Finding("discharge_positive", "warning", message),)
    directed = np.where(known, state, _held(np.where(known, state, np.nan), sign))
    turned = replace(cycling, current_A=np.abs(cycling.current_A) * np.where(flowing, directed, sign))
    if not ((cycling.current_A[flowing] > 0).any() and (cycling.current_A[flowing] < 0).any()):
        message = f"{_UNSIGNED} Its direction was taken from the state that the file gives each point."
        return turned, (Finding("current_without_sign", "info", message),)
    wrong = np.flatnonzero(known & (sign != state))
    message = "The sign of the current contradicts the state that the file gives these points. The state was believed."
    return turned, (Finding("state_contradicts_current", "warning", message, _cycles(cycling, wrong)),)


def _reversed_if_shown(cycling: CyclingData) -> tuple[CyclingData, tuple[Finding, ...]]:
    swing = _swings_V(cycling)
    if swing[0] < -SMALLEST_SWING_V and swing[1] > SMALLEST_SWING_V:
        message = f"The voltage rises while the current is negative, {_REVERSED}"
        return _turned(cycling), (Finding("discharge_positive", "warning", message),)
    is_plain = swing[0] > SMALLEST_SWING_V and swing[1] < -SMALLEST_SWING_V
    if not is_plain and _counters_are_reversed(cycling):
        message = f"The discharge capacity rises while the current is positive, {_REVERSED}"
        return _turned(cycling), (Finding("discharge_positive", "warning", message),)
    return cycling, ()


def _swings_V(cycling: CyclingData) -> tuple[float, float]:
    """How far the voltage rises per cycle while the current is positive, and while it is negative.

    Only changes within a stretch of current count, because the jump at its start has the sign of the current.
    """
    n_cycles = min(cycling.n_cycles, CYCLES_TO_LOOK_AT)
    offsets = cycling.offsets[: n_cycles + 1]
    current, voltage = cycling.current_A[: offsets[-1]], cycling.voltage_V[: offsets[-1]]
    limit = rest_current(current)

    def swing_V(points: PointsByCycle) -> float:
        within = points.index[points.follows]
        if within.size < FEWEST_POINTS:
            return 0.0
        rises = float(np.sum(voltage[within] - voltage[within - 1]))
        return rises / np.count_nonzero(points.counts)

    return swing_V(PointsByCycle.of(current > limit, offsets)), swing_V(PointsByCycle.of(current < -limit, offsets))


def _counters_are_reversed(cycling: CyclingData) -> bool:
    """Whether each counter rises almost only while the current has the sign of the other."""
    if cycling.charge_capacity_Ah is None or cycling.discharge_capacity_Ah is None:
        return False
    positive = cycling.current_A[1:] > 0
    charged, discharged = (
        np.maximum(np.nan_to_num(np.diff(column)), 0.0)
        for column in (cycling.charge_capacity_Ah, cycling.discharge_capacity_Ah)
    )
    return bool(
        discharged[positive].sum() > MOST_SHARE * discharged.sum() > 0
        and charged[~positive].sum() > MOST_SHARE * charged.sum() > 0
    )


def _without_sign(cycling: CyclingData, flowing: BoolArray) -> tuple[CyclingData, tuple[Finding, ...]]:
    """The direction of a current of one sign throughout: it may have none, or the test has one direction only."""
    if not flowing.any():
        return cycling, ()
    written = float(np.sign(cycling.current_A[flowing][0]))
    direction, source = _by_counters(cycling, flowing), "its capacity counters"
    if direction is None and np.count_nonzero(flowing) >= FEWEST_POINTS:
        direction, source = (
            _of_the_most(
                _by_voltage(cycling, flowing), cycling.current_A, flowing, one_way=_goes_one_way(cycling, flowing)
            ),
            "the voltage, which rises in a charge and falls in a discharge",
        )
    signs = np.unique(direction[flowing]) if direction is not None else np.empty(0)
    if direction is None or not signs.size or (signs.size == 1 and signs[0] == written):
        return cycling, ()
    turned = replace(cycling, current_A=np.abs(cycling.current_A) * direction)
    if signs.size == 1:
        what = "charging as negative" if signs[0] > 0 else "discharging as positive"
        message = f"The file writes {what}. That was told from {source}. The sign of the current was reversed."
        return turned, (Finding("discharge_positive", "warning", message),)
    message = f"{_UNSIGNED} Its direction was told from {source}."
    return turned, (Finding("current_without_sign", "warning", message),)


def _by_counters(cycling: CyclingData, flowing: BoolArray) -> FloatArray | None:
    """1 where the charge counter rises, -1 where the discharge counter does; None where they do not tell it everywhere."""
    discharge, charge = cycling.discharge_capacity_Ah, cycling.charge_capacity_Ah
    if discharge is None or charge is None:
        return None
    gains = _gains(charge, cycling.offsets), _gains(discharge, cycling.offsets)
    charging, discharging = gains[0] > 0, gains[1] > 0
    # A charge counter may repeat the discharge. Where both count, but not the same, they tell no direction.
    repeats = np.abs(gains[0] - gains[1]) <= (1 - SAME_SHARE) * np.abs(gains[1])
    told = np.where(discharging & (~charging | repeats), -1.0, np.where(charging & (gains[1] == 0), 1.0, np.nan))
    told[~flowing] = np.nan
    if np.count_nonzero(np.isfinite(told)) < FEWEST_KNOWN_SHARE * np.count_nonzero(flowing):
        return None
    starts = np.repeat(cycling.offsets[:-1], np.diff(cycling.offsets))
    return _held(_next_in_stretch(told, flowing, starts), np.ones(told.size))


def _gains(column: FloatArray, offsets: IntArray) -> FloatArray:
    """The change of a counter since the point before it in its cycle, 0 where that is unknown."""
    gains = np.zeros(column.size)
    gains[1:] = np.nan_to_num(np.diff(column))
    gains[offsets[:-1]] = 0.0
    return gains


def _next_in_stretch(told: FloatArray, flowing: BoolArray, starts: IntArray) -> FloatArray:
    """A point that tells nothing takes what the next point of its cycle tells, if current flows at both."""
    filled = told.copy()
    unknown = np.flatnonzero(flowing[:-1] & np.isnan(told[:-1]) & flowing[1:] & (starts[:-1] == starts[1:]))
    filled[unknown] = told[unknown + 1]
    return filled


def _of_the_most(
    direction: FloatArray | None, current_A: FloatArray, flowing: BoolArray, *, one_way: bool
) -> FloatArray | None:
    """One direction throughout, where it is `one_way` or hardly any current flows in the other: a voltage that relaxes at a
    trace of current."""
    if direction is None:
        return None
    charging = float(np.abs(current_A[flowing & (direction > 0)]).sum())
    share = charging / float(np.abs(current_A[flowing]).sum())
    if TRACE_SHARE < share < 1 - TRACE_SHARE and not one_way:
        return direction
    return np.full_like(direction, 1.0 if share > 0.5 else -1.0)


def _goes_one_way(cycling: CyclingData, flowing: BoolArray) -> bool:
    """Whether the one capacity of the steps never restarts nor turns, as it would where the direction does."""
    if cycling.step_capacity_Ah is None:
        return False
    changes = np.diff(cycling.step_capacity_Ah[flowing])
    known = changes[np.isfinite(changes)]
    return known.size > 0 and bool((known >= 0).all() or (known <= 0).all()) and bool((known != 0).any())


def _by_voltage(cycling: CyclingData, flowing: BoolArray) -> FloatArray | None:
    """1 while the voltage rises from turn to turn within a cycle, -1 while it falls; None for a voltage that hardly moves."""
    index = np.flatnonzero(flowing)
    voltage = cycling.voltage_V[index]
    turn_V = max(TURN_SHARE * float(np.percentile(voltage, 95) - np.percentile(voltage, 5)), SMALLEST_TURN_V)
    direction = np.ones(cycling.n_points)
    bounds = np.searchsorted(index, cycling.offsets).tolist()
    known = False
    last = np.nan
    for first, stop in pairwise(bounds):
        for begin, end, rises in _trends(voltage[first:stop].tolist(), turn_V):
            last = last if rises is None else (1.0 if rises else -1.0)
            known |= rises is not None
            direction[index[first + begin : first + end]] = last if np.isfinite(last) else 1.0
    return direction if known else None


def _trends(voltage: list[float], turn_V: float) -> list[tuple[int, int, bool | None]]:
    """Runs of points from turn to turn as (first, after the last, whether the voltage rises); None where it hardly moves.

    A held voltage belongs to the run that reached it, so an extreme lasts while the voltage stays near it.
    """
    found: list[tuple[int, int, bool | None]] = []
    near_V = NEAR_SHARE * turn_V
    begin, low_at, high_at = 0, 0, 0
    low = high = voltage[0] if voltage else 0.0
    rises: bool | None = None
    for place, value in enumerate(voltage):
        if rises is not False:
            high, high_at = max(high, value), place if value >= high - near_V else high_at
        if rises is not True:
            low, low_at = min(low, value), place if value <= low + near_V else low_at
        if rises is not True and value - low >= turn_V:
            if rises is False:
                found.append((begin, low_at + 1, False))
                begin = low_at + 1
            rises, high, high_at = True, value, place
        elif rises is not False and high - value >= turn_V:
            if rises is True:
                found.append((begin, high_at + 1, True))
                begin = high_at + 1
            rises, low, low_at = False, value, place
    if begin < len(voltage):
        found.append((begin, len(voltage), rises))
    return found


def _held(values: FloatArray, otherwise: FloatArray) -> FloatArray:
    """The values; where one is unknown, the last known before it, or else the other's."""
    known = np.isfinite(values)
    last = np.maximum.accumulate(np.where(known, np.arange(values.size), -1))
    return np.where(last >= 0, values[np.maximum(last, 0)], otherwise)


def _turned(cycling: CyclingData) -> CyclingData:
    return replace(cycling, current_A=-cycling.current_A)


def _share(where: BoolArray, among: BoolArray) -> float:
    total = np.count_nonzero(among)
    return float(np.count_nonzero(where & among) / total) if total else 0.0


def _cycles(cycling: CyclingData, points: IntArray) -> tuple[int, ...]:
    cycles = np.searchsorted(cycling.offsets, points, side="right") - 1
    return tuple(cycling.cycle_number[np.unique(cycles)].tolist())
