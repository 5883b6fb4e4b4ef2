"""The trajectory model's projection for one cell: the mean of the curves through its fade, or why it abstains."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np

from battery_analytics.cell import BoolArray, FloatArray
from battery_analytics.projection.result import Interval, ModelProjection, Trend
from battery_analytics.projection.trajectory import FEWEST_CYCLES, LONGEST_LIFE_CYCLES, Trajectory, trajectories

NAME = "trajectory"
LEAST_FADE_USED = 0.10
LEAST_ALLOWED_SHARE = 1e-9
FEWEST_CURVES = 2
TREND_POINTS = 60
SHORTEST_REMAINING = 0.5
RECENT_CYCLES = 5
NEIGHBOURS = 15
OUTLIER_DEVIATIONS = 6.0
LEAST_OUTLIER = 0.01


@dataclass(frozen=True, slots=True)
class Widening:
    """The factor, as a natural logarithm, that widens the remaining life at each share of fade used; both of shape (n,)."""

    fade_used: FloatArray
    log_factor: FloatArray

    def at(self, fade_used: float) -> float:
        return float(np.interp(fade_used, self.fade_used, self.log_factor))


@dataclass(frozen=True, slots=True)
class TrajectoryProjection:
    """The model's projection, those of its curves, and the trend to draw, which is None where the model abstains."""

    projection: ModelProjection
    curves: tuple[ModelProjection, ...]
    trend: Trend | None
    fade_used: float


@lru_cache(maxsize=1)
def learned_widening() -> Widening:
    """What `make train` learned from simulated full lives and from the published errors on 197 real ones."""
    table = json.loads((files("battery_analytics.projection") / "model" / "trajectory.json").read_bytes())
    return Widening(np.array(table["fade_used"]), np.array(table["log_factor"]))


def trajectory_projection(
    cycle_number: FloatArray, capacity_Ah: FloatArray, *, eol_capacity_Ah: float, level: float, widening: Widening
) -> TrajectoryProjection:
    """Follow the curves through the fade to the end of life; both inputs of shape (n,), all known.

    Abstains for too few cycles, and before a tenth of the allowed fade is used up, since so little fade does not yet show
    the trajectory. The projection is the geometric mean of the curves' remaining cycles.
    """
    if cycle_number.size < FEWEST_CYCLES:
        return _abstaining(
            f"The trajectory model needs {FEWEST_CYCLES} cycles with a known capacity; there are {cycle_number.size}.",
            math.nan,
        )
    last = float(cycle_number[-1])
    kept = _usual(capacity_Ah)
    cycle_number, capacity_Ah = cycle_number[kept], capacity_Ah[kept]
    allowed = capacity_Ah[0] - eol_capacity_Ah
    is_measurable = allowed > LEAST_ALLOWED_SHARE * float(capacity_Ah.max())
    lost = capacity_Ah[0] - np.median(capacity_Ah[-RECENT_CYCLES:])
    fade_used = float(lost / allowed) if is_measurable else math.nan
    if not fade_used >= LEAST_FADE_USED:
        used = f"{100 * max(fade_used, 0):.2g} %" if math.isfinite(fade_used) else "none"
        return _abstaining(f"The fade has hardly begun: {used} of the allowed fade is used up.", fade_used)
    found = trajectories(cycle_number, capacity_Ah, eol_capacity_Ah)
    log_factor = widening.at(fade_used)
    curves = tuple(_listed(curve, last, log_factor, level) for curve in found)
    led = [curve for curve in found if curve.remaining_cycles is not None]
    if len(led) < FEWEST_CURVES:
        reason = "The capacity does not fall clearly over the last cycles: most curves never reach the end of life."
        return TrajectoryProjection(ModelProjection(NAME, abstention_reason=reason), curves, None, fade_used)
    log_remaining = _log_mean([np.array([curve.remaining_cycles or 0.0]) for curve in led])[0]
    eol_cycle = last + math.exp(log_remaining)
    if eol_cycle > LONGEST_LIFE_CYCLES:
        reason = f"The end of life would come after {LONGEST_LIFE_CYCLES:,.0f} cycles, too far ahead to project."
        return TrajectoryProjection(ModelProjection(NAME, abstention_reason=reason), curves, None, fade_used)
    spread = _log_mean([curve.resampled_cycles for curve in led]) - log_remaining
    interval = _interval(last, log_remaining, spread, log_factor, level)
    return TrajectoryProjection(
        ModelProjection(NAME, eol_cycle=eol_cycle, interval=interval),
        curves,
        _trend(led, cycle_number, capacity_Ah, eol_cycle, interval),
        fade_used,
    )


def _usual(capacity_Ah: FloatArray) -> BoolArray:
    """Which capacities are no outliers: within some deviations of the median of their neighbours; shape (n,)."""
    window = min(NEIGHBOURS, capacity_Ah.size // 2 * 2 - 1)
    padded = np.pad(capacity_Ah, window // 2, mode="reflect", reflect_type="odd")
    off = np.abs(capacity_Ah - np.median(np.lib.stride_tricks.sliding_window_view(padded, window), axis=1))
    limit = OUTLIER_DEVIATIONS * 1.4826 * float(np.median(off)) + LEAST_OUTLIER * float(np.median(capacity_Ah))
    kept: BoolArray = off <= limit
    kept[0] = True
    return kept if np.count_nonzero(kept) >= FEWEST_CYCLES else np.ones_like(kept)


def _abstaining(reason: str, fade_used: float) -> TrajectoryProjection:
    return TrajectoryProjection(ModelProjection(NAME, abstention_reason=reason), (), None, fade_used)


def _log_mean(remaining: Sequence[FloatArray]) -> FloatArray:
    """The logarithm of the geometric mean over the curves. A curve that never reaches the end counts as the longest life."""
    logs = [np.log(np.clip(cycles, SHORTEST_REMAINING, LONGEST_LIFE_CYCLES)) for cycles in remaining]
    mean: FloatArray = np.mean(logs, axis=0)
    return mean


def _interval(last: float, log_remaining: float, spread: FloatArray, log_factor: float, level: float) -> Interval:
    """The resampled spread about the projection, widened on both sides; indicative."""
    below, above = np.quantile(spread, ((1 - level) / 2, (1 + level) / 2))
    low = last + math.exp(log_remaining + min(float(below), 0.0) - log_factor)
    high = last + math.exp(log_remaining + max(float(above), 0.0) + log_factor)
    return Interval(low, high if high <= LONGEST_LIFE_CYCLES else None, level, "indicative")


def _listed(curve: Trajectory, last: float, log_factor: float, level: float) -> ModelProjection:
    if curve.remaining_cycles is None:
        return ModelProjection(curve.name, abstention_reason="The curve does not reach the end of life.")
    log_remaining = math.log(max(curve.remaining_cycles, SHORTEST_REMAINING))
    if last + math.exp(log_remaining) > LONGEST_LIFE_CYCLES:
        return ModelProjection(
            curve.name, abstention_reason=f"The end of life would come after {LONGEST_LIFE_CYCLES:,.0f} cycles."
        )
    spread = _log_mean([curve.resampled_cycles]) - log_remaining
    interval = _interval(last, log_remaining, spread, log_factor, level)
    return ModelProjection(curve.name, eol_cycle=last + math.exp(log_remaining), interval=interval)


def _trend(
    led: Sequence[Trajectory], cycle_number: FloatArray, capacity_Ah: FloatArray, eol_cycle: float, interval: Interval
) -> Trend:
    """The curve nearest to the projection. Its part ahead is stretched so that it and its band meet the projection
    and the ends of the interval."""
    last = float(cycle_number[-1])
    remaining = eol_cycle - last

    def distance(candidate: Trajectory) -> float:
        return abs(math.log(max(candidate.remaining_cycles or 0.0, SHORTEST_REMAINING) / remaining))

    curve = min((one for one in led if one.name != "last_fifth_line"), key=distance, default=led[0])
    curve_remaining = max(curve.remaining_cycles or 0.0, SHORTEST_REMAINING)
    cycle = np.linspace(float(cycle_number[0]), eol_cycle, TREND_POINTS)

    def stretched(end: float) -> FloatArray:
        ahead = np.maximum(cycle - last, 0.0) * curve_remaining / max(end - last, SHORTEST_REMAINING)
        return curve.follow(np.minimum(cycle, last) + ahead)

    fitted = stretched(eol_cycle)
    noise = 1.645 * float(np.std(capacity_Ah - curve.follow(cycle_number)))
    low, high = stretched(interval.low) - noise, stretched(interval.high or LONGEST_LIFE_CYCLES) + noise
    return Trend(cycle, fitted, np.minimum(low, fitted), np.maximum(high, fitted))
