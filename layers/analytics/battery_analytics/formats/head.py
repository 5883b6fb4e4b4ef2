"""The beginning of a file, by which formats recognise it."""

from functools import cached_property

from battery_analytics.files import BatteryFile
from battery_analytics.formats.tables.columns import ColumnNames
from battery_analytics.formats.tables.text import Header, first_lines, found_header
from battery_analytics.formats.unpacked import ZIP, members_of

START_BYTES = 65_536


class Head:
    """A file's name, its first bytes (at most `START_BYTES`), and its header, which is read once for all formats."""

    def __init__(self, file: BatteryFile) -> None:
        self.name = file.name
        self.start = file.content[:START_BYTES]
        self._content = file.content
        self._headers: dict[int, Header | None] = {}

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The first lines as text of whatever encoding; none where the file is binary."""
        return first_lines(self._content)

    @cached_property
    def members(self) -> tuple[str, ...]:
        """The names in a zip archive; none where the file is none."""
        return members_of(self._content) if self.start.startswith(ZIP) else ()

    def header(self, names: ColumnNames) -> Header | None:
        """The line that names columns of `names`, else the first line with text; None where there is none."""
        if id(names) not in self._headers:
            self._headers[id(names)] = found_header(self.lines, names)
        return self._headers[id(names)]
