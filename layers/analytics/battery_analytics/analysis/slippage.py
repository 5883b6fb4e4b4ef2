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
    charge_Ah: FloatArray,
    discharge_Ah: FloatArray,
    *,
    discharge_first: BoolArray,
    cycle_number: IntArray,
    compared: BoolArray,
) -> EndPoints:
    """The ends of compared cycles on the axis of charge put in less charge drawn; all inputs have shape (n_cycles,).

    Side reactions at the negative electrode move the end of discharge, those at the positive one the end of charge; what
    the former moves more than the latter is the fade. Charge is not known over a missing cycle number, and where two
    charges or two discharges follow each other.

    Sources: Smith, Burns, Xiong & Dahn, J. Electrochem. Soc. 158, A1136 (2011); Burns et al., J. Electrochem. Soc. 160,
    A1451 (2013).
    """
    n_cycles = charge_Ah.size
    # The half cycles in their order: two places per cycle.
    rises = np.column_stack((~discharge_first, discharge_first)).ravel()
    cycle = np.repeat(np.arange(n_cycles), 2)
    moved = np.where(rises, charge_Ah[cycle], -discharge_Ah[cycle])
    known = np.isfinite(moved) & (moved != 0)
    rises, cycle, moved = rises[known], cycle[known], moved[known]
    if not moved.size:
        return EndPoints(np.full(n_cycles, np.nan), np.full(n_cycles, np.nan), 0)
    broken = np.zeros(moved.size, dtype=bool)
    broken[1:] = (rises[1:] == rises[:-1]) | (np.diff(cycle_number[cycle]) > 1)
    segment = np.cumsum(broken)
    position = np.cumsum(moved)
    # The end of a charge belongs to the cycle of the discharge that follows it.
    followed = rises & np.append(~rises[1:] & ~broken[1:], False)
    cycle = np.where(followed, np.append(cycle[1:], 0), cycle)
    shown = compared[cycle] & (followed | ~rises)
    charge_end = _joined(position, segment, shown & rises)
    discharge_end = _joined(position, segment, shown & ~rises)
    found = np.full((2, n_cycles), np.nan)
    for row, (ends, which) in enumerate(((charge_end, shown & rises), (discharge_end, shown & ~rises))):
        found[row, cycle[which]] = ends
    used = segment[shown]
    return EndPoints(found[0], found[1], int(used[-1] - used[0]) if used.size else 0)


def _joined(position: FloatArray, segment: IntArray, which: BoolArray) -> FloatArray:
    """The chosen positions from the first on, without what they move between segments; shape (n_chosen,)."""
    chosen, own = position[which], segment[which]
    if not chosen.size:
        return chosen
    steps = np.diff(chosen)
    steps[own[1:] != own[:-1]] = 0.0
    return np.append(0.0, np.cumsum(steps))
