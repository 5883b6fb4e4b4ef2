"""What a comparison reads of one cell: how it was tested, and its figures at the compared cycles."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from battery_analytics.cell import FloatArray
from battery_analytics.sections.registry import Sections

NOT_KNOWN = float("nan")


@dataclass(frozen=True, slots=True)
class CellFigures:
    """A cell with compared cycles. Conditions are NaN or empty where unknown; `figures` are columns of shape (n_cycles,)."""

    cell_id: str
    materials: str
    kind: str
    conditions: Mapping[str, float]
    cycle_number: FloatArray
    capacity_Ah: FloatArray
    figures: Mapping[str, FloatArray]

    def fade_at(self, cycle: float) -> float:
        """Fade since the first compared cycle in percent, interpolated between compared cycles; NaN beyond them."""
        if not self.cycle_number[0] < cycle <= self.cycle_number[-1]:
            return NOT_KNOWN
        return float(100 - 100 * np.interp(cycle, self.cycle_number, self.capacity_Ah) / self.capacity_Ah[0])


def cell_figures(report: Sections) -> CellFigures | None:
    """The cell of a report, None where fewer than two of its cycles are compared."""
    fade, table, metadata = report.capacity_fade, report.cycle_table, report.metadata
    if fade.reference_cycle is None:
        return None
    headline = next((group for group in fade.groups if group.headline), None)
    in_group = np.array([headline is None or name == headline.name for name in table.group])
    compared = in_group & np.isfinite(table.compared_capacity_Ah) & (table.compared_capacity_Ah > 0)
    if np.count_nonzero(compared) < 2:
        return None
    return CellFigures(
        cell_id=metadata.cell_id,
        materials=_materials(metadata.source),
        kind="all" if headline is None else headline.kind,
        conditions={
            "nominal_capacity_Ah": _number(metadata.nominal_capacity_in_Ah),
            "temperature_C": _number(metadata.test_temperature_C if headline is None else headline.temperature_C),
            "discharge_rate_C": _number(None if headline is None else headline.discharge_rate_C),
            "charge_rate_C": _number(None if headline is None else headline.charge_rate_C),
            "depth": _number(None if headline is None else headline.depth),
            "lower_voltage_V": _median(table.min_voltage_V[compared]),
            "upper_voltage_V": _median(table.max_voltage_V[compared]),
        },
        cycle_number=table.cycle_number[compared].astype(np.float64),
        capacity_Ah=table.compared_capacity_Ah[compared],
        figures={
            "first_capacity_Ah": np.full(np.count_nonzero(compared), table.compared_capacity_Ah[compared][0]),
            "coulombic_efficiency_percent": table.coulombic_efficiency_percent[compared],
            "energy_efficiency_percent": table.energy_efficiency_percent[compared],
            "resistance_ohm": table.resistance_ohm[compared],
            "mean_temperature_C": table.mean_temperature_C[compared],
            "duration_s": table.duration_s[compared],
        },
    )


def _materials(metadata: Mapping[str, object]) -> str:
    """The electrodes that the metadata state, in lower case; empty where they state none."""
    stated = (metadata.get(key) for key in ("cathode_material", "anode_material", "chemistry"))
    return " / ".join(text.strip().lower() for text in stated if isinstance(text, str) and text.strip())


def _number(value: float | None) -> float:
    return NOT_KNOWN if value is None else float(value)


def _median(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else NOT_KNOWN
