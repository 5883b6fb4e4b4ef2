"""Groups of comparable discharges: those that agree in all that the file shows of how they were run.

Two discharges are comparable where the discharge rate, the charge before them, the voltages at which both end, and the
temperature agree, each within a tolerance. What is not known is not compared.
"""

from collections.abc import Iterator

import numpy as np

from battery_analytics.cell import BoolArray, FloatArray, IntArray
from battery_analytics.protocol.discharges import Discharges

RATE_TOLERANCE = 0.15
END_TOLERANCE_V = 0.050
LAST_END_TOLERANCE_V = 0.020
UPPER_TOLERANCE_V = 0.020
TEMPERATURE_TOLERANCE_K = 3.0
UNSEEN_CHARGE_TOLERANCE = 0.05
NEXT_CYCLES = 3
FEWEST_CYCLES = 3
MOST_GROUPS = 40
UNGROUPED = -1

# The columns of the features.
_RATE, _END, _CHARGE_RATE, _UPPER, _TEMPERATURE, _PULSED = range(6)


def comparable_groups(discharges: Discharges) -> tuple[IntArray, BoolArray]:
    """The group of each cycle's discharge, and which discharges stopped early; both of shape (n_cycles,).

    Groups are numbered from 0 in the order of their first cycles; `UNGROUPED` is a cycle without a whole discharge.
    """
    features, tolerance = _features(discharges)
    group = np.full(discharges.net_Ah.size, UNGROUPED, dtype=np.int64)
    described = np.isfinite(features).all(axis=1)
    known = discharges.known
    made = 0
    for leaders in (known & described, known):
        while made < MOST_GROUPS:
            free = known & (group == UNGROUPED)
            first = np.flatnonzero(free & leaders)
            if not first.size:
                break
            group[_like(features, tolerance, int(first[0]), free)] = made
            made += 1
    _leave_out_unlike_start(group, discharges)
    early = _stopped_early(group, features, tolerance, discharges)
    group[early] = UNGROUPED
    return _in_order(group), early


def _features(discharges: Discharges) -> tuple[FloatArray, FloatArray]:
    """What is compared, and by how much it may differ; both of shape (n_cycles, 6)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        rate, charge_rate = np.log(discharges.current_A), np.log(discharges.charge_current_A)
    features = np.column_stack(
        (
            *(rate, discharges.end_V, charge_rate),
            *(discharges.upper_V, discharges.temperature_C, discharges.pulsed.astype(np.float64)),
        )
    )
    if not np.isfinite(discharges.temperature_C).any():
        features[:, _TEMPERATURE] = 0.0
    tolerance = np.empty_like(features)
    tolerance[:, [_RATE, _CHARGE_RATE]] = np.log1p(RATE_TOLERANCE)
    tolerance[:, _END] = np.where(
        discharges.ends_file,
        LAST_END_TOLERANCE_V,
        np.maximum(END_TOLERANCE_V, np.nan_to_num(discharges.last_fall_V)),
    )
    tolerance[:, _UPPER], tolerance[:, _TEMPERATURE] = UPPER_TOLERANCE_V, TEMPERATURE_TOLERANCE_K
    tolerance[:, _PULSED] = 0.5
    return features, tolerance


def _like(features: FloatArray, tolerance: FloatArray, leader: int, free: BoolArray) -> BoolArray:
    """The free cycles that agree with the leader, and then with the medians of those that did."""
    centre = features[leader]
    like = free
    for _ in range(3):
        like = free & _agree(features, tolerance, centre)
        like[leader] = True
        centre = _medians(features[like])
    return like


def _agree(
    features: FloatArray, tolerance: FloatArray, centre: FloatArray, columns: slice | list[int] = slice(None)
) -> BoolArray:
    with np.errstate(invalid="ignore"):
        differs = np.abs(features[:, columns] - centre[columns]) > tolerance[:, columns]
    return ~differs.any(axis=1)


def _medians(features: FloatArray) -> FloatArray:
    if np.isfinite(features).all():
        return np.asarray(np.median(features, axis=0))
    medians = np.full(features.shape[1], np.nan)
    for column, values in enumerate(features.T):
        finite = values[np.isfinite(values)]
        if finite.size:
            medians[column] = np.median(finite)
    return medians


def _leave_out_unlike_start(group: IntArray, discharges: Discharges) -> None:
    """Leave out a first discharge without its charge, if its capacity is not that of the next ones of its group."""
    known = np.flatnonzero(discharges.known)
    if not known.size or discharges.charge_seen[known[0]]:
        return
    following = np.flatnonzero((group == group[known[0]]) & discharges.known)[1 : 1 + NEXT_CYCLES]
    if not following.size:
        return
    usual = float(np.median(discharges.net_Ah[following]))
    if abs(discharges.net_Ah[known[0]] - usual) > UNSEEN_CHARGE_TOLERANCE * usual:
        group[known[0]] = UNGROUPED


def _stopped_early(group: IntArray, features: FloatArray, tolerance: FloatArray, discharges: Discharges) -> BoolArray:
    """Which discharges are like those of a larger group, but ended or began inside its voltages with less capacity."""
    early = np.zeros(group.size, dtype=bool)
    members = list(_members(group))
    others = [_RATE, _TEMPERATURE, _PULSED]
    for few in members:
        for many in members:
            if many.size < max(FEWEST_CYCLES, 3 * few.size):
                continue
            centre = _medians(features[many])
            shallower = (features[few, _END] > centre[_END] + tolerance[few, _END]) | (
                features[few, _UPPER] < centre[_UPPER] - UPPER_TOLERANCE_V
            )
            less = discharges.net_Ah[few] < float(np.median(discharges.net_Ah[many]))
            alike = _agree(features[few], tolerance[few], centre, others)
            early[few[shallower & less & alike]] = True
    unlike_start = discharges.known & (group == UNGROUPED)
    either: BoolArray = early | unlike_start
    return either


def _members(group: IntArray) -> Iterator[IntArray]:
    for number in range(int(group.max(initial=UNGROUPED)) + 1):
        members = np.flatnonzero(group == number)
        if members.size:
            yield members


def _in_order(group: IntArray) -> IntArray:
    """The groups numbered by their first cycles."""
    ordered = np.full(group.size, UNGROUPED, dtype=np.int64)
    numbers, first = np.unique(group, return_index=True)
    rank = 0
    for number in numbers[np.argsort(first)].tolist():
        if number != UNGROUPED:
            ordered[group == number] = rank
            rank += 1
    return ordered
