"""The beginning of a file, as the formats see it that are asked whether it is theirs."""

from functools import cached_property

from battery_analytics.cell import BatteryFile
from battery_analytics.formats.tables.columns import ColumnNames
from battery_analytics.formats.tables.text import HEAD_BYTES, Header, found_header, lines_of_start


class Head:
    """A file's name, its first bytes (at most `HEAD_BYTES`), and what is read from them once for all formats."""

    def __init__(self, file: BatteryFile) -> None:
        self.name = file.name
        self.start = file.content[:HEAD_BYTES]
        self._headers: dict[int, Header | None] = {}

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The first lines as text of whatever encoding; none where the file is binary."""
        return lines_of_start(self.start)

    @property
    def text(self) -> str:
        """The first lines as one text."""
        return "\n".join(self.lines)

    def header(self, names: ColumnNames) -> Header | None:
        """The line that names columns as `names` knows them, else the first with text; None where there is none."""
        if id(names) not in self._headers:
            self._headers[id(names)] = found_header(self.lines, names)
        return self._headers[id(names)]
