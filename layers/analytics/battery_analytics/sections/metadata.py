"""The metadata of the cell and its test, as the source states them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from battery_analytics.analysis.cell_kind import Kind
from battery_analytics.cell import Json
from battery_analytics.fields import Field, OtherKeys, finite
from battery_analytics.sections.analysed_cell import AnalysedCell
from battery_analytics.sections.declaration import Section


@dataclass(frozen=True, slots=True)
class Metadata:
    """The source's metadata: these keys, and every other metadata key of the source under its own name."""

    source: Annotated[Mapping[str, Json], OtherKeys()]
    cell_id: Annotated[str, Field("The cell's name.")]
    form_factor: Annotated[str | None, Field("Prismatic, cylindrical, pouch, …")]
    nominal_capacity_in_Ah: Annotated[float | None, Field("Nominal capacity.", "Ah")]
    total_cycles: Annotated[int, Field("Number of cycles read.")]
    first_cycle_number: Annotated[int, Field("The source's number of the first cycle.")]
    last_cycle_number: Annotated[int, Field("The source's number of the last cycle.")]
    cell_kind: Annotated[
        Kind, Field("A full cell, or one electrode against lithium; a positive half cell is told only by the file.")
    ]
    cell_kind_from: Annotated[str, Field("How the kind is known: from the file, or from the voltage window.")]
    test_temperature_C: Annotated[
        float | None,
        Field("Mean temperature of the first cycle, or else the XX of a CALB_XX_… id, or else null.", "°C"),
    ]


def metadata(analysed: AnalysedCell) -> Metadata:
    source, numbers = analysed.cell.metadata, analysed.table.cycle_number
    form_factor, nominal = source.get("form_factor"), source.get("nominal_capacity_in_Ah")
    return Metadata(
        source=source,
        cell_id=analysed.cell.cell_id,
        form_factor=form_factor if isinstance(form_factor, str) else None,
        nominal_capacity_in_Ah=nominal if isinstance(nominal, int | float) and not isinstance(nominal, bool) else None,
        total_cycles=numbers.size,
        first_cycle_number=int(numbers[0]),
        last_cycle_number=int(numbers[-1]),
        cell_kind=analysed.kind.kind,
        cell_kind_from=analysed.kind.known_from,
        test_temperature_C=finite(analysed.test_temperature_C),
    )


METADATA = Section("metadata", Metadata, metadata, always=True)
