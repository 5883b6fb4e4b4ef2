"""Splits a table whose rows belong to several cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from battery_analytics.cell import Finding, FloatArray
from battery_analytics.formats.quantities import MAX_CELLS, Quantity, printable
from battery_analytics.formats.tables.column_values import number_of_text
from battery_analytics.formats.tables.columns import Layout


@dataclass(frozen=True, slots=True)
class TableOfCell:
    """The rows of one cell, and its name in the table, None where the table gives none."""

    name: str | None
    columns: dict[Quantity, FloatArray]

    def is_named(self, n_cells: int) -> bool:
        """Whether the table names the cell: a bare number does so only where there are several."""
        return self.name is not None and (n_cells > 1 or number_of_text(self.name) is None)

    def cell_id(self, otherwise: str, *, alone: bool) -> str:
        """The name, or else another; a bare number, such as a channel's, follows the other name."""
        if self.name is None:
            return otherwise
        if number_of_text(self.name) is None:
            return self.name
        return otherwise if alone else f"{otherwise}_{self.name}"


def several_cells(tables: Sequence[TableOfCell], layout: Layout) -> list[Finding]:
    """The finding of a table with several cells, which names the column that tells them apart."""
    column = printable(layout["cell"].name)
    message = f"The column {column} names {len(tables)} cells. Each was read as a cell of its own."
    return [Finding("several_cells_in_file", "info", message)]


def tables_of_cells(columns: Mapping[Quantity, FloatArray], cell_names: Sequence[str]) -> list[TableOfCell]:
    """The tables of the cells that the column `cell` names, in the order of their first rows.

    A row without a name belongs to the cell of the row before. A column with more than `MAX_CELLS` values names no cells,
    nor does one that has another value for each point.
    """
    rest: dict[Quantity, FloatArray] = {quantity: values for quantity, values in columns.items() if quantity != "cell"}
    codes = columns.get("cell")
    counts_points = codes is not None and "voltage_V" in columns and len(cell_names) == codes.size > 1
    if codes is None or counts_points or not 0 < len(cell_names) <= MAX_CELLS:
        return [TableOfCell(None, rest)]
    names = [printable(name.strip()) for name in cell_names]
    if len(names) == 1:
        return [TableOfCell(names[0], rest)]
    named = codes >= 0
    last_named = np.maximum.accumulate(np.where(named, np.arange(codes.size), 0))
    codes = np.maximum(codes[last_named], 0)
    return [
        TableOfCell(name, {quantity: values[codes == code] for quantity, values in rest.items()})
        for code, name in enumerate(names)
    ]
