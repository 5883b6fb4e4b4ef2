"""What a report tells of a source's columns: what each was used for and in which unit, and which were not used."""

from collections.abc import Iterable, Sequence

from battery_analytics.cell import SourceColumn
from battery_analytics.formats.quantities import printable
from battery_analytics.formats.tables.columns import Layout, RecognisedColumn
from battery_analytics.formats.tables.units import OWN_UNITS, spelled


def _as_written(column: RecognisedColumn) -> str | None:
    """The unit of a column as its name writes it, where it states one."""
    unit = column.unit or ""
    place = column.name.lower().rfind(unit)
    same = place >= 0 and spelled(column.name[place : place + len(unit)]) == unit
    return (column.name[place : place + len(unit)] if same else unit) or None


def used_columns(columns: Iterable[RecognisedColumn]) -> tuple[SourceColumn, ...]:
    """The columns that were used, as the report lists them."""
    return tuple(
        SourceColumn(
            printable(column.name),
            column.quantity,
            None if column.quantity not in OWN_UNITS else _as_written(column) or OWN_UNITS[column.quantity],
            assumed=column.unit is None and column.quantity in OWN_UNITS,
        )
        for column in columns
    )


def extra_columns(names: Sequence[str], layout: Layout) -> tuple[str, ...]:
    """The source's columns that were not recognised, by the source's names."""
    extra = [name for name in names if name]
    for column in layout.values():
        extra.remove(column.name)
    return tuple(printable(name) for name in extra)
