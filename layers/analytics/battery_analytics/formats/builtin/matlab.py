"""MATLAB files: NASA's, Oxford's and MATR's collections, and any struct with the points of a test."""

from dataclasses import replace

from battery_analytics.cell import Cell
from battery_analytics.errors import CorruptedFile, UnsupportedStructure
from battery_analytics.files import BatteryFile
from battery_analytics.formats.binary import matlab_hdf5, matlab_v5
from battery_analytics.formats.binary.matlab_values import Record, holds_opaque, records_of
from battery_analytics.formats.child_process import tables_by_child
from battery_analytics.formats.declaration import Format, Recognition
from battery_analytics.formats.file_groups import FileGroup
from battery_analytics.formats.head import Head
from battery_analytics.formats.point_records import CellRecords, cells_of_records
from battery_analytics.formats.preamble import named_cell
from battery_analytics.formats.quantities import check_total, listed
from battery_analytics.formats.source_table import BinaryFault, SourceTable
from battery_analytics.formats.table_format import cells_of_source


def _recognise(head: Head) -> Recognition | None:
    for start in (matlab_v5.START, matlab_hdf5.START):
        if head.start.startswith(start):
            return Recognition(1.0, (f"it begins with {start.decode()}",))
    return None


def _read(files: FileGroup) -> list[Cell]:
    """The cells of the file. Raises CorruptedFile, UnsupportedStructure, and what `cells_of_source` raises."""
    file = files.main
    records, has_objects = _records(file)
    found = cells_of_records(records)
    if not found:
        raise _without_points(file, records, has_objects=has_objects)
    cells: list[Cell] = []
    for one in found:
        cells.extend(_cells(one, files))
        check_total(cells, file.name)
    return cells


def _cells(one: CellRecords, files: FileGroup) -> list[Cell]:
    read = cells_of_source(one.table, files, name=one.kind or MATLAB.name, certainty=1.0)
    return [replace(_named(cell, one.table), findings=(*one.findings, *cell.findings)) for cell in read]


def _named(cell: Cell, table: SourceTable) -> Cell:
    """The cell with the name of its place in the file, where the file gives it no other name."""
    if not table.name or named_cell(table.metadata):
        return cell
    known = table.name[:1].isalpha()
    return replace(cell, metadata={**cell.metadata, "cell_id": table.name if known else f"{cell.cell_id}_{table.name}"})


def _records(file: BatteryFile) -> tuple[list[Record], bool]:
    """The records of the file, and whether it holds objects of classes."""
    try:
        if file.content.startswith(matlab_hdf5.START):
            return matlab_hdf5.records_in(tables_by_child("matlab", file.content))
        variables = matlab_v5.variables_of(file.content)
        return records_of(variables), holds_opaque(variables)
    except BinaryFault as fault:
        raise CorruptedFile(f"{file.name} cannot be read: {fault}.", file=file.name) from fault


def _without_points(file: BatteryFile, records: list[Record], *, has_objects: bool) -> UnsupportedStructure:
    names = list(dict.fromkeys(name for record in records[:200] for name in record.columns))
    if has_objects:
        return UnsupportedStructure(
            f"{file.name} holds a table or another object of MATLAB, which only MATLAB can read; save it as a struct: "
            'S = table2struct(T, "ToScalar", true).',
            file=file.name,
        )
    return UnsupportedStructure(
        f"{file.name} holds no struct with vectors for voltage and current; its vectors are {listed(names)}.",
        file=file.name,
    )


MATLAB = Format(
    name="MATLAB file",
    endings=(".mat",),
    instrument="MATLAB (versions 5 to 7.3), also as NASA, Oxford and MATR publish their collections",
    needs="A struct, or an array of structs with one per cycle, charge or step, with vectors for voltage and current, and "
    "a capacity or a time.",
    recognise=_recognise,
    read=_read,
)
