"""The degradation modes of a cell: which half-cell curves fit, how much of each is lost, and how well that is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from battery_analytics.cell import FloatArray, HalfCellCurve
from battery_analytics.degradation.fit import (
    FULL_X,
    LITHIUM_AH,
    NEGATIVE_AH,
    OVERPOTENTIAL,
    POSITIVE_AH,
    Batch,
    Curves,
    Fit,
    Pair,
    binned,
    fitted,
    half_widths,
    starts_of,
    voltage_of,
)
from battery_analytics.degradation.half_cells import NEGATIVE, POSITIVE, HalfCell, sent_half_cell

LARGEST_RMS_V, LARGEST_RMS_SHARE = 0.010, 0.015
AS_GOOD = 1.5
MOST_PAIRS = 3
WIDEST_SHARE = 0.10
# What a residual that is no noise may hide: measured on simulated cells of another graphite (docs/degradation-modes.md).
MISFIT_PER_V = 8.0
# What an overpotential may hide that has grown and is not constant over the discharge: measured on simulated cells likewise.
GROWTH_PER_V = 1.5
STEEP_END, END_BINS = 3.0, 3
ASTRAY, ASTRAY_V = 2.0, 5e-4
START_STEPS = 25
OTHER_VALUES = 0.05
WITHOUT_CURVE = (
    "nmc111",
    "ncm111",
    "nmc333",
    "ncm333",
    "622",
    "955",
    "lto",
    "li4ti5",
    "hardcarbon",
    "lnmo",
    "lmfp",
    "lithiummetal",
)
N_STOICHIOMETRIES = 601


@dataclass(frozen=True, slots=True)
class Mode:
    """A loss as a share of the first curve's amount, with its 90 % interval; NaN where it is not determined; (n_curves,)."""

    loss: FloatArray
    low: FloatArray
    high: FloatArray
    capacity_loss: FloatArray


@dataclass(frozen=True, slots=True)
class Modes:
    """The losses of all curves by the best pair of half-cell curves; those of `others`, which fit as well, widen the intervals.

    `capacity_loss` of a mode is the share of the cell's capacity that would be lost by this mode alone.
    """

    lithium: Mode
    negative: Mode
    positive: Mode
    rms_V: FloatArray
    pair: Pair
    others: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class NoFit:
    """Why there are no modes."""

    reason: str


def degradation_modes(
    discharges: list[tuple[FloatArray, FloatArray]], rate_C: float, pairs: Sequence[Pair]
) -> Modes | NoFit:
    """The losses since the first of these whole discharges, each the charge drawn in Ah and the voltage in V."""
    if not pairs:
        return NoFit("No half-cell curve of a stated material is known. Send curves of your own beside the cell.")
    curves = binned(discharges, rate_C)
    if not _reaches_an_end(curves):
        return NoFit(
            "The discharges end before an electrode is empty or full, so that they show too little of the electrodes."
        )
    first = [(fit, pair) for pair in pairs for fit in _first_fits(curves, pair)]
    ranked = sorted(first, key=lambda one: float(one[0].rms_V[0]))
    allowed_V = _allowed_V(curves)
    if not ranked or ranked[0][0].rms_V[0] > allowed_V:
        return NoFit(f"No pair of known half-cell curves fits the first discharge within {1000 * allowed_V:.2g} mV.")
    best_V = float(ranked[0][0].rms_V[0])
    as_good = [one for one in ranked if one[0].rms_V[0] <= max(AS_GOOD * best_V, best_V + ASTRAY_V)][:MOST_PAIRS]
    found = [_losses(curves, pair, fit) for fit, pair in as_good]
    (fit, *_), pair = found[0], as_good[0][1]
    astray = fit.rms_V > min(_limit_V(fit), allowed_V)
    alone = _capacity_losses(curves, pair, fit)

    def mode(value: int) -> Mode:
        low = np.min([loss[:, value] - width[:, value] for _, loss, width in found], axis=0)
        high = np.max([loss[:, value] + width[:, value] for _, loss, width in found], axis=0)
        unknown = astray | (high - low > 2 * WIDEST_SHARE)
        columns = (found[0][1][:, value], low, high, alone[:, value])
        return Mode(*(np.where(unknown, np.nan, column) for column in columns))

    others = tuple(other for _, other in as_good[1:])
    return Modes(mode(LITHIUM_AH), mode(NEGATIVE_AH), mode(POSITIVE_AH), fit.rms_V, pair, others)


def pairs_for(metadata: Mapping[str, Any], sent: Sequence[HalfCellCurve] = ()) -> list[Pair]:
    """The pairs of half-cell curves of the materials that the metadata state; of all materials where they state none.

    A cell said to have graphite may have silicon in it, so that is tried as well. Curves that were `sent` stand for all others
    of their electrode. There is no pair for a stated material whose curve is not known.
    """
    stated = " ".join(str(metadata.get(key) or "") for key in ("cathode_material", "anode_material", "chemistry"))
    text = stated.lower().replace(" ", "").replace("-", "").replace("_", "")
    if not sent and any(name in text for name in WITHOUT_CURVE):
        return []
    silicon = any(name in text for name in ("sio", "silicon", "graphitesi", "si/c", "sic"))
    negatives = [one for one in NEGATIVE if one.material == "graphite-silicon" or not silicon]
    positives = [one for one in POSITIVE if _names_positive(text, one)] or list(POSITIVE)
    negatives = [sent_half_cell(one) for one in sent if one.role == "negative_ocp"] or negatives
    positives = [sent_half_cell(one) for one in sent if one.role == "positive_ocp"] or positives
    return [Pair(negative, positive) for negative in negatives for positive in positives]


def _names_positive(text: str, half_cell: HalfCell) -> bool:
    names = {
        "NMC811": ("nmc811", "ncm811"),
        "NMC532": ("nmc532", "ncm523", "ncm532", "nmc523"),
        "NCA": ("nca", "linicoal"),
        "LFP": ("lfp", "lifepo4"),
        "LCO": ("lco", "licoo2"),
        "LMO": ("lmo", "limn2o4"),
    }
    grades = any(grade in text for grade in ("811", "532", "523"))
    if half_cell.material == "NMC" and not grades:
        return "nmc" in text or "ncm" in text
    return any(name in text for name in names[half_cell.name])


def _allowed_V(curves: Curves) -> float:
    """The largest deviation of a fit: a share of the fall of the voltage between 5 and 95 % of the charge, at most 10 mV."""
    share = curves.charge_Ah[0] / curves.charge_Ah[0, -1]
    high_V, low_V = np.interp([0.05, 0.95], share, curves.voltage_V[0])
    return float(min(LARGEST_RMS_V, LARGEST_RMS_SHARE * (high_V - low_V)))


def _reaches_an_end(curves: Curves) -> bool:
    """Whether the first discharge ends where its voltage falls steeply."""
    fall = -np.diff(curves.voltage_V[0]) / np.maximum(np.diff(curves.charge_Ah[0]), 1e-9)
    return bool(np.median(fall[-END_BINS:]) > STEEP_END * np.median(fall))


def _first_fits(curves: Curves, pair: Pair) -> list[Fit]:
    """The best fits of the first curve that differ clearly from each other, at most two."""
    start = starts_of(curves)
    found = fitted(curves.of(np.zeros(start.shape[0], dtype=np.int64)), pair, start, steps=START_STEPS)
    order = [row for row in np.argsort(found.cost).tolist() if np.isfinite(found.cost[row])]
    others = [row for row in order if np.abs(found.values[row, :3] - found.values[order[0], :3]).max() > OTHER_VALUES]
    return [_row(found, row) for row in (*order[:1], *others[:1])]


def _losses(curves: Curves, pair: Pair, first: Fit) -> tuple[Fit, Batch, Batch]:
    """The fit of all curves from that of the first; the losses and how far each may be off, (n_curves, 3)."""
    n_curves = curves.charge_Ah.shape[0]
    fit = fitted(curves, pair, np.repeat(first.values, n_curves, axis=0))
    fit = _without_astray(curves, pair, fit)
    widths = half_widths(curves, pair, fit)
    loss = 1 - np.exp(fit.values[:, :3] - fit.values[0, :3])
    misfit = MISFIT_PER_V * np.maximum(fit.rms_V, fit.rms_V[0])[:, np.newaxis]
    growth_V = np.maximum(fit.values[:, OVERPOTENTIAL] - fit.values[0, OVERPOTENTIAL], 0.0)[:, np.newaxis]
    width = np.sqrt(widths**2 + widths[0] ** 2 + misfit**2 + (GROWTH_PER_V * growth_V) ** 2)
    width[0] = 0.0
    return fit, loss, width


def _without_astray(curves: Curves, pair: Pair, fit: Fit) -> Fit:
    """The fit with curves that ended far from the best fitted again, each from its nearest neighbours that fit well."""
    for _ in range(2):
        limit = _limit_V(fit)
        good, bad = np.flatnonzero(fit.rms_V <= limit), np.flatnonzero(fit.rms_V > limit)
        if not bad.size:
            return fit
        nearest = good[np.abs(bad[:, np.newaxis] - good).argmin(axis=1)]
        again = fitted(curves.of(bad), pair, fit.values[nearest], steps=START_STEPS)
        better = again.cost < fit.cost[bad]
        for mine, other in (
            (fit.values, again.values),
            (fit.cost, again.cost),
            (fit.rms_V, again.rms_V),
            (fit.residual, again.residual),
        ):
            mine[bad[better]] = other[better]
    return fit


def _limit_V(fit: Fit) -> float:
    """The residual beyond which a curve's fit has not found what the others have."""
    least = float(np.min(fit.rms_V))
    return max(ASTRAY * least, least + ASTRAY_V)


def _row(fit: Fit, row: int) -> Fit:
    rows = slice(row, row + 1)
    return Fit(fit.values[rows], fit.cost[rows], fit.rms_V[rows], fit.residual[rows])


def _capacity_losses(curves: Curves, pair: Pair, fit: Fit) -> Batch:
    """The share of the first capacity that is lost where one value alone is a curve's, (n_curves, 3).

    Between the open-circuit voltages at which the first discharge began and ended.
    """
    first = fit.values[0]
    x = np.linspace(-0.1, 1.1, N_STOICHIOMETRIES)
    ends = first[FULL_X] - np.array([curves.charge_Ah[0, -1] / np.exp(first[NEGATIVE_AH]), 0.0])
    limits_V = np.interp(ends, x, np.maximum.accumulate(voltage_of(pair, first, x)))

    def capacity_Ah(values: FloatArray) -> float:
        inside = np.interp(limits_V, np.maximum.accumulate(voltage_of(pair, values, x)), x)
        return float(np.exp(values[NEGATIVE_AH]) * (inside[1] - inside[0]))

    whole_Ah = capacity_Ah(first)
    lost = np.zeros((fit.values.shape[0], 3))
    for row, values in enumerate(fit.values):
        for value in range(3):
            lost[row, value] = 1 - capacity_Ah(np.where(np.arange(first.size) == value, values, first)) / whole_Ah
    return lost
