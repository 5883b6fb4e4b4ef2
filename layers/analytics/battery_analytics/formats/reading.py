"""Files in, cells out: which files belong together, and which reader each group is for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from battery_analytics.cell import Cell
from battery_analytics.errors import CorruptedFile, IncompleteCsvSet, NoFiles, UnsupportedFileType, UnsupportedStructure
from battery_analytics.files import BatteryFile
from battery_analytics.formats.assembly import check_total
from battery_analytics.formats.calb_pickle import read_calb_pickle
from battery_analytics.formats.cycles_csv import cell_id_of, read_csv_set

_SET_MEMBER = re.compile(r"(?P<base>.+)_(?P<role>cycles|metadata|metrics)\.csv", re.IGNORECASE | re.DOTALL)
_PICKLE_ENDINGS = (".pkl", ".pickle")
_COMPRESSED = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
}


@dataclass(slots=True)
class CsvSet:
    """The CSV files of one cell, by role."""

    base: str
    members: dict[str, BatteryFile] = field(default_factory=dict)


def read_cells(files: Sequence[BatteryFile]) -> list[Cell]:
    """The cells that the files hold, in the order in which their first files came.

    CSV files that share a base name are one cell. Raises NoFiles, UnsupportedFileType, IncompleteCsvSet, and what the
    reader of each format raises.
    """
    if not files:
        raise NoFiles("No file was sent; send one or more .pkl or .csv files in the field 'file'.")
    cells: list[Cell] = []
    for group in _grouped(files):
        if isinstance(group, CsvSet):
            cells.append(_read_set(group))
        else:
            cells.extend(read_calb_pickle(group))
        check_total(cells, cells[-1].source.files[0])
    return cells


def _grouped(files: Sequence[BatteryFile]) -> list[BatteryFile | CsvSet]:
    groups: list[BatteryFile | CsvSet] = []
    sets: dict[str, CsvSet] = {}
    for file in files:
        _check_type(file)
        if file.name.lower().endswith(_PICKLE_ENDINGS):
            groups.append(file)
            continue
        match = _SET_MEMBER.fullmatch(file.name)
        base, role = (match["base"], match["role"].lower()) if match else (file.name, "cycles")
        if base not in sets:
            sets[base] = CsvSet(base)
            groups.append(sets[base])
        if role in sets[base].members:
            raise UnsupportedStructure(f"{file.name} was sent twice; send each file once.", file=file.name)
        sets[base].members[role] = file
    return groups


def _check_type(file: BatteryFile) -> None:
    if not file.name.lower().endswith((*_PICKLE_ENDINGS, ".csv")):
        raise UnsupportedFileType(
            f"{file.name} is neither a .pkl nor a .csv file, which are the types that can be read.",
            file=file.name,
            supported=[".pkl", ".csv"],
        )
    for signature, compression in _COMPRESSED.items():
        if file.content.startswith(signature):
            raise CorruptedFile(
                f"{file.name} is compressed with {compression}; unpack it and send what is inside.", file=file.name
            )


def _read_set(csv_set: CsvSet) -> Cell:
    cycles = csv_set.members.get("cycles")
    if cycles is None:
        missing = f"{csv_set.base}_cycles.csv"
        sent = [file.name for file in csv_set.members.values()]
        raise IncompleteCsvSet(
            f"{' and '.join(sent)} came without {missing}, which holds the measurements; send it along.",
            missing=missing,
            sent=sent,
        )
    return read_csv_set(
        cycles, csv_set.members.get("metadata"), csv_set.members.get("metrics"), cell_id=cell_id_of(cycles.name)
    )
