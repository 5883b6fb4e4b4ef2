"""Whether a cell is a full cell, or one electrode against lithium."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from battery_analytics.analysis.throughput import Throughput
from battery_analytics.cell import CyclingData, Json

Kind = Literal["full_cell", "negative_half_cell", "positive_half_cell"]

HIGHEST_NEGATIVE_V = 2.0
_KEYS = ("cell_kind", "cell_type", "cell_configuration", "configuration", "setup")
_NEGATIVE = ("graphite", "silicon", "lto", "hard carbon", "anode", "negative", "si/c", "li4ti5")


@dataclass(frozen=True, slots=True)
class CellKind:
    """The kind of a cell, and in a few words how it is known."""

    kind: Kind
    known_from: str

    @property
    def is_negative_half_cell(self) -> bool:
        return self.kind == "negative_half_cell"


def cell_kind_of(metadata: Mapping[str, Json], cycling: CyclingData, flow: Throughput) -> CellKind:
    """The kind that the metadata state, or else that of the mean voltage while the cell charges.

    Below 2 V on average only a negative electrode against lithium is charged. A positive electrode against lithium has
    the voltages of a full cell, so only the metadata tell it.
    """
    stated = _stated(metadata)
    if stated is not None:
        return CellKind(stated, "the file")
    voltage = cycling.voltage_V[flow.charge.active if flow.charge.active.any() else flow.discharge.active]
    if not voltage.size:
        return CellKind("full_cell", "nothing in the file, so that a full cell was assumed")
    mean_V = float(voltage.mean())
    if 0 < mean_V < HIGHEST_NEGATIVE_V:
        return CellKind("negative_half_cell", f"the voltage window: {mean_V:.2f} V on average while it charges")
    return CellKind("full_cell", "the voltage window")


def _stated(metadata: Mapping[str, Json]) -> Kind | None:
    for key in _KEYS:
        value = metadata.get(key)
        if not isinstance(value, str):
            continue
        text = value.lower().replace("_", " ").replace("-", " ")
        if "half" in text or "vs li" in text:
            materials = f"{text} {metadata.get('working_electrode', '')} {metadata.get('anode_material', '')}".lower()
            return "negative_half_cell" if any(word in materials for word in _NEGATIVE) else "positive_half_cell"
        if "full" in text:
            return "full_cell"
    return None
