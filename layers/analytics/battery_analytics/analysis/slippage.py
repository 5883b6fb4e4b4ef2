"""Slippage: how far the ends of charge and of discharge move along the axis of all charge that has passed."""

from dataclasses import dataclass

import numpy as np

from battery_analytics.cell import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class EndPoints:
    """How far the end of charge and of discharge have moved since the first compared cycle, in Ah, shape (n_cycles,).

    A cycle's end of charge is that before its discharge. NaN for cycles that are not compared. `gaps` counts the places
    between them at which charge is not known; there neither end is taken to move.
    """

    charge_end_Ah: FloatArray
    discharge_end_Ah: FloatArray
    gaps: int


def slippage(
    charge_end_Ah: FloatArray, discharge_end_Ah: FloatArray, broken: BoolArray, compared: BoolArray
) -> EndPoints:
    """The ends of compared cycles, from their positions on the axis of charge put in less charge drawn.

    All inputs have shape (n_cycles,). A position is NaN where it is not known; `broken` marks the cycles before which charge
    is not known. Side reactions at the negative electrode move the end of discharge, those at the positive one the end of
    charge; what the former moves more than the latter is the fade.

    Sources: Smith, Burns, Xiong & Dahn, J. Electrochem. Soc. 158, A1136 (2011); Burns et al., J. Electrochem. Soc. 160,
    A1451 (2013).
    """
    segment = np.cumsum(broken)
    used = segment[compared & np.isfinite(discharge_end_Ah)]
    return EndPoints(
        _moved(charge_end_Ah, segment, compared),
        _moved(discharge_end_Ah, segment, compared),
        int(used[-1] - used[0]) if used.size else 0,
    )


def _moved(position_Ah: FloatArray, segment: IntArray, compared: BoolArray) -> FloatArray:
    """The positions of compared cycles from the first on, without what they move between segments; shape (n_cycles,)."""
    moved = np.full(position_Ah.size, np.nan)
    shown = np.flatnonzero(compared & np.isfinite(position_Ah))
    if shown.size:
        steps = np.diff(position_Ah[shown])
        steps[np.diff(segment[shown]) > 0] = 0.0
        moved[shown] = np.append(0.0, np.cumsum(steps))
    return moved
