"""The declaration of a format: its name and endings, what it needs, how it is recognised, and how it is read."""

from collections.abc import Callable
from dataclasses import dataclass

from battery_analytics.cell import Cell
from battery_analytics.formats.file_groups import FileGroup, FileRoles, ListedNames
from battery_analytics.formats.head import Head


@dataclass(frozen=True, slots=True)
class Recognition:
    """The certainty, from 0 to 1, that a file is of a format, and the evidence in plain words."""

    certainty: float
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format of battery files.

    `name` is the report's `source.format`. `endings` are in lower case with their dot, the usual one first.
    `instrument` says what writes such files, `needs` what a file must hold. `recognise` judges a file by its content
    only, whatever its name, and returns None where it cannot be of this format. `read` returns the cells of one group
    of files, and raises a BatteryDataError that says what is wrong. `roles` distinguishes the files of one cell. `lists` says
    which other files a list of this format names; they are then its companions. `traps` are sentences for the documents: what
    misleads in such files, and what is done about it.
    """

    name: str
    endings: tuple[str, ...]
    instrument: str
    needs: str
    recognise: Callable[[Head], Recognition | None]
    read: Callable[[FileGroup], list[Cell]]
    roles: FileRoles | None = None
    lists: ListedNames | None = None
    traps: str = ""

    def has_ending_of(self, file_name: str) -> bool:
        return file_name.lower().endswith(self.endings)
