"""The curves of the trajectory model: fitted to the fade of one cell and continued to its end of life.

Four curves whose errors differ: the line through the last fifth of the cycles, two exponentials (He et al.,
J. Power Sources 196, 10314 (2011)), a power law, and two lines that meet (Bacon, Watts, Biometrika 58, 525 (1971)).
Their geometric mean has a smaller error than each. Residuals resampled in blocks give their spread.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from battery_analytics.cell import FloatArray
from battery_analytics.projection.grid_least_squares import fit_on_grid

FEWEST_CYCLES = 10
MOST_POINTS = 100
RESAMPLES = 40
BLOCKS = 10
SEED = 20_110_314
TAIL_SHARE = 0.2
FEWEST_IN_TAIL = 5
LONGEST_LIFE_CYCLES = 100_000.0
FUTURE_POINTS = 160
FAR_AHEAD = np.array([1.0, 1.3])
NEVER_ENDS = 1e6

_RATES = np.array([-40.0, -15.0, -6.0, -2.5, -1.0, -0.4, -0.1, 0.1, 0.4, 1.0, 2.0, 3.5, 6.0, 10.0])
_PAIRS = np.array(list(combinations(_RATES, 2)))
_POWERS = np.array([0.25, 0.35, 0.5, 0.65, 0.8, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0])
_BENDS = np.linspace(0.1, 0.85, 16)

type Basis = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, slots=True)
class Trajectory:
    """One curve: `remaining_cycles` until the end of life, None where it does not reach it.

    `resampled_cycles` has shape (n_resamples,), infinite where a resampled curve does not reach it; `capacity_Ah` has
    the shape of `cycle_number`, the cycles it was fitted to.
    """

    name: str
    remaining_cycles: float | None
    resampled_cycles: FloatArray
    cycle_number: FloatArray
    capacity_Ah: FloatArray
    follow: Callable[[FloatArray], FloatArray]


def trajectories(cycle_number: FloatArray, capacity_Ah: FloatArray, eol_capacity_Ah: float) -> tuple[Trajectory, ...]:
    """The four curves through a fade, both inputs of shape (n,), n at least `FEWEST_CYCLES`."""
    x, y = binned(cycle_number, capacity_Ah)
    origin, span = x[0], max(float(x[-1] - x[0]), 1.0)
    u, scale = (x - origin) / span, float(np.max(np.abs(y)))
    sets = _resampled(u, y / scale)
    future = np.geomspace(1e-4, LONGEST_LIFE_CYCLES / span, FUTURE_POINTS)
    level = float(
        np.polynomial.polynomial.polyval(
            1.0, np.polynomial.polynomial.polyfit(u[-_tail(u) :], y[-_tail(u) :] / scale, 1)
        )
    )
    found = []
    for name, points, basis in _curves(u):
        ahead = basis(np.append(1.0, 1.0 + future))
        fit = fit_on_grid(basis(u[points]), sets[points], basis(FAR_AHEAD)[:, 1] - basis(FAR_AHEAD)[:, 0])
        curves = np.einsum("snt,st->sn", ahead[fit.choice], fit.coefficients)
        falls = np.isfinite(fit.squares.min(axis=0))[:, np.newaxis]
        curves = np.where(falls, curves - curves[:, :1] + max(level, eol_capacity_Ah / scale), NEVER_ENDS)
        remaining = _first_crossing(np.append(0.0, future), curves, eol_capacity_Ah / scale) * span
        own = float(remaining[0])

        def follow(
            at: FloatArray,
            basis: Basis = basis,
            choice: int = int(fit.choice[0]),
            weights: FloatArray = fit.coefficients[0],
        ) -> FloatArray:
            values: FloatArray = basis((at - origin) / span)[choice] @ weights * scale
            return values

        found.append(
            Trajectory(name, own if np.isfinite(own) else None, remaining[1:], x[points], follow(x[points]), follow)
        )
    return tuple(found)


def binned(cycle_number: FloatArray, capacity_Ah: FloatArray, most: int = MOST_POINTS) -> tuple[FloatArray, FloatArray]:
    """At most `most` points: medians of runs of neighbouring cycles where there are more."""
    if cycle_number.size <= most:
        return cycle_number, capacity_Ah
    run = -(-cycle_number.size // most)
    whole = cycle_number.size - cycle_number.size % run
    x, y = cycle_number[-whole:].reshape(-1, run), capacity_Ah[-whole:].reshape(-1, run)
    return x.mean(axis=1), np.median(y, axis=1)


def _tail(u: FloatArray) -> int:
    return max(FEWEST_IN_TAIL, round(TAIL_SHARE * u.size))


def _curves(u: FloatArray) -> tuple[tuple[str, slice, Basis], ...]:
    return (
        ("last_fifth_line", slice(-_tail(u), None), _line),
        ("double_exponential", slice(None), _two_exponentials),
        ("power_law", slice(None), _power_law),
        ("bacon_watts", slice(None), _two_lines),
    )


def _line(u: FloatArray) -> FloatArray:
    return np.stack((np.ones_like(u), u), axis=-1)[np.newaxis]


def _two_exponentials(u: FloatArray) -> FloatArray:
    # Divided by its value at the last measured cycle, a growing exponential does not overflow far ahead.
    exponent = np.clip(
        _PAIRS[:, np.newaxis, :] * (u[:, np.newaxis] - np.maximum(np.sign(_PAIRS), 0)[:, np.newaxis, :]), -700, 60
    )
    return np.exp(exponent)


def _power_law(u: FloatArray) -> FloatArray:
    powers = np.maximum(u, 0.0) ** _POWERS[:, np.newaxis]
    return np.stack((np.ones_like(powers), powers), axis=-1)


def _two_lines(u: FloatArray) -> FloatArray:
    bend = np.abs(u - _BENDS[:, np.newaxis])
    return np.stack((np.ones_like(bend), np.broadcast_to(u, bend.shape), bend), axis=-1)


def _resampled(u: FloatArray, y: FloatArray) -> FloatArray:
    """The fade, and its power-law or bent fit plus residuals resampled in blocks; shape (n, 1 + n_resamples)."""
    fits = [(basis, fit_on_grid(basis(u), y[:, np.newaxis])) for basis in (_two_exponentials, _two_lines)]
    basis, best = min(fits, key=lambda pair: float(pair[1].squares.min()))
    fitted = basis(u)[best.choice[0]] @ best.coefficients[0]
    generator = np.random.default_rng(SEED)
    length = max(1, u.size // BLOCKS)
    starts = generator.integers(0, u.size - length + 1, size=(RESAMPLES, -(-u.size // length)))
    places = (starts[:, :, np.newaxis] + np.arange(length)).reshape(RESAMPLES, -1)[:, : u.size]
    return np.column_stack((y, fitted[:, np.newaxis] + (y - fitted)[places].T))


def _first_crossing(ahead: FloatArray, curves: FloatArray, level: float) -> FloatArray:
    """Where each curve, shape (n_sets, n), first falls to the level; infinite where it does not."""
    below = curves <= level
    first = np.argmax(below, axis=1)
    reached = below.any(axis=1)
    rows = np.arange(curves.shape[0])
    before = np.maximum(first - 1, 0)
    above_by, fall = curves[rows, before] - level, curves[rows, before] - curves[rows, first]
    share = np.divide(above_by, fall, out=np.zeros_like(fall), where=fall > 0)
    crossing = np.where(first == 0, 0.0, ahead[before] + share * (ahead[first] - ahead[before]))
    return np.where(reached, crossing, np.inf)
