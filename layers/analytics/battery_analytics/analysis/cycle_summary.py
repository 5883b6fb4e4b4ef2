"""The results of a cell whose source states its cycles without their points: what a point would tell stays unknown."""

import numpy as np

from battery_analytics.analysis.cycle_table import CycleTable, coulombic_efficiency
from battery_analytics.analysis.points import PointsByCycle
from battery_analytics.analysis.throughput import Branches, Throughput
from battery_analytics.cell import BoolArray, CycleSummary, CyclingData, FloatArray, IntArray

NEIGHBOURS = 3
UNLIKE_SHARE = 0.05
UNLIKE_LAST_SHARE = 0.10


def throughput_of_summary(cycling: CyclingData, summary: CycleSummary) -> Throughput:
    """The stated capacities of each cycle, without any point."""
    none = np.zeros(cycling.n_points, dtype=bool)
    points = PointsByCycle.of(none, cycling.offsets)

    def branches(total_Ah: FloatArray) -> Branches:
        integrated = np.zeros(cycling.n_cycles, dtype=bool)
        return Branches(none, points, np.empty(0), total_Ah, integrated, None, believed=True)

    return Throughput(None, branches(summary.charge_capacity_Ah), branches(summary.discharge_capacity_Ah))


def table_of_summary(
    cycle_number: IntArray,
    summary: CycleSummary,
    *,
    nominal_capacity_Ah: float | None,
    negative_half_cell: bool = False,
) -> CycleTable:
    """The per-cycle table of stated figures. An efficiency is that of one row, or else as the source states it.

    A cycle whose capacity is unlike its neighbours' counts as incomplete, since no step tells how it was run.
    """
    charge, discharge = summary.charge_capacity_Ah, summary.discharge_capacity_Ah
    unknown = np.full(cycle_number.size, np.nan)
    unlike = unlike_neighbours(discharge)

    def efficiency(charged: FloatArray, discharged: FloatArray) -> FloatArray:
        taken, given = (discharged, charged) if negative_half_cell else (charged, discharged)
        percent = coulombic_efficiency(
            taken,
            given,
            discharge_first=np.zeros(cycle_number.size, dtype=bool),
            follows_previous=np.ones(cycle_number.size, dtype=bool),
        )
        return np.where(unlike, np.nan, percent)

    computed = efficiency(charge, discharge)
    stated = np.where(unlike, np.nan, summary.coulombic_efficiency_percent)
    first = discharge[np.isfinite(discharge)][:1]
    reference_Ah = nominal_capacity_Ah or (float(first[0]) if first.size else float("nan"))
    return CycleTable(
        cycle_number=cycle_number,
        charge_capacity_Ah=charge,
        discharge_capacity_Ah=discharge,
        coulombic_efficiency_percent=np.where(np.isfinite(computed), computed, stated),
        charge_energy_Wh=summary.charge_energy_Wh,
        discharge_energy_Wh=summary.discharge_energy_Wh,
        energy_efficiency_percent=efficiency(summary.charge_energy_Wh, summary.discharge_energy_Wh),
        min_voltage_V=unknown,
        max_voltage_V=unknown,
        mean_temperature_C=summary.temperature_C,
        resistance_ohm=summary.resistance_ohm,
        duration_s=unknown,
        equivalent_full_cycles=np.nancumsum(discharge) / reference_Ah,
        discharge_incomplete=unlike,
    )


def unlike_neighbours(capacity_Ah: FloatArray) -> BoolArray:
    """Which capacities, of shape (n_cycles,), are not those of the cycles around them.

    Compared with the median of the three known ones before and that of the three after, where these agree; the first cycle
    with those after it, the last, which may fade fast, with those before it, by twice the tolerance.
    """
    unlike = np.zeros(capacity_Ah.size, dtype=bool)
    known = np.flatnonzero(np.isfinite(capacity_Ah))
    values = capacity_Ah[known]
    if values.size <= NEIGHBOURS:
        return unlike
    for place, value in enumerate(values.tolist()):
        before = _median(values[max(place - NEIGHBOURS, 0) : place])
        after = _median(values[place + 1 : place + 1 + NEIGHBOURS])
        if place == 0 or place == values.size - 1:
            near, share = (after, UNLIKE_SHARE) if place == 0 else (before, UNLIKE_LAST_SHARE)
            unlike[known[place]] = abs(value - near) > share * near
        elif abs(before - after) <= UNLIKE_SHARE * max(before, after):
            outside = value - max(before, after), min(before, after) - value
            unlike[known[place]] = max(outside) > UNLIKE_SHARE * max(before, after)
    return unlike


def _median(values: FloatArray) -> float:
    return float(np.median(values)) if values.size else float("nan")
