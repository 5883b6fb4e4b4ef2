"""The noise of a cell's voltage, and its smallest step."""

import numpy as np

from battery_analytics.cell import FloatArray

SAMPLE = 10_000
QUARTILE, NORMAL_QUARTILE = 25, 0.3186  # the share of normal values within ± 0.3186 deviations is a quarter
SECOND_DIFFERENCE = np.sqrt(6.0)  # the standard deviation of a second difference of independent values
RESOLUTION_DEVIATION = np.sqrt(12.0)  # a step of resolution over the standard deviation of its rounding
CONSTANT_SHARE = 0.01
SMALLEST_STEP_V = 1e-6
LARGEST_STEP_V = 0.02


def voltage_noise_V(voltage_V: FloatArray, current_A: FloatArray) -> float:
    """The standard deviation of one reading, and no less than that of its rounding; 0 for fewer than three points.

    Inputs of shape (n_points,). It is that of second differences at constant current, by their smallest quarter: the others
    may hold the curvature of the voltage itself.
    """
    starts = np.arange(0, voltage_V.size - 2, max(1, voltage_V.size // SAMPLE))
    first_V, first_A = voltage_V[starts + 1] - voltage_V[starts], current_A[starts + 1] - current_A[starts]
    second_V, second_A = voltage_V[starts + 2] - voltage_V[starts + 1], current_A[starts + 2] - current_A[starts + 1]
    largest_A = np.maximum(np.abs(current_A[starts]), np.abs(current_A).max(initial=0.0) * CONSTANT_SHARE)
    constant = np.maximum(np.abs(first_A), np.abs(second_A)) <= CONSTANT_SHARE * largest_A
    bend = np.abs(second_V - first_V)[constant]
    bend = bend[np.isfinite(bend)]
    scatter = float(np.percentile(bend, QUARTILE)) / NORMAL_QUARTILE / SECOND_DIFFERENCE if bend.size else 0.0
    moved = np.abs(first_V)
    moved = moved[(moved > SMALLEST_STEP_V) & (moved < LARGEST_STEP_V)]
    step = float(moved.min()) if moved.size else 0.0
    return float(max(scatter, step / RESOLUTION_DEVIATION))
