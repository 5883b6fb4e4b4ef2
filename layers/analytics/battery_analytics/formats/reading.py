"""Reads files into cells: groups the files of a cell, recognises each group's format, and reads it."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from traceback import extract_tb

from battery_analytics.budget import now_reading
from battery_analytics.cell import Cell, Finding
from battery_analytics.errors import BatteryDataError, CorruptedFile, NoFiles, TooCostly, UnsupportedFileType
from battery_analytics.files import BatteryFile
from battery_analytics.formats.declaration import Format
from battery_analytics.formats.file_groups import FileGroup, grouped
from battery_analytics.formats.other_kinds import check_not_another_kind
from battery_analytics.formats.quantities import check_total
from battery_analytics.formats.registry import (
    Recognised,
    formats_for_ending,
    formats_left_out,
    recognise,
    roles_for,
    usual_endings,
)
from battery_analytics.formats.unpacked import Allowance, unpacked

_log = logging.getLogger(__name__)


def read_cells(files: Sequence[BatteryFile]) -> list[Cell]:
    """The cells that the files hold, in the order of their first files.

    A format may read several files as one cell, by their names. Raises NoFiles, UnsupportedFileType,
    IncompleteCsvSet, and what the reader of each format raises.
    """
    if not files:
        endings = " or ".join(usual_endings())
        raise NoFiles(f"No file was sent; send one or more {endings} files in the field 'file'.")
    opened = _unpacked(files)
    groups = grouped(opened, roles_for(opened))
    cells: list[Cell] = []
    for group in groups:
        with _decoding(group.main.name):
            for companion in group.companions.values():
                check_not_another_kind(companion)
            cells.extend(_cells_of(group))
        check_total(cells, cells[-1].source.files[0])
    return cells


def _unpacked(files: Sequence[BatteryFile]) -> list[BatteryFile]:
    found: list[BatteryFile] = []
    allowance = Allowance.of(files)
    for file in files:
        with _decoding(file.name):
            found.extend(unpacked(file, allowance))
    return found


@contextmanager
def _decoding(file: str) -> Iterator[None]:
    """Raises only BatteryDataErrors: whatever else decoding a file meets is the file's fault for the caller, and a bug in
    the log for us."""
    now_reading(file)
    try:
        yield
    except BatteryDataError:
        raise
    except MemoryError as fault:
        raise TooCostly(f"{file} needs more memory to be read than there is.", file=file) from fault
    except Exception as bug:
        frame = extract_tb(bug.__traceback__)[-1]
        # Without the exception's message, which may quote the file.
        _log.error("A reader has a bug: %s in %s, line %s.", type(bug).__name__, frame.filename, frame.lineno)
        raise CorruptedFile(
            f"{file} cannot be read; its contents are not laid out as any known program writes them.", file=file
        ) from bug
    finally:
        now_reading("")


def _cells_of(group: FileGroup) -> list[Cell]:
    """The cells of a group, with one finding per format that could not be tried."""
    recognitions = recognise(group.main)
    try:
        cells = _chosen(group.main, recognitions.formats).read(group)
    except BatteryDataError as error:
        error.details |= _details(recognitions.left_out)
        raise
    findings = [Finding("format_left_out", "warning", sentence) for sentence in recognitions.left_out]
    return [replace(cell, findings=(*cell.findings, *findings)) for cell in cells] if findings else cells


def _chosen(file: BatteryFile, formats: Sequence[Recognised]) -> Format:
    """The most certain format. Where none recognises the file, the most general one of its ending, whose reader says what
    is wrong."""
    if formats:
        return formats[0].format
    check_not_another_kind(file)
    of_its_ending = formats_for_ending(file.name)
    if of_its_ending:
        return of_its_ending[-1]
    raise UnsupportedFileType(
        f"{file.name} is no file of a known kind; GET /api/formats lists those that can be read.",
        file=file.name,
        supported=usual_endings(with_plugins=True),
        **_details(formats_left_out()),
    )


def _details(formats_left_out: tuple[str, ...]) -> dict[str, object]:
    return {"formats_left_out": list(formats_left_out)} if formats_left_out else {}
