"""Degradation modes: the lithium and the active material that a cell has lost, from its slow discharges."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from battery_analytics.analysis.rounding import rounded
from battery_analytics.cell import FloatArray, IntArray
from battery_analytics.degradation.half_cells import HalfCell
from battery_analytics.degradation.modes import Mode, Modes, NoFit, degradation_modes, pairs_for
from battery_analytics.fields import Field, Numbers, WholeNumbers
from battery_analytics.protocol.kinds import Group
from battery_analytics.sections.analysed_cell import AnalysedCell
from battery_analytics.sections.declaration import Plot, Section
from battery_analytics.sections.test_protocol import rated_capacity_Ah

SLOW_RATE_C, FASTEST_RATE_C = 1 / 5, 1 / 2
RATE_TOLERANCE = 1.05
MOST_CURVES = 40
FEWEST_POINTS = 60
DIGITS = 4


@dataclass(frozen=True, slots=True)
class Electrode:
    """The half-cell curve that was taken for an electrode."""

    name: Annotated[str, Field("The material of the curve.")]
    source: Annotated[str, Field("The publication that the curve is from.")]


@dataclass(frozen=True, slots=True)
class Loss:
    """One mode over the cycles: null in a cycle for which its 90 % interval is wider than 20 points."""

    loss_percent: Annotated[Numbers, Field("What is lost since the first cycle, as a share of that.", "%")]
    low_percent: Annotated[Numbers, Field("The lower end of its 90 % interval.", "%")]
    high_percent: Annotated[Numbers, Field("The upper end of its 90 % interval.", "%")]
    capacity_loss_percent: Annotated[
        Numbers, Field("The share of the cell's capacity that would be lost by this mode alone.", "%")
    ]


@dataclass(frozen=True, slots=True)
class DegradationModes:
    """What a cell has lost since its first slow discharge, by fits of half-cell curves; null with a reason where none fits."""

    cycles: Annotated[WholeNumbers, Field("The numbers of the fitted cycles.")]
    lithium_inventory: Annotated[Loss | None, Field("Lithium that takes part in cycling.")]
    negative_material: Annotated[Loss | None, Field("Active material of the negative electrode.")]
    positive_material: Annotated[Loss | None, Field("Active material of the positive electrode.")]
    residual_mV: Annotated[
        Numbers, Field("The root mean square deviation of each fit, steep parts counted less.", "mV")
    ]
    negative_electrode: Annotated[Electrode | None, Field("The half-cell curve of the negative electrode.")]
    positive_electrode: Annotated[Electrode | None, Field("The half-cell curve of the positive electrode.")]
    as_good: Annotated[list[str], Field("Other half-cell curves that fit as well; they widen the intervals.")]
    rate_C: Annotated[float | None, Field("The rate of the discharges.", "1/h")]
    indicative: Annotated[bool, Field("True for discharges faster than C/5, whose voltage was corrected.")]
    basis: Annotated[str | None, Field("Which cycles were fitted, and how their voltage was corrected.")]
    reason: Annotated[str | None, Field("Why there are no modes; null where there are.")]


def modes_of(analysed: AnalysedCell) -> DegradationModes:
    if analysed.kind.kind != "full_cell":
        return _nothing("Only full cells have modes: this is one electrode against lithium.")
    if not analysed.cell.cycling.n_points:
        return _nothing("The file has no points, but one row per cycle.")
    capacity_Ah = rated_capacity_Ah(analysed)
    group = _slow_group(analysed, capacity_Ah)
    if group is None:
        return _nothing("Two comparable whole discharges at C/2 or slower are needed, and the test has none.")
    rate_C = group.discharge_current_A / capacity_Ah
    indicative = rate_C > RATE_TOLERANCE * SLOW_RATE_C
    resistance_ohm = _resistance_ohm(analysed, group.members) if indicative else 0.0
    spread = np.unique(np.linspace(0, group.members.size - 1, min(group.members.size, MOST_CURVES)).round().astype(int))
    members, discharges = _discharges(analysed, group.members[spread], resistance_ohm)
    if len(discharges) < 2:
        return _nothing("The slow discharges have too few points.")
    found = degradation_modes(discharges, rate_C, pairs_for(analysed.cell.metadata, analysed.cell.half_cells))
    if isinstance(found, NoFit):
        return _nothing(found.reason)
    basis = _basis(analysed, group, members, resistance_ohm if indicative else None)
    return _section(found, analysed.table.cycle_number[members], rate_C, basis, indicative=indicative)


def _nothing(reason: str) -> DegradationModes:
    empty = np.empty(0)
    return DegradationModes(
        np.empty(0, dtype=np.int64), None, None, None, empty, None, None, [], None, False, None, reason
    )


def _slow_group(analysed: AnalysedCell, capacity_Ah: float) -> Group | None:
    """The whole discharges to fit: check-ups before others, those at C/5 before faster ones, and more before fewer."""

    def fits(group: Group, fastest_C: float) -> bool:
        slow = group.discharge_current_A <= RATE_TOLERANCE * fastest_C * capacity_Ah
        return slow and group.members.size >= 2 and not group.partial and not group.pulsed

    for fastest_C in (SLOW_RATE_C, FASTEST_RATE_C):
        found = [group for group in analysed.protocol.groups if fits(group, fastest_C)]
        if found:
            return max(found, key=lambda group: (group.kind == "check_up", group.members.size))
    return None


def _resistance_ohm(analysed: AnalysedCell, members: IntArray) -> float:
    """The median resistance of these cycles, else of all; 0 where it is not known."""
    for values in (analysed.table.resistance_ohm[members], analysed.table.resistance_ohm):
        known = values[np.isfinite(values)]
        if known.size:
            return float(np.median(known))
    return 0.0


def _discharges(
    analysed: AnalysedCell, members: IntArray, resistance_ohm: float
) -> tuple[IntArray, list[tuple[FloatArray, FloatArray]]]:
    """The cycles whose main discharge has enough points; its charge drawn, and voltage without the drop over a resistance."""
    cycling, flowed, main = analysed.cell.cycling, analysed.flow.discharge, analysed.protocol.discharges
    kept, discharges = [], []
    for cycle in members.tolist():
        places = flowed.points.places(cycle)
        index = flowed.points.index[places]
        charge = flowed.capacity_Ah[places]
        voltage = cycling.voltage_V[index] + resistance_ohm * np.abs(cycling.current_A[index])
        used = (index >= main.start[cycle]) & (index < main.stop[cycle]) & np.isfinite(charge) & np.isfinite(voltage)
        if np.count_nonzero(used) < FEWEST_POINTS or not charge[used][-1] > charge[used][0]:
            continue
        kept.append(cycle)
        discharges.append((charge[used] - charge[used][0], voltage[used]))
    return np.array(kept, dtype=np.int64), discharges


def _basis(analysed: AnalysedCell, group: Group, members: IntArray, resistance_ohm: float | None) -> str:
    numbers = analysed.table.cycle_number[members]
    kind = "check-ups" if group.kind == "check_up" else "comparable discharges"
    text = (
        f"{members.size} of the {group.members.size} slow {kind} were fitted, from cycle {numbers[0]} to {numbers[-1]}."
    )
    if resistance_ohm is None:
        return text
    how = f"the drop over {1000 * resistance_ohm:.3g} mΩ was added" if resistance_ohm else "no resistance is known"
    return f"{text} They ran faster than C/5: {how}, so the modes are indicative."


def _section(found: Modes, cycles: IntArray, rate_C: float, basis: str, *, indicative: bool) -> DegradationModes:
    others = [f"{other.negative.name} and {other.positive.name}" for other in found.others]
    return DegradationModes(
        cycles=cycles,
        lithium_inventory=_loss(found.lithium),
        negative_material=_loss(found.negative),
        positive_material=_loss(found.positive),
        residual_mV=rounded(1000 * found.rms_V, DIGITS),
        negative_electrode=_electrode(found.pair.negative),
        positive_electrode=_electrode(found.pair.positive),
        as_good=others,
        rate_C=rate_C,
        indicative=indicative,
        basis=basis,
        reason=None,
    )


def _loss(mode: Mode) -> Loss:
    columns = (mode.loss, mode.low, mode.high, mode.capacity_loss)
    return Loss(*(rounded(100 * column, DIGITS) for column in columns))


def _electrode(half_cell: HalfCell) -> Electrode:
    return Electrode(half_cell.name, half_cell.source)


def _plot(analysed: AnalysedCell, value: DegradationModes) -> bytes | None:
    from battery_analytics.sections.degradation_modes.plot import degradation_modes_plot  # noqa: PLC0415  # imports matplotlib

    return degradation_modes_plot(value, title=analysed.cell.cell_id)


DEGRADATION_MODES = Section(
    "degradation_modes",
    DegradationModes,
    modes_of,
    plots=(
        Plot(
            "degradation_modes_plot",
            "Degradation modes",
            "Lithium inventory and active material lost over cycles, with 90 % intervals.",
            _plot,
        ),
    ),
)
