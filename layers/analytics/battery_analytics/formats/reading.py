"""Reads files into cells: groups the files of a cell, recognises each group's format, and reads it."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from difflib import get_close_matches
from traceback import extract_tb
from typing import cast

from battery_analytics.budget import now_reading
from battery_analytics.cell import Cell, Finding, HalfCellCurve, RunnerUp, Source
from battery_analytics.errors import (
    BatteryDataError,
    CorruptedFile,
    DeadlineExceeded,
    IncompleteCsvSet,
    InvalidOption,
    MissingColumns,
    NoFiles,
    TooCostly,
    UnsupportedFileType,
    UnsupportedStructure,
)
from battery_analytics.failure import Failure
from battery_analytics.files import BatteryFile
from battery_analytics.formats.continued import joined
from battery_analytics.formats.cycle_summary import without_needless
from battery_analytics.formats.declaration import Format
from battery_analytics.formats.file_groups import FileGroup, grouped
from battery_analytics.formats.half_cell_file import half_cell_curve_of, role_of
from battery_analytics.formats.other_kinds import check_not_another_kind
from battery_analytics.formats.quantities import NAMES_OF_FIRST_CHOICE, check_total
from battery_analytics.formats.registry import (
    Recognised,
    all_formats,
    formats_for_ending,
    formats_left_out,
    lists_of_files,
    recognise,
    roles_for,
    usual_endings,
)
from battery_analytics.formats.tables.columns import GENERAL_NAMES
from battery_analytics.formats.unpacked import Allowance, unpacked

# A format within this of the chosen one's certainty is told as the runner-up.
CLOSE = 0.1

_log = logging.getLogger(__name__)


def read_cells(
    files: Sequence[BatteryFile], format_name: str | None = None, failures: list[Failure] | None = None
) -> list[Cell]:
    """The cells that the files hold, in the order of their first files.

    A format may read several files as one cell, by their names. `format_name` is that of the format to read all files by,
    whatever they are recognised as. What is wrong with a file is added to `failures` where that is given and another file
    holds a cell. Else raises what is wrong with the first: NoFiles, UnsupportedFileType, IncompleteCsvSet, and what the
    reader of each format raises. Raises InvalidOption for a format that there is not.
    """
    asked = None if format_name is None else _format_named(format_name)
    if not files:
        endings = " or ".join(usual_endings())
        raise NoFiles(f"No file was sent; send one or more {endings} files in the field 'file'.")
    refused: list[tuple[str, BatteryDataError]] = []
    opened: list[BatteryFile] = []
    allowance = Allowance.of(files)
    for file in files:
        with _refusals(file.name, refused), _decoding(file.name):
            opened.extend(unpacked(file, allowance))
    opened, half_cells = _without_half_cells(opened, refused)
    cells: list[Cell] = []
    for group in grouped(opened, roles_for(opened), lists_of_files()):
        if isinstance(group, IncompleteCsvSet):
            refused.append((str(group.details["missing"]), group))
            continue
        with _refusals(group.main.name, refused), _decoding(group.main.name):
            for companion in group.companions.values():
                check_not_another_kind(companion)
            cells.extend(_cells_of(group, asked))
        if cells:
            check_total(cells, group.main.name)
    if refused and (failures is None or not cells):
        raise refused[0][1]
    if failures is not None:
        failures.extend(Failure.of(file, error) for file, error in refused)
    if not cells:
        raise NoFiles("Only half-cell curves were sent; send the file of a cell with them.")
    with _decoding(files[0].name):
        whole = without_needless(joined(cells))
    return [replace(cell, half_cells=half_cells) for cell in whole] if half_cells else whole


def _without_half_cells(
    files: list[BatteryFile], refused: list[tuple[str, BatteryDataError]]
) -> tuple[list[BatteryFile], tuple[HalfCellCurve, ...]]:
    """The files of cells, and the half-cell curves among the files, which are those of all cells of the request."""
    others: list[BatteryFile] = []
    curves: dict[str, HalfCellCurve] = {}
    for file in files:
        role = role_of(file)
        if role is None:
            others.append(file)
            continue
        with _refusals(file.name, refused), _decoding(file.name):
            if role in curves:
                raise UnsupportedStructure(
                    f"{file.name} is a second curve for {role}; send one of each.", file=file.name
                )
            curves[role] = half_cell_curve_of(file, role)
    return others, tuple(curves.values())


@contextmanager
def _refusals(file: str, refused: list[tuple[str, BatteryDataError]]) -> Iterator[None]:
    """Notes what is wrong with a file, so that the others are read; a deadline ends them all."""
    try:
        yield
    except DeadlineExceeded:
        raise
    except BatteryDataError as error:
        refused.append((file, error))


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


def _format_named(name: str) -> Format:
    known = {known.name.lower(): known for known in all_formats()}
    if name.lower() not in known:
        names = [known.name for known in known.values()]
        near = [known[close].name for close in get_close_matches(name.lower(), known, n=1)]
        hint = f"; the nearest is '{near[0]}'" if near else ""
        raise InvalidOption(
            f"The option 'format' takes a name of GET /api/formats; there is no '{name:.60}'{hint}.",
            option="format",
            value=name[:60],
            allowed=names,
        )
    return known[name.lower()]


def _cells_of(group: FileGroup, asked: Format | None) -> list[Cell]:
    """The cells of a group, with the evidence for their format, and one finding per format that could not be tried."""
    recognitions = recognise(group.main)
    chosen = asked or _chosen(group.main, recognitions.formats)
    try:
        cells = chosen.read(group)
    except MissingColumns as error:
        raise _with_nearest_names(error, recognitions.left_out) from error
    except BatteryDataError as error:
        error.details |= _details(recognitions.left_out)
        raise
    findings = [Finding("format_left_out", "warning", sentence) for sentence in recognitions.left_out]
    return [
        replace(
            cell,
            source=_with_evidence(cell.source, chosen, recognitions.formats, asked=asked is not None),
            findings=(*cell.findings, *findings),
        )
        for cell in cells
    ]


def _with_nearest_names(error: MissingColumns, left_out: tuple[str, ...]) -> MissingColumns:
    """The error, with the names of each missing quantity that are nearest in spelling to the columns that are there."""
    details = {**error.details, **_details(left_out)}
    missing, columns = cast("list[str]", details["missing"]), cast("list[str]", details["columns"])
    quantities = {name: quantity for quantity, name in NAMES_OF_FIRST_CHOICE.items() if name in missing}
    nearest = {name: GENERAL_NAMES.nearest(quantity, columns) for name, quantity in quantities.items()}
    hints = [f"{name} would be known as “{'”, “'.join(names)}”." for name, names in nearest.items() if names]
    return MissingColumns(" ".join((error.message, *hints)), **details, nearest_names=nearest)


def _with_evidence(source: Source, chosen: Format, formats: Sequence[Recognised], *, asked: bool) -> Source:
    """The source with the evidence for its format, and the runner-up where that was close."""
    own = next((one.recognition for one in formats if one.format == chosen), None)
    if asked:
        return replace(source, certainty=own.certainty if own else 0.0, evidence=("the request asked for this format",))
    if own is None:
        return replace(source, certainty=0.0, evidence=("it is the most general format of this ending",))
    certainty = own.certainty if source.format == chosen.name else source.certainty
    other = next((one for one in formats if one.format != chosen), None)
    close = other is not None and other.recognition.certainty >= certainty - CLOSE
    runner_up = RunnerUp(other.format.name, other.recognition.certainty) if other is not None and close else None
    return replace(source, certainty=certainty, evidence=own.evidence, runner_up=runner_up)


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
