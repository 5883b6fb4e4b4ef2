"""One cell and the results that several sections need: throughput, per-cycle table, protocol, fade, knee, projection."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from battery_analytics.analysis.capacity_fade import Fade, fade_between_ends
from battery_analytics.analysis.cell_kind import CellKind, cell_kind_of
from battery_analytics.analysis.cycle_summary import table_of_summary, throughput_of_summary
from battery_analytics.analysis.cycle_table import CycleTable, cycle_table
from battery_analytics.analysis.direction import with_charging_positive
from battery_analytics.analysis.elapsed import Elapsed
from battery_analytics.analysis.statistics import known_values
from battery_analytics.analysis.throughput import Throughput, throughput
from battery_analytics.analysis.voltage_noise import voltage_noise_V
from battery_analytics.cell import Cell, CycleSummary, Finding, FloatArray
from battery_analytics.errors import InvalidOption
from battery_analytics.options import Options
from battery_analytics.projection.history import History, chamber_temperature_C
from battery_analytics.projection.knee import FoundKnee, find_knee
from battery_analytics.projection.project import cycle_life_projection
from battery_analytics.projection.result import Projection
from battery_analytics.protocol.protocol import Protocol, protocol_of

MILLI_TOLERANCE = 3.0


@dataclass(frozen=True)
class AnalysedCell:
    """A cell with the results that more than one section reads, each computed once, when it is first read."""

    cell: Cell
    options: Options
    flow: Throughput
    table: CycleTable
    kind: CellKind

    @classmethod
    def of(cls, cell: Cell, options: Options) -> "AnalysedCell":
        """The cell with charging current positive. Raises InvalidOption where an option does not fit the cell."""
        _check_reference(cell, options)
        if cell.summary is not None:
            return cls._of_summary(cell, cell.summary, options)
        cell = _with_charging_positive(cell)
        flow = throughput(cell.cycling)
        cell = _with_nominal_in_Ah(cell, flow)
        kind = cell_kind_of(cell.metadata, cell.cycling, flow)
        table = cycle_table(
            cell.cycling,
            flow,
            nominal_capacity_Ah=cell.nominal_capacity_Ah,
            negative_half_cell=kind.is_negative_half_cell,
        )
        return cls(cell, options, flow, table, kind)

    @classmethod
    def _of_summary(cls, cell: Cell, summary: CycleSummary, options: Options) -> "AnalysedCell":
        flow = throughput_of_summary(cell.cycling, summary)
        cell = _with_nominal_in_Ah(cell, flow)
        kind = cell_kind_of(cell.metadata, cell.cycling, flow)
        table = table_of_summary(
            cell.cycling.cycle_number,
            summary,
            nominal_capacity_Ah=cell.nominal_capacity_Ah,
            negative_half_cell=kind.is_negative_half_cell,
        )
        return cls(cell, options, flow, table, kind)

    @cached_property
    def protocol(self) -> Protocol:
        return protocol_of(self.cell.cycling, self.flow, self.table, self.options.compare)

    @property
    def compared_Ah(self) -> FloatArray:
        """The discharge capacity of the cycles that are compared, shape (n_cycles,), NaN for all others."""
        return self.protocol.headline_Ah

    @cached_property
    def fade(self) -> Fade:
        return fade_between_ends(self.table.cycle_number, self.compared_Ah)

    @cached_property
    def test_temperature_C(self) -> float:
        return chamber_temperature_C(self.cell.cell_id, self.table.mean_temperature_C)

    @cached_property
    def elapsed(self) -> Elapsed:
        return Elapsed.of(self.flow.clock, self.cell.cycling.n_points)

    @cached_property
    def voltage_noise_V(self) -> float:
        return voltage_noise_V(self.cell.cycling.voltage_V, self.cell.cycling.current_A)

    @cached_property
    def knee(self) -> FoundKnee | None:
        capacity = self.compared_Ah
        known = np.isfinite(capacity) & (capacity > 0)
        return find_knee(self.table.cycle_number[known].astype(np.float64), capacity[known])

    @cached_property
    def projection(self) -> Projection:
        projection = self.projected(self.compared_Ah, history_of(self.cell, self.flow, self.table, self.compared_Ah))
        headline = self.protocol.headline
        return projection if headline.members.size else replace(projection, abstention_reason=headline.basis)

    def projected(self, capacity_Ah: FloatArray, history: History | None = None) -> Projection:
        """The end of life of these capacities, shape (n_cycles,), NaN where a cycle does not count."""
        nominal = self.options.capacity_reference == "nominal"
        return cycle_life_projection(
            self.table.cycle_number,
            capacity_Ah,
            eol_threshold=self.options.eol_threshold,
            reference_Ah=self.cell.nominal_capacity_Ah if nominal else None,
            history=history,
        )


def history_of(cell: Cell, flow: Throughput, table: CycleTable, capacity_Ah: FloatArray) -> History:
    """What a projection reads of the cell, with the capacities that are compared."""
    return History(
        metadata=cell.metadata,
        nominal_capacity_Ah=cell.nominal_capacity_Ah,
        temperature_C=chamber_temperature_C(cell.cell_id, table.mean_temperature_C),
        cycle_number=table.cycle_number,
        discharge_capacity_Ah=capacity_Ah,
        energy_efficiency_percent=table.energy_efficiency_percent,
        resistance_ohm=table.resistance_ohm,
        offsets=cell.cycling.offsets,
        voltage_V=cell.cycling.voltage_V,
        current_A=cell.cycling.current_A,
        discharging=flow.discharge.active,
        discharged_Ah=flow.discharge.capacity_at_every_point_Ah,
    )


def _check_reference(cell: Cell, options: Options) -> None:
    if options.capacity_reference == "nominal" and cell.nominal_capacity_Ah is None:
        raise InvalidOption(
            f"capacity_reference=nominal needs nominal_capacity_in_Ah, which {cell.cell_id} does not have.",
            option="capacity_reference",
            value="nominal",
        )


def _with_nominal_in_Ah(cell: Cell, flow: Throughput) -> Cell:
    """The cell, its nominal capacity divided by 1,000 where the cell delivers about a thousandth of it."""
    nominal_Ah, delivered = cell.nominal_capacity_Ah, known_values(flow.discharge.total_Ah)
    largest_Ah = float(delivered.max(initial=0.0))
    if nominal_Ah is None or not largest_Ah > 0:
        return cell
    if not 1 / MILLI_TOLERANCE <= nominal_Ah / (1_000 * largest_Ah) <= MILLI_TOLERANCE:
        return cell
    message = (
        f"The nominal capacity is stated as {nominal_Ah:g} Ah, but the cell delivers {largest_Ah:.4g} Ah. "
        "It was taken as stated in mAh."
    )
    return replace(
        cell,
        metadata={**cell.metadata, "nominal_capacity_in_Ah": nominal_Ah / 1_000},
        findings=(*cell.findings, Finding("nominal_capacity_in_mAh", "warning", message)),
    )


def _with_charging_positive(cell: Cell) -> Cell:
    cycling, findings = with_charging_positive(cell.cycling)
    return replace(cell, cycling=cycling, findings=(*cell.findings, *findings)) if findings else cell
