"""Smoothing of dQ/dV, as wide as the noise and the spacing of the points demand and no wider."""

from dataclasses import dataclass

import numpy as np

from battery_analytics.analysis.charge_by_voltage import Strokes
from battery_analytics.cell import FloatArray

NOISE_LEFT = 0.02
WIDEST_SHARE = 1 / 25
MAD_TO_SIGMA = 1.4826
KERNEL_REACH = 3.5
KERNEL_SLOPE = 0.4


@dataclass(frozen=True, slots=True)
class Width:
    """The width of a smoothing, its Gaussian's standard deviation, and what it was chosen from; all in V.

    `noise_share` is the noise that is left, as a share of dQ/dV.
    """

    width_V: float
    noise_share: float
    noise_V: float
    resolution_V: float
    spacing_V: float


def width_for(strokes: Strokes, edges: FloatArray) -> Width:
    """The width at which the voltage's noise leaves about 2 % in dQ/dV.

    Noise of standard deviation s on points d apart leaves about √(0.4 s² d / h³) of dQ/dV after smoothing over h: each point's
    charge moves by s on the slope of the kernel. The noise is told by the second differences of the voltage, and is at
    least that of the instrument's resolution.
    """
    steps = strokes.end_V - strokes.start_V
    moved = np.abs(steps)[steps != 0]
    resolution = float(np.percentile(moved, 1)) if moved.size else 0.0
    interval, span = edges[1] - edges[0], edges[-1] - edges[0]
    spacing = float(span * np.unique(strokes.row).size / max(strokes.row.size, 1))
    follows = (strokes.start_V[1:] == strokes.end_V[:-1]) & (strokes.row[1:] == strokes.row[:-1])
    second = np.diff(steps)[follows]
    noise = float(np.median(np.abs(second - np.median(second)))) * MAD_TO_SIGMA / 6**0.5 if second.size else 0.0
    noise = max(noise, resolution / 12**0.5 if resolution > spacing else 0.0)
    wanted = (KERNEL_SLOPE * spacing * (noise / NOISE_LEFT) ** 2) ** (1 / 3)
    smallest = max(2 * interval, spacing)
    width = float(np.clip(wanted, smallest, max(WIDEST_SHARE * span, smallest)))
    left = float(np.sqrt(KERNEL_SLOPE * spacing / width**3)) * noise
    return Width(width, left, noise, resolution, spacing)


def smoothed(density: FloatArray, edges: FloatArray, width_V: float) -> FloatArray:
    """The local quadratic fit with Gaussian weights of this width, shape as `density`: it keeps areas, heights and places.

    Intervals beyond the ends repeat the outermost.

    Source: the equivalent kernel of local polynomials, Fan & Gijbels, Local Polynomial Modelling (1996).
    """
    sigma = width_V / (edges[1] - edges[0])
    reach = max(int(np.ceil(KERNEL_REACH * sigma)), 1)
    place = np.arange(-reach, reach + 1) / sigma
    kernel = (1.5 - 0.5 * place**2) * np.exp(-0.5 * place**2)
    kernel /= kernel.sum()
    padded = np.pad(density, ((0, 0), (reach, reach)), mode="edge")
    n = padded.shape[1] + 2 * reach
    spectrum = np.fft.rfft(padded, n) * np.fft.rfft(kernel, n)
    found: FloatArray = np.fft.irfft(spectrum, n)[:, 2 * reach : 2 * reach + density.shape[1]]
    return found
