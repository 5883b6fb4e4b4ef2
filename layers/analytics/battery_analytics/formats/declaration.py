"""What a format is: its name and endings, what it needs, how it is recognised, and how it is read."""

from collections.abc import Callable
from dataclasses import dataclass

from battery_analytics.cell import Cell
from battery_analytics.formats.file_groups import FileGroup, FileRoles
from battery_analytics.formats.head import Head


@dataclass(frozen=True, slots=True)
class Recognition:
    """How sure it is, from 0 to 1, that a file is of a format, and in plain words what speaks for it."""

    certainty: float
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format of battery files.

    `name` is what the report's `source.format` says. `endings` are in lower case with their point, the usual one first.
    `instrument` says what writes such files, `needs` what a file must hold. `recognise` judges a file by its content
    alone, whatever its name, and answers None where it cannot be of this format. `read` gives the cells of one group
    of files and raises the BatteryDataError that says what is wrong. `roles` tells apart the files of one cell.
    """

    name: str
    endings: tuple[str, ...]
    instrument: str
    needs: str
    recognise: Callable[[Head], Recognition | None]
    read: Callable[[FileGroup], list[Cell]]
    roles: FileRoles | None = None

    def has_ending_of(self, file_name: str) -> bool:
        return file_name.lower().endswith(self.endings)
