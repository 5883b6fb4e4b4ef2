"""Why a column of the efficiency section has no value in any cycle."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np

from battery_analytics.fields import Field
from battery_analytics.sections.analysed_cell import AnalysedCell

if TYPE_CHECKING:
    from battery_analytics.sections.efficiency import EfficiencyTable


@dataclass(frozen=True, slots=True)
class Unknown:
    """A column without any value."""

    column: Annotated[str, Field("Its name in `table`.")]
    reason: Annotated[str, Field("Why no cycle has a value.")]


def unknown_columns(analysed: AnalysedCell, table: "EfficiencyTable") -> list[Unknown]:
    """The columns of `table` in which no value is known, in their order."""
    columns = {name: getattr(table, name) for name in type(table).__dataclass_fields__ if name != "cycle_number"}
    return [
        Unknown(name, _reason(analysed, name))
        for name, values in columns.items()
        if values is None or not np.isfinite(values).any()
    ]


def no_slippage(analysed: AnalysedCell) -> str:
    """Why no end points are known."""
    if analysed.cell.summary is not None:
        return "The file states figures per cycle without points; rounded capacities tell no slippage."
    if not (analysed.table.charge_capacity_Ah > 0).any():
        return "The file holds no charge."
    if not (analysed.table.discharge_capacity_Ah > 0).any():
        return "The file holds no discharge."
    if analysed.flow.charge.believed or analysed.flow.discharge.believed:
        return "A capacity counter moves although no current has its direction, so the order of charges is not known."
    headline = analysed.protocol.headline
    if headline.members.size < 2:
        return headline.basis
    return "Fewer than two compared cycles have a charge and a discharge."


def _reason(analysed: AnalysedCell, column: str) -> str:
    table = analysed.table
    if "slippage" in column:
        return no_slippage(analysed)
    if "constant_voltage" in column and analysed.cell.summary is not None:
        return "The file states figures per cycle without points."
    charges, discharges = (table.charge_capacity_Ah > 0).any(), (table.discharge_capacity_Ah > 0).any()
    verb, noun = ("states", " capacity") if analysed.cell.summary is not None else ("holds", "")
    if not discharges and "_charge_" not in column:
        return f"The file {verb} no discharge{noun}."
    if not charges and "_discharge_" not in column:
        return f"The file {verb} no charge{noun}."
    if column.endswith("_s") and analysed.flow.clock is None:
        return "The file has no usable times."
    if column.startswith("constant_voltage_discharge"):
        return "No discharge ends at constant voltage."
    if not (np.isfinite(table.charge_energy_Wh).any() or np.isfinite(table.discharge_energy_Wh).any()):
        return "The file holds no energy, and no voltage and capacity to derive it from."
    if column.startswith("coulombic") and not np.isfinite(table.duration_s).any():
        return "The file has no usable times."
    return "No discharge that went as far as the others follows a known charge."
