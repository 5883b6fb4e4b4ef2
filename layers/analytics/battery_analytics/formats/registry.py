"""The registry of all formats that can be read; it recognises the format of a file."""

from collections.abc import Iterable
from dataclasses import dataclass

from battery_analytics.cell import Json
from battery_analytics.files import BatteryFile
from battery_analytics.formats.builtin.binary_tables import BINARY_TABLES
from battery_analytics.formats.builtin.calb_csv import CALB_CSV_SET
from battery_analytics.formats.builtin.cycle_summaries import CYCLE_SUMMARIES
from battery_analytics.formats.builtin.cycler_tables import CYCLER_TABLES
from battery_analytics.formats.builtin.cycles_table import CYCLES_TABLE
from battery_analytics.formats.builtin.matlab import MATLAB
from battery_analytics.formats.builtin.nasa_list import NASA_LIST
from battery_analytics.formats.builtin.pickled_cells import PICKLED_CELLS
from battery_analytics.formats.declaration import Format, Recognition
from battery_analytics.formats.file_groups import FileRoles, ListedNames
from battery_analytics.formats.head import Head
from battery_analytics.formats.plugins import Plugins, plugins, reason

# The last format of an ending reads a file that none recognises, and says what is wrong with it.
BUILTIN_FORMATS: tuple[Format, ...] = (
    *(*PICKLED_CELLS, CALB_CSV_SET, NASA_LIST, *BINARY_TABLES, MATLAB, *CYCLER_TABLES, *CYCLE_SUMMARIES),
    CYCLES_TABLE,
)

# A file that a built-in format recognises with this certainty is not shown to formats of other packages.
CERTAIN = 0.9


@dataclass(frozen=True, slots=True)
class Recognised:
    """A format, with its certainty and evidence for a file."""

    format: Format
    recognition: Recognition


@dataclass(frozen=True, slots=True)
class Recognitions:
    """The formats that a file can be of, the most certain first, and one sentence per format that could not be tried."""

    formats: tuple[Recognised, ...]
    left_out: tuple[str, ...] = ()


def recognise(file: BatteryFile) -> Recognitions:
    """Try all formats on the file; of equally certain ones those of its ending come first.

    Formats of other packages are tried only where no built-in one is `CERTAIN`.
    """
    head = Head(file)
    found = [
        Recognised(known, recognition)
        for known in BUILTIN_FORMATS
        if (recognition := known.recognise(head)) is not None
    ]
    left_out: list[str] = []
    if all(one.recognition.certainty < CERTAIN for one in found):
        left_out.extend(_plugins().left_out)
        for known in _plugins().formats:
            try:
                recognition = known.recognise(head)
            except Exception as fault:  # noqa: BLE001  a bug of another package must not stop the reading of a file
                left_out.append(f"The format {known.name} could not be tried: {reason(fault)}.")
            else:
                found.extend([] if recognition is None else [Recognised(known, recognition)])
    found.sort(key=lambda one: (-one.recognition.certainty, not one.format.has_ending_of(file.name)))
    return Recognitions(tuple(found), tuple(left_out))


def formats_for_ending(file_name: str) -> list[Format]:
    """The built-in formats with the ending of this name, or where there are none those of other packages."""
    builtin = [known for known in BUILTIN_FORMATS if known.has_ending_of(file_name)]
    return builtin or [known for known in _plugins().formats if known.has_ending_of(file_name)]


def all_formats() -> tuple[Format, ...]:
    """The built-in formats and those of other packages."""
    return (*BUILTIN_FORMATS, *_plugins().formats)


def roles_for(files: Iterable[BatteryFile]) -> list[FileRoles]:
    """The roles of files that formats tell apart by their names; those of other packages where an ending is not ours."""
    formats = BUILTIN_FORMATS
    if not all(any(known.has_ending_of(file.name) for known in BUILTIN_FORMATS) for file in files):
        formats = (*BUILTIN_FORMATS, *_plugins().formats)
    return list(dict.fromkeys(known.roles for known in formats if known.roles is not None))


def lists_of_files() -> list[ListedNames]:
    """The functions of the built-in formats that say which files a list names."""
    return [known.lists for known in BUILTIN_FORMATS if known.lists is not None]


def formats_left_out() -> tuple[str, ...]:
    """Which entry points of other packages cannot be used, and why."""
    return _plugins().left_out


def usual_endings(*, with_plugins: bool = False) -> list[str]:
    """The usual ending of each format, each once."""
    formats = (*BUILTIN_FORMATS, *(_plugins().formats if with_plugins else ()))
    return list(dict.fromkeys(known.endings[0] for known in formats))


def described_formats() -> list[dict[str, Json]]:
    """The built-in formats as plain values, for the HTTP contract and the documents."""
    return [
        {
            "name": known.name,
            "endings": list(known.endings),
            "instrument": known.instrument,
            "needs": known.needs,
            "traps": known.traps,
        }
        for known in BUILTIN_FORMATS
    ]


def _plugins() -> Plugins:
    return plugins(frozenset(known.name for known in BUILTIN_FORMATS))
