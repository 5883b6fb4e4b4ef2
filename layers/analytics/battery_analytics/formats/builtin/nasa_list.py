"""NASA's cells as csv: one charge, discharge or impedance per file, and a list that says which file is which."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from battery_analytics.budget import charge_values
from battery_analytics.cell import Cell, Finding
from battery_analytics.errors import BatteryDataError, IncompleteCsvSet, UnsupportedStructure
from battery_analytics.files import BatteryFile
from battery_analytics.formats.binary.matlab_values import Fact, Record
from battery_analytics.formats.declaration import Format, Recognition
from battery_analytics.formats.file_groups import FileGroup
from battery_analytics.formats.head import Head
from battery_analytics.formats.point_records import CellRecords, cells_of_records
from battery_analytics.formats.quantities import check_total, listed
from battery_analytics.formats.table_format import cells_of_source
from battery_analytics.formats.tables.columns import GENERAL_NAMES
from battery_analytics.formats.tables.rows import rows_of
from battery_analytics.formats.tables.text import table_text

NEEDED = ("type", "battery_id", "filename")
MAX_OPERATIONS = 20_000
_HEAD_BYTES = 2_000
_NUMBER = re.compile(r"[+-]?\d+\.?\d*(?:[eE][+-]?\d+)?")


@dataclass(frozen=True, slots=True)
class _Operation:
    battery: str
    order: float
    file: str
    facts: Mapping[str, Fact]


def _names(content: bytes) -> list[str]:
    """The names in the first line of a list; none where it is no list."""
    head = content[:_HEAD_BYTES].removeprefix(b"\xef\xbb\xbf")
    if b"filename" not in head or b"battery_id" not in head:
        return []
    line = head.split(b"\n", 1)[0].decode("utf-8", "replace").strip()
    names = [name.strip(' "').lower() for name in line.split(",")]
    return names if set(NEEDED) <= set(names) else []


def _recognise(head: Head) -> Recognition | None:
    if not _names(head.start):
        return None
    return Recognition(1.0, (f"its first line names {listed(NEEDED)}",))


def _operations(file: BatteryFile) -> list[_Operation]:
    """The rows of a list. Raises UnsupportedStructure where there are too many."""
    names = _names(file.content)
    if not names:
        return []
    lines = io.StringIO(file.content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace"), newline="")
    found: list[_Operation] = []
    try:
        rows = csv.reader(lines)
        next(rows)
        for place, row in enumerate(rows):
            charge_values(len(row))
            if place >= MAX_OPERATIONS:
                raise UnsupportedStructure(f"{file.name} lists more than {MAX_OPERATIONS:,} files.", file=file.name)
            said = dict(zip(names, map(str.strip, row), strict=False))
            if all(said.get(name) for name in NEEDED):
                found.append(_operation(said, place))
    except csv.Error:
        return []
    return found


def _operation(said: Mapping[str, str], place: int) -> _Operation:
    test = _NUMBER.fullmatch(said.get("test_id", ""))
    facts: dict[str, Fact] = {"type": said["type"]}
    moment = tuple(float(number) for number in _NUMBER.findall(said.get("start_time", "").replace("-", " "))[:6])
    if len(moment) == 6:
        facts["time"] = moment
    if ambient := _NUMBER.fullmatch(said.get("ambient_temperature", "")):
        facts["ambient_temperature"] = float(ambient[0])
    name = said["filename"].replace("\\", "/").rsplit("/", 1)[-1]
    return _Operation(said["battery_id"], float(test[0]) if test else float(place), name.lower(), facts)


def _listed_names(file: BatteryFile) -> Sequence[str]:
    return [operation.file for operation in _operations(file)]


def _read(files: FileGroup) -> list[Cell]:
    """One cell per battery of the list, its operations in the order of its tests.

    Raises IncompleteCsvSet where none of the files was sent, and what the readers of the files raise.
    """
    sent = {file.name.lower(): file for file in files.companions.values()}
    batteries: dict[str, list[_Operation]] = {}
    for operation in _operations(files.main):
        batteries.setdefault(operation.battery, []).append(operation)
    cells: list[Cell] = []
    for battery, operations in batteries.items():
        here = sorted((one for one in operations if one.file in sent), key=lambda one: one.order)
        if here:
            cells.extend(_cells(battery, here, files, sent))
            cells[-1] = _with_absent(cells[-1], len(operations) - len(here))
            check_total(cells, files.main.name)
    if not cells:
        raise IncompleteCsvSet(
            f"{files.main.name} lists charges and discharges, but none of their files came with it; send them too.",
            missing=next((one.file for some in batteries.values() for one in some), ""),
            sent=[files.main.name],
        )
    return cells


def _cells(
    battery: str, operations: Sequence[_Operation], files: FileGroup, sent: Mapping[str, BatteryFile]
) -> list[Cell]:
    read = [_record(battery, place, one, sent[one.file]) for place, one in enumerate(operations)]
    of_cycling = [one for one in read if one is not None]
    found: list[CellRecords] = cells_of_records([record for record, _ in of_cycling])
    group = FileGroup(files.main, companions={one.file: sent[one.file] for one in operations})
    extra = tuple(dict.fromkeys(name for _, names in of_cycling for name in names))
    n_others = len(read) - len(of_cycling)
    message = f"{n_others} files hold impedance or other measurements without voltage and current. They were set aside."
    aside = (Finding("impedance_set_aside", "info", message),) if n_others else ()
    return [
        replace(
            cell,
            metadata={**cell.metadata, "cell_id": battery},
            source=replace(cell.source, extra_columns=extra),
            findings=(*aside, *one.findings, *cell.findings),
        )
        for one in found
        for cell in cells_of_source(one.table, group, name=NASA_LIST.name, certainty=1.0)
    ]


def _record(
    battery: str, place: int, operation: _Operation, file: BatteryFile
) -> tuple[Record, tuple[str, ...]] | None:
    """The points of a file and the names of its other columns; None where it has no voltage and current."""
    text = table_text(file, GENERAL_NAMES)
    layout = GENERAL_NAMES.layout(text.header.columns)
    if not {"voltage_V", "current_A", "time_s"} <= set(layout):
        return None
    try:
        columns = rows_of(text, layout, file.name).columns
    except BatteryDataError:
        if str(operation.facts["type"]).startswith("imp"):
            return None
        raise
    known = {layout[quantity].name for quantity in columns}
    named = {layout[quantity].name: values for quantity, values in columns.items()}
    path = ((battery, None, 1), ("cycle", place, 0))
    return Record(path, named, operation.facts), tuple(
        name for name in text.header.columns if name and name not in known
    )


def _with_absent(cell: Cell, n_absent: int) -> Cell:
    if not n_absent:
        return cell
    message = f"The list names {n_absent} more files of this cell, which did not come with it."
    return replace(cell, findings=(*cell.findings, Finding("listed_files_absent", "warning", message)))


NASA_LIST = Format(
    name="NASA csv set",
    endings=(".csv",),
    instrument="NASA Ames Prognostics Center of Excellence, one operation per file with their list",
    needs="The list (metadata.csv) with type, battery_id, filename and start_time, and the files that it names.",
    recognise=_recognise,
    read=_read,
    lists=_listed_names,
)
