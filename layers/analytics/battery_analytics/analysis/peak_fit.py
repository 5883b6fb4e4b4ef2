"""Fits sums of peaks over a straight base to many curves at once, so that peaks that overlap each have their own area.

A peak is the derivative of a logistic curve, as each step of an electrode's reaction has it (Verbrugge et al., J.
Electrochem. Soc. 164, E3243 (2017)), mixed with a Gaussian of the same width, to which noise and smoothing turn it. The fit
is a damped Gauss-Newton (Levenberg-Marquardt) with weak priors at the places where it begins, so that a width or a place
that the curve does not determine stays near them.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from battery_analytics.cell import FloatArray

N_STEPS = 8
N_RESAMPLES = 100
PLACE_PRIOR_V, WIDTH_PRIOR, SHAPE_PRIOR = 0.015, 1.0, 2.0
SHAPE_START = 0.0
LOGISTIC = 2 * float(np.arccosh(np.sqrt(2)))
LARGEST_STEP_OF_WIDTH = 0.5
LEAST_NOISE_SHARE, FIRST_DAMPING = 1e-3, 1e-3

type Batch = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FittedPeaks:
    """The peaks of each curve: place in V, height in Ah/V, area in Ah, width at half height in V; shape (n_curves, n_peaks).

    `residual` has the shape of the curves. The uncertainties are standard deviations, None where they were not asked for.
    """

    place_V: Batch
    height: Batch
    area_Ah: Batch
    width_V: Batch
    residual: Batch
    uncertainty: "FittedPeaks | None" = None

    def of(self, curve: int) -> "FittedPeaks":
        """Those of one curve, the first axis kept."""
        rows = slice(curve, curve + 1)
        return FittedPeaks(
            self.place_V[rows],
            self.height[rows],
            self.area_Ah[rows],
            self.width_V[rows],
            self.residual[rows],
            None if self.uncertainty is None else self.uncertainty.of(curve),
        )


@dataclass(frozen=True, slots=True)
class _Problem:
    """The curves, where the fit begins, how strongly each value is held there, and the noise of each curve."""

    voltage_V: FloatArray
    curves: Batch
    start: Batch
    penalty: FloatArray
    noise: Batch

    def cost(self, values: Batch) -> Batch:
        n_peaks = (values.shape[1] - 2) // 4
        residual = (self.curves - _curves(self.voltage_V, values, n_peaks)) / self.noise
        total: Batch = (residual**2).sum(axis=1) + (self.penalty * (values - self.start) ** 2).sum(axis=1)
        return total

    def with_noise_near(self, values: Batch) -> "_Problem":
        n_peaks = (values.shape[1] - 2) // 4
        left = _rms(self.curves - _curves(self.voltage_V, values, n_peaks))
        return replace(self, noise=np.maximum(left, LEAST_NOISE_SHARE * _rms(self.curves)))


def fitted_peaks(
    voltage_V: FloatArray,
    curves: Batch,
    places_V: Batch,
    widths_V: Batch,
    *,
    n_steps: int = N_STEPS,
    bootstrap: bool = False,
) -> FittedPeaks:
    """Fit peaks that begin at these places with these widths, shapes (n_curves, n_peaks), to curves (n_curves, n_points).

    With `bootstrap` their uncertainties are those of refits, linear in the residuals, to blocks of residuals in other orders.
    """
    n_curves, n_peaks = places_V.shape
    base = np.zeros((n_curves, 2))
    shape = np.full_like(places_V, SHAPE_START)
    start = np.concatenate([np.zeros_like(places_V), places_V, np.log(widths_V), shape, base], axis=1)
    penalty = np.zeros(start.shape[1])
    penalty[n_peaks : 4 * n_peaks] = np.repeat([PLACE_PRIOR_V, WIDTH_PRIOR, SHAPE_PRIOR], n_peaks) ** -2.0
    values = _with_linear_part(voltage_V, curves, start, n_peaks)
    problem = _Problem(voltage_V, curves, start, penalty, _rms(curves)).with_noise_near(values)
    damping = np.full((n_curves, 1), FIRST_DAMPING)
    cost = problem.cost(values)
    for turn in range(n_steps):
        if turn == n_steps // 3:  # the priors weigh by the noise, which is known only near the fit
            problem = problem.with_noise_near(values)
            cost = problem.cost(values)
        tried = values + _step(problem, values, damping)
        tried_cost = problem.cost(tried)
        better = (tried_cost < cost)[:, np.newaxis]
        values, cost = np.where(better, tried, values), np.minimum(tried_cost, cost)
        damping = damping * np.where(better, 0.2, 8.0)
    residual = curves - _curves(voltage_V, values, n_peaks)
    found = _peaks(values, n_peaks, residual)
    if not bootstrap:
        return found
    slopes = _slopes(voltage_V, values, n_peaks)
    normal = np.matmul(slopes, slopes.transpose(0, 2, 1))
    gain = np.linalg.solve(normal + _diagonal(penalty * problem.noise**2 + _smallest(normal)), slopes)
    block = int(np.median(widths_V) / (voltage_V[1] - voltage_V[0])) + 1
    moved = np.matmul(_resampled(residual, block), gain.transpose(0, 2, 1))
    spread = _peaks((values[:, np.newaxis] + moved).reshape(-1, values.shape[1]), n_peaks, residual)

    def deviation(resampled: Batch) -> Batch:
        found: Batch = resampled.reshape(n_curves, N_RESAMPLES, n_peaks).std(axis=1)
        return found

    deviations = FittedPeaks(
        deviation(spread.place_V),
        deviation(spread.height),
        deviation(spread.area_Ah),
        deviation(spread.width_V),
        residual,
    )
    return replace(found, uncertainty=deviations)


def _step(problem: _Problem, values: Batch, damping: Batch) -> Batch:
    n_peaks = (values.shape[1] - 2) // 4
    model, slopes = _curves(problem.voltage_V, values, n_peaks), _slopes(problem.voltage_V, values, n_peaks)
    variance = problem.noise**2
    normal = np.matmul(slopes, slopes.transpose(0, 2, 1)) / variance[..., np.newaxis]
    pull = np.matmul(slopes, (problem.curves - model)[..., np.newaxis])[..., 0] / variance
    pull -= problem.penalty * (values - problem.start)
    held = damping * np.einsum("bii->bi", normal) + problem.penalty + _smallest(normal)
    step: Batch = np.linalg.solve(normal + _diagonal(held), pull[..., np.newaxis])[..., 0]
    widths = slice(2 * n_peaks, 3 * n_peaks)
    step[:, widths] = step[:, widths].clip(-LARGEST_STEP_OF_WIDTH, LARGEST_STEP_OF_WIDTH)
    return step


def _smallest(normal: Batch) -> Batch:
    """What keeps a system solvable whose values the curve does not determine."""
    found: Batch = 1e-12 * np.einsum("bii->bi", normal).max(axis=1, keepdims=True) + 1e-300
    return found


def _diagonal(values: Batch) -> Batch:
    found: Batch = values[:, np.newaxis] * np.eye(values.shape[1])
    return found


def _curves(voltage_V: FloatArray, values: Batch, n_peaks: int) -> Batch:
    """The curves of these values, shape (n_curves, n_points)."""
    area, place, log_width, shape = _parts(values, n_peaks)
    u = (voltage_V - place) * np.exp(-log_width)
    unit = _gauss(u)
    unit += (_logistic(np.tanh(LOGISTIC * u)) - unit) / (1 + np.exp(-shape))
    unit *= area * np.exp(-log_width)
    line = (voltage_V - voltage_V.mean()) / (voltage_V[-1] - voltage_V[0])
    curves: Batch = unit.sum(axis=1) + values[:, -2:-1] + values[:, -1:] * line
    return curves


def _slopes(voltage_V: FloatArray, values: Batch, n_peaks: int) -> Batch:
    """The slopes of the curves by each value, shape (n_curves, n_values, n_points)."""
    area, place, log_width, shape = _parts(values, n_peaks)
    per_width, share = np.exp(-log_width), 1 / (1 + np.exp(-shape))
    u = (voltage_V - place) * per_width
    tanh = np.tanh(LOGISTIC * u)
    gauss, logistic = _gauss(u) * per_width, _logistic(tanh) * per_width
    unit = share * logistic + (1 - share) * gauss
    by_u = share * logistic * (-2 * LOGISTIC * tanh) + (1 - share) * gauss * (-8 * np.log(2) * u)
    line = (voltage_V - voltage_V.mean()) / (voltage_V[-1] - voltage_V[0])
    base = np.broadcast_to(np.stack([np.ones_like(line), line]), (values.shape[0], 2, line.size))
    by_place, by_width = -area * by_u * per_width, -area * (unit + u * by_u)
    by_shape = area * (logistic - gauss) * share * (1 - share)
    return np.concatenate([unit, by_place, by_width, by_shape, base], axis=1)


def _parts(values: Batch, n_peaks: int) -> tuple[Batch, Batch, Batch, Batch]:
    """Areas, places, logarithms of widths, and shapes, each of shape (n_curves, n_peaks, 1)."""
    columns = values[:, : 4 * n_peaks].reshape(values.shape[0], 4, n_peaks, 1)
    return columns[:, 0], columns[:, 1], columns[:, 2], columns[:, 3]


def _gauss(u: Batch) -> Batch:
    found: Batch = np.sqrt(4 * np.log(2) / np.pi) * np.exp(-4 * np.log(2) * u**2)
    return found


def _logistic(tanh: Batch) -> Batch:
    return LOGISTIC / 2 * (1 - tanh**2)


def _with_linear_part(voltage_V: FloatArray, curves: Batch, values: Batch, n_peaks: int) -> Batch:
    """The values with the areas and the base that fit best at these places and widths."""
    slopes = _slopes(voltage_V, values, n_peaks)
    linear = np.concatenate([slopes[:, :n_peaks], slopes[:, 4 * n_peaks :]], axis=1)
    normal = np.matmul(linear, linear.transpose(0, 2, 1))
    ridge = 1e-6 * np.einsum("bii->bi", normal)[:, np.newaxis] * np.eye(normal.shape[1])
    found = np.linalg.solve(normal + ridge, np.matmul(linear, curves[..., np.newaxis]))[..., 0]
    values = values.copy()
    values[:, :n_peaks], values[:, 4 * n_peaks :] = found[:, :n_peaks], found[:, n_peaks:]
    return values


def _rms(curves: Batch) -> Batch:
    found: Batch = np.sqrt((curves**2).mean(axis=1, keepdims=True))
    return found


def _peaks(values: Batch, n_peaks: int, residual: Batch) -> FittedPeaks:
    area, place, log_width, shape = (values[:, n_peaks * part : n_peaks * (part + 1)] for part in range(4))
    width, share = np.exp(log_width), 1 / (1 + np.exp(-shape))
    height = area / width * (share * LOGISTIC / 2 + (1 - share) * np.sqrt(4 * np.log(2) / np.pi))
    return FittedPeaks(place, height, area, width, residual)


def _resampled(residual: Batch, block: int) -> Batch:
    """Residuals in blocks of neighbours, drawn again, always alike; shape (n_curves, N_RESAMPLES, n_points)."""
    n_points = residual.shape[1]
    n_blocks = -(-n_points // block)
    draw = np.random.default_rng(0).integers(0, max(n_points - block, 1), (N_RESAMPLES, n_blocks))
    places = (draw[..., np.newaxis] + np.arange(block)).reshape(N_RESAMPLES, -1)[:, :n_points]
    drawn: Batch = residual[:, places.clip(0, n_points - 1)]
    return drawn
